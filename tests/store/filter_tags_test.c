#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "filter_sql.h"
#include "store/filter.h"
#include "store/flow_look.h"
#include "traffic.h"

enum { URLS = 3000, HOSTS = 40 };

/* One flow a URL of its own; every fifth is a POST. */
static struct database *filled(const struct folder *folder)
{
    struct database *db = traffic_opened(folder);
    static struct flow *flows[URLS];

    for (int i = 0; i < URLS; i++) {
        char id[16], host[40], url[80];

        snprintf(id, sizeof id, "f%d", i);
        snprintf(host, sizeof host, "h%d.shop.example", i % HOSTS);
        snprintf(url, sizeof url, "https://%s/order/%d", host, 100000 + i);
        flows[i] = traffic_flow(id, host);
        flows[i]->exchanges[0].url = flow_text(flows[i], url);
        flows[i]->exchanges[0].method = i % 5 ? "GET" : "POST";
        flows[i]->n_exchanges = 1;
    }
    traffic_add(db, flows, URLS);
    return db;
}

static void condition(struct database *db, const char *text, struct text *out, bool *rare)
{
    struct filter_fault fault;
    struct filter *f = filter_parse(text, TRAFFIC_NOW, &fault);
    struct err e = {0};

    assert_non_null(f);
    text_clear(out);
    if (!filter_sql(db, f, out, rare, &e))
        fail_msg("%s", e.text);
    filter_free(f);
}

static int64_t found(struct database *db, const struct text *where)
{
    struct text sql = {0};
    sqlite3_stmt *s = NULL;

    text_printf(&sql, "SELECT count(*) FROM flow WHERE %s", text_str(where));
    assert_int_equal(
        sqlite3_prepare_v2(database_handle(db), text_str(&sql), -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    text_fini(&sql);
    return n;
}

static void few_tags_are_looked_up_and_too_many_are_asked_of_each_flow(void **state)
{
    static const struct {
        const char *filter, *way;
        bool rare;
        int64_t n;
    } rows[] = {
        {"~u order/100007", "IN (SELECT seq FROM flow_tag", true, 1},
        {"~u order/", "carries_0(", false, URLS},
        {"~u nobody", "0", true, 0},
        {"~d h7.shop.example", "IN (SELECT seq FROM flow_tag", true, URLS / HOSTS},
        {"~d SHOP.example", "IN (SELECT seq FROM flow_tag", true, URLS},
        {"~m post & ~u order", "carries_1(", true, URLS / 5},
        {"order | ~id f3", "carries_0(", false, URLS},
        {"order/100009", "IN (SELECT seq FROM flow_tag", true, 1},
        {"f9", "flow.seq = 10", true, 1},
        {"er", "carries_0(", false, URLS},
        {"!er", "carries_0(", false, 0},
    };
    struct database *db = filled(*state);
    struct text out = {0};
    bool rare;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        condition(db, rows[i].filter, &out, &rare);
        if (!strstr(text_str(&out), rows[i].way) || rare != rows[i].rare ||
            found(db, &out) != rows[i].n)
            fail_msg("%s: %s, %s, %lld", rows[i].filter, text_str(&out), rare ? "rare" : "common",
                (long long)found(db, &out));
    }
    text_fini(&out);
    database_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            few_tags_are_looked_up_and_too_many_are_asked_of_each_flow, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
