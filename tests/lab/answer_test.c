#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include <event2/buffer.h>

#include "answer.h"
#include "base/clock.h"
#include "base/mem.h"
#include "pki.h"

enum { NOW_S = 1795165200 }; /* Fri, 20 Nov 2026 09:00 */

struct talk {
    struct clock clock;
    struct pki *pki;
    struct answer answer;
    struct evbuffer *in, *out;
};

/* One for all: its keys take long to find. */
static struct pki *shared;

static int make_shared(void **state)
{
    struct err e = {0};

    (void)state;
    shared = pki_make(NOW_S, &e);
    return shared ? 0 : -1;
}

static int free_shared(void **state)
{
    (void)state;
    pki_free(shared);
    return 0;
}

static int begin(void **state)
{
    struct talk *t = mem_new(sizeof *t);

    clock_fake_init(&t->clock, (int64_t)NOW_S * 1000);
    t->pki = shared;
    t->answer = (struct answer){.pki = t->pki, .clock = &t->clock};
    t->in = evbuffer_new();
    t->out = evbuffer_new();
    *state = t;
    return 0;
}

static int end(void **state)
{
    struct talk *t = *state;

    evbuffer_free(t->in);
    evbuffer_free(t->out);
    mem_free(t);
    return 0;
}

static enum answer_state say(struct talk *t, const char *text)
{
    evbuffer_add(t->in, text, strlen(text));
    return answer_requests(&t->answer, t->in, t->out);
}

static const char *heard(struct talk *t)
{
    evbuffer_add(t->out, "", 1);
    return (const char *)evbuffer_pullup(t->out, -1);
}

