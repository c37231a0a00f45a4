#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mailbox.h"

#include "fetch_priv.h"
#include "web.h"

/* One question from the test's thread to the fetcher's, and its answer. */
struct question {
    struct fetch_wish wish;
    int64_t keep_s;
    struct mailbox *inbox;
    enum fetch_result result;
    char body[64];
    int64_t max_age_s;
};

static int64_t came(void *arg, const struct fetch_got *got)
{
    struct question *q = arg;
    size_t len = got->len < sizeof q->body - 1 ? got->len : sizeof q->body - 1;

    q->result = got->result;
    q->max_age_s = got->max_age_s;
    if (len)
        memcpy(q->body, got->bytes, len);
    int64_t keep_s = q->keep_s;
    assert_true(mailbox_post(q->inbox, q));
    return keep_s;
}

static void begin(struct fetcher *f, void *arg)
{
    struct question *q = arg;

    fetch_begin(f, &q->wish);
}

static void put(struct question *q, struct mailbox *inbox, const char *url)
{
    q->inbox = inbox;
    q->wish.url = url;
    q->wish.most = q->wish.most ? q->wish.most : 1024;
    q->wish.done = came;
    q->wish.arg = q;
}

static enum fetch_result ask(struct fetcher *f, struct question *q, const char *url)
{
    struct mailbox *inbox = mailbox_new(1);

    put(q, inbox, url);
    assert_true(fetch_post(f, begin, q));
    assert_ptr_equal(mailbox_wait(inbox, 20000), q);
    mailbox_free(inbox, NULL);
    return q->result;
}

static struct cert_span text(const char *s)
{
    return (struct cert_span){(const uint8_t *)s, strlen(s)};
}

struct bench {
    struct web web;
    struct fetcher *f;
};

static int set_up(void **state)
{
    struct bench *b = mem_new(sizeof *b);
    struct err e = {0};

    web_page(&b->web, "/hello", "200 OK", "Cache-Control: public, max-age=7200\r\n", text("hello"));
    web_page(&b->web, "/empty", "200 OK", NULL, text(""));
    web_page(&b->web, "/long", "200 OK", NULL, text("0123456789012345678901234567890123456789"));
    web_page(&b->web, "/moved", "302 Found", "Location: http://other.web.test/hello\r\n", text(""));
    web_page(&b->web, "/tls", "302 Found", "Location: https://other.web.test/hello\r\n", text(""));
    web_page(&b->web, "/file", "302 Found", "Location: file:///etc/passwd\r\n", text(""));
    web_page(&b->web, "/inward", "302 Found", "Location: http://127.0.0.1/hello\r\n", text(""));
    web_page(&b->web, "/round", "302 Found", "Location: /round\r\n", text(""));
    web_start(&b->web);
    b->f = fetcher_start(&(struct fetch_config){.clock = clock_system(), .dial = &b->web.dial}, &e);
    assert_non_null(b->f);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    fetcher_free(b->f);
    web_stop(&b->web);
    mem_free(b);
    return 0;
}

static void a_page_is_fetched_with_its_age(void **state)
{
    struct bench *b = *state;
    struct question q = {.keep_s = 0};

    assert_int_equal(ask(b->f, &q, "http://ca.web.test/hello"), FETCH_OK);
    assert_string_equal(q.body, "hello");
    assert_int_equal(q.max_age_s, 7200);
}

static void what_goes_wrong_is_told_apart(void **state)
{
    static const struct {
        const char *url;
        size_t most;
        enum fetch_result result;
    } rows[] = {
        {"http://ca.web.test/nowhere", 0, FETCH_REFUSED},
        {"http://ca.web.test/empty", 0, FETCH_REFUSED},
        {"http://ca.web.test/long", 39, FETCH_TOO_LARGE},
        {"http://ca.web.test/long", 40, FETCH_OK},
        {"http://gone.web.test/hello", 0, FETCH_UNREACHABLE},
        {"http://ca.web.test/tls", 0, FETCH_REFUSED},
        {"http://ca.web.test/file", 0, FETCH_REFUSED},
        {"http://ca.web.test/round", 0, FETCH_REFUSED},
        {"https://ca.web.test/hello", 0, FETCH_BAD_URL},
        {"http://127.0.0.1:9/hello", 0, FETCH_FORBIDDEN},
        {"http://[::1]:9/hello", 0, FETCH_FORBIDDEN},
        {"http://192.168.77.77:9/hello", 0, FETCH_FORBIDDEN},
        {"http://169.254.169.254/latest", 0, FETCH_FORBIDDEN},
        {"http://localhost:9/hello", 0, FETCH_FORBIDDEN},
    };
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct question q = {.wish = {.most = rows[i].most}};
        enum fetch_result r = ask(b->f, &q, rows[i].url);

        if (r != rows[i].result)
            fail_msg("%s: %d", rows[i].url, (int)r);
    }
}

