#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "device/agent.h"
#include "words.h"

#define IPHONE                                                                                     \
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "    \
    "Gecko) "

static void a_browser_is_named_as_far_as_it_is_known(void **state)
{
    static const char *const rows[][2] = {
        {IPHONE "Version/26.1 Mobile/15E148 Safari/604.1", "Safari on an iPhone with iOS 26.1"},
        {IPHONE "CriOS/120.0 Mobile/15E148 Safari/604.1", "Chrome on an iPhone with iOS 18.6"},
        {IPHONE "Mobile/15E148", "a window of another app on an iPhone with iOS 18.6"},
        {"Mozilla/5.0 (iPad; CPU OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/17.2 Mobile/15E148 Safari/604.1",
            "Safari on an iPad with iPadOS 17.2"},
        {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/18.1 Safari/605.1.15",
            "Safari on a Mac"},
        {"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 "
         "Mobile Safari/537.36",
            "Chrome on Android"},
        {"curl/8.0", "curl"},
        {"", "another program"},
        {NULL, "another program"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text out = {0};
        struct agent agent;

        agent_read(rows[i][0], &agent);
        words_browser(&out, &agent);
        assert_string_equal(text_str(&out), rows[i][1]);
        text_fini(&out);
    }
}

static void a_clock_is_behind_or_ahead(void **state)
{
    static const struct {
        int64_t offset_ms;
        const char *words;
    } rows[] = {
        {0, "exact"},
        {-99, "exact"},
        {-400, "0.4 s behind"},
        {9999, "9.9 s ahead"},
        {-61000, "1 minute behind"},
        {400 * 86400000LL - 20, "400 days ahead"},
        {-3 * 86400000LL, "3 days behind"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text out = {0};

        words_clock(&out, rows[i].offset_ms);
        assert_string_equal(text_str(&out), rows[i].words);
        text_fini(&out);
    }
}

static void a_root_is_told_by_its_number_and_its_fingerprint(void **state)
{
    struct text out = {0};

    (void)state;
    words_groups(&out, "7f3a19c460d28b11", 2);
    assert_string_equal(text_str(&out), "7F3A 19C4");
    text_clear(&out);
    words_groups(&out, "7f3a1", 4);
    assert_string_equal(text_str(&out), "7F3A 1");
    text_fini(&out);
    assert_string_equal(words_short_name("whytls root 7F3A"), "7F3A");
    assert_string_equal(words_short_name("whytls"), "whytls");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_browser_is_named_as_far_as_it_is_known),
        cmocka_unit_test(a_clock_is_behind_or_ahead),
        cmocka_unit_test(a_root_is_told_by_its_number_and_its_fingerprint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
