/* tests/store/traffic.h - a store of flows in a folder of its own, and flows to fill it with. */
#ifndef WHYTLS_TESTS_STORE_TRAFFIC_H
#define WHYTLS_TESTS_STORE_TRAFFIC_H

#include <string.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "flow/sample_flow.h"
#include "folder.h"
#include "store/database.h"
#include "store/flow_look.h"
#include "store/flow_rows.h"
#include "store/schema.h"

#define TRAFFIC_NOW ((int64_t)SAMPLE_NOW * 1000)

static inline struct database *traffic_opened(const struct folder *f)
{
    char path[128];
    struct err e = {0};

    snprintf(path, sizeof path, "%s/flows.db", f->dir);
    struct database *db = database_open(path, &schema_traffic, DATABASE_OWN, SAMPLE_NOW, &e);
    if (!db)
        fail_msg("%s", e.text);
    return db;
}

/* Adds the flows, each of which is freed. */
static inline void traffic_add(struct database *db, struct flow **flows, size_t n)
{
    struct err e = {0};
    struct flow_rows *rows = flow_rows_new(db, &e);

    assert_non_null(rows);
    assert_true(database_begin(db, &e));
    for (size_t i = 0; i < n; i++) {
        if (!flow_rows_add(rows, flows[i], &e))
            fail_msg("%s", e.text);
        flow_free(flows[i]);
    }
    assert_true(database_commit(db, &e));
    flow_rows_free(rows);
}

/* What the question gives in its first row and column. */
static inline int64_t number(struct database *db, const char *sql)
{
    struct sqlite3_stmt *s = database_statement(db, sql, NULL);
    bool row;

    assert_non_null(s);
    assert_true(database_step(db, s, &row, NULL));
    assert_true(row);
    int64_t n = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return n;
}

/* A fine one to this host. */
static inline struct flow *traffic_flow(const char *id, const char *host)
{
    struct flow *f = sample_fine();

    f->id = flow_text(f, id);
    f->target->host = flow_text(f, host);
    return f;
}

#endif
