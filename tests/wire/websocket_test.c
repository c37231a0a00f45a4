#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "websocket.h"

/* What was told, as text: "text 5/5 Hello|" or "binary 3/3 …|". */
struct seen {
    char told[4096];
    size_t n;
};

static void told(void *arg, const struct ws_message *m)
{
    struct seen *s = arg;

    s->n += (size_t)snprintf(s->told + s->n, sizeof s->told - s->n, "%s %llu/%zu%s %.*s|",
        m->text ? "text" : "binary", (unsigned long long)m->size, m->view_len, m->cut ? " cut" : "",
        m->view && m->view_len < 64 ? (int)m->view_len : 0, m->view ? m->view : "");
    if (!m->view)
        s->n += (size_t)snprintf(s->told + s->n, sizeof s->told - s->n, "unseen|");
}

struct wire {
    const char *name;
    enum ws_end from;
    bool deflate;
    const char *bytes;
    size_t n;
    const char *told;
    unsigned frames;
    unsigned close;
    const char *fault;
};

#define W(text) text, sizeof text - 1

static const struct wire wires[] = {
    /* the examples of RFC 6455 §5.7 */
    {"a text", WS_SERVER, false, W("\x81\x05Hello"), "text 5/5 Hello|", 1, 0, NULL},
    {"a masked text", WS_CLIENT, false, W("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        "text 5/5 Hello|", 1, 0, NULL},
    {"a text in two pieces", WS_SERVER, false, W("\x01\x03Hel\x80\x02lo"), "text 5/5 Hello|", 2, 0,
        NULL},
    {"a ping between the pieces", WS_SERVER, false, W("\x01\x03Hel\x89\x05Hello\x80\x02lo"),
        "text 5/5 Hello|", 3, 0, NULL},
    {"nothing", WS_SERVER, false, W("\x82\x00"), "binary 0/0 |", 1, 0, NULL},
    {"two messages", WS_SERVER, false,
        W("\x81\x01"
          "a\x82\x01"
          "b"),
        "text 1/1 a|binary 1/1 b|", 2, 0, NULL},
    /* and those of RFC 7692 §7.2.3 */
    {"deflated", WS_SERVER, true, W("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"), "text 7/5 Hello|", 1,
        0, NULL},
    {"deflated, in pieces", WS_SERVER, true, W("\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00"),
        "text 7/5 Hello|", 2, 0, NULL},
    {"with the window of the last one", WS_SERVER, true,
        W("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00"),
        "text 7/5 Hello|text 5/5 Hello|", 2, 0, NULL},
    {"a block without compression", WS_SERVER, true,
        W("\xc1\x0b\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"), "text 11/5 Hello|", 1, 0, NULL},
    {"a final block", WS_SERVER, true, W("\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00"),
        "text 8/5 Hello|", 1, 0, NULL},
    {"two blocks", WS_SERVER, true,
        W("\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"), "text 13/5 Hello|", 1, 0,
        NULL},
    {"not deflated, though it might be", WS_SERVER, true, W("\x81\x05Hello"), "text 5/5 Hello|", 1,
        0, NULL},
    {"what is no deflate, and what comes then", WS_SERVER, true,
        W("\xc1\x02\xff\xff\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x81\x02ok"),
        "text 2/0 |unseen|text 7/0 |unseen|text 2/2 ok|", 3, 0, NULL},
    /* endings */
    {"a close with a code", WS_SERVER, false, W("\x88\x02\x03\xe8"), "", 1, 1000, NULL},
    {"a close with words", WS_SERVER, false,
        W("\x88\x05\x03\xe9"
          "bye"),
        "", 1, 1001, NULL},
    {"a close without a code", WS_SERVER, false, W("\x88\x00"), "", 1, 1005, NULL},
    /* what breaks the rules */
    {"half a code", WS_SERVER, false, W("\x88\x01\x03"), "", 1, 1005, "§5.5.1"},
    {"a code that may not be sent", WS_SERVER, false, W("\x88\x02\x03\xed"), "", 1, 1005, "§7.4"},
    {"a frame after the close", WS_SERVER, false,
        W("\x88\x00\x81\x01"
          "a"),
        "", 1, 1005, "§5.5.1"},
    {"not masked", WS_CLIENT, false, W("\x81\x05Hello"), "", 0, 0, "§5.1"},
    {"masked by the server", WS_SERVER, false,
        W("\x81\x81\x00\x00\x00\x00"
          "a"),
        "", 0, 0, "§5.1"},
    {"a reserved bit", WS_SERVER, false,
        W("\xc1\x01"
          "a"),
        "", 0, 0, "§5.2"},
    {"another reserved bit", WS_SERVER, true,
        W("\xa1\x01"
          "a"),
        "", 0, 0, "§5.2"},
    {"a deflated continuation", WS_SERVER, true,
        W("\x01\x01"
          "a\xc0\x01"
          "b"),
        "", 1, 0, "RFC 7692 §6.1"},
    {"a deflated ping", WS_SERVER, true, W("\xc9\x00"), "", 0, 0, "RFC 7692 §6.1"},
    {"an unknown kind", WS_SERVER, false, W("\x83\x00"), "", 0, 0, "§5.2"},
    {"an unknown control", WS_SERVER, false, W("\x8b\x00"), "", 0, 0, "§5.2"},
    {"a ping in pieces", WS_SERVER, false, W("\x09\x00"), "", 0, 0, "§5.5"},
    {"a long ping", WS_SERVER, false, W("\x89\x7e\x00\x7e"), "", 0, 0, "§5.5"},
    {"a continuation of nothing", WS_SERVER, false, W("\x80\x00"), "", 0, 0, "§5.4"},
    {"a message in a message", WS_SERVER, false, W("\x01\x00\x81\x00"), "", 1, 0, "§5.4"},
    {"a short length in two bytes", WS_SERVER, false, W("\x81\x7e\x00\x05Hello"), "", 0, 0, "§5.2"},
    {"a short length in eight", WS_SERVER, false, W("\x81\x7f\x00\x00\x00\x00\x00\x00\xff\xff"), "",
        0, 0, "§5.2"},
    {"a length beyond measure", WS_SERVER, false, W("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"), "",
        0, 0, "§5.2"},
};

static void check(const struct wire *w, size_t step)
{
    struct ws_extensions agreed = {.deflate = w->deflate};
    struct seen s = {.n = 0};
    struct ws_reader *r = ws_reader_new(w->from, &agreed, told, &s);

    for (size_t at = 0; at < w->n; at += step)
        ws_reader_feed(r, w->bytes + at, w->n - at < step ? w->n - at : step);
    const struct ws_counts *c = ws_reader_counts(r);
    if (strcmp(s.told, w->told) != 0 || c->frames != w->frames || c->close != w->close)
        fail_msg("%s, by %zu: told %s, %llu frames, close %u", w->name, step, s.told,
            (unsigned long long)c->frames, c->close);
    if (!w->fault != !c->fault || (c->fault && !strstr(c->fault, w->fault)))
        fail_msg("%s: %s", w->name, c->fault ? c->fault : "no fault");
    ws_reader_free(r);
}

static void frames_are_read_however_they_are_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++)
        for (size_t step = 1; step <= wires[i].n; step++)
            check(&wires[i], step);
}

