#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "websocket.h"
#include "websocket_view.h"

/* n bytes of one letter, as RFC 7692 §7.2.1 deflates a message. */
static uint8_t *deflated(char letter, size_t n, size_t *len)
{
    size_t cap = n / 100 + 1000;
    uint8_t *out = malloc(cap);
    char *in = malloc(n);
    z_stream z = {0};

    memset(in, letter, n);
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)in;
    z.avail_in = (uInt)n;
    z.next_out = out;
    z.avail_out = (uInt)cap;
    assert_int_equal(deflate(&z, Z_SYNC_FLUSH), Z_OK);
    *len = cap - z.avail_out - 4;
    deflateEnd(&z);
    free(in);
    return out;
}

static const char *view_of(
    struct ws_view *v, const uint8_t *bytes, size_t n, size_t *len, bool *cut)
{
    ws_view_begin(v, true);
    for (size_t i = 0; i < n; i++)
        ws_view_add(v, bytes + i, 1);
    return ws_view_end(v, len, cut);
}

static void a_large_message_is_inflated_to_the_bound_of_a_view(void **state)
{
    struct ws_view *v = ws_view_new(false);
    size_t n, len;
    bool cut;
    uint8_t *bytes = deflated('x', 500000, &n);
    const char *view = view_of(v, bytes, n, &len, &cut);

    (void)state;
    assert_non_null(view);
    assert_int_equal(len, WS_VIEW_MOST);
    assert_int_equal(view[len - 1], 'x');
    assert_true(cut);
    free(bytes);
    ws_view_free(v);
}

/* 16 MiB out of 16 KiB. */
static void a_bomb_is_not_inflated_to_its_end(void **state)
{
    for (int fresh = 0; fresh < 2; fresh++) {
        struct ws_view *v = ws_view_new(fresh);
        size_t n, len, small_n;
        bool cut;
        uint8_t *bomb = deflated('x', (size_t)16 << 20, &n), *small = deflated('y', 10, &small_n);

        (void)state;
        assert_non_null(view_of(v, bomb, n, &len, &cut));
        assert_true(cut);
        assert_int_equal(len, WS_VIEW_MOST);
        /* The window is lost with it; a message that needs none is seen again. */
        const char *next = view_of(v, small, small_n, &len, &cut);
        assert_true(fresh ? next && len == 10 && !cut : !next);
        ws_view_begin(v, false);
        ws_view_add(v, (const uint8_t *)"plain", 5);
        assert_string_equal(ws_view_end(v, &len, &cut), "plain");
        free(bomb);
        free(small);
        ws_view_free(v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_message_is_inflated_to_the_bound_of_a_view),
        cmocka_unit_test(a_bomb_is_not_inflated_to_its_end),
    };

    return cmocka_run_group_tests_name("wire/websocket_view", tests, NULL, NULL);
}
