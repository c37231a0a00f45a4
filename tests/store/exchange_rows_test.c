#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "exchange_rows.h"
#include "flow/spoken.h"
#include "squeeze.h"
#include "traffic.h"

static const char request[] = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
static const char bytes[] = "\0\x01zip\xff";

static struct flow *talking(const char *id)
{
    struct flow *f = traffic_flow(id, "a.example");

    f->spoken = spoken_new();
    for (size_t i = 0; i < 3; i++) {
        spoken_at(f->spoken, i)->at_ms = (int64_t)i * 200;
        spoken_head(f->spoken, i, SPOKEN_REQUEST, request, strlen(request));
    }
    spoken_body(f->spoken, 1, SPOKEN_RESPONSE, bytes, sizeof bytes);
    f->spoken->at[1].said[SPOKEN_RESPONSE].body_cut = true;
    spoken_body(f->spoken, 2, SPOKEN_REQUEST, "", 0);
    f->spoken->at[2].said[SPOKEN_RESPONSE].head_cut = true;
    return f;
}

static void what_was_said_comes_back(void **state)
{
    struct err e = {0};
    struct spoken *s;
    int64_t seq;
    struct database *db = traffic_opened(*state);
    struct flow *f = talking("one");
    traffic_add(db, &f, 1);
    struct flow_look *look = flow_look_new(db);
    assert_true(flow_look_seq(look, "one", &seq, &e));
    assert_true(flow_look_spoken(look, seq, &s, &e));
    assert_int_equal(s->n, 3);
    assert_int_equal(s->at[2].at_ms, 400);
    assert_string_equal(text_str(&s->at[0].said[SPOKEN_REQUEST].head), request);
    assert_int_equal(s->at[1].said[SPOKEN_RESPONSE].body.len, sizeof bytes);
    assert_memory_equal(s->at[1].said[SPOKEN_RESPONSE].body.at, bytes, sizeof bytes);
    assert_true(s->at[1].said[SPOKEN_RESPONSE].body_cut);
    assert_true(s->at[2].said[SPOKEN_REQUEST].body_kept);
    assert_false(s->at[2].said[SPOKEN_RESPONSE].body_kept);
    assert_true(s->at[2].said[SPOKEN_RESPONSE].head_cut);
    spoken_free(s);
    flow_look_free(look);
}

static void a_flow_that_said_nothing_has_no_rows(void **state)
{
    struct spoken *s;
    struct err e = {0};
    int64_t seq;
    struct database *db = traffic_opened(*state);
    struct flow *f = traffic_flow("one", "a.example");
    traffic_add(db, &f, 1);
    struct flow_look *look = flow_look_new(db);
    assert_true(flow_look_seq(look, "one", &seq, &e));
    assert_true(flow_look_spoken(look, seq, &s, &e));
    assert_null(s);
    assert_true(flow_look_seq(look, "another", &seq, &e));
    assert_int_equal(seq, 0);
    flow_look_free(look);
}

static void rows_go_with_their_flow(void **state)
{
    struct err e = {0};
    bool more, row;
    struct database *db = traffic_opened(*state);
    struct flow *f = talking("one");
    traffic_add(db, &f, 1);
    struct flow_rows *rows = flow_rows_new(db, &e);
    struct flow_rows_limits limits = {.oldest_ms = TRAFFIC_NOW * 2};
    int64_t n = 0;
    assert_true(flow_rows_prune(rows, &limits, &n, &more, &e));
    sqlite3_stmt *s = database_statement(
        db, "SELECT (SELECT count(*) FROM heads) + (SELECT count(*) FROM bodies)", &e);
    assert_true(database_step(db, s, &row, &e));
    assert_int_equal(sqlite3_column_int(s, 0), 0);
    sqlite3_reset(s);
    flow_rows_free(rows);
    database_close(db);
}

static void broken_rows_are_an_error_and_nothing_worse(void **state)
{
    static const char *const broken[] = {"\x01", "\x01\xff\xff\xff\xff\xff\xff\xff\x7f", "\x80",
        "\x01\x08xx", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};
    struct squeeze *squeeze = squeeze_new("HTTP/1.1 200 OK", 15);

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct text packed = {0};
        struct err e = {0};
        struct spoken *s = spoken_new();

        assert_true(squeeze_pack(squeeze, broken[i], strlen(broken[i]), &packed, &e));
        assert_false(exchange_heads_unpack(squeeze, packed.at, packed.len, s, &e));
        assert_int_equal(e.kind, ERR_INPUT);
        assert_false(exchange_bodies_unpack(squeeze, packed.at, packed.len, s, &e));
        spoken_free(s);
        text_fini(&packed);
    }
    squeeze_free(squeeze);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_said_comes_back, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_flow_that_said_nothing_has_no_rows, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(rows_go_with_their_flow, folder_make, folder_drop),
        cmocka_unit_test(broken_rows_are_an_error_and_nothing_worse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
