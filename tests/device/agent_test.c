#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent.h"

static void agents_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *agent, *name;
        bool browser;
        const char *family, *version;
    } cases[] = {
        {NULL, "unknown", false, "unknown", ""},
        {"", "unknown", false, "unknown", ""},
        {"Acme/4.2 CFNetwork/1568.200.51 Darwin/24.1.0", "Acme", false, "unknown", "18.1"},
        {"My%20App/1 CFNetwork/1404.0.5 Darwin/22.3.0", "My App", false, "unknown", "16.3"},
        {"trustd (unknown version) CFNetwork/1240.0.4 Darwin/20.5.0", "trustd", false, "unknown",
            "14"},
        {"com.apple.trustd/2.0 CFNetwork/1240.0.4 Darwin/20.5.0 (x86_64)", "com.apple.trustd",
            false, "Mac", "11"},
        {"MobileSafari/8619.1 CFNetwork/1568.100.1 Darwin/24.0.0", "Safari", true, "unknown",
            "18.0"},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
         "like Gecko) Version/18.1 "
         "Mobile/15E148 Safari/604.1",
            "Safari", true, "iPhone", "18.1.2"},
        {"Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "CriOS/92.0 "
         "Mobile/15E148 Safari/604.1",
            "Chrome", true, "iPad", "12.5"},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
         "Gecko) Mobile/15E148",
            "web view", false, "iPhone", "17.0"},
        {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/17.4 Safari/605",
            "Safari", true, "Mac", ""},
        {"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/120.0 Mobile Safari/537.36",
            "Chrome", true, "Android", "14"},
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/120.0 Safari/537.36 "
         "Edg/120.0",
            "Edge", true, "other", ""},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
         "Gecko) Version/26.1 "
         "Mobile/15E148 Safari/604.1",
            "Safari", true, "iPhone", "26.1"},
        {"Acme/1 CFNetwork/3860.100.1 Darwin/25.0.0", "Acme", false, "unknown", "26.0"},
        {"Acme/1 CFNetwork/9999.1 Darwin/99.0.0", "Acme", false, "unknown", ""},
        {"Grocer/4.2 (iPhone; iOS 17.2; Scale/3.00)", "Grocer", false, "iPhone", "17.2"},
        {"curl/7.88.1", "curl", false, "unknown", ""},
        {"Wget/1.21.3", "wget", false, "unknown", ""},
        {"python-requests/2.28.1", "Python", false, "unknown", ""},
        {"Python-urllib/3.11", "Python", false, "unknown", ""},
        {"Java/17.0.9", "Java", false, "unknown", ""},
        {"Java-http-client/17.0.9", "Java", false, "unknown", ""},
        {"node", "Node", false, "unknown", ""},
        {"undici", "Node", false, "unknown", ""},
        {"CaptiveNetworkSupport-443.40.2 wispr", "iOS login check", false, "unknown", ""},
        {"%zz%4/1", "%zz%4", false, "unknown", ""},
        {"/1.0", "unknown", false, "unknown", ""},
        {"A%00B/1", "AB", false, "unknown", ""},
        {"X/1 Darwin/", "X", false, "unknown", ""},
        {"X/1 Darwin/99999999999999999999.1", "X", false, "unknown", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct agent a;

        agent_read(cases[i].agent, &a);
        assert_string_equal(a.name, cases[i].name);
        assert_string_equal(a.family, cases[i].family);
        assert_string_equal(a.os_version, cases[i].version);
        assert_int_equal(a.is_browser, cases[i].browser);
    }
}

static void versions_of_the_app_and_of_its_parts_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *agent, *version, *cfnetwork, *darwin;
        bool by_kernel;
    } cases[] = {
        {"Acme/4.2 CFNetwork/1568.200.51 Darwin/24.1.0", "4.2", "1568.200.51", "24.1.0", true},
        {"Acme CFNetwork/1 Darwin/24.1.0", "1", "1", "24.1.0", true},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 "
         "Safari/605",
            "17.4", "", "", false},
        {"Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/92.0 "
         "Safari/604.1",
            "92.0", "", "", false},
        {"curl/7.88.1", "7.88.1", "", "", false},
        {"node", "", "", "", false},
        {"Acme/build-7 Darwin/", "", "", "", false},
        {"Acme/1.2.3.4.5.6.7.8.9.10", "1.2.3.4.5.6.7.8", "", "", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct agent a;

        agent_read(cases[i].agent, &a);
        assert_string_equal(a.version, cases[i].version);
        assert_string_equal(a.cfnetwork, cases[i].cfnetwork);
        assert_string_equal(a.darwin, cases[i].darwin);
        assert_int_equal(a.by_kernel, cases[i].by_kernel);
    }
}

static void a_long_agent_is_cut(void **state)
{
    (void)state;
    char text[10000];
    struct agent a;

    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    agent_read(text, &a);
    assert_int_equal(strlen(a.name), AGENT_NAME_CAP - 1);
    memset(text, '1', sizeof text - 1);
    memcpy(text, "A/1 (iOS ", 9);
    agent_read(text, &a);
    assert_int_equal(strlen(a.os_version), AGENT_VERSION_CAP - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agents_are_read),
        cmocka_unit_test(versions_of_the_app_and_of_its_parts_are_read),
        cmocka_unit_test(a_long_agent_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
