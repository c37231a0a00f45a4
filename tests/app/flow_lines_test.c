#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
    assert_non_null(strstr(text_str(&out), "          Because  ✓ It ended on 18 Nov 2026"));
    assert_non_null(strstr(text_str(&out), "Renew the certificate."));
    assert_non_null(strstr(text_str(&out), "          01JD6Q7T4E\n\n"));
    text_fini(&out);
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
        cmocka_unit_test(as_json_a_record_stays_as_it_is),
        cmocka_unit_test(what_is_no_record_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
