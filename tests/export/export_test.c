#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"
#include "store/filter.h"

static void every_form_leaves_credentials_out(void **state)
{
    struct flow_look *look = archive_open(state);

    for (enum export_form form = 0; form < N_EXPORT_FORMS; form++) {
        struct export_ask ask = {.form = form, .now_ms = TRAFFIC_NOW};
        struct text out = {0};

        if (form == EXPORT_KEYLOG)
            continue;
        archive_write(look, &ask, &out);
        if (strstr(text_str(&out), "geheim"))
            fail_msg("%s: %s", export_form_name(form), strstr(text_str(&out), "geheim"));
        text_fini(&out);
    }
    flow_look_free(look);
}

static void raw_leaves_them_in(void **state)
{
    static const enum export_form forms[] = {EXPORT_HAR, EXPORT_JSONL, EXPORT_CURL};
    struct flow_look *look = archive_open(state);

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct export_ask ask = {.form = forms[i], .raw = true};
        struct text out = {0};

        archive_write(look, &ask, &out);
        assert_non_null(strstr(text_str(&out), "geheim"));
        text_fini(&out);
    }
    flow_look_free(look);
}

static void raw_lines_are_those_of_the_log(void **state)
{
    struct flow_look *look = archive_open(state);
    struct text out = {0}, record = {0};
    struct err e = {0};
    bool found;

    assert_true(flow_look_record(look, "one", &record, &found, &e));
    archive_write(look, &(struct export_ask){.form = EXPORT_JSONL, .raw = true}, &out);
    assert_memory_equal(text_str(&out), text_str(&record), record.len);
    assert_int_equal(out.at[record.len], '\n');
    text_fini(&out);
    text_fini(&record);
    flow_look_free(look);
}

static void one_flow_or_what_a_filter_finds_is_written(void **state)
{
    struct flow_look *look = archive_open(state);
    struct filter_fault fault;
    struct filter *filter = filter_parse("~d c.example", TRAFFIC_NOW, &fault);
    struct text out = {0};
    struct err e = {0};

    archive_write(look, &(struct export_ask){.form = EXPORT_CSV, .id = "one"}, &out);
    assert_non_null(strstr(text_str(&out), "\r\n\"one\","));
    assert_null(strstr(text_str(&out), "\"three\","));
    text_clear(&out);
    archive_write(look, &(struct export_ask){.form = EXPORT_CSV, .filter = filter}, &out);
    assert_null(strstr(text_str(&out), "\"one\","));
    assert_non_null(strstr(text_str(&out), "\r\n\"three\","));
    assert_null(export_begin(look, &(struct export_ask){.id = "nobody"}, &e));
    assert_int_equal(e.kind, ERR_USAGE);
    text_fini(&out);
    filter_free(filter);
    flow_look_free(look);
}

static void a_cell_is_never_a_formula(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *f = traffic_flow("one", "a.example");
    struct text out = {0};

    f->client->app->name = "=cmd(\"x\")";
    traffic_add(db, &f, 1);
    struct flow_look *look = flow_look_new(db);
    archive_write(look, &(struct export_ask){.form = EXPORT_CSV}, &out);
    assert_non_null(strstr(text_str(&out), ",\"'=cmd(\"\"x\"\")\","));
    text_fini(&out);
    flow_look_free(look);
}

static void a_quote_does_not_end_a_command(void **state)
{
    struct flow_look *look = archive_open(state);
    struct text out = {0};

    archive_write(look, &(struct export_ask){.form = EXPORT_CURL, .id = "one"}, &out);
    assert_non_null(strstr(text_str(&out), "curl --globoff --path-as-is -X 'POST' "
                                           "'https://a.example/login?code=REDACTED&x=<b>'"));
    assert_non_null(strstr(text_str(&out), "-H 'Cookie: sid=REDACTED'"));
    assert_non_null(strstr(text_str(&out), "\"note\":\"it'\\''s</script>\"}'"));
    assert_null(strstr(text_str(&out), "-H 'Host:"));
    text_fini(&out);
    flow_look_free(look);
}

static void progress_tells_how_far_it_is(void **state)
{
    struct flow_look *look = archive_open(state);
    struct export_progress progress;
    struct text out = {0};
    struct err e = {0};
    bool more;
    struct export *x = export_begin(look, &(struct export_ask){.form = EXPORT_JSONL}, &e);

    assert_non_null(x);
    export_progress(x, &progress);
    assert_int_equal(progress.seen, 0);
    assert_int_equal(progress.total, 3);
    assert_true(export_next(x, &out, &more, &e));
    assert_false(more);
    export_progress(x, &progress);
    assert_int_equal(progress.written, 3);
    assert_int_equal(progress.seen, 3);
    export_end(x);
    /* One that is given up in the middle. */
    x = export_begin(look, &(struct export_ask){.form = EXPORT_HAR}, &e);
    export_end(x);
    text_fini(&out);
    flow_look_free(look);
}

static void forms_are_found_by_their_names(void **state)
{
    struct text names = {0};
    enum export_form form;

    (void)state;
    for (enum export_form f = 0; f < N_EXPORT_FORMS; f++) {
        assert_true(export_form_find(export_form_name(f), &form));
        assert_int_equal(form, f);
        assert_int_equal(*export_form_suffix(f), '.');
        assert_non_null(strchr(export_form_type(f), '/'));
    }
    assert_true(export_form_find("report", &form));
    assert_int_equal(form, EXPORT_HTML);
    assert_false(export_form_find("xml", &form));
    export_form_names(&names);
    assert_string_equal(
        text_str(&names), "jsonl, har, csv, pcapng, keylog, curl, report.html, report.md");
    text_fini(&names);
}

static void a_key_log_is_raw_and_a_report_never(void **state)
{
    struct err e = {0};

    (void)state;
    for (enum export_form f = 0; f < N_EXPORT_FORMS; f++) {
        bool is_report = f == EXPORT_HTML || f == EXPORT_MARKDOWN;
        struct export_ask raw = {.form = f, .raw = true}, plain = {.form = f};

        assert_int_equal(export_ask_check(&raw, &e), !is_report);
        assert_int_equal(export_ask_check(&plain, &e), f != EXPORT_KEYLOG);
    }
    assert_int_equal(e.kind, ERR_USAGE);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(every_form_leaves_credentials_out),
        IN_FOLDER(raw_leaves_them_in),
        IN_FOLDER(raw_lines_are_those_of_the_log),
        IN_FOLDER(one_flow_or_what_a_filter_finds_is_written),
        IN_FOLDER(a_cell_is_never_a_formula),
        IN_FOLDER(a_quote_does_not_end_a_command),
        IN_FOLDER(progress_tells_how_far_it_is),
        cmocka_unit_test(a_key_log_is_raw_and_a_report_never),
        cmocka_unit_test(forms_are_found_by_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