static void the_reason_of_a_close_is_kept(void **state)
{
    static const char masked[] = "\x88\x85\x01\x02\x03\x04\x02\xeb\x61\x7d\x64";
    struct ws_extensions none = {0};
    struct ws_reader *r = ws_reader_new(WS_CLIENT, &none, NULL, NULL);

    (void)state;
    ws_reader_feed(r, masked, sizeof masked - 1);
    assert_int_equal(ws_reader_counts(r)->close, 1001);
    assert_string_equal(ws_reader_counts(r)->reason, "bye");
    ws_reader_free(r);
}

static void a_long_message_is_shown_in_part_and_counted_whole(void **state)
{
    enum { MANY = 300000 };
    static const uint8_t header[] = {0x82, 0x7f, 0, 0, 0, 0, 0, 0x04, 0x93, 0xe0};
    struct ws_extensions none = {0};
    struct seen s = {.n = 0};
    struct ws_reader *r = ws_reader_new(WS_SERVER, &none, told, &s);
    char *much = calloc(1, MANY);

    (void)state;
    ws_reader_feed(r, header, sizeof header);
    ws_reader_feed(r, much, MANY);
    assert_string_equal(s.told, "binary 300000/65536 cut |");
    assert_int_equal(ws_reader_counts(r)->bytes, MANY);
    ws_reader_feed(r, "\x81\x02ok", 4);
    assert_non_null(strstr(s.told, "text 2/2 ok|"));
    free(much);
    ws_reader_free(r);
}

