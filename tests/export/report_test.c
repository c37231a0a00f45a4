#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"
#include "report.h"

static void an_empty_store_has_no_report(void **state)
{
    struct flow_look *look = flow_look_new(traffic_opened(*state));
    struct err e = {0};

    assert_null(export_begin(look, &(struct export_ask){.form = EXPORT_HTML}, &e));
    assert_string_equal(e.text, "no connection to report on");
    flow_look_free(look);
}

static void a_report_that_is_given_up_leaves_nothing(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *f = archive_faulty("two", "shop.example");
    struct err e = {0};

    traffic_add(db, &f, 1);
    struct flow_look *look = flow_look_new(db);
    struct export *x = export_begin(look, &(struct export_ask){.form = EXPORT_HTML}, &e);
    assert_non_null(x);
    export_end(x);
    flow_look_free(look);
}

static void each_service_of_the_host_is_told_of(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *f[] = {
        archive_faulty("two", "shop.example"), archive_faulty("three", "shop.example")};
    struct text out = {0};

    f[1]->target->port = 993;
    f[1]->mail = FLOW_MAKE(f[1], mail);
    f[1]->mail->protocol = "imap";
    f[1]->mail->starttls = "implicit";
    traffic_add(db, f, 2);
    struct flow_look *look = flow_look_new(db);
    archive_write(look, &(struct export_ask){.form = EXPORT_MARKDOWN, .now_ms = TRAFFIC_NOW}, &out);
    assert_non_null(strstr(text_str(&out), "| HTTPS, port 443 |"));
    assert_non_null(strstr(text_str(&out), "| IMAPS, port 993 |"));
    text_fini(&out);
    flow_look_free(look);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(an_empty_store_has_no_report),
        IN_FOLDER(a_report_that_is_given_up_leaves_nothing),
        IN_FOLDER(each_service_of_the_host_is_told_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