static void a_page_names_host_and_cause_and_tells_the_time(void **state)
{
    struct talk *t = *state;

    assert_int_equal(
        say(t, "GET / HTTP/1.1\r\nHost: CERT-expired-leaf.lab.test:443\r\n\r\n"), ANSWER_HUNGRY);
    const char *reply = heard(t), *body = strstr(reply, "\r\n\r\n") + 4;
    assert_non_null(strstr(reply, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(reply, "Date: Fri, 20 Nov 2026 09:00:00 GMT\r\n"));
    assert_null(strstr(reply, "Connection:"));
    assert_non_null(strstr(body, "cert-expired-leaf.lab.test: cert-expired-leaf"));
    assert_int_equal(strtoul(strstr(reply, "Content-Length: ") + 16, NULL, 10), strlen(body));
}

static void a_request_may_come_byte_by_byte(void **state)
{
    static const char text[] = "GET / HTTP/1.1\r\nHost: good.lab.test\r\n\r\n";
    struct talk *t = *state;

    for (size_t i = 0; text[i]; i++)
        assert_int_equal(say(t, (char[]){text[i], 0}), ANSWER_HUNGRY);
    assert_non_null(strstr(heard(t), "good.lab.test: healthy"));
}

static void requests_follow_one_another_and_bodies_are_passed_over(void **state)
{
    struct talk *t = *state;

    assert_int_equal(
        say(t, "POST / HTTP/1.1\r\nHost: good.lab.test\r\nContent-Length: 19\r\n\r\nGET /x HTT"),
        ANSWER_HUNGRY);
    assert_int_equal(say(t, "P/1.0\r\n\r"), ANSWER_HUNGRY);
    assert_int_equal(
        say(t, "\nHEAD / HTTP/1.1\r\nHost: rsa.lab.test\r\nConnection: Close\r\n\r\n"), ANSWER_END);
    const char *reply = heard(t), *second = strstr(reply + 1, "HTTP/1.1 ");
    assert_non_null(second);
    assert_null(strstr(second + 1, "HTTP/1.1 "));
    assert_non_null(strstr(second, "Connection: close"));
    assert_string_equal(strstr(second, "\r\n\r\n"), "\r\n\r\n"); /* RFC 9110 §9.3.2: no content */
}

static void the_missing_issuer_can_be_fetched(void **state)
{
    struct talk *t = *state;

    say(t, "GET /unsent-ca.der HTTP/1.1\r\nHost: aia.lab.test\r\n\r\n");
    size_t len = evbuffer_get_length(t->out);
    const char *reply = heard(t), *body = strstr(reply, "\r\n\r\n") + 4;
    assert_non_null(strstr(reply, "application/pkix-cert"));
    assert_int_equal((unsigned char)body[0], 0x30);
    assert_int_equal(
        strtoul(strstr(reply, "Content-Length: ") + 16, NULL, 10), len - (size_t)(body - reply));
}

static void a_responder_answers_for_each_site_that_names_it(void **state)
{
    struct talk *t = *state;

    say(t, "GET /cert-revoked.lab.test/MFAwTj%2BA HTTP/1.1\r\nHost: ocsp.lab.test\r\n\r\n");
    assert_non_null(strstr(heard(t), "application/ocsp-response"));
    evbuffer_drain(t->out, evbuffer_get_length(t->out));
    say(t, "GET /good.lab.test/MFAwTj HTTP/1.1\r\nHost: ocsp.lab.test\r\n\r\n");
    assert_non_null(strstr(heard(t), "HTTP/1.1 404 "));
}

static void what_is_no_request_ends_the_talk(void **state)
{
    static const struct {
        const char *text, *status;
    } cases[] = {
        {"\r\n\r\n", "400"},
        {"GET /\r\n\r\n", "400"},
        {"\nGET / HTTP/1.1\r\n\r\n", "400"},
        {" / HTTP/1.1\r\n\r\n", "400"},
        {"GET / SPDY/1\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: good.lab.test\r\nno colon\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nContent-Length: 9999999999999999\r\n\r\n", "400"},
        {"GET / HTTP/1.0\r\nHost: good.lab.test\r\n\r\n", "200"},
        {"POST / HTTP/1.1\r\nHost: good.lab.test\r\nTransfer-Encoding: chunked\r\n\r\n", "200"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(begin(state), 0);
        struct talk *t = *state;
        assert_int_equal(say(t, cases[i].text), ANSWER_END);
        assert_memory_equal(heard(t) + 9, cases[i].status, 3);
        end(state);
    }
}

static void a_head_without_end_is_cut_off(void **state)
{
    static char line[ANSWER_HEAD_MOST + 1];
    struct talk *t = *state;

    memset(line, 'a', sizeof line - 1);
    assert_int_equal(say(t, line), ANSWER_END);
    assert_non_null(strstr(heard(t), "400"));
}

static void who_shows_no_certificate_where_one_is_wanted_gets_403(void **state)
{
    struct talk *t = *state;

    assert_int_equal(say(t, "GET / HTTP/1.1\r\nHost: mtls-403.lab.test\r\n\r\n"), ANSWER_HUNGRY);
    assert_memory_equal(heard(t), "HTTP/1.1 403", 12);
}

static void a_stranger_gets_404(void **state)
{
    struct talk *t = *state;

    assert_int_equal(say(t, "GET / HTTP/1.1\r\nHost: <b>.example\r\n\r\n"), ANSWER_HUNGRY);
    const char *reply = heard(t);
    assert_memory_equal(reply, "HTTP/1.1 404", 12);
    assert_null(strstr(reply, "<b>"));
}

static void answers_wait_for_those_before_them_to_go(void **state)
{
    struct talk *t = *state;
    enum answer_state last = ANSWER_HUNGRY;

    for (int i = 0; i < 2000 && last == ANSWER_HUNGRY; i++)
        last = say(t, "GET / HTTP/1.1\r\nHost: good.lab.test\r\n\r\n");
    assert_int_equal(last, ANSWER_FULL);
    assert_true(evbuffer_get_length(t->out) < 2 * ANSWER_OUT_MOST);
    evbuffer_drain(t->out, evbuffer_get_length(t->out));
    assert_int_equal(answer_requests(&t->answer, t->in, t->out), ANSWER_HUNGRY);
}

#define TALK(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TALK(a_page_names_host_and_cause_and_tells_the_time),
        TALK(a_request_may_come_byte_by_byte),
        TALK(requests_follow_one_another_and_bodies_are_passed_over),
        TALK(the_missing_issuer_can_be_fetched),
        TALK(a_responder_answers_for_each_site_that_names_it),
        cmocka_unit_test(what_is_no_request_ends_the_talk),
        TALK(a_head_without_end_is_cut_off),
        TALK(who_shows_no_certificate_where_one_is_wanted_gets_403),
        TALK(a_stranger_gets_404),
        TALK(answers_wait_for_those_before_them_to_go),
    };

    return cmocka_run_group_tests(tests, make_shared, free_shared);
}
