#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "dictionary.h"
#include "squeeze.h"

/* The beginning of a record, with values that no dictionary can know. */
static const char record[] =
    "{\"v\":1,\"id\":\"01M7ZFB4H1QJ8X9KT8AK6SVEZF\",\"at\":\"2027-03-04T05:06:07.890Z\",\"ms\":23,"
    "\"proxy\":{\"name\":\"desk\",\"version\":\"0.1.0\",\"clock\":\"unchecked\"},\"entry\":"
    "\"connect\","
    "\"client\":{\"ip\":\"192.168.7.8\",\"port\":45338,\"device\":\"d-0123abcd\"}}";

static const char head[] = "GET /basket HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\n"
                           "Accept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n\r\n";

static size_t packed_len(const struct text *dictionary, const char *bytes)
{
    struct squeeze *s = squeeze_new(dictionary->at, dictionary->len);
    struct text small = {0}, whole = {0};

    assert_true(squeeze_pack(s, bytes, strlen(bytes), &small, NULL));
    assert_true(squeeze_unpack(s, small.at, small.len, &whole, NULL));
    assert_string_equal(text_str(&whole), bytes);
    size_t len = small.len;
    text_fini(&small);
    text_fini(&whole);
    squeeze_free(s);
    return len;
}

static void records_and_heads_become_small(void **state)
{
    struct text made = {0};

    (void)state;
    dictionary_make(&made);
    assert_in_range(packed_len(&made, record), 1, sizeof record / 2);
    assert_in_range(packed_len(&made, head), 1, sizeof head / 2);
    text_fini(&made);
}

/* RFC 8878 section 5: the magic number of a dictionary with tables. */
static void it_holds_frequencies_and_is_the_same_each_time(void **state)
{
    struct text made = {0}, again = {0};

    (void)state;
    dictionary_make(&made);
    dictionary_make(&again);
    assert_memory_equal(made.at, "\x37\xa4\x30\xec", 4);
    assert_int_equal(made.len, again.len);
    assert_memory_equal(made.at, again.at, made.len);
    text_fini(&made);
    text_fini(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_and_heads_become_small),
        cmocka_unit_test(it_holds_frequencies_and_is_the_same_each_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
