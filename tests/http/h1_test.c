#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "events.h"
#include "h1.h"

struct wire {
    const char *name;
    enum h1_side side;
    const char *expect; /* methods, blank between; responses only */
    const char *bytes;
    bool finish;
    const char *said;
};

static const struct wire wires[] = {
    {"a request without a body", H1_REQUESTS, "",
        "GET /a?b HTTP/1.1\r\nHost: x\r\nX-Y:  z \r\n\r\n", false,
        "head GET /a?b 1.1 [Host=x] [X-Y=z] keep\nend 0\n"},
    {"pipelined requests", H1_REQUESTS, "",
        "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: "
        "x\r\n\r\n"
        "PUT /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET "
        "/4 HTTP/1.1\r\nHost: x\r\n\r\n",
        false,
        "head POST /1 1.1 [Host=x] [Content-Length=5] length 5 keep\nbody 5\nend 5\n"
        "head GET /2 1.1 [Host=x] keep\nend 0\n"
        "head PUT /3 1.1 [Host=x] [Transfer-Encoding=chunked] chunked keep\nbody 13\nend 3\n"
        "head GET /4 1.1 [Host=x] keep\nend 0\n"},
    {"empty lines before a request", H1_REQUESTS, "", "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
        false, "head GET / 1.1 [Host=x] keep\nend 0\n"},
    {"chunks with extensions and a trailer", H1_REQUESTS, "",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
        "chunked\r\n\r\nA;n=v\r\n0123456789\r\n1\r\nx\r\n0\r\nT: v\r\n\r\nGET / "
        "HTTP/1.1\r\nHost: x\r\n\r\n",
        false,
        "head POST / 1.1 [Host=x] [Transfer-Encoding=chunked] chunked keep\nbody 36\nend 11\n"
        "head GET / 1.1 [Host=x] keep\nend 0\n"},
    {"a method that only its users know", H1_REQUESTS, "",
        "FROBNICATE /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n!", false,
        "head FROBNICATE /x 1.1 [Host=x] [Content-Length=1] length 1 keep\nbody 1\nend 1\n"},
    {"a target in UTF-8", H1_REQUESTS, "", "GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n", false,
        "head GET /\xc3\xa4 1.1 [Host=x] keep\nend 0\n"},
    {"CONNECT", H1_REQUESTS, "", "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n\x16\x03\x01", false,
        "head CONNECT x:443 1.1 [Host=x:443] keep\nupgraded\n"},
    {"a request that asks for a WebSocket", H1_REQUESTS, "",
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, "
        "Upgrade\r\n\r\n",
        false,
        "head GET / 1.1 [Host=x] [Upgrade=websocket] [Connection=keep-alive, Upgrade] "
        "keep\nupgraded\n"},
    {"an upgrade asked for with a body", H1_REQUESTS, "",
        "POST / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: "
        "2\r\n\r\nhi",
        false,
        "head POST / 1.1 [Host=x] [Upgrade=h2c] [Connection=Upgrade] [Content-Length=2] length 2 "
        "keep\nbody 2\nupgraded\n"},
    {"HTTP/1.0 ends with its message; what follows is not read", H1_REQUESTS, "",
        "GET / HTTP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n", true,
        "head GET / 1.0 close\nend 0\nfinish end 0\n"},
    {"HTTP/1.0 that wants to stay", H1_REQUESTS, "",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false,
        "head GET / 1.0 [Connection=keep-alive] keep\nend 0\n"},
    {"a response with a length, then another", H1_RESPONSES, "GET GET",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 404 Not Found\r\nContent-Length: "
        "0\r\n\r\n",
        false,
        "head 200 1.1 [Content-Length=3] length 3 keep\nbody 3\nend 3\nhead 404 1.1 "
        "[Content-Length=0] length 0 keep\nend 0\n"},
    {"interim responses", H1_RESPONSES, "POST",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 "
        "OK\r\nContent-Length: 1\r\n\r\nx",
        false,
        "head 100 1.1 keep\nhead 103 1.1 [Link=</a>] keep\nhead 200 1.1 [Content-Length=1] length "
        "1 keep\nbody 1\nend 1\n"},
    {"the answers to HEAD and GET", H1_RESPONSES, "HEAD GET",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
        false,
        "head 200 1.1 [Content-Length=9] length 9 keep\nend 0\nhead 200 1.1 [Content-Length=1] "
        "length 1 keep\nbody 1\nend 1\n"},
    {"HEAD of a chunked resource, and of one without a length", H1_RESPONSES, "HEAD HEAD",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\r\n",
        false,
        "head 200 1.1 [Transfer-Encoding=chunked] chunked keep\nend 0\nhead 200 1.1 [X=y] "
        "keep\nend 0\n"},
    {"204 and 304 have no body whatever they say", H1_RESPONSES, "GET GET GET",
        "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: "
        "77\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
        "0\r\n\r\n",
        false,
        "head 204 1.1 keep\nend 0\nhead 304 1.1 [Content-Length=77] length 77 keep\nend 0\nhead "
        "200 1.1 [Content-Length=0] length "
        "0 keep\nend 0\n"},
    {"a body until the end of the connection", H1_RESPONSES, "GET", "HTTP/1.1 200 OK\r\n\r\nabc",
        true, "head 200 1.1 close\nbody 3\nfinish end 3\n"},
    {"a coding other than chunked runs until the end", H1_RESPONSES, "GET",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc", true,
        "head 200 1.1 [Transfer-Encoding=gzip] close\nbody 3\nfinish end 3\n"},
    {"no reason phrase", H1_RESPONSES, "GET", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", false,
        "head 200 1.1 [Content-Length=0] length 0 keep\nend 0\n"},
    {"101", H1_RESPONSES, "GET",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
        "Upgrade\r\n\r\n\x81\x01x",
        false, "head 101 1.1 [Upgrade=websocket] [Connection=Upgrade] keep\nupgraded\n"},
    {"the answer to CONNECT", H1_RESPONSES, "CONNECT",
        "HTTP/1.1 200 Connection Established\r\nContent-Length: 5\r\n\r\nabc", false,
        "head 200 1.1 [Content-Length=5] length 5 keep\nupgraded\n"},
    {"CONNECT refused with a body", H1_RESPONSES, "CONNECT",
        "HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno", false,
        "head 407 1.1 [Content-Length=2] length 2 keep\nbody 2\nend 2\n"},
    {"close", H1_RESPONSES, "GET",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", false,
        "head 200 1.1 [Connection=close] [Content-Length=1] length 1 close\nbody 1\nend 1\n"},
    {"a truncated head", H1_RESPONSES, "GET", "HTTP/1.1 200 OK\r\nCont", true,
        "finish bad the connection ended in the middle of a head (RFC 9112 §8)\n"},
    {"a truncated body", H1_RESPONSES, "GET", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        true,
        "head 200 1.1 [Content-Length=10] length 10 keep\nbody 3\nfinish bad the connection ended "
        "7 bytes before the end of the "
        "body (RFC 9112 §8)\n"},
    {"truncated chunks", H1_RESPONSES, "GET",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", true,
        "head 200 1.1 [Transfer-Encoding=chunked] chunked keep\nbody 11\nfinish bad the connection "
        "ended before the last chunk "
        "(RFC 9112 §8)\n"},
    {"nothing", H1_RESPONSES, "GET", "", true, "finish end 0\n"},
    {"a folded value is let through, unfolded", H1_RESPONSES, "GET",
        "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n", false,
        "head 200 1.1 [X=a   b] [Content-Length=0] length 0 keep\nend 0\n"},
    {"odd names in a response are let through", H1_RESPONSES, "GET",
        "HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 1\r\n(y): z\r\n w\r\n\r\n!", false,
        "head 200 1.1 [X=a] [Content-Length=1] [(y)=z   w] length 1 keep\nbody 1\nend 1\n"},
};

