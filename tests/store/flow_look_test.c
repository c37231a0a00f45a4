#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "store/filter.h"
#include "store/flow_look.h"
#include "traffic.h"

/* Five flows: 1 fine at a.example, 2 expired at b.a.example, 3 refused by the client, 4 tunnel, 5
 * slow at Ünal's. */
static struct flow_look *filled(const struct folder *folder)
{
    struct flow *f[] = {traffic_flow("one", "a.example"), sample_expired(),
        traffic_flow("three", "pinned.example"), traffic_flow("four", "apple.example"),
        traffic_flow("five", "other.test")};

    f[1]->id = "two";
    f[1]->target->host = "b.a.example";
    f[2]->failed_leg = "client";
    f[2]->client_leg->version = "TLSv1.2";
    f[2]->client_leg->alert = FLOW_MAKE(f[2], alert);
    f[2]->client_leg->alert->number = 46;
    f[2]->client_leg->alert->name = "certificate_unknown";
    f[2]->client->device->id = "d-7";
    f[2]->client->ip = "10.0.0.7";
    f[3]->decision->action = "tunnel";
    f[4]->ms = 900;
    f[4]->at_ms = TRAFFIC_NOW - 7200000;
    f[4]->exchanges[3].status = 404;
    f[4]->exchanges[3].method = "POST";
    f[4]->exchanges[3].url = "https://other.test/v1/50%_off?x=1";
    flow_note_add(f[4], "tls-floor/below-floor", "high", "too old", "rule:x/y");
    flow_fact_set(
        f[4], &(struct flow_fact){.name = "geo.country", .kind = FACT_TEXT, .text = "DE"});
    struct database *db = traffic_opened(folder);
    traffic_add(db, f, 5);
    return flow_look_new(db);
}

static bool collect(void *arg, const struct flow_row *row)
{
    struct text *out = arg;

    text_printf(out, "%s%s", out->len ? " " : "", row->id);
    return true;
}

static void found(struct flow_look *look, const char *filter_text, const char *wanted)
{
    struct filter_fault fault;
    struct filter *filter = filter_parse(filter_text, TRAFFIC_NOW, &fault);
    struct flow_list_end end;
    struct text out = {0};
    struct err e = {0};
    int64_t n, commas = 0;
    bool exact;

    if (!filter)
        fail_msg("%s: %s", filter_text, fault.text);
    if (!flow_look_list(look, &(struct flow_list_ask){.filter = filter}, collect, &out, &end, &e))
        fail_msg("%s: %s", filter_text, e.text);
    if (strcmp(text_str(&out), wanted))
        fail_msg("%s found \"%s\", not \"%s\"", filter_text, text_str(&out), wanted);
    assert_true(end.complete);
    assert_true(flow_look_count(look, filter, 0, &n, &exact, &e));
    for (const char *c = wanted; *c; c++)
        commas += *c == ' ';
    assert_true(exact);
    assert_int_equal(n, *wanted ? commas + 1 : 0);
    text_fini(&out);
    filter_free(filter);
}

static void each_atom_finds_what_it_says(void **state)
{
    static const char *const rows[][2] = {
        {"", "five four three two one"},
        {"~d a.example", "two one"},
        {"~d example", "four three two one"},
        {"~d xample", ""},
        {"~u v1/basket", "five four three one"},
        {"~u 50%_off", "five"},
        {"~m post", "five"},
        {"~c 404", "five"},
        {"~c 4xx", "five"},
        {"~c 5xx", ""},
        {"~cause expired", "two"},
        {"~cause \"certificate has expired\"", "two"},
        {"~sure certain", "two"},
        {"~sure likely", ""},
        {"~fail", "three two"},
        {"~ok", "one"},
        {"~warn", "five"},
        {"~unread", "four"},
        {"~expected", ""},
        {"~mirror", ""},
        {"~dev d-7", "three"},
        {"~dev 10.0.0.7", "three"},
        {"~app grocer", "five four three two one"},
        {"~app go", ""},
        {"~leg server", "two"},
        {"~leg client", "three"},
        {"~alert 46", "three"},
        {"~alert CERTIFICATE_unknown", "three"},
        {"~v tls1.2", "three"},
        {"~v 1.3", "two"},
        {"~issuer \"Trust Root\"", "two"},
        {"~subject R4", "two"},
        {"~ends 1h", "two"},
        {"~store both", "two"},
        {"~check Temporal", "two"},
        {"~note floor", "five"},
        {"~sev high", "five"},
        {"~since 1h", "four three two one"},
        {"~at 07:00-08:00", "five"},
        {"~ms >500", "five"},
        {"~ms 212", "four three two one"},
        {"~ip 203.0.113", "two"},
        {"~ip 10.0.0.7", "three"},
        {"~geo de", "five"},
        {"~id three", "three"},
        {"~id none", ""},
        {"pinned", "three"},
        {"refused", "three"},
        {"R4", "two"},
        {"!~fail", "five four one"},
        {"!(~fail | ~ok)", "five four"},
        {"~fail & !~leg client", "two"},
        {"~d a.example ~ok | ~unread", "four one"},
        {"\"'; DROP TABLE flow; --\"", ""},
    };
    struct flow_look *look = filled(*state);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        found(look, rows[i][0], rows[i][1]);
    flow_look_free(look);
}

static bool first_two(void *arg, const struct flow_row *row)
{
    struct text *out = arg;

    collect(out, row);
    return out->len < 8;
}

