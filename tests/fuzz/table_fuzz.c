/* tests/fuzz/table_fuzz.c - lists that a user hands in. First byte: which one it is taken for; what
 * is read is asked for something of each kind. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "trust/apple_roots.h"
#include "trust/ct_logs.h"
#include "trust/pinned_hosts.h"
#include "trust/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void pinned_try(const struct json_t *table)
{
    static const char *const hosts[] = {"a.b", "gsa.apple.com", "p123-content.icloud.com",
        "aaaaaaaaaaaaaaaaaaaaaaaab.x.example", "", "."};
    struct err e = {0};
    struct pinned_hosts *p = pinned_hosts_parse(table, &e);

    must(p || *e.text);
    for (size_t i = 0; p && i < sizeof hosts / sizeof *hosts; i++) {
        const char *policy = pinned_hosts_policy(p, hosts[i]);

        must(!policy || *policy);
    }
    pinned_hosts_free(p);
}

static void table_try(enum table_id id, const uint8_t *data, size_t size)
{
    struct table_facts f;
    struct err e = {0};
    struct json_t *table = table_parse(id, data, size, &f, &e);

    must(table || *e.text);
    if (table) {
        must(f.rows > 0 && f.name && memchr(f.version, '\0', sizeof f.version));
        if (id == TABLE_PINNED_HOSTS)
            pinned_try(table);
        else if (id != TABLE_CT_LOGS)
            must(apple_roots_check(id, table, &e) || *e.text);
    }
    json_decref(table);
    table_facts_fini(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};

    if (size == 0)
        return 0;
    enum table_id id = (enum table_id)(data[0] % N_TABLES);
    table_try(id, data + 1, size - 1);
    if (id == TABLE_CT_LOGS) {
        struct ct_logs *logs = ct_logs_parse(data + 1, size - 1, &e);

        must(logs || *e.text);
        ct_logs_unref(logs);
    }
    return 0;
}