static void without_somebody_who_looks_there_is_only_counting(void **state)
{
    struct ws_extensions none = {0};
    struct ws_reader *r = ws_reader_new(WS_SERVER, &none, NULL, NULL);

    (void)state;
    ws_reader_feed(r, "\x81\x02ok\x01\x01o\x80\x01k", 10);
    assert_int_equal(ws_reader_counts(r)->messages, 2);
    assert_int_equal(ws_reader_counts(r)->frames, 3);
    assert_int_equal(ws_reader_counts(r)->bytes, 4);
    ws_reader_free(r);
}

static void an_unknown_extension_blinds_but_is_no_fault(void **state)
{
    struct ws_extensions agreed = ws_extensions_read("permessage-x; a=b");
    struct seen s = {.n = 0};
    struct ws_reader *r = ws_reader_new(WS_SERVER, &agreed, told, &s);

    (void)state;
    ws_reader_feed(r, "\xf1\x02ok", 4);
    assert_null(ws_reader_counts(r)->fault);
    assert_string_equal(s.told, "text 2/0 |unseen|");
    ws_reader_free(r);
}

/* What the digest was asked of, and what RFC 6455 §1.3 says that it is. */
static void sha1(const void *bytes, size_t len, uint8_t out[static 20])
{
    static const char asked[] = "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    assert_int_equal(len, sizeof asked - 1);
    assert_memory_equal(bytes, asked, len);
    memcpy(out, "\xb3\x7a\x4f\x2c\xc0\x62\x4f\x16\x90\xf6\x46\x06\xcf\x38\x59\x45\xb2\xbe\xc4\xea",
        20);
}

static void the_accept_value_is_that_of_the_rfc(void **state)
{
    char accept[29];

    (void)state;
    ws_accept("dGhlIHNhbXBsZSBub25jZQ==", sha1, accept);
    assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void extensions_are_read_out_of_the_list(void **state)
{
    static const struct {
        const char *value;
        struct ws_extensions e;
    } cases[] = {
        {NULL, {0}},
        {"", {0}},
        {"permessage-deflate", {.deflate = true}},
        {" Permessage-Deflate ; server_no_context_takeover",
            {.deflate = true, .fresh_from_server = true}},
        {"permessage-deflate;client_no_context_takeover ;server_max_window_bits=10",
            {.deflate = true, .fresh_from_client = true}},
        {"x-other", {.others = true}},
        {"permessage-deflate, x-other; server_no_context_takeover",
            {.deflate = true, .others = true}},
        {"permessage-deflate, permessage-deflate", {.deflate = true, .others = true}},
        {",;,", {0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ws_extensions e = ws_extensions_read(cases[i].value);

        if (e.deflate != cases[i].e.deflate || e.others != cases[i].e.others ||
            e.fresh_from_client != cases[i].e.fresh_from_client ||
            e.fresh_from_server != cases[i].e.fresh_from_server)
            fail_msg("%s", cases[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_read_however_they_are_cut),
        cmocka_unit_test(the_reason_of_a_close_is_kept),
        cmocka_unit_test(a_long_message_is_shown_in_part_and_counted_whole),
        cmocka_unit_test(without_somebody_who_looks_there_is_only_counting),
        cmocka_unit_test(an_unknown_extension_blinds_but_is_no_fault),
        cmocka_unit_test(the_accept_value_is_that_of_the_rfc),
        cmocka_unit_test(extensions_are_read_out_of_the_list),
    };

    return cmocka_run_group_tests_name("wire/websocket", tests, NULL, NULL);
}
