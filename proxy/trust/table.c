#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/sha.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"

/* certs/apple/NAME.json, as the build turned it into an array. */
extern const uint8_t trust_roots_json[], trust_removed_json[], trust_limits_json[],
    trust_pinned_hosts_json[], trust_ct_logs_json[];
extern const size_t trust_roots_json_len, trust_removed_json_len, trust_limits_json_len,
    trust_pinned_hosts_json_len, trust_ct_logs_json_len;

static const struct {
    const char *name, *rows;
    const uint8_t *bytes;
    const size_t *len;
    unsigned fresh_days;
} tables[N_TABLES] = {
    [TABLE_ROOTS] = {"roots", "roots", trust_roots_json, &trust_roots_json_len, 365},
    [TABLE_REMOVED] = {"removed", "removed", trust_removed_json, &trust_removed_json_len, 365},
    [TABLE_LIMITS] = {"limits", "limits", trust_limits_json, &trust_limits_json_len, 365},
    [TABLE_PINNED_HOSTS] = {"pinned-hosts", "hosts", trust_pinned_hosts_json,
        &trust_pinned_hosts_json_len, 365},
    /* The age at which an iPhone stops enforcing by its own list. */
    [TABLE_CT_LOGS] = {"ct-logs", "logs", trust_ct_logs_json, &trust_ct_logs_json_len, 60},
};

const char *table_name(enum table_id id)
{
    return tables[id].name;
}

bool table_find(const char *name, enum table_id *out)
{
    for (int i = 0; i < N_TABLES; i++)
        if (strcmp(tables[i].name, name) == 0) {
            *out = (enum table_id)i;
            return true;
        }
    return false;
}

/* DIR/BELOW/NAME.json when it is there. */
static char *file_in(enum table_id id, const char *dir, const char *below)
{
    char file[TABLE_WORD_CAP];
    char *folder, *path;

    if (!dir || !*dir)
        return NULL;
    snprintf(file, sizeof file, "%s.json", tables[id].name);
    folder = below ? file_join(dir, below) : mem_text(dir);
    path = file_join(folder, file);
    mem_free(folder);
    if (file_exists(path))
        return path;
    mem_free(path);
    return NULL;
}

/* XDG Base Directory Specification 0.8: a relative path in the variable is to be ignored. */
static char *file_of_user(enum table_id id)
{
    const char *xdg = getenv("XDG_DATA_HOME");

    if (xdg && *xdg == '/')
        return file_in(id, xdg, "whytls/data");
    return file_in(id, getenv("HOME"), ".local/share/whytls/data");
}

static char *file_find(enum table_id id, const char *data_dir)
{
    char *path = file_in(id, data_dir, "data");

    if (!path)
        path = file_of_user(id);
    if (!path)
        path = file_in(id, "/usr/local/share/whytls", NULL);
    if (!path)
        path = file_in(id, "/usr/share/whytls", NULL);
    return path;
}

char *table_path(enum table_id id, const char *data_dir)
{
    return file_find(id, data_dir);
}

char *table_folder(const char *data_dir)
{
    return file_join(data_dir, "data");
}

uint8_t *table_bytes(
    enum table_id id, const char *data_dir, size_t *len, char **path, struct err *e)
{
    uint8_t *bytes = NULL;

    *path = file_find(id, data_dir);
    if (!*path) {
        *len = *tables[id].len;
        return mem_dup(tables[id].bytes, *len);
    }
    if (file_read(*path, TABLE_BYTES_MOST, &bytes, len, e))
        return bytes;
    mem_free(*path);
    *path = NULL;
    return NULL;
}

const char *table_text(const struct json_t *row, const char *key, bool *broken)
{
    const json_t *value = json_object_get(row, key);

    if (value && !json_is_string(value))
        *broken = true;
    return json_string_value(value);
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

bool table_sha256(const struct json_t *row, const char *key, uint8_t out[static 32])
{
    bool broken = false;
    const char *text = table_text(row, key, &broken);

    if (!text || strlen(text) != 64)
        return false;
    for (size_t i = 0; i < 32; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static void word_take(const json_t *o, const char *key, char out[static TABLE_WORD_CAP])
{
    bool broken = false;
    const char *text = table_text(o, key, &broken);

    snprintf(out, TABLE_WORD_CAP, "%s", text ? text : "");
}

static bool head_read(enum table_id id, const json_t *o, struct table_facts *facts, struct err *e)
{
    bool broken = false;
    const char *name = table_text(o, "table", &broken), *date = table_text(o, "date", &broken);
    const json_t *rows = json_object_get(o, tables[id].rows);

    facts->name = tables[id].name;
    facts->fresh_days = tables[id].fresh_days;
    if (!name || strcmp(name, tables[id].name) != 0)
        return err_set(e, ERR_INPUT, "its \"table\" is not \"%s\"", tables[id].name);
    if (!date || !time_parse_rfc3339(date, &facts->date))
        return err_set(
            e, ERR_INPUT, "its \"date\" is none: write when it was issued, as 2026-11-21");
    if (!json_is_array(rows) || json_array_size(rows) == 0)
        return err_set(e, ERR_INPUT, "it has no list \"%s\"", tables[id].rows);
    word_take(o, "source", facts->source);
    word_take(o, "release", facts->release);
    word_take(o, "version", facts->version);
    facts->rows = json_array_size(rows);
    return true;
}

struct json_t *table_parse(
    enum table_id id, const uint8_t *bytes, size_t len, struct table_facts *facts, struct err *e)
{
    json_error_t why;
    json_t *o = json_loadb((const char *)bytes, len, JSON_REJECT_DUPLICATES, &why);

    *facts = (struct table_facts){0};
    if (!o)
        return err_set(e, ERR_INPUT, "line %d: %s", why.line, why.text), NULL;
    if (head_read(id, o, facts, e))
        return o;
    json_decref(o);
    return NULL;
}

struct json_t *table_open(
    enum table_id id, const char *data_dir, struct table_facts *facts, struct err *e)
{
    size_t len = 0;
    char *path = NULL;
    uint8_t *bytes = table_bytes(id, data_dir, &len, &path, e);
    json_t *o;

    *facts = (struct table_facts){0};
    if (!bytes)
        return NULL;
    o = table_parse(id, bytes, len, facts, e);
    mem_free(bytes);
    if (o) {
        facts->path = path;
        return o;
    }
    err_wrap(e, "%s", path ? path : tables[id].name);
    mem_free(path);
    return NULL;
}

void table_facts_fini(struct table_facts *f)
{
    mem_free(f->path);
    *f = (struct table_facts){0};
}

bool table_check(enum table_id id, const char *data_dir, struct table_facts *facts, struct err *e)
{
    json_t *o = table_open(id, data_dir, facts, e);

    json_decref(o);
    return o != NULL;
}

bool table_check_bytes(
    enum table_id id, const uint8_t *bytes, size_t len, struct table_facts *facts, struct err *e)
{
    json_t *o = table_parse(id, bytes, len, facts, e);

    json_decref(o);
    return o != NULL;
}

void table_fingerprint(const uint8_t *bytes, size_t len, char out[static 65])
{
    uint8_t digest[SHA256_DIGEST_LENGTH];

    SHA256(bytes, len, digest);
    text_hex(out, digest, sizeof digest);
}
