#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "events.h"
#include "h1.h"

static const char chunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

static void begin(struct run *r)
{
    run_init(r, H1_RESPONSES);
    h1_expect(r->h, "GET");
    run_feed(r, chunked, sizeof chunked - 1);
    text_clear(&r->said);
}

static void bad_chunks_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "x\r\n",
        "-1\r\n",
        "+1\r\n",
        "0x1\r\n",
        " 1\r\n",
        "1 \r\na\r\n",
        "\r\n",
        "1\na\r\n0\r\n\r\n",
        "1\r\na\n0\r\n\r\n",
        "1\r\nab\r\n",
        "1\r\na\r0\r\n\r\n",
        "1\rX\r\n",
        "1;a\rb\r\na\r\n",
        "1;a\nb\r\na\r\n",
        "10000000000000000\r\n",
        "0\r\n\rX",
        "0\r\nA: b\rC: d\r\n\r\n",
        "0\r\nA: b\n\r\n",
        "0\r\n\n",
        "0\r\nno colon\r\n\r\n",
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t cut = 0; cut <= strlen(cases[i]); cut++) {
            struct run r;

            begin(&r);
            run_feed(&r, cases[i], cut);
            run_feed(&r, cases[i] + cut, strlen(cases[i]) - cut);
            if (!strstr(text_str(&r.said), "bad ") || !strstr(text_str(&r.said), "(RFC 91"))
                fail_msg("%s, cut at %zu\nsaid: %s", cases[i], cut, text_str(&r.said));
            run_fini(&r);
        }
    }
}

static void chunk_lines_and_trailers_are_bounded(void **state)
{
    (void)state;
    struct run r;

    begin(&r);
    run_feed(&r, "1;", 2);
    for (int i = 0; i < H1_CHUNK_LINE_MOST && !r.over; i++)
        run_feed(&r, "e", 1);
    assert_non_null(strstr(text_str(&r.said), "bad a chunk line of more than 4 KiB"));
    run_fini(&r);

    begin(&r);
    run_feed(&r, "0\r\n", 3);
    for (int i = 0; i < H1_TRAILER_MOST && !r.over; i++)
        run_feed(&r, "Abc: defgh\r\n", 12);
    assert_non_null(strstr(text_str(&r.said), "bad a trailer section of more than 64 KiB"));
    run_fini(&r);
}

static void random_cut(struct evbuffer *to, const struct text *all, unsigned *seed)
{
    for (size_t at = 0; at < all->len;) {
        struct evbuffer *piece = evbuffer_new();
        size_t n = (size_t)rand_r(seed) % 5000 + 1;

        n = n < all->len - at ? n : all->len - at;
        evbuffer_add(piece, all->at + at, n);
        evbuffer_add_buffer(to, piece); /* a chain of its own */
        evbuffer_free(piece);
        at += n;
    }
}

static void bytes_go_on_unchanged(void **state)
{
    (void)state;
    unsigned seed = 7;

    for (int round = 0; round < 50; round++) {
        struct text body = {0};
        uint64_t content = 0;
        struct run r;

        for (int i = 0; i < 40; i++) {
            size_t n = (size_t)rand_r(&seed) % 3000 + 1;

            content += n;
            text_printf(&body, i % 2 ? "%zx\r\n" : "%zX;q=\"a b\"\r\n", n);
            for (size_t k = 0; k < n; k++)
                text_add_char(&body, (char)rand_r(&seed));
            text_add(&body, "\r\n");
        }
        text_add(&body, "0\r\nTrailer: yes\r\n\r\n");
        begin(&r);
        random_cut(r.in, &body, &seed);
        run_events(&r);
        assert_non_null(strstr(text_str(&r.said), "end "));
        assert_int_equal(h1_body_bytes(r.h), content);
        assert_int_equal(evbuffer_get_length(r.out), body.len);
        assert_memory_equal(evbuffer_pullup(r.out, -1), body.at, body.len);
        run_fini(&r);
        text_fini(&body);
    }
}

static void the_bytes_behind_a_body_stay(void **state)
{
    (void)state;
    struct run r;

    begin(&r);
    run_feed(&r, "1\r\nx\r\n0\r\n\r\n", 11);
    assert_string_equal(text_str(&r.said), "body 11\nend 1\n");
    evbuffer_add(r.in, "HTTP/1.1 2", 10);
    assert_int_equal(h1_next(r.h, r.in, r.out), H1_NEED_MORE);
    assert_int_equal(evbuffer_get_length(r.in), 10);
    run_fini(&r);
}

static void tiny_pieces_do_not_keep_large_memory(void **state)
{
    (void)state;
    static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
    struct run r;

    run_init(&r, H1_RESPONSES);
    h1_expect(r.h, "GET");
    run_feed(&r, head, sizeof head - 1);
    for (int i = 0; i < 4096; i++)
        run_feed(&r, "x", 1);
    assert_int_equal(evbuffer_get_length(r.out), 4096);
    assert_true(evbuffer_peek(r.out, -1, NULL, NULL, 0) <= 8); /* chains */
    run_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_chunks_are_refused),
        cmocka_unit_test(chunk_lines_and_trailers_are_bounded),
        cmocka_unit_test(bytes_go_on_unchanged),
        cmocka_unit_test(the_bytes_behind_a_body_stay),
        cmocka_unit_test(tiny_pieces_do_not_keep_large_memory),
    };

    return cmocka_run_group_tests_name("http/h1_body", tests, NULL, NULL);
}
