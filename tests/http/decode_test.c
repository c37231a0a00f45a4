#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <brotli/encode.h>
#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "decode.h"

enum { MOST = 65536, BIG = 8 << 20 };

struct bytes {
    uint8_t *at;
    size_t n;
};

static struct bytes zlibbed(struct bytes in, int bits)
{
    struct bytes out = {malloc(in.n + 1000), 0};
    z_stream z = {.next_in = in.at, .avail_in = (uInt)in.n, .next_out = out.at};

    z.avail_out = (uInt)(in.n + 1000);
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.n = z.total_out;
    deflateEnd(&z);
    return out;
}

/* The coding by its name; "raw": deflate without its wrapping. */
static struct bytes coded(const char *coding, struct bytes in)
{
    struct bytes out = {NULL, in.n + 1000};

    if (strcmp(coding, "gzip") == 0)
        return zlibbed(in, 31);
    if (strcmp(coding, "deflate") == 0)
        return zlibbed(in, 15);
    if (strcmp(coding, "raw") == 0)
        return zlibbed(in, -15);
    out.at = malloc(out.n);
    if (strcmp(coding, "br") == 0)
        assert_true(BrotliEncoderCompress(9, 18, BROTLI_MODE_TEXT, in.n, in.at, &out.n, out.at));
    else
        out.n = ZSTD_compress(out.at, out.n, in.at, in.n, 3);
    return out;
}

static void feed(struct decode *d, struct bytes b, size_t step)
{
    for (size_t at = 0; at < b.n; at += step)
        decode_feed(d, b.at + at, b.n - at < step ? b.n - at : step);
}

static const char *const codings[][2] = {{"gzip", "gzip"}, {"gzip", "X-GZip"},
    {"deflate", "deflate"}, {"raw", "deflate"}, {"br", "br"}, {"zstd", "zstd"}};

static void every_coding_is_undone_however_it_is_cut(void **state)
{
    static uint8_t text[] = "an answer, an answer, and once more an answer";
    struct bytes plain = {text, sizeof text - 1};

    (void)state;
    for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++) {
        struct bytes b = coded(codings[i][0], plain);

        for (size_t cut = 1; cut <= b.n; cut++) {
            struct decode *d = decode_new(codings[i][1], MOST);
            size_t len;

            feed(d, b, cut);
            assert_string_equal(decode_view(d, &len), (const char *)text);
            assert_int_equal(len, plain.n);
            assert_true(decode_is_whole(d));
            decode_free(d);
        }
        free(b.at);
    }
}

static void several_codings_are_undone_in_their_order(void **state)
{
    static uint8_t text[] = "twice";
    struct bytes inner = coded("gzip", (struct bytes){text, 5}), outer = coded("br", inner);
    struct decode *d = decode_new("gzip, identity , br", MOST);
    size_t len;

    (void)state;
    feed(d, outer, 3);
    assert_string_equal(decode_view(d, &len), "twice");
    decode_free(d);
    free(inner.at);
    free(outer.at);
}

static void without_a_coding_bytes_are_as_they_are(void **state)
{
    static const char *const none[] = {NULL, "", "identity", " , "};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct decode *d = decode_new(none[i], 4);
        size_t len;

        decode_feed(d, "abcd", 4);
        assert_true(decode_is_whole(d));
        decode_feed(d, "e", 1);
        assert_string_equal(decode_view(d, &len), "abcd");
        assert_false(decode_is_whole(d));
        assert_true(decode_is_full(d));
        assert_null(decode_why(d));
        decode_free(d);
    }
}

/* 8 MiB out of a few KiB or less: the view is bounded, and so is the work. */
static void a_bomb_fills_the_view_and_no_more(void **state)
{
    struct bytes plain = {calloc(1, BIG), BIG};

    (void)state;
    for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++) {
        struct bytes b = coded(codings[i][0], plain), twice = coded("gzip", b);
        struct decode *d = decode_new(codings[i][1], MOST), *inner = decode_new("gzip, gzip", BIG);
        size_t len;

        feed(d, b, b.n);
        decode_view(d, &len);
        assert_int_equal(len, MOST);
        assert_true(decode_is_full(d));
        if (strcmp(codings[i][0], "gzip") == 0) {
            feed(inner, twice, twice.n);
            decode_view(inner, &len);
            assert_true(len < DECODE_MOST + MOST);
            assert_non_null(strstr(decode_why(inner), "beyond all measure"));
        }
        decode_free(d);
        decode_free(inner);
        free(b.at);
        free(twice.at);
    }
    free(plain.at);
}

static void what_cannot_be_undone_says_why(void **state)
{
    static const struct {
        const char *codings, *bytes, *why;
    } cases[] = {
        {"gzip", "no gzip at all", "not what its coding says"},
        {"br", "\xff\xff\xff\xff", "not what its coding says"},
        {"zstd", "no zstd at all", "not what its coding says"},
        {"deflate", "\xff\xff\xff", "not what its coding says"},
        {"compress", "x", "not known here"},
        {"gzip, aes128gcm", "x", "not known here"},
        {"br, br, br, br, br", "x", "more codings"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct decode *d = decode_new(cases[i].codings, MOST);

        decode_feed(d, cases[i].bytes, strlen(cases[i].bytes));
        decode_feed(d, cases[i].bytes, strlen(cases[i].bytes));
        if (!decode_why(d) || !strstr(decode_why(d), cases[i].why))
            fail_msg("%s: %s", cases[i].codings, decode_why(d) ? decode_why(d) : "no reason");
        assert_false(decode_is_whole(d));
        decode_free(d);
    }
}

static void gzip_members_follow_one_another(void **state)
{
    static uint8_t one[] = "one", two[] = "two";
    struct bytes a = coded("gzip", (struct bytes){one, 3}),
                 b = coded("gzip", (struct bytes){two, 3});

    (void)state;
    for (int whole = 0; whole < 2; whole++) {
        struct decode *d = decode_new("gzip", MOST);
        uint8_t both[200];
        size_t len;

        memcpy(both, a.at, a.n);
        memcpy(both + a.n, b.at, b.n);
        feed(d, (struct bytes){both, a.n + b.n}, whole ? a.n + b.n : 1);
        assert_string_equal(decode_view(d, &len), "onetwo");
        decode_free(d);
    }
    free(a.at);
    free(b.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_coding_is_undone_however_it_is_cut),
        cmocka_unit_test(several_codings_are_undone_in_their_order),
        cmocka_unit_test(without_a_coding_bytes_are_as_they_are),
        cmocka_unit_test(a_bomb_fills_the_view_and_no_more),
        cmocka_unit_test(what_cannot_be_undone_says_why),
        cmocka_unit_test(gzip_members_follow_one_another),
    };

    return cmocka_run_group_tests_name("http/decode", tests, NULL, NULL);
}
