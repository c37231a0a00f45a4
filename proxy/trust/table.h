/* trust/table.h - tables of facts with a date: compiled in from certs/apple/, and refreshed by a
 * file in a data folder.
 *
 * A table is one JSON object: "table" (its name), "source", "release", "date" (RFC 3339),
 * "version", and a list of rows under a key of its own. Any thread. Home of jansson in this room,
 * with those who read rows. */
#ifndef WHYTLS_TRUST_TABLE_H
#define WHYTLS_TRUST_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct json_t; /* jansson's */

enum { TABLE_BYTES_MOST = 4 * 1024 * 1024, TABLE_WORD_CAP = 64 };

enum table_id {
    TABLE_ROOTS = 0,
    TABLE_REMOVED,
    TABLE_LIMITS,
    TABLE_PINNED_HOSTS,
    TABLE_CT_LOGS,
    N_TABLES
};

/* Where a table comes from and how old it is. */
struct table_facts {
    const char *name; /* static: "roots", "removed", "limits", "pinned-hosts", "ct-logs" */
    char *path;       /* owned; NULL: compiled in */
    char source[TABLE_WORD_CAP], release[TABLE_WORD_CAP], version[TABLE_WORD_CAP];
    int64_t date; /* seconds since 1970 */
    size_t rows;
    unsigned fresh_days; /* older than that, it may mislead */
};

const char *table_name(enum table_id id);
/* False when no table has this name. */
bool table_find(const char *name, enum table_id *out) MUST_USE;

/* The bytes of the table to go by: NAME.json of the first of DATA_DIR/data (data_dir may be NULL),
 * $XDG_DATA_HOME/whytls/data, /usr/local/share/whytls, /usr/share/whytls; else the compiled ones.
 * *path, owned by the caller, is NULL for those. Freed with mem_free. NULL and *e when a file is
 * there and cannot be read. */
uint8_t *table_bytes(
    enum table_id id, const char *data_dir, size_t *len, char **path, struct err *e) MUST_USE;
/* Where that is; NULL: compiled in. Freed with mem_free. */
char *table_path(enum table_id id, const char *data_dir);
/* The folder into which a refreshed table goes: DATA_DIR/data. Freed with mem_free. */
char *table_folder(const char *data_dir);

/* The table, parsed (json_decref it), its head in *facts (given back with table_facts_fini). NULL
 * and *e, which names the file. */
struct json_t *table_open(
    enum table_id id, const char *data_dir, struct table_facts *facts, struct err *e) MUST_USE;
/* The same of bytes at hand. */
struct json_t *table_parse(enum table_id id, const uint8_t *bytes, size_t len,
    struct table_facts *facts, struct err *e) MUST_USE;
void table_facts_fini(struct table_facts *f);
/* Their heads alone, for those who do not read rows. */
bool table_check(
    enum table_id id, const char *data_dir, struct table_facts *facts, struct err *e) MUST_USE;
bool table_check_bytes(enum table_id id, const uint8_t *bytes, size_t len,
    struct table_facts *facts, struct err *e) MUST_USE;
/* SHA-256 in hex. */
void table_fingerprint(const uint8_t *bytes, size_t len, char out[static 65]);

/* For those who read rows: a member that is a text, or NULL; *broken is set when it is something
 * else. */
const char *table_text(const struct json_t *row, const char *key, bool *broken);
/* 32 bytes in hex. */
bool table_sha256(const struct json_t *row, const char *key, uint8_t out[static 32]) MUST_USE;

#endif
