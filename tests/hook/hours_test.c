#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hours_priv.h"

#include "base/file.h"

enum { SATURDAY_NINE = 1795251600, HOUR = 3600, DAY = 86400 }; /* 2026-11-21 09:00 UTC */

static bool has(const char *window, int64_t at)
{
    struct hours *h;
    struct err e = {0};

    if (!hours_new(window, &h, &e))
        fail_msg("%s", e.text);
    bool in = hours_has(h, at);

    hours_free(h);
    return in;
}

static void windows_of_the_week(void **state)
{
    static const struct {
        const char *window;
        int64_t at;
        bool in;
    } cases[] = {
        {"mon-fri 08:00-18:00", SATURDAY_NINE, false},
        {"mon-fri 08:00-18:00", SATURDAY_NINE - DAY, true},
        {"sat 09:00-09:01", SATURDAY_NINE, true},
        {"sat 09:00-09:01", SATURDAY_NINE + 60, false},
        {"sat 08:00-09:00", SATURDAY_NINE, false},
        {"fri-mon 00:00-24:00", SATURDAY_NINE, true},
        {"fri-mon 00:00-24:00", SATURDAY_NINE + 3 * DAY, false},
        {"sat 00:00-24:00 UTC", SATURDAY_NINE, true},
        {"fri 22:00-10:00", SATURDAY_NINE,
            true}, /* the night belongs to the day on which it began */
        {"sat 22:00-10:00", SATURDAY_NINE, false},
        {"sat 22:00-10:00", SATURDAY_NINE + 14 * HOUR, true},
        {"thu 00:00-24:00", 0, true}, /* 1970-01-01 */
        {"wed 23:00-24:00", -1, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (has(cases[i].window, cases[i].at) != cases[i].in)
            fail_msg("%s at %lld", cases[i].window, (long long)cases[i].at);
}

static void what_is_no_window_is_told(void **state)
{
    static const char *const cases[] = {"", "mon", "mon 8:00-18:00", "mon 08:00",
        "mon-xyz 08:00-18:00", "mon 08:00-25:00", "mon 08:60-18:00", "mon 08:00-18:00Z",
        "mon 08:00-18:00 ../../etc/passwd", "mon 08:00-18:00 /etc/passwd",
        "mon 08:00-18:00 No/Where"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hours *h;
        struct err e = {0};

        if (hours_new(cases[i], &h, &e))
            fail_msg("'%s' was taken", cases[i]);
        assert_true(e.kind == ERR_CONFIG);
    }
}

static void zones_shift_with_the_season(void **state)
{
    (void)state;
    if (!file_exists("/usr/share/zoneinfo/Europe/Berlin"))
        skip();                                                       /* tzdata is not everywhere */
    assert_true(has("sat 10:00-10:01 Europe/Berlin", SATURDAY_NINE)); /* CET */
    assert_true(has("sat 11:00-11:01 Europe/Berlin", 1784970000)); /* 2026-07-25 09:00 UTC, CEST */
    assert_true(has("sat 09:00-09:01 Etc/UTC", SATURDAY_NINE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_of_the_week),
        cmocka_unit_test(what_is_no_window_is_told),
        cmocka_unit_test(zones_shift_with_the_season),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