static void a_redirect_is_followed(void **state)
{
    struct bench *b = *state;
    struct question q = {.keep_s = 0};

    assert_int_equal(ask(b->f, &q, "http://ca.web.test/moved"), FETCH_OK);
    assert_string_equal(q.body, "hello");
}

static void loopback_is_for_sites_that_are_there(void **state)
{
    struct bench *b = *state;
    struct question q = {.wish = {.reach = FETCH_LOOPBACK}};
    char url[64];

    snprintf(url, sizeof url, "http://127.0.0.1:%d/hello", b->web.port);
    assert_int_equal(ask(b->f, &q, url), FETCH_OK);
    struct question from_outside = {.wish = {.reach = FETCH_PUBLIC}};
    assert_int_equal(
        ask(b->f, &from_outside, url), FETCH_FORBIDDEN); /* though it is kept for the other */
}

static void an_answer_is_kept_as_long_as_it_is_said_to_be_good(void **state)
{
    struct bench *b = *state;
    struct question keep = {.keep_s = 60}, again = {.keep_s = 0};
    int before = atomic_load(&b->web.pages[0].asked);

    assert_int_equal(ask(b->f, &keep, "http://ca.web.test/hello?kept"), FETCH_OK);
    assert_int_equal(ask(b->f, &again, "http://ca.web.test/hello?kept"), FETCH_OK);
    assert_string_equal(again.body, "hello");
    assert_int_equal(atomic_load(&b->web.pages[0].asked) - before, 1);
    struct question no = {.keep_s = 60}, still = {.keep_s = 60};
    before = atomic_load(&b->web.connections);
    assert_int_equal(ask(b->f, &no, "http://ca.web.test/missing"), FETCH_REFUSED);
    assert_int_equal(ask(b->f, &still, "http://ca.web.test/missing"), FETCH_REFUSED);
    assert_int_equal(atomic_load(&b->web.connections) - before, 1);
}

struct crowd {
    struct question q[5];
};

static void begin_all(struct fetcher *f, void *arg)
{
    struct crowd *c = arg;

    for (size_t i = 0; i < 5; i++)
        fetch_begin(f, &c->q[i].wish);
}

static void the_same_address_in_flight_is_asked_once(void **state)
{
    struct bench *b = *state;
    struct mailbox *inbox = mailbox_new(5);
    struct crowd c = {.q = {{.keep_s = 0}}};
    int before = atomic_load(&b->web.pages[0].asked);

    for (size_t i = 0; i < 5; i++)
        put(&c.q[i], inbox, "http://ca.web.test/hello?crowd");
    assert_true(fetch_post(b->f, begin_all, &c));
    for (size_t i = 0; i < 5; i++)
        assert_non_null(mailbox_wait(inbox, 20000));
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(c.q[i].body, "hello");
    assert_int_equal(atomic_load(&b->web.pages[0].asked) - before, 1);
    mailbox_free(inbox, NULL);
}

static void once_stopped_it_takes_nothing_more(void **state)
{
    struct question q = {.keep_s = 0};
    struct fetcher *f = fetcher_start(&(struct fetch_config){.clock = clock_system()}, NULL);

    (void)state;
    fetcher_stop(f);
    fetcher_stop(f);
    assert_false(fetch_post(f, begin, &q));
    fetcher_free(f);
    fetcher_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_fetched_with_its_age),
        cmocka_unit_test(what_goes_wrong_is_told_apart),
        cmocka_unit_test(a_redirect_is_followed),
        cmocka_unit_test(loopback_is_for_sites_that_are_there),
        cmocka_unit_test(an_answer_is_kept_as_long_as_it_is_said_to_be_good),
        cmocka_unit_test(the_same_address_in_flight_is_asked_once),
        cmocka_unit_test(once_stopped_it_takes_nothing_more),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
