/* Conversations: messages that two recipients could read in two ways. Each goes on byte for byte,
 * or is refused by the section that it breaks; nothing behind it ever reaches the other side, and
 * the connections beside it do not notice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/talk.h"

/* The whole table is walked, whatever fails in it. */
#define complain(...) (print_error(__VA_ARGS__), n_wrong++)

static int n_wrong;

#define GET(path) "GET " path " HTTP/1.1\r\nHost: shop.example\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define POST "POST /a HTTP/1.1\r\nHost: shop.example\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
/* What a smuggler would like the site to take for a request, or the client for an answer. */
#define HIDDEN "GET /smuggled HTTP/1.1\r\nHost: shop.example\r\n\r\n"
#define FALSE_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled"

struct request_case {
    const char *name;
    const char *bytes;
    const char *section; /* in the note; NULL: it goes on byte for byte */
    int n;               /* of requests that the site has to answer */
    size_t len;          /* 0: strlen */
};

static const struct request_case requests[] = {
    /* two lengths */
    {"CL.TE", POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §6.3", 0, 0},
    {"TE.CL", POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §6.3", 0, 0},
    {"CL.0", "GET /a HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 46\r\n\r\n" HIDDEN, NULL, 1,
        0},
    {"two different lengths", POST "Content-Length: 0\r\nContent-Length: 46\r\n\r\n" HIDDEN,
        "RFC 9112 §6.3", 0, 0},
    {"the same length twice", POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok" HIDDEN,
        "RFC 9112 §6.3", 0, 0},
    {"a list of lengths", POST "Content-Length: 2, 2\r\n\r\nok" HIDDEN, "RFC 9110 §8.6", 0, 0},
    {"a list of different lengths", POST "Content-Length: 0, 46\r\n\r\n" HIDDEN, "RFC 9110 §8.6", 0,
        0},
    {"a length with a sign", POST "Content-Length: +2\r\n\r\nok" HIDDEN, "RFC 9110 §8.6", 0, 0},
    {"a negative length", POST "Content-Length: -1\r\n\r\n" HIDDEN, "RFC 9110 §8.6", 0, 0},
    {"a hexadecimal length", POST "Content-Length: 0x2\r\n\r\nok" HIDDEN, "RFC 9110 §8.6", 0, 0},
    {"a length with a fraction", POST "Content-Length: 2.0\r\n\r\nok" HIDDEN, "RFC 9110 §8.6", 0,
        0},
    {"a length with an underscore", POST "Content-Length: 1_0\r\n\r\n" HIDDEN, "RFC 9110 §8.6", 0,
        0},
    {"a length in two words", POST "Content-Length: 2 2\r\n\r\nok" HIDDEN, "RFC 9110 §8.6", 0, 0},
    {"an empty length", POST "Content-Length:\r\n\r\n" HIDDEN, "RFC 9110 §8.6", 0, 0},
    {"a length beyond 64 bits", POST "Content-Length: 18446744073709551618\r\n\r\nok" HIDDEN,
        "RFC 9110 §8.6", 0, 0},
    {"a length beyond 63 bits", POST "Content-Length: 9223372036854775809\r\n\r\n" HIDDEN,
        "RFC 9110 §8.6", 0, 0},
    {"a length with a leading nought", POST "Content-Length: 02\r\n\r\nok", NULL, 1, 0},
    /* Transfer-Encoding in disguise */
    {"a blank before its colon", POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §5.1", 0, 0},
    {"a tab before its colon", POST "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §5.1", 0, 0},
    {"a blank before its name",
        "POST /a HTTP/1.1\r\n Transfer-Encoding: chunked\r\nHost: shop.example\r\n\r\n" HIDDEN,
        "RFC 9112 §2.2", 0, 0},
    {"folded", POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" HIDDEN, "RFC 9112 §5.2", 0,
        0},
    {"folded into another field",
        POST "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §5.2", 0, 0},
    {"a vertical tab before its value", POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9110 §5.5", 0, 0},
    {"a vertical tab in its name", POST "Transfer-Encoding\v: chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9110 §5.1", 0, 0},
    {"another word", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN, "RFC 9112 §6.3", 0,
        0},
    {"identity", POST "Transfer-Encoding: identity\r\n\r\n" HIDDEN, "RFC 9112 §6.3", 0, 0},
    {"identity before chunked", POST "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §7", 0, 0},
    {"chunked before identity", POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §6.3", 0, 0},
    {"chunked twice", POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §6.3", 0, 0},
    {"two lines of it",
        POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §6.1", 0, 0},
    {"an unknown coding before chunked",
        POST "Transfer-Encoding: x, chunked\r\n\r\n0\r\n\r\n" HIDDEN, "RFC 9112 §7", 0, 0},
    {"an empty one before chunked", POST "Transfer-Encoding: , chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §7", 0, 0},
    {"in quotes", POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" HIDDEN, "RFC 9112 §6.3", 0,
        0},
    {"with a parameter", POST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §6.3", 0, 0},
    {"empty", POST "Transfer-Encoding:\r\n\r\n" HIDDEN, "RFC 9112", 0, 0},
    {"in HTTP/1.0",
        "POST /a HTTP/1.0\r\nHost: shop.example\r\nConnection: keep-alive\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §6.1", 0, 0},
    {"in capitals", POST "TRANSFER-ENCODING: CHUNKED\r\n\r\n2\r\nok\r\n0\r\n\r\n", NULL, 1, 0},
    {"gzip before chunked",
        POST "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" GET("/b"), NULL, 2, 0},
    {"with an underscore, which frames nothing",
        POST "Transfer_Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" GET("/b"), NULL, 2,
        0},
    /* chunks */
    {"a chunk size with 0x", CHUNKED "0x2\r\nok\r\n0\r\n\r\n" HIDDEN, "RFC 9112 §7.1", 0, 0},
    {"a chunk size with a sign", CHUNKED "+2\r\nok\r\n0\r\n\r\n" HIDDEN, "RFC 9112 §7.1", 0, 0},
    {"a negative chunk size", CHUNKED "-2\r\nok\r\n0\r\n\r\n" HIDDEN, "RFC 9112 §7.1", 0, 0},
    {"a chunk size with a blank before", CHUNKED " 2\r\nok\r\n0\r\n\r\n" HIDDEN, "RFC 9112 §7.1", 0,
        0},
    {"a chunk size beyond 64 bits", CHUNKED "10000000000000002\r\nok\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §7.1", 0, 0},
    {"a chunk size of nothing", CHUNKED "\r\n0\r\n\r\n" HIDDEN, "RFC 9112", 0, 0},
    {"a chunk size that is no number", CHUNKED "g\r\nok\r\n0\r\n\r\n" HIDDEN, "RFC 9112 §7.1", 0,
        0},
    {"a chunk line that ends in LF", CHUNKED "2\nok\r\n0\r\n\r\n" HIDDEN, "RFC 9112 §2.2", 0, 0},
    {"an LF in a chunk extension", CHUNKED "2;\nxx\r\nok\r\n0\r\n\r\n" HIDDEN, "RFC 9112 §2.2", 0,
        0},
    {"a CR in a chunk extension", CHUNKED "2;a\rb\r\nok\r\n0\r\n\r\n" HIDDEN, "RFC 9112 §2.2", 0,
        0},
    {"a control character in a chunk extension", CHUNKED "2;\x01\r\nok\r\n0\r\n\r\n" HIDDEN,
        "RFC 9112 §7.1.1", 0, 0},
    {"a chunk line of an extension alone", CHUNKED ";a\r\n\r\n" HIDDEN, "RFC 9112", 0, 0},
    {"a chunk longer than it says", CHUNKED "2\r\nokay\r\n0\r\n\r\n" HIDDEN, "RFC 9112", 0, 0},
    {"a chunk that ends in LF", CHUNKED "2\r\nok\n0\r\n\r\n" HIDDEN, "RFC 9112", 0, 0},
    {"a last chunk that ends in LF", CHUNKED "2\r\nok\r\n0\n\n" HIDDEN, "RFC 9112 §2.2", 0, 0},
    {"a trailer that frames", CHUNKED "0\r\nContent-Length: 46\r\n\r\n" HIDDEN, "RFC 9110 §6.5.1",
        0, 0},
    {"a trailer that chunks", CHUNKED "0\r\nTransfer-Encoding: chunked\r\n\r\n" HIDDEN,
        "RFC 9110 §6.5.1", 0, 0},
    {"a trailer that routes", CHUNKED "0\r\nHost: other.example\r\n\r\n" HIDDEN, "RFC 9110 §6.5.1",
        0, 0},
    {"a folded trailer", CHUNKED "0\r\nA: b\r\n c\r\n\r\n" HIDDEN, "RFC 9112 §5.2", 0, 0},
    {"a trailer with a blank before its colon", CHUNKED "0\r\nA : b\r\n\r\n" HIDDEN,
        "RFC 9112 §5.1", 0, 0},
    {"extensions and a trailer",
        CHUNKED "2;a=b;c=\"d e\"\r\nok\r\n0;z\r\nX-Sum: 1\r\n\r\n" GET("/b"), NULL, 2, 0},
    {"chunk sizes in both cases, with noughts",
        CHUNKED "0A\r\n0123456789\r\n00a\r\n0123456789\r\n00\r\n\r\n" GET("/b"), NULL, 2, 0},
    /* line ends */
    {"LF alone ends the head", POST "Content-Length: 0\n\n" HIDDEN, "RFC 9112 §2.2", 0, 0},
    {"LF alone ends a field", POST "X: y\nContent-Length: 46\r\n\r\n" HIDDEN, "RFC 9112 §2.2", 0,
        0},
    {"CR alone ends a field", POST "X: y\rContent-Length: 46\r\n\r\n" HIDDEN, "RFC 9112 §2.2", 0,
        0},
    {"two CR before the LF", POST "X: y\r\r\nContent-Length: 46\r\n\r\n" HIDDEN, "RFC 9112 §2.2", 0,
        0},
    {"empty lines before the request", "\r\n\r\n" GET("/a"), NULL, 1, 0},
    {"LF alone before the request", "\n" HIDDEN, "RFC 9112 §2.2", 0, 0},
    /* the first line */
    {"no version", "GET /a\r\n" HIDDEN, "RFC 9112", 0, 0},
    {"two blanks in the first line", "GET  /a HTTP/1.1\r\nHost: shop.example\r\n\r\n" HIDDEN,
        "RFC 9112 §3", 0, 0},
    {"a tab in the first line", "GET\t/a HTTP/1.1\r\nHost: shop.example\r\n\r\n" HIDDEN,
        "RFC 9110 §9.1", 0, 0},
    {"a blank in the target", "GET /a b HTTP/1.1\r\nHost: shop.example\r\n\r\n" HIDDEN,
        "RFC 9112 §3.2", 0, 0},
    {"a blank behind the version", "GET /a HTTP/1.1 \r\nHost: shop.example\r\n\r\n" HIDDEN,
        "RFC 9112", 0, 0},
    {"a version in small letters", "GET /a http/1.1\r\nHost: shop.example\r\n\r\n" HIDDEN,
        "RFC 9112", 0, 0},
    {"a version to come", "GET /a HTTP/1.2\r\nHost: shop.example\r\n\r\n" HIDDEN, "RFC 9112 §2.3",
        0, 0},
    {"a version with more digits", "GET /a HTTP/1.10\r\nHost: shop.example\r\n\r\n" HIDDEN,
        "RFC 9112", 0, 0},
    {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" HIDDEN, "RFC 9113 §3.4", 0, 0},
    /* fields */
    {"a blank before a colon", POST "X : y\r\nContent-Length: 0\r\n\r\n" HIDDEN, "RFC 9112 §5.1", 0,
        0},
    {"a folded field", POST "X: y\r\n z\r\nContent-Length: 0\r\n\r\n" HIDDEN, "RFC 9112 §5.2", 0,
        0},
    {"a field without a colon", POST "Content-Length\r\n\r\n" HIDDEN, "RFC 9112 §5", 0, 0},
    {"a field without a name", POST ": 46\r\n\r\n" HIDDEN, "RFC 911", 0, 0},
    {"a NUL in a field", POST "Content-Length: 0\0\r\n\r\n" HIDDEN, "RFC 9110 §5.5", 0,
        sizeof POST "Content-Length: 0\0\r\n\r\n" HIDDEN - 1},
    {"a control character in a field", POST "X: \x01\r\nContent-Length: 0\r\n\r\n" HIDDEN,
        "RFC 9110 §5.5", 0, 0},
    {"two hosts", "GET /a HTTP/1.1\r\nHost: shop.example\r\nHost: other.example\r\n\r\n" HIDDEN,
        "RFC 9112 §3.2", 0, 0},
    {"a host with a path", "GET /a HTTP/1.1\r\nHost: shop.example/b\r\n\r\n" HIDDEN,
        "RFC 9112 §3.2", 0, 0},
    {"a host with a user", "GET /a HTTP/1.1\r\nHost: shop.example@other.example\r\n\r\n" HIDDEN,
        "RFC 9112 §3.2", 0, 0},
    {"a Connection that takes the length away",
        POST "Connection: Content-Length\r\nContent-Length: 46\r\n\r\n" HIDDEN, "RFC 9110 §7.6.1",
        0, 0},
    {"a CONNECT with content",
        "CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\nContent-Length: 46\r\n\r\n" HIDDEN, "RFC 9110 §9.3.6",
        0, 0},
    {"an Expect of something else",
        POST "Expect: y 100-continue\r\nContent-Length: 46\r\n\r\n" HIDDEN, "RFC 9110 §10.1.1", 0,
        0},
    {"a field value of odd bytes", POST "X: \xff\t~ ,;\r\nContent-Length: 2\r\n\r\nok", NULL, 1, 0},
    {"a body of what looks like requests", POST "Content-Length: 46\r\n\r\n" HIDDEN GET("/b"), NULL,
        2, 0},
};

struct response_case {
    const char *name, *bytes;
    const char *section; /* NULL: it goes on */
    const char *becomes; /* … as this; NULL: byte for byte */
};

#define HTTP_OK "HTTP/1.1 200 OK\r\n"

static const struct response_case responses[] = {
    {"both lengths",
        HTTP_OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" FALSE_ANSWER,
        "RFC 9112 §6.3", NULL},
    {"two lengths", HTTP_OK "Content-Length: 0\r\nContent-Length: 46\r\n\r\n" FALSE_ANSWER,
        "RFC 9112 §6.3", NULL},
    {"a length with a sign", HTTP_OK "Content-Length: +0\r\n\r\n" FALSE_ANSWER, "RFC 9110 §8.6",
        NULL},
    {"a blank before the colon of a length", HTTP_OK "Content-Length : 0\r\n\r\n" FALSE_ANSWER,
        "RFC 9112 §5.1", NULL},
    {"a folded coding", HTTP_OK "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" FALSE_ANSWER,
        "RFC 9112 §5.2", NULL},
    {"chunked twice", HTTP_OK "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" FALSE_ANSWER,
        "RFC 9112 §6.1", NULL},
    {"chunked before something",
        HTTP_OK "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n" FALSE_ANSWER, "RFC 9112 §6.1",
        NULL},
    {"LF alone", "HTTP/1.1 200 OK\nContent-Length: 0\n\n" FALSE_ANSWER, "RFC 9112 §2.2", NULL},
    {"CR alone", HTTP_OK "X: y\rContent-Length: 0\r\n\r\n" FALSE_ANSWER, "RFC 9112 §2.2", NULL},
    {"a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n" FALSE_ANSWER, "RFC 9112 §4", NULL},
    {"a Connection that takes the length away",
        HTTP_OK "Connection: content-length\r\nContent-Length: 0\r\n\r\n" FALSE_ANSWER,
        "RFC 9110 §7.6.1", NULL},
    {"a chunk size with 0x", HTTP_OK "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n" FALSE_ANSWER,
        "RFC 9112 §7.1", NULL},
    {"a folded field", HTTP_OK "X: y\r\n\tz\r\nContent-Length: 2\r\n\r\nok", NULL,
        HTTP_OK "X: y  \tz\r\nContent-Length: 2\r\n\r\nok"},
    {"a blank before a colon", HTTP_OK "X : y\r\nContent-Length: 2\r\n\r\nok", NULL,
        HTTP_OK "X: y\r\nContent-Length: 2\r\n\r\nok"},
    {"chunks with extensions and a trailer",
        HTTP_OK "transfer-encoding:chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n", NULL,
        NULL},
    {"odd names", HTTP_OK "(X): y\r\nCONTENT-length:   2 \r\n\r\nok", NULL, NULL},
};

/* A phone that speaks with a good site, and another one beside it on the same site. */
struct chat {
    struct talk *t;
    struct caller *c, *neighbour;
    struct far_site *site, *other;
};

static struct caller *open_one(struct talk *t)
{
    struct caller *c = caller_new(t);

    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    assert_true(phone_is_open(caller_phone(c)));
    return c;
}

static struct chat chat_begin(void)
{
    struct chat chat = {.t = talk_new()};
    struct far_site_config how = *talk_good(chat.t, "shop.example");

    how.alpn = "http/1.1";
    talk_site(chat.t, "shop.example", &how);
    chat.c = open_one(chat.t);
    chat.neighbour = open_one(chat.t);
    chat.site = talk_far(chat.t, 0);
    chat.other = talk_far(chat.t, 1);
    caller_says(chat.neighbour, GET("/mine"));
    return chat;
}

static void answer(struct chat *chat, struct far_site *site, const char *text)
{
    far_site_says(site, text);
    talk_run(chat->t);
}

/* The one beside it got its answer, and goes on. */
static void neighbour_is_well(struct chat *chat, const char *name)
{
    answer(chat, chat->other, OK);
    caller_says(chat->neighbour, GET("/again"));
    answer(chat, chat->other, OK);
    if (strcmp(caller_heard(chat->neighbour), OK OK) != 0 ||
        strcmp(far_site_heard(chat->other), GET("/mine") GET("/again")) != 0)
        complain("%s: the neighbour heard\n%s\n", name, caller_heard(chat->neighbour));
}

static const char *note_of(const struct flow *f, const char *code)
{
    for (size_t i = 0; i < f->n_notes; i++)
        if (strcmp(f->notes[i].code, code) == 0)
            return f->notes[i].text;
    return "";
}

static void must_be_refused(const struct request_case *one)
{
    struct chat chat = chat_begin();

    caller_says(chat.c, GET("/before"));
    answer(&chat, chat.site, OK);
    phone_says_n(caller_phone(chat.c), one->bytes, one->len ? one->len : strlen(one->bytes));
    talk_run(chat.t);
    talk_wait(chat.t, 6000);
    const struct flow *f = talk_flows(chat.t) ? talk_flow(chat.t, 0) : NULL;
    if (!f || !strstr(note_of(f, "http/bad-request"), one->section))
        complain("%s: the note says: %s\n", one->name, f ? note_of(f, "http/bad-request") : "-");
    if (strncmp(caller_heard(chat.c), OK, strlen(OK)) != 0 || !caller_saw_end(chat.c))
        complain("%s: the client heard\n%s\n", one->name, caller_heard(chat.c));
    if (strncmp(far_site_heard(chat.site), GET("/before"), strlen(GET("/before"))) != 0 ||
        strstr(far_site_heard(chat.site), "smuggled") || !far_site_saw_eof(chat.site))
        complain("%s: the site heard\n%s\n", one->name, far_site_heard(chat.site));
    neighbour_is_well(&chat, one->name);
    talk_free(chat.t);
}

static void must_go_on(const struct request_case *one)
{
    struct chat chat = chat_begin();
    const char *lead = one->bytes + strspn(one->bytes, "\r\n"); /* RFC 9112 §2.2: may be ignored */

    caller_says(chat.c, one->bytes);
    if (strcmp(far_site_heard(chat.site), lead) != 0)
        complain("%s: the site heard\n%s\n", one->name, far_site_heard(chat.site));
    for (int i = 0; i < one->n; i++)
        answer(&chat, chat.site, OK);
    caller_says(chat.c, GET("/after"));
    answer(&chat, chat.site, OK);
    caller_closes(chat.c);
    talk_wait(chat.t, 100);
    const struct flow *f = talk_flow(chat.t, 0);
    if ((int)f->n_exchanges != one->n + 1 || flow_has_note(f, "http/bad-request"))
        complain("%s: %zu exchanges\n", one->name, f->n_exchanges);
    assert_int_equal(f->exchanges[one->n].status, 200);
    neighbour_is_well(&chat, one->name);
    talk_free(chat.t);
}

static void every_request_goes_on_byte_for_byte_or_is_refused_by_its_section(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
        if (requests[i].section)
            must_be_refused(&requests[i]);
        else
            must_go_on(&requests[i]);
    assert_int_equal(n_wrong, 0);
}

static void every_response_goes_on_or_is_refused_by_its_section(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++) {
        const struct response_case *one = &responses[i];
        struct chat chat = chat_begin();

        caller_says(chat.c, GET("/a") GET("/b"));
        answer(&chat, chat.site, one->bytes);
        if (!one->section)
            assert_string_equal(caller_heard(chat.c), one->becomes ? one->becomes : one->bytes);
        else if (strstr(caller_heard(chat.c), "smuggled"))
            complain("%s: the client heard\n%s\n", one->name, caller_heard(chat.c));
        caller_closes(chat.c);
        talk_wait(chat.t, 6000);
        const char *note = note_of(talk_flow(chat.t, 0), "http/bad-response");
        if (one->section ? !strstr(note, one->section) : note[0] != '\0')
            complain("%s: the note says: %s\n", one->name, note);
        neighbour_is_well(&chat, one->name);
        talk_free(chat.t);
    }
    assert_int_equal(n_wrong, 0);
}

/* The refused one is behind a good one: the good one's answer still comes, and nothing else. */
static void an_earlier_request_keeps_its_answer(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, GET("/before") POST "X : y\r\n\r\n" HIDDEN);
    answer(&chat, chat.site, OK);
    talk_wait(chat.t, 6000);
    assert_string_equal(caller_heard(chat.c), OK);
    assert_true(caller_saw_end(chat.c));
    assert_string_equal(far_site_heard(chat.site), GET("/before"));
    neighbour_is_well(&chat, "behind a good one");
    assert_int_equal(n_wrong, 0);
    talk_free(chat.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_goes_on_byte_for_byte_or_is_refused_by_its_section),
        cmocka_unit_test(every_response_goes_on_or_is_refused_by_its_section),
        cmocka_unit_test(an_earlier_request_keeps_its_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