static void expect(struct h1 *h, const char *methods)
{
    while (*methods) {
        char method[16];
        size_t n = strcspn(methods, " ");

        snprintf(method, sizeof method, "%.*s", (int)n, methods);
        h1_expect(h, method);
        methods += n + (methods[n] == ' ');
    }
}

/* Cut at two places; n for no cut. */
static void check_wire(const struct wire *w, size_t first, size_t second)
{
    size_t n = strlen(w->bytes);
    struct run r;

    run_init(&r, w->side);
    expect(r.h, w->expect);
    run_feed(&r, w->bytes, first);
    run_feed(&r, w->bytes + first, second - first);
    run_feed(&r, w->bytes + second, n - second);
    if (w->finish)
        run_finish(&r);
    if (strcmp(text_str(&r.said), w->said) != 0)
        fail_msg("%s, cut at %zu and %zu:\n%swanted:\n%s", w->name, first, second,
            text_str(&r.said), w->said);
    run_fini(&r);
}

static void messages_are_read_however_they_are_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++) {
        size_t n = strlen(wires[i].bytes);

        for (size_t a = 0; a <= n; a++) {
            check_wire(&wires[i], a, n);
            check_wire(&wires[i], a, a + (n - a) / 2);
        }
    }
}

static void messages_are_read_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++) {
        struct run r;

        run_init(&r, wires[i].side);
        expect(r.h, wires[i].expect);
        for (const char *c = wires[i].bytes; *c; c++)
            run_feed(&r, c, 1);
        if (wires[i].finish)
            run_finish(&r);
        assert_string_equal(text_str(&r.said), wires[i].said);
        run_fini(&r);
    }
}

