#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "time_text.h"

static void a_moment_is_written_in_every_form(void **state)
{
    char buf[TIME_TEXT_CAP];

    (void)state;
    assert_string_equal(time_rfc3339(buf, 1795165200), "2026-11-20T09:00:00Z");
    assert_string_equal(time_rfc3339_ms(buf, 1795165200123), "2026-11-20T09:00:00.123Z");
    assert_string_equal(time_rfc3339_ms(buf, -1), "1969-12-31T23:59:59.999Z");
    assert_string_equal(time_minute(buf, 1795165200), "2026-11-20 09:00 UTC");
    assert_string_equal(time_date(buf, 1795165200), "2026-11-20");
    assert_string_equal(time_day(buf, 1795165200), "20 Nov 2026");
    assert_string_equal(time_of_day(buf, 1795165261), "09:01:01");
    assert_string_equal(time_rfc3339(buf, 253402300799), "9999-12-31T23:59:59Z");
}

static void times_that_no_calendar_has_do_not_harm(void **state)
{
    static const int64_t odd[] = {
        INT64_MIN, INT64_MAX, INT64_MAX / 1000, -62167219201, 67768036191676799};
    char buf[TIME_TEXT_CAP];

    (void)state;
    assert_string_equal(time_rfc3339(buf, INT64_MAX), "9999-12-31T23:59:59Z");
    assert_string_equal(time_rfc3339(buf, INT64_MIN), "0000-01-01T00:00:00Z");
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        time_rfc3339(buf, odd[i]);
        time_rfc3339_ms(buf, odd[i]);
        time_minute(buf, odd[i]);
        time_day(buf, odd[i]);
        time_of_day(buf, odd[i]);
        time_duration(buf, odd[i]);
    }
}

static void a_duration_is_its_largest_whole_unit(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {{0, "0 seconds"}, {1, "1 second"}, {59, "59 seconds"}, {60, "1 minute"},
        {3599, "59 minutes"}, {3600, "1 hour"}, {86399, "23 hours"}, {86400, "1 day"},
        {-259200, "3 days"}, {34300800, "397 days"}};
    char buf[TIME_TEXT_CAP];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(time_duration(buf, cases[i].seconds), cases[i].text);
}

static void rfc3339_is_read_with_its_offset(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {{"1970-01-01T00:00:00Z", 0}, {"2026-11-20T09:00:00Z", 1795165200},
        {"2026-11-20t09:00:00z", 1795165200}, {"2026-11-20 09:00:00Z", 1795165200},
        {"2026-11-20T10:00:00+01:00", 1795165200}, {"2026-11-20T01:30:00-07:30", 1795165200},
        {"2026-11-20T09:00:00.123456789Z", 1795165200}, {"2026-11-20", 1795132800},
        {"2024-02-29", 1709164800}, {"2000-02-29", 951782400}, {"1969-12-31T23:59:59Z", -1},
        {"2016-12-31T23:59:60Z", 1483228800}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t seconds = 1;

        assert_true(time_parse_rfc3339(cases[i].text, &seconds));
        assert_int_equal(seconds, cases[i].seconds);
    }
}

static void what_is_no_rfc3339_is_refused(void **state)
{
    static const char *const bad[] = {"", "2026", "2026-11", "2026-13-01", "2026-00-01",
        "2026-02-30", "2023-02-29", "1900-02-29", "2026-11-20T09:00", "2026-11-20T09:00:00",
        "2026-11-20T24:00:00Z", "2026-11-20T09:60:00Z", "2026-11-20T09:00:61Z",
        "2026-11-20T09:00:00.Z", "2026-11-20T09:00:00+0100", "2026-11-20T09:00:00+24:00",
        "2026-11-20T09:00:00Zx", "2026-11-2x", "26-11-20", " 2026-11-20", "2026-11-20x"};
    int64_t seconds;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(time_parse_rfc3339(bad[i], &seconds));
}

static void the_date_of_http_is_read_strictly(void **state)
{
    static const char *const bad[] = {"", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nvo 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 6 Nov 1994 08:49:37 GMT"};
    int64_t seconds = 0;

    (void)state;
    assert_true(time_parse_http("Sun, 06 Nov 1994 08:49:37 GMT", &seconds));
    assert_int_equal(seconds, 784111777);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(time_parse_http(bad[i], &seconds));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_written_in_every_form),
        cmocka_unit_test(times_that_no_calendar_has_do_not_harm),
        cmocka_unit_test(a_duration_is_its_largest_whole_unit),
        cmocka_unit_test(rfc3339_is_read_with_its_offset),
        cmocka_unit_test(what_is_no_rfc3339_is_refused),
        cmocka_unit_test(the_date_of_http_is_read_strictly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
