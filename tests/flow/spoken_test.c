#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "spoken.h"

static const char head[] = "GET /a HTTP/1.1\r\nHost: a.example\r\nX-Empty:\r\nx-two:\t b \r\n\r\n";

static void a_head_tells_its_line_and_its_fields(void **state)
{
    struct spoken *s = spoken_new();
    struct spoken_field field;
    const char *line;
    size_t at = 0, len;

    (void)state;
    spoken_head(s, 2, SPOKEN_REQUEST, head, strlen(head));
    assert_int_equal(s->n, 3);
    const struct text *kept = &s->at[2].said[SPOKEN_REQUEST].head;
    assert_true(spoken_start_line(kept, &line, &len));
    assert_int_equal(len, 15);
    assert_memory_equal(line, "GET /a HTTP/1.1", len);
    assert_true(spoken_next_field(kept, &at, &field));
    assert_memory_equal(field.value, "a.example", field.value_len);
    assert_true(spoken_next_field(kept, &at, &field));
    assert_int_equal(field.value_len, 0);
    assert_true(spoken_next_field(kept, &at, &field));
    assert_int_equal(field.value_len, 1);
    assert_false(spoken_next_field(kept, &at, &field));
    assert_true(spoken_field_find(kept, "HOST", &field));
    assert_false(spoken_field_find(kept, "Hos", &field));
    assert_false(spoken_start_line(&s->at[0].said[SPOKEN_REQUEST].head, &line, &len));
    spoken_free(s);
}

static void heads_past_the_bound_of_a_flow_are_counted(void **state)
{
    struct spoken *s = spoken_new();
    size_t len = SPOKEN_HEADS_MOST / 2 + 1;
    char *long_head = mem_new(len);

    (void)state;
    memset(long_head, 'a', len);
    spoken_head(s, 0, SPOKEN_REQUEST, long_head, len);
    spoken_head(s, 0, SPOKEN_RESPONSE, long_head, len);
    assert_int_equal(s->heads_len, len);
    assert_int_equal(s->n_heads_cut, 1);
    assert_true(s->at[0].said[SPOKEN_RESPONSE].head_cut);
    /* The same head again takes the place of the first. */
    spoken_head(s, 0, SPOKEN_REQUEST, head, strlen(head));
    assert_int_equal(s->heads_len, strlen(head));
    mem_free(long_head);
    spoken_free(s);
}

static void a_body_is_kept_up_to_its_bound(void **state)
{
    struct spoken *s = spoken_new();
    char piece[1000] = {'b'};
    size_t n = 0;

    (void)state;
    assert_true(spoken_body(s, 0, SPOKEN_RESPONSE, "", 0));
    assert_true(s->at[0].said[SPOKEN_RESPONSE].body_kept);
    assert_false(s->at[0].said[SPOKEN_REQUEST].body_kept);
    while (spoken_body(s, 0, SPOKEN_RESPONSE, piece, sizeof piece))
        n++;
    assert_int_equal(n, SPOKEN_BODY_MOST / sizeof piece);
    assert_int_equal(s->at[0].said[SPOKEN_RESPONSE].body.len, SPOKEN_BODY_MOST);
    assert_true(s->at[0].said[SPOKEN_RESPONSE].body_cut);
    spoken_body(s, 0, SPOKEN_RESPONSE, piece, sizeof piece);
    assert_int_equal(s->n_bodies_cut, 1);
    spoken_free(s);
}

static void bodies_of_one_flow_have_a_bound_together(void **state)
{
    struct spoken *s = spoken_new();
    char *piece = mem_new(SPOKEN_BODY_MOST);
    size_t n = SPOKEN_BODIES_MOST / SPOKEN_BODY_MOST;

    (void)state;
    for (size_t i = 0; i < n; i++)
        assert_true(spoken_body(s, i, SPOKEN_REQUEST, piece, SPOKEN_BODY_MOST));
    assert_false(spoken_body(s, n, SPOKEN_REQUEST, piece, 1));
    assert_int_equal(s->bodies_len, SPOKEN_BODIES_MOST);
    mem_free(piece);
    spoken_free(s);
}

static void bodies_that_are_dropped_leave_the_heads(void **state)
{
    struct spoken *s = spoken_new();

    (void)state;
    for (size_t i = 0; i < 9; i++) {
        spoken_head(s, i, SPOKEN_REQUEST, head, strlen(head));
        spoken_body(s, i, SPOKEN_RESPONSE, "body", 4);
    }
    spoken_drop_bodies_of(s, 3);
    assert_int_equal(s->bodies_len, 32);
    spoken_drop_bodies_of(s, 99);
    spoken_drop_bodies(s);
    assert_int_equal(s->bodies_len, 0);
    assert_int_equal(s->heads_len, 9 * strlen(head));
    assert_false(s->at[0].said[SPOKEN_RESPONSE].body_kept);
    spoken_free(s);
    spoken_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_tells_its_line_and_its_fields),
        cmocka_unit_test(heads_past_the_bound_of_a_flow_are_counted),
        cmocka_unit_test(a_body_is_kept_up_to_its_bound),
        cmocka_unit_test(bodies_of_one_flow_have_a_bound_together),
        cmocka_unit_test(bodies_that_are_dropped_leave_the_heads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
