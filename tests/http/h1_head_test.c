#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "events.h"
#include "h1.h"

static void deviations_are_named(void **state)
{
    (void)state;
    static const struct {
        enum h1_side side;
        const char *bytes, *finding;
    } cases[] = {
        {H1_RESPONSES, "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", "folded"},
        {H1_RESPONSES, "HTTP/1.1 200 OK\r\nX : a\r\n\r\n", "blank before the colon"},
        {H1_REQUESTS, "GET / HTTP/1.1\r\nX: a\r\n\r\n", "no Host"},
        {H1_REQUESTS, "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "empty line"},
        {H1_REQUESTS, "GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", "above 7 bits"},
        {H1_RESPONSES, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "in HTTP/1.0"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const *findings;
        struct run r;

        run_init(&r, cases[i].side);
        run_feed(&r, cases[i].bytes, strlen(cases[i].bytes));
        if (h1_findings(r.h, &findings) != 1 || !strstr(findings[0], cases[i].finding))
            fail_msg("%s\nsaid: %s%zu findings", cases[i].bytes, text_str(&r.said),
                h1_findings(r.h, &findings));
        run_fini(&r);
    }
}

static void a_clean_head_has_no_findings(void **state)
{
    (void)state;
    const char *const *findings;
    struct run r;

    run_init(&r, H1_REQUESTS);
    run_feed(&r, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
    assert_int_equal(h1_findings(r.h, &findings), 0);
    run_fini(&r);
}

static void heads_are_bounded(void **state)
{
    (void)state;
    struct text many = {0}, big = {0};
    struct run r;

    text_add(&many, "GET / HTTP/1.1\r\nHost: x\r\n");
    for (int i = 1; i < H1_FIELDS_MOST; i++)
        text_add(&many, "A: b\r\n");
    run_init(&r, H1_REQUESTS);
    run_feed(&r, text_str(&many), many.len);
    run_feed(&r, "\r\n", 2);
    assert_int_equal(h1_head(r.h)->n_fields, H1_FIELDS_MOST);
    run_fini(&r);

    run_init(&r, H1_REQUESTS);
    run_feed(&r, text_str(&many), many.len);
    run_feed(&r, "A: b\r\n\r\n", 8);
    assert_non_null(strstr(text_str(&r.said), "bad a head of more than 200 fields"));
    run_fini(&r);

    text_add(&big, "GET / HTTP/1.1\r\nA: ");
    while (big.len <= H1_HEAD_MOST)
        text_add(&big, "0123456789");
    run_init(&r, H1_REQUESTS);
    run_feed(&r, text_str(&big), big.len);
    assert_non_null(strstr(text_str(&r.said), "bad a head of more than 64 KiB"));
    run_fini(&r);
    text_fini(&many);
    text_fini(&big);
}

static void a_head_stays_raw_and_goes_nowhere(void **state)
{
    (void)state;
    static const char bytes[] = "GET / HTTP/1.1\r\nhOST:x\r\n\r\n";
    struct run r;

    run_init(&r, H1_REQUESTS);
    evbuffer_add(r.in, bytes, sizeof bytes - 1);
    assert_true(h1_is_idle(r.h));
    assert_int_equal(h1_next(r.h, r.in, r.out), H1_HEAD);
    assert_false(h1_is_idle(r.h));
    assert_int_equal(evbuffer_get_length(r.in), 0);
    assert_int_equal(evbuffer_get_length(r.out), 0);
    assert_int_equal(h1_head(r.h)->raw_len, sizeof bytes - 1);
    assert_memory_equal(h1_head(r.h)->raw, bytes, sizeof bytes - 1);
    assert_string_equal(h1_field(h1_head(r.h), "Host"), "x");
    assert_null(h1_field(h1_head(r.h), "Hos"));
    assert_int_equal(h1_next(r.h, r.in, r.out), H1_END);
    assert_true(h1_is_idle(r.h));
    run_fini(&r);
}

static void a_large_head_does_not_disturb_the_next_one(void **state)
{
    (void)state;
    struct text big = {0};
    struct run r;

    text_add(&big, "GET / HTTP/1.1\r\nHost: x\r\nA: ");
    while (big.len < 30000)
        text_add(&big, "0123456789");
    text_add(&big, "\r\n\r\nGET /2 HTTP/1.1\r\nHost: y\r\n\r\n");
    run_init(&r, H1_REQUESTS);
    run_feed(&r, text_str(&big), big.len);
    assert_non_null(
        strstr(text_str(&r.said), "keep\nend 0\nhead GET /2 1.1 [Host=y] keep\nend 0\n"));
    run_fini(&r);
    text_fini(&big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deviations_are_named),
        cmocka_unit_test(a_clean_head_has_no_findings),
        cmocka_unit_test(heads_are_bounded),
        cmocka_unit_test(a_head_stays_raw_and_goes_nowhere),
        cmocka_unit_test(a_large_head_does_not_disturb_the_next_one),
    };

    return cmocka_run_group_tests_name("http/h1_head", tests, NULL, NULL);
}
