#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "folder.h"
#include "store/database.h"
#include "store/filter.h"
#include "store/filter_names.h"
#include "store/schema.h"

static const char devices[] =
    "INSERT INTO device (id, ip, family, name, os_version, first_seen_ms, last_seen_ms,"
    " profile_fetched_ms, root_sha256, probe, probe_ms, accepted_ms, clock_read_ms, streak,"
    " apple_passed, apple_passed_ms, relay_asked, relay_asked_ms) VALUES"
    " ('d-1', '10.0.0.1', 'iPhone', 'Anna''s iPhone', '', 0, 0, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0),"
    " ('d-2', '10.0.0.2', 'iPhone', 'Anna''s old one', '', 0, 0, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0),"
    " ('d-3', '10.0.0.3', 'iPhone', '', '', 0, 0, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0)";

/* "d-1 d-2" of the first ~dev. */
static void named_of(const struct folder *folder, const char *text, char out[static 40])
{
    struct filter_fault fault;
    struct filter *f = filter_parse(text, 0, &fault);
    const struct filter_node *node;
    int mask = 0;

    assert_non_null(f);
    assert_true(filter_name_devices_of(f, folder->dir, 0, NULL));
    for (node = filter_root(f); node->first; node = node->first)
        ;
    for (const struct filter_named *n = node->named; n; n = n->next)
        mask |= 1 << (n->id[2] - '0');
    out[0] = '\0';
    for (int i = 0; i < 8; i++)
        if (mask >> i & 1)
            snprintf(out + strlen(out), 40 - strlen(out), "%sd-%d", *out ? " " : "", i);
    filter_free(f);
}

static void a_name_stands_for_its_devices(void **state)
{
    static const char *const rows[][2] = {
        {"~dev anna", "d-1 d-2"},
        {"!(~dev \"ANNA'S IPHONE\" | ~ok)", "d-1"},
        {"~dev d-3", ""},
        {"~dev \"' OR 1 --\"", ""},
    };
    struct folder *folder = *state;
    char out[40];

    named_of(folder, "~dev anna", out);
    assert_string_equal(out, ""); /* there is no file */
    struct database *db = database_open(folder->file, &schema_memory, DATABASE_OWN, 0, NULL);
    assert_non_null(db);
    assert_true(database_run(db, devices, NULL));
    database_close(db);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        named_of(folder, rows[i][0], out);
        assert_string_equal(out, rows[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_name_stands_for_its_devices, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