static void a_list_goes_on_where_it_ended(void **state)
{
    struct flow_look *look = filled(*state);
    struct flow_list_end end;
    struct text out = {0};
    int64_t last;

    assert_true(
        flow_look_list(look, &(struct flow_list_ask){.most = 2}, collect, &out, &end, NULL));
    assert_string_equal(text_str(&out), "five four");
    assert_false(end.complete);
    text_clear(&out);
    assert_true(flow_look_list(look, &(struct flow_list_ask){.most = 9, .before = end.looked_to},
        collect, &out, &end, NULL));
    assert_string_equal(text_str(&out), "three two one");
    assert_true(end.complete);
    text_clear(&out);
    assert_true(flow_look_last(look, &last, NULL));
    assert_true(flow_look_list(
        look, &(struct flow_list_ask){.after = last - 2}, collect, &out, &end, NULL));
    assert_string_equal(text_str(&out), "four five");
    text_clear(&out);
    assert_true(flow_look_list(look, &(struct flow_list_ask){0}, first_two, &out, &end, NULL));
    assert_string_equal(text_str(&out), "five four");
    text_fini(&out);
    flow_look_free(look);
}

static void a_record_comes_back_as_it_was_logged(void **state)
{
    struct flow_look *look = filled(*state);
    struct text out = {0};
    bool is_there;

    assert_true(flow_look_record(look, "two", &out, &is_there, NULL));
    assert_true(is_there);
    assert_non_null(strstr(text_str(&out), "\"cause\":\"cert-expired-leaf\""));
    assert_int_equal(out.at[0], '{');
    assert_int_equal(out.at[out.len - 1], '}');
    text_clear(&out);
    assert_true(flow_look_record(look, "nobody", &out, &is_there, NULL));
    assert_false(is_there);
    assert_true(flow_look_record_at(look, 1, &out, &is_there, NULL));
    assert_true(is_there);
    assert_non_null(strstr(text_str(&out), "\"id\":\"one\""));
    text_fini(&out);
    flow_look_free(look);
}

/* --- plans --- */

static int take_sql(unsigned kind, void *arg, void *statement, void *text)
{
    struct text *all = arg;

    (void)kind;
    (void)text;
    char *sql = sqlite3_expanded_sql(statement);
    text_add(all, sql);
    text_add_char(all, '\0');
    sqlite3_free(sql);
    return 0;
}

/* The step of a plan that goes through a whole table of ours, or NULL; freed with free. */
static char *scan_in(sqlite3 *handle, const char *sql)
{
    struct text explain = {0};
    sqlite3_stmt *s = NULL;
    char *scan = NULL;

    text_printf(&explain, "EXPLAIN QUERY PLAN %s", sql);
    assert_int_equal(sqlite3_prepare_v2(handle, text_str(&explain), -1, &s, NULL), SQLITE_OK);
    while (!scan && sqlite3_step(s) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(s, 3);
        static const char *const tables[] = {"flow", "x", "flow_tag", "record", "tag", "t"};

        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
            size_t len = strlen(tables[i]);

            if (!strncmp(step, "SCAN ", 5) && !strncmp(step + 5, tables[i], len) &&
                (!step[5 + len] || step[5 + len] == ' '))
                scan = strdup(step);
        }
    }
    sqlite3_finalize(s);
    text_fini(&explain);
    return scan;
}

/* What a list asks by itself, and what it looks up for its filter. */
static void no_list_goes_through_a_whole_table(void **state)
{
    static const char *const filters[] = {"", "~d a.example", "~u basket", "~m post", "~c 4xx",
        "~cause expired", "~sure certain", "~fail", "~ok", "~dev 10.0.0.7", "~app grocer",
        "~leg client", "~alert 46", "~v 1.3", "~issuer Root", "~ends 1h", "~store both",
        "~check Temporal", "~note floor", "~since 1h", "~at 07:00-08:00", "~ms >500", "~ip 10.0",
        "~geo de", "~id three", "~entry connect", "refused", "!~fail", "~fail | ~ok ~d example"};
    struct flow_look *look = filled(*state);
    sqlite3 *handle = database_handle(flow_look_database(look));

    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct filter_fault fault;
        struct filter *filter = filter_parse(filters[i], TRAFFIC_NOW, &fault);
        struct flow_list_end end;
        struct text all = {0}, out = {0};

        sqlite3_trace_v2(handle, SQLITE_TRACE_STMT, take_sql, &all);
        assert_true(flow_look_list(
            look, &(struct flow_list_ask){.filter = filter, .most = 9}, collect, &out, &end, NULL));
        sqlite3_trace_v2(handle, 0, NULL, NULL);
        assert_true(all.len > 0);
        for (const char *sql = text_str(&all); sql < text_str(&all) + all.len;
             sql += strlen(sql) + 1) {
            /* "AND 0": nothing has such a tag, so nothing is gone through. */
            char *scan = strstr(sql, " AND 0 ORDER") ? NULL : scan_in(handle, sql);

            if (scan)
                fail_msg("%s: %s in %s", filters[i], scan, sql);
        }
        text_fini(&all);
        text_fini(&out);
        filter_free(filter);
    }
    flow_look_free(look);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_atom_finds_what_it_says, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(a_list_goes_on_where_it_ended, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_record_comes_back_as_it_was_logged, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            no_list_goes_through_a_whole_table, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
