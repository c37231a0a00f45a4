#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "flow/flow.h"
#include "h2_head.h"
#include "http/h1.h"
#include "http/h2_session.h"

static const struct h2_field fields[] = {
    {"accept", "*/*", false}, {"authorization", "Bearer x", true}, {"content-length", "3", false}};
static const struct h2_head post = {.method = "POST",
    .scheme = "https",
    .authority = "shop.example",
    .path = "/a",
    .fields = fields,
    .n_fields = 3};

static void the_rules_see_it_as_any_other_head(void **state)
{
    struct h1_head view;

    (void)state;
    h2_head_view(&post, &view);
    assert_string_equal(view.method, "POST");
    assert_string_equal(view.target, "/a");
    assert_int_equal(view.n_fields, 3);
    assert_string_equal(h1_field(&view, "Accept"), "*/*");
    h2_head_view(&(struct h2_head){.method = "CONNECT", .authority = "a:1"}, &view);
    assert_string_equal(view.target, "a:1");
}

static void a_copy_stands_alone(void **state)
{
    struct arena memory;
    char path[] = "/a";
    struct h2_head head = post;

    (void)state;
    arena_init(&memory);
    head.path = path;
    const struct h2_head *kept = h2_head_keep(&head, &memory);
    path[1] = 'b';
    assert_string_equal(kept->path, "/a");
    assert_string_equal(kept->fields[1].value, "Bearer x");
    assert_true(kept->fields[1].secret);
    arena_fini(&memory);
}

static bool edit(struct flow_header *at, size_t n, struct arena *memory, struct h2_head *out)
{
    const struct flow_headers as = {.at = at, .n = n};

    arena_init(memory);
    return h2_head_edit(&post, &as, memory, out);
}

static void what_nobody_changed_stays(void **state)
{
    struct flow_header same[] = {
        {"accept", "*/*"}, {"authorization", "Bearer x"}, {"content-length", "3"}};
    struct arena memory;
    struct h2_head out;

    (void)state;
    assert_false(edit(same, 3, &memory, &out));
    assert_false(h2_head_edit(&post, NULL, &memory, &out));
    arena_fini(&memory);
}

static void names_are_made_small_and_secrets_stay_secret(void **state)
{
    struct flow_header changed[] = {{"X-New", "1"}, {"Authorization", "Bearer x"}};
    struct arena memory;
    struct h2_head out;

    (void)state;
    assert_true(edit(changed, 2, &memory, &out));
    assert_int_equal(out.n_fields, 3);
    assert_string_equal(out.fields[0].name, "x-new");
    assert_string_equal(out.fields[1].name, "authorization");
    assert_true(out.fields[1].secret);
    assert_string_equal(out.fields[2].name, "content-length"); /* frames the message: stays */
    assert_string_equal(out.path, "/a");
    arena_fini(&memory);
}

/* RFC 9113 §8.2.1, §8.2.2 */
static void what_cannot_stand_in_http2_is_left_out(void **state)
{
    struct flow_header changed[] = {{"Connection", "close"}, {"Transfer-Encoding", "chunked"},
        {"Host", "other.example"}, {":path", "/b"}, {"a b", "c"}, {"", "x"}, {"x", "a\r\nb"},
        {"y", " padded"}, {"z", "padded\t"}, {"ok", ""}};
    struct arena memory;
    struct h2_head out;

    (void)state;
    assert_true(edit(changed, sizeof changed / sizeof changed[0], &memory, &out));
    assert_int_equal(out.n_fields, 2);
    assert_string_equal(out.fields[0].name, "ok");
    assert_string_equal(out.fields[1].name, "content-length");
    arena_fini(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rules_see_it_as_any_other_head),
        cmocka_unit_test(a_copy_stands_alone),
        cmocka_unit_test(what_nobody_changed_stays),
        cmocka_unit_test(names_are_made_small_and_secrets_stay_secret),
        cmocka_unit_test(what_cannot_stand_in_http2_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
