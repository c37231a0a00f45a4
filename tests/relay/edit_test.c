#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "edit.h"
#include "flow/flow.h"
#include "http/h1.h"

static const char raw_head[] =
    "POST /a HTTP/1.1\r\nHost: a.example\r\nCookie: secret\r\nContent-Length: 3\r\n\r\n";

static void fill(struct h1_head *head)
{
    *head = (struct h1_head){.raw = raw_head, .raw_len = sizeof raw_head - 1, .n_fields = 3};
    head->fields[0] = (struct h1_field){"Host", "a.example"};
    head->fields[1] = (struct h1_field){"Cookie", "secret"};
    head->fields[2] = (struct h1_field){"Content-Length", "3"};
}

static void nothing_changed_is_no_edit(void **state)
{
    static struct h1_head head;
    struct flow_header rows[] = {
        {"Host", "a.example"}, {"Cookie", "secret"}, {"Content-Length", "3"}};
    struct flow_headers as = {rows, 3};
    struct text raw = {0};

    (void)state;
    fill(&head);
    assert_false(edit_head(&head, &as, &raw));
    assert_false(edit_head(&head, NULL, &raw));
}

static void a_removed_field_is_gone_and_an_added_one_there(void **state)
{
    static struct h1_head head;
    struct flow_header rows[] = {{"Host", "a.example"}, {"Content-Length", "3"}, {"X-Test", "yes"}};
    struct flow_headers as = {rows, 3};
    struct text raw = {0};

    (void)state;
    fill(&head);
    assert_true(edit_head(&head, &as, &raw));
    assert_string_equal(text_str(&raw),
        "POST /a HTTP/1.1\r\nHost: a.example\r\nX-Test: yes\r\nContent-Length: 3\r\n\r\n");
    text_fini(&raw);
}

static void what_frames_the_message_stays_as_it_came(void **state)
{
    static struct h1_head head;
    struct flow_header rows[] = {
        {"Host", "a.example"}, {"content-length", "999"}, {"Transfer-Encoding", "chunked"}};
    struct flow_headers as = {rows, 3};
    struct text raw = {0};

    (void)state;
    fill(&head);
    assert_true(edit_head(&head, &as, &raw));
    assert_string_equal(
        text_str(&raw), "POST /a HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\n");
    text_fini(&raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changed_is_no_edit),
        cmocka_unit_test(a_removed_field_is_gone_and_an_added_one_there),
        cmocka_unit_test(what_frames_the_message_stays_as_it_came),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
