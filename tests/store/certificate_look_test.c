#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "store/certificate_look.h"
#include "store/filter.h"
#include "store/flow_look.h"
#include "store/tag.h"
#include "traffic.h"

/* Rows as they lie in the file: what is kept of a chain is tests/store/flow_rows_test.c's. */
static void put(struct database *db, int tag, const char *sha256, const char *subject,
    const char *issuer, int is_ca, int ends)
{
    char *sql = sqlite3_mprintf(
        "INSERT INTO tag VALUES (%d, %d, %Q); INSERT INTO flow_tag VALUES (%d, 1);"
        "INSERT INTO certificate VALUES (%d, x'3000', %Q, %Q, 'a.example b.example', 1, %d, %d,"
        " 'P-256');",
        tag, TAG_SHA256, sha256, tag, tag, subject, issuer, ends, is_ca);

    assert_true(database_run(db, sql, NULL));
    sqlite3_free(sql);
}

static struct flow_look *filled(const struct folder *folder)
{
    struct database *db = traffic_opened(folder);
    struct flow *f[] = {traffic_flow("one", "a.example")};

    traffic_add(db, f, 1);
    put(db, 901, "aa01", "CN=a.example", "CN=Issuer One", 0, 500);
    put(db, 902, "aa02", "CN=a.example", "CN=Issuer Two", 0, 300);
    put(db, 903, "aa03", "CN=Issuer Two", "CN=Root", 1, 900);
    put(db, 904, "aa04", "CN=Root", "CN=Root", 1, 950);
    put(db, 905, "aa05", "CN=a.example", "CN=whytls root X", 0, 400);
    return flow_look_new(db);
}

static void see(void *arg, const struct certificate_row *row, const struct certificate_use *use)
{
    text_printf(arg, "%s%s x%d ", row->sha256, use->issuer_changed ? "!" : "", (int)use->n);
}

static void one_is_there(void *arg, const struct certificate_row *row)
{
    text_printf(arg, "%s %s %zu", row->subject, row->names, row->der_len);
}

static void see_host(void *arg, const char *host)
{
    text_add(arg, host);
}

static void each_kind_has_its_list_by_its_end(void **state)
{
    static const struct {
        enum certificate_kind kind;
        const char *text, *wanted;
    } cases[] = {
        {CERTIFICATE_OF_SITES, "", "aa02! x1 aa01 x1 aa03 x1 "},
        {CERTIFICATE_OF_SITES, "\"issuer TWO\"", "aa02! x1 aa03 x1 "},
        {CERTIFICATE_OF_SITES, "aa01", "aa01 x1 "},
        {CERTIFICATE_OF_SITES, "%", ""},
        {CERTIFICATE_MADE, "", "aa05 x1 "},
        {CERTIFICATE_ROOTS, "", "aa04 x1 "},
    };
    struct flow_look *look = filled(*state);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct filter_fault fault;
        struct filter *filter =
            filter_parse_about(FILTER_ABOUT_CERTIFICATES, cases[i].text, 0, &fault);
        const struct certificate_ask ask = {.kind = cases[i].kind,
            .ours = "whytls root X",
            .filter = filter,
            .after_s = INT64_MIN,
            .after_tag = INT64_MIN,
            .most = 9};
        struct certificate_end end;
        struct text out = {0};

        assert_true(certificate_look_each(look, &ask, see, &out, &end, NULL));
        assert_false(end.late);
        if (strcmp(text_str(&out), cases[i].wanted))
            fail_msg("%d \"%s\": %s", cases[i].kind, cases[i].text, text_str(&out));
        text_fini(&out);
        filter_free(filter);
    }
    flow_look_free(look);
}

static void a_list_goes_on_behind_the_last_one(void **state)
{
    struct flow_look *look = filled(*state);
    const struct certificate_ask ask = {.kind = CERTIFICATE_OF_SITES,
        .ours = "whytls root X",
        .after_s = 300,
        .after_tag = 902,
        .most = 1};
    struct certificate_end end;
    struct text out = {0};

    assert_true(certificate_look_each(look, &ask, see, &out, &end, NULL));
    assert_string_equal(text_str(&out), "aa01 x1 ");
    assert_int_equal(end.n, 1);
    assert_int_equal(end.looked_s, 500);
    assert_int_equal(end.looked_tag, 901);
    text_fini(&out);
    flow_look_free(look);
}

static void see_top(void *arg, const struct certificate_row *row, int64_t seq)
{
    text_printf(arg, "%s@%d ", row->sha256, (int)seq);
}

static void those_whose_issuer_was_not_sent_are_the_tops(void **state)
{
    struct flow_look *look = filled(*state);
    const struct certificate_tops_ask ask = {.ours = "whytls root X", .most = 9};
    struct text out = {0};
    bool late;

    assert_true(certificate_look_tops(look, &ask, see_top, &out, &late, NULL));
    assert_false(late);
    /* aa03 stands below a root that was sent, and is a top as well; aa02 has aa03 above it. */
    assert_non_null(strstr(text_str(&out), "aa01@1 "));
    assert_non_null(strstr(text_str(&out), "aa03@1 "));
    assert_null(strstr(text_str(&out), "aa02"));
    assert_null(strstr(text_str(&out), "aa04"));
    assert_null(strstr(text_str(&out), "aa05"));
    text_fini(&out);
    flow_look_free(look);
}

static void one_is_found_by_its_fingerprint(void **state)
{
    struct flow_look *look = filled(*state);
    struct text out = {0};
    bool is_there;

    assert_true(certificate_look_one(look, "aa02", one_is_there, &out, &is_there, NULL));
    assert_true(is_there);
    assert_string_equal(text_str(&out), "CN=a.example a.example b.example 2");
    text_clear(&out);
    assert_true(certificate_look_hosts(look, 902, 3, see_host, &out, NULL));
    assert_string_equal(text_str(&out), "a.example");
    assert_true(certificate_look_one(look, "aa", one_is_there, &out, &is_there, NULL));
    assert_false(is_there);
    text_fini(&out);
    flow_look_free(look);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            each_kind_has_its_list_by_its_end, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_list_goes_on_behind_the_last_one, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            those_whose_issuer_was_not_sent_are_the_tops, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(one_is_found_by_its_fingerprint, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
