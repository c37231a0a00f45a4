#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "flow/flow_json.h"
#include "flow/sample_flow.h"
#include "flow_lines.h"
#include "term.h"

static const struct term usual = {.utf8 = true, .width = 80};

static void add(struct flow_lines *l, struct flow *f, struct text *out)
{
    struct text record = {0};
    struct json_out json;
    struct err e = {0};

    /* A log names certificates by their fingerprints. */
    for (size_t i = 0; i < f->server_leg->n_chain; i++)
        f->server_leg->chain[i].sha256 = "ab";
    f->decision->answer = f->refused_by_us ? "page" : "relay";
    json_init(&json, &record);
    flow_json(f, &json);
    if (!flow_lines_add(l, &record, out, &e))
        fail_msg("%s", e.text);
    text_fini(&record);
    flow_free(f);
}

static void a_record_is_told_as_the_proxy_told_it_under_its_day(void **state)
{
    struct flow_lines l = {.term = &usual};
    struct text out = {0};
    struct flow *next_day = sample_fine();

    (void)state;
    next_day->at_ms += 24 * 3600 * 1000;
    add(&l, sample_fine(), &out);
    add(&l, sample_expired(), &out);
    add(&l, next_day, &out);
    assert_string_equal(text_str(&out),
        "21 Nov 2026\n"
        "09:41:52  ● fine      api.shop.example.com  4 requests, 212 ms\n"
        "09:41:52  ◆ failing   The server's certificate has expired          ▮▮▮ certain\n"
        "                      api.shop.example.com · Anna's iPhone · Grocer\n"
        "22 Nov 2026\n"
        "09:41:52  ● fine      api.shop.example.com  4 requests, 212 ms\n");
    text_fini(&out);
}

static void an_explained_one_has_its_reasons_and_its_id(void **state)
{
    struct flow_lines l = {.term = &usual, .verbose = true};
    struct text out = {0};

    (void)state;
    add(&l, sample_expired(), &out);
    assert_non_null(strstr(text_str(&out), "  Because  ✓ It ended on 18 Nov 2026"));
    assert_non_null(strstr(text_str(&out), "Renew the certificate."));
    assert_non_null(strstr(text_str(&out), "ended 2 days ago ◄ the fault\n"));
    assert_non_null(strstr(text_str(&out), " 01JD6Q7T4E\n\n"));
    text_fini(&out);
}

static void a_fine_one_has_its_chain_and_its_id(void **state)
{
    struct flow_lines l = {.term = &usual, .verbose = true};
    struct text out = {0};
    struct flow *f = sample_fine();

    (void)state;
    sample_certificate(f, "shop.example", "Example CA", 0, 1);
    add(&l, f, &out);
    assert_non_null(strstr(text_str(&out), "  ● (a certificate)  "));
    assert_non_null(strstr(text_str(&out), "\n\n  01JD6Q7T4E\n\n"));
    text_fini(&out);
}

static void every_line_fits_the_window(void **state)
{
    static const int widths[] = {20, 33, 40, 51, 52, 59, 60, 79, 80, 120, 200};

    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct term t = {.utf8 = i % 2, .width = widths[i]};
        struct flow_lines l = {.term = &t, .verbose = true};
        struct text out = {0};
        struct flow *f = sample_fine();

        sample_certificate(f, "a-name-that-is-longer-than-most-columns-are.shop.example",
            "An Authority of Many Words", 0, 1);
        f->target->host = "a-name-that-is-longer-than-most-columns-are.shop.example";
        add(&l, f, &out);
        add(&l, sample_expired(), &out);
        for (const char *at = text_str(&out), *end; (end = strchr(at, '\n')); at = end + 1) {
            char line[1000];

            snprintf(line, sizeof line, "%.*s", (int)(end - at), at);
            if (term_columns(line) > (size_t)widths[i])
                fail_msg("%zu columns at %d: %s", term_columns(line), widths[i], line);
        }
        text_fini(&out);
    }
}

static void as_json_a_record_stays_as_it_is(void **state)
{
    struct flow_lines l = {.term = &usual, .json = true};
    struct text record = {0}, out = {0};

    (void)state;
    text_add(&record, "{\"v\":1}");
    assert_true(flow_lines_add(&l, &record, &out, NULL));
    assert_string_equal(text_str(&out), "{\"v\":1}\n");
    text_fini(&record);
    text_fini(&out);
}

static void what_is_no_record_is_an_error(void **state)
{
    struct flow_lines l = {.term = &usual};
    struct text record = {0}, out = {0};
    struct err e = {0};

    (void)state;
    text_add(&record, "[1,2]");
    assert_false(flow_lines_add(&l, &record, &out, &e));
    assert_non_null(strstr(e.text, "a record of the store"));
    text_fini(&record);
    text_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_told_as_the_proxy_told_it_under_its_day),
        cmocka_unit_test(an_explained_one_has_its_reasons_and_its_id),
        cmocka_unit_test(a_fine_one_has_its_chain_and_its_id),
        cmocka_unit_test(every_line_fits_the_window),
        cmocka_unit_test(as_json_a_record_stays_as_it_is),
        cmocka_unit_test(what_is_no_record_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
