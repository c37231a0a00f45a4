/* tests/relay/look_test.c - all that lies in a buffer is shown, and stays there. */
#include <event2/buffer.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "look.h"

enum { PIECES = 50, EACH = 3 };

struct seen {
    char text[PIECES * EACH + 1];
    size_t n;
};

static void see(void *arg, const void *piece, size_t n)
{
    struct seen *seen = arg;

    assert_in_range(seen->n + n, 0, PIECES * EACH);
    memcpy(seen->text + seen->n, piece, n);
    seen->n += n;
}

static void nothing_is_shown_of_nothing(void **state)
{
    struct evbuffer *bytes = evbuffer_new();
    struct seen seen = {0};

    (void)state;
    look_along(bytes, see, &seen);
    assert_int_equal(seen.n, 0);
    evbuffer_free(bytes);
}

static void many_pieces_are_shown_in_order_and_stay(void **state)
{
    struct evbuffer *bytes = evbuffer_new();
    struct seen seen = {0};

    (void)state;
    for (int i = 0; i < PIECES; i++) {
        struct evbuffer *piece = evbuffer_new();

        evbuffer_add_printf(piece, "%03d", i);
        evbuffer_add_buffer(bytes, piece);
        evbuffer_free(piece);
    }
    look_along(bytes, see, &seen);
    assert_int_equal(seen.n, PIECES * EACH);
    assert_memory_equal(seen.text, "000001002", 9);
    assert_string_equal(seen.text + (PIECES - 1) * EACH, "049");
    assert_int_equal(evbuffer_get_length(bytes), PIECES * EACH);
    assert_memory_equal(evbuffer_pullup(bytes, -1), seen.text, seen.n);
    evbuffer_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_shown_of_nothing),
        cmocka_unit_test(many_pieces_are_shown_in_order_and_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
