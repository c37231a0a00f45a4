#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns_message.h"

#define HEAD(flags, questions, answers) "\0\7" flags "\0" questions "\0" answers "\0\0\0\0"
#define QUESTION "\4shop\7example\0\0\x41\0\1"
#define ALIAS "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\6\4edge\0"
#define HTTPS "\4edge\0\0\x41\0\1\x80\0\0\1\0\3\0\1\0"

struct message {
    const char *bytes;
    size_t len;
};

#define MESSAGE(text)                                                                              \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

/* How many answers can be read; -1: it is no answer at all. */
static int count(struct message m, struct dns_record *last, struct dns_message *out)
{
    uint8_t *exact = malloc(m.len ? m.len : 1);
    int n = 0;

    assert_non_null(exact);
    memcpy(exact, m.bytes, m.len);
    bool open = dns_message_open(out, exact, m.len);
    while (open && dns_message_next(out, last))
        n++;
    free(exact);
    return open ? n : -1;
}

static void answers_come_one_after_the_other(void **state)
{
    static const struct message m = MESSAGE(HEAD("\x81\x80", "\1", "\2") QUESTION ALIAS HTTPS);
    struct dns_message message;
    struct dns_record record;

    (void)state;
    assert_true(dns_message_open(&message, (const uint8_t *)m.bytes, m.len));
    assert_int_equal(message.rcode, DNS_NOERROR);
    assert_true(dns_message_next(&message, &record));
    assert_int_equal(record.type, 5);
    assert_int_equal(record.ttl_s, 60);
    assert_int_equal(record.data.left, 6);
    assert_true(dns_message_next(&message, &record));
    assert_int_equal(record.type, DNS_TYPE_HTTPS);
    assert_int_equal(record.class, DNS_CLASS_IN);
    assert_int_equal(record.ttl_s, 0); /* with the sign bit set it is none */
    assert_int_equal(record.data.left, 3);
    assert_false(dns_message_next(&message, &record));
    assert_false(message.rest.failed);
}

static void a_message_that_breaks_off_gives_what_was_whole(void **state)
{
    static const struct message m = MESSAGE(HEAD("\x81\x83", "\1", "\2") QUESTION ALIAS HTTPS);
    const size_t head = 12, question = 18, alias = 18;
    struct dns_message message;
    struct dns_record record;

    (void)state;
    for (size_t n = 0; n < m.len; n++) {
        int whole = n < head + question ? -1 : n < head + question + alias ? 0 : 1;

        if (count((struct message){m.bytes, n}, &record, &message) != whole)
            fail_msg("%zu bytes", n);
        if (whole >= 0)
            assert_true(message.rest.failed);
    }
    assert_int_equal(count(m, &record, &message), 2);
    assert_int_equal(message.rcode, DNS_NXDOMAIN);
}

static void what_is_no_answer_is_refused(void **state)
{
    static const struct message cases[] = {
        MESSAGE(""),
        MESSAGE(HEAD("\1\0", "\1", "\0") QUESTION),             /* a question */
        MESSAGE(HEAD("\x81\x80", "\1", "\0") "\x80xx\0\1\0\1"), /* an unknown kind of label */
        MESSAGE(HEAD("\x81\x80", "\2", "\0") QUESTION),
    };
    struct dns_message message;
    struct dns_record record;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(count(cases[i], &record, &message), -1);
}

static void a_name_without_an_end_is_not_followed(void **state)
{
    uint8_t bytes[12 + 400] = {[2] = 0x81, [3] = 0x80, [5] = 1};
    struct dns_message message;

    (void)state;
    memset(bytes + 12, 1, sizeof bytes - 12); /* labels of one character, one after the other */
    assert_false(dns_message_open(&message, bytes, sizeof bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_one_after_the_other),
        cmocka_unit_test(a_message_that_breaks_off_gives_what_was_whole),
        cmocka_unit_test(what_is_no_answer_is_refused),
        cmocka_unit_test(a_name_without_an_end_is_not_followed),
    };

    return cmocka_run_group_tests_name("wire/dns_message", tests, NULL, NULL);
}
