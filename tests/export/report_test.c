#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"
#include "report.h"

static void add_faulty(struct database *db)
{
    struct flow *f = sample_expired();

    f->id = "two";
    f->target->host = "shop.example";
    f->client->ip = "192.168.1.52";
    f->client->device->id = "d-77";
    f->client->device->name = "Anna's iPhone";
    f->client->agent = "SecretApp/1";
    f->diagnosis[0].why = "192.168.1.52 asked https://shop.example/secret for <script>alert(1)";
    for (size_t i = 0; i < f->server_leg->n_chain; i++)
        f->server_leg->chain[i].sha256 = flow_text(f, i ? "b2" : "a1");
    traffic_add(db, &f, 1);
}

static void nothing_private_is_in_a_report(void **state)
{
    static const char *const hidden[] = {
        "192.168.1.52", "d-77", "Anna", "SecretApp", "/secret", " <script"};
    static const enum export_form forms[] = {EXPORT_HTML, EXPORT_MARKDOWN};
    struct database *db = traffic_opened(*state);

    add_faulty(db);
    struct flow_look *look = flow_look_new(db);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct text out = {0};

        archive_write(look, &(struct export_ask){.form = forms[i], .now_ms = TRAFFIC_NOW}, &out);
        for (size_t k = 0; k < sizeof hidden / sizeof *hidden; k++)
            if (strstr(text_str(&out), hidden[k]))
                fail_msg("%s is in %s", hidden[k], text_str(&out));
        assert_non_null(strstr(text_str(&out), "Report on shop.example"));
        assert_non_null(strstr(text_str(&out), "whytls explain shop.example"));
        assert_null(strstr(text_str(&out), "http-equiv=\"refresh"));
        text_fini(&out);
    }
    flow_look_free(look);
}

static void what_a_server_can_mend_is_chosen_first(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *f[] = {traffic_flow("one", "a.example"), traffic_flow("other", "shop.example"),
        traffic_flow("again", "shop.example")};
    int64_t seqs[8];
    struct err e = {0};
    size_t n;

    f[1]->target->port = 993;
    add_faulty(db);
    traffic_add(db, f, 3);
    struct flow_look *look = flow_look_new(db);
    assert_true(report_choose(look, NULL, seqs, 8, &n, &e));
    assert_int_equal(n, 2);
    assert_int_equal(seqs[0], 1);
    assert_int_equal(seqs[1], 3);
    flow_look_free(look);
}

static void an_empty_store_has_no_report(void **state)
{
    struct flow_look *look = flow_look_new(traffic_opened(*state));
    struct err e = {0};

    assert_null(export_begin(look, &(struct export_ask){.form = EXPORT_HTML}, &e));
    assert_string_equal(e.text, "no connection to report on");
    flow_look_free(look);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_private_is_in_a_report, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            what_a_server_can_mend_is_chosen_first, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(an_empty_store_has_no_report, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