/* Two recipients that read one of these differently are how requests are smuggled. */
static void what_could_smuggle_is_refused(void **state)
{
    (void)state;
    static const struct {
        enum h1_side side;
        const char *bytes;
        size_t n; /* 0: strlen */
        const char *section;
    } cases[] = {
        {H1_REQUESTS, "GET / HTTP/1.1\rHost: x\r\r", 0, "§2.2"},
        {H1_REQUESTS, "GET / HTTP/1.1\nHost: x\n\n", 0, "§2.2"},
        {H1_REQUESTS, "GET / HTTP/1.1\r\nHost: x\n\r\n", 0, "§2.2"},
        {H1_REQUESTS, "GET / HTTP/1.1\r\nHost: x\r\n\rX", 0, "§2.2"},
        {H1_REQUESTS, "GET / HTTP/1.1\r\nHost: x\r\nA: b\rTransfer-Encoding: chunked\r\n\r\n", 0,
            "§2.2"},
        {H1_REQUESTS, "GET / HTTP/1.1\r\nHost: x\0y\r\n\r\n", 30, "§5.5"},
        {H1_REQUESTS,
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 0,
            "§6.3"},
        {H1_REQUESTS,
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            0, "§6.3"},
        {H1_RESPONSES, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
            0, "§6.3"},
        {H1_RESPONSES, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 0,
            "§6.3"},
        {H1_REQUESTS, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
            0, "§6.3"},
        {H1_REQUESTS, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n", 0,
            "§6.3"},
        {H1_REQUESTS, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n", 0,
            "§6.3"},
        {H1_REQUESTS,
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
            "x\r\n\r\n",
            0, "§6.1"},
        {H1_REQUESTS, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n", 0, "§8.6"},
        {H1_REQUESTS, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5 6\r\n\r\n", 0, "§8.6"},
        {H1_REQUESTS, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\n", 0, "§8.6"},
        {H1_REQUESTS, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\n",
            0, "§8.6"},
        {H1_REQUESTS, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9223372036854775808\r\n\r\n",
            0, "§8.6"},
        {H1_REQUESTS, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\n", 0, "§5.1"},
        {H1_REQUESTS, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n", 0,
            "§5.1"},
        {H1_REQUESTS, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n\r\n", 0,
            "§5.2"},
        {H1_REQUESTS, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 0, "§3.2"},
        {H1_REQUESTS, "GET / HTTP/1.1\r\n X: y\r\nHost: x\r\n\r\n", 0, "§2.2"},
        {H1_REQUESTS, "GET / HTTP/1.1\r\nHost: x\r\nA: \x01\r\n\r\n", 0, "§5.5"},
        {H1_REQUESTS, "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 0, "§5"},
        {H1_REQUESTS, "GET / HTTP/1.2\r\nHost: x\r\n\r\n", 0, "§2.3"},
        {H1_REQUESTS, "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 0, "§2.3"},
        {H1_REQUESTS, "GET /\r\n\r\n", 0, "§3"},
        {H1_REQUESTS, "GET / x HTTP/1.1\r\nHost: x\r\n\r\n", 0, "§3.2"},
        {H1_REQUESTS, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 0, "§3"},
        {H1_REQUESTS, "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 0, "§3.2"},
        {H1_REQUESTS, "G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 0, "§9.1"},
        {H1_REQUESTS, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, "RFC 9113 §3.4"},
        {H1_RESPONSES, "HTTP/1.1 20 OK\r\n\r\n", 0, "§4"},
        {H1_RESPONSES, "HTTP/1.1 2000 OK\r\n\r\n", 0, "§4"},
        {H1_RESPONSES, "HTTP/1.1 0200 OK\r\n\r\n", 0, "§4"},
        {H1_RESPONSES, "HTTP/1.1 099 OK\r\n\r\n", 0, "§4"},
        {H1_RESPONSES, "HTTP/1.1 OK\r\n\r\n", 0, "§4"},
        {H1_RESPONSES, "HTTP/1.1\r\n\r\n", 0, "RFC 9112"},
        {H1_RESPONSES, "220 mail.example.org ESMTP\r\n\r\n", 0, "§2.1"},
        {H1_REQUESTS, "\x16\x03\x01\x00", 4, "§5.5"},
        {H1_REQUESTS, "GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 0, "RFC 911"},
        {H1_REQUESTS, "GET / HTTP/1.1\r\nHost: x\r\n(A): b\r\n\r\n", 0, "RFC 911"},
        {H1_RESPONSES, "HTTP/1.1 200 OK\r\nTransfer-Encoding\x0b: chunked\r\n\r\n", 0, "§5.1"},
        {H1_RESPONSES, "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n", 0, "§5.1"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run r;

        run_init(&r, cases[i].side);
        if (cases[i].side == H1_RESPONSES)
            h1_expect(r.h, "GET");
        run_feed(&r, cases[i].bytes, cases[i].n ? cases[i].n : strlen(cases[i].bytes));
        if (strncmp(text_str(&r.said), "bad ", 4) != 0 ||
            !strstr(text_str(&r.said), cases[i].section))
            fail_msg("%s\nsaid: %s", cases[i].bytes, text_str(&r.said));
        assert_int_equal(h1_next(r.h, r.in, r.out), H1_BAD);
        assert_int_equal(h1_finish(r.h), H1_BAD);
        run_fini(&r);
    }
}

static void many_requests_may_wait_for_their_answers(void **state)
{
    (void)state;
    struct run r;

    run_init(&r, H1_RESPONSES);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 21; i++)
            h1_expect(r.h, i % 3 ? "GET" : "HEAD");
        for (int i = 0; i < 21; i++) {
            static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";

            text_clear(&r.said);
            run_feed(&r, head, sizeof head - (i % 3 ? 1 : 2));
            assert_non_null(strstr(text_str(&r.said), i % 3 ? "end 1\n" : "end 0\n"));
        }
    }
    run_fini(&r);
}

static void an_unread_body_is_thrown_away_without_a_place_for_it(void **state)
{
    (void)state;
    static const char bytes[] = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET";
    struct run r;

    run_init(&r, H1_REQUESTS);
    evbuffer_add(r.in, bytes, sizeof bytes - 1);
    assert_int_equal(h1_next(r.h, r.in, NULL), H1_HEAD);
    assert_int_equal(h1_next(r.h, r.in, NULL), H1_BODY);
    assert_int_equal(h1_next(r.h, r.in, NULL), H1_END);
    assert_int_equal(evbuffer_get_length(r.in), 3);
    run_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_read_however_they_are_cut),
        cmocka_unit_test(messages_are_read_byte_by_byte),
        cmocka_unit_test(what_could_smuggle_is_refused),
        cmocka_unit_test(many_requests_may_wait_for_their_answers),
        cmocka_unit_test(an_unread_body_is_thrown_away_without_a_place_for_it),
    };

    return cmocka_run_group_tests_name("http/h1", tests, NULL, NULL);
}
