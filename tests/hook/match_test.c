#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hook/match.h"

static struct matcher *made(enum matcher_kind kind, const char *const *entries, size_t n)
{
    struct matcher *m;
    struct err e = {0};

    if (!matcher_new(kind, entries, n, &m, &e))
        fail_msg("%s", e.text);
    return m;
}

struct question {
    const char *text;
    bool has;
};

static void ask(enum matcher_kind kind, const char *const *entries, size_t n,
    const struct question *questions, size_t n_questions)
{
    struct matcher *m = made(kind, entries, n);

    assert_int_equal(matcher_len(m), n);
    for (size_t i = 0; i < n_questions; i++)
        if (matcher_has(m, questions[i].text) != questions[i].has)
            fail_msg("%s of %s", questions[i].text, matcher_kind_name(kind));
    matcher_free(m);
}

#define ASK(kind, entries, questions)                                                              \
    ask(kind, entries, sizeof entries / sizeof *entries, questions,                                \
        sizeof questions / sizeof *questions)

static void hosts_and_what_is_below_them(void **state)
{
    static const char *const entries[] = {"Example.com", "=only.org", ".below.net", "both.de",
        "=both.de", "10.0.0.1", "=x.z", ".x.z"};
    static const struct question questions[] = {{"example.com", true}, {"a.b.example.com", true},
        {"EXAMPLE.com", true}, {"notexample.com", false}, {"com", false}, {"only.org", true},
        {"a.only.org", false}, {"below.net", false}, {"a.below.net", true}, {"a.both.de", true},
        {"10.0.0.1", true}, {"10.0.0.2", false}, {"", false}, {".", false}, {"x.z", true},
        {"y.x.z", true}};

    (void)state;
    ASK(MATCH_HOSTS, entries, questions);
}

static void networks_of_both_families(void **state)
{
    static const char *const entries[] = {
        "10.0.0.0/8", "192.0.2.7", "2001:db8::/33", "::1", "0.0.0.0/0"};
    static const char *const fewer[] = {"10.0.0.0/8", "192.0.2.128/25", "2001:db8::/33", "::1"};
    static const struct question all[] = {
        {"1.2.3.4", true}, {"2001:db8:7fff::", true}, {"2001:db8:8000::", false}};
    static const struct question some[] = {{"10.255.0.1", true}, {"11.0.0.1", false},
        {"192.0.2.127", false}, {"192.0.2.128", true}, {"::1", true}, {"::2", false},
        {"not an address", false}, {"", false}, {"10.0.0", false}};

    (void)state;
    ASK(MATCH_NETWORKS, entries, all);
    ASK(MATCH_NETWORKS, fewer, some);
}

static void globs_and_words(void **state)
{
    static const char *const globs[] = {"Let's Encrypt*", "a?c", "*x*y*z"};
    static const struct question globbed[] = {{"let's encrypt R3", true}, {"abc", true},
        {"ac", false}, {"xyz", true}, {"1x2y3z", true}, {"1x2z3y", false}, {"", false}};
    static const char *const words[] = {"Token", "SID"};
    static const struct question worded[] = {
        {"token", true}, {"sid", true}, {"tokens", false}, {"", false}};

    (void)state;
    ASK(MATCH_GLOBS, globs, globbed);
    ASK(MATCH_WORDS, words, worded);
}

static void a_hostile_subject_takes_no_time(void **state)
{
    static const char *const globs[] = {"*a*a*a*a*a*a*a*a*a*a*b"};
    struct matcher *m = made(MATCH_GLOBS, globs, 1);
    char subject[MATCH_SUBJECT_MOST + 2];

    (void)state;
    memset(subject, 'a', sizeof subject);
    subject[MATCH_SUBJECT_MOST] = '\0';
    for (int i = 0; i < 100; i++)
        assert_false(matcher_has(m, subject));
    subject[MATCH_SUBJECT_MOST] = 'b';
    subject[MATCH_SUBJECT_MOST + 1] = '\0';
    assert_false(matcher_has(m, subject)); /* too long to be asked */
    matcher_free(m);
}

static void what_is_no_entry_is_told(void **state)
{
    static const struct {
        enum matcher_kind kind;
        const char *entry, *wanted;
    } cases[] = {
        {MATCH_HOSTS, "", "is no host"},
        {MATCH_HOSTS, "a b", "is no host"},
        {MATCH_HOSTS, "*.example.com", "is no host"},
        {MATCH_NETWORKS, "10.0.0.0/33", "is no network"},
        {MATCH_NETWORKS, "10.0.0.0/", "is no network"},
        {MATCH_NETWORKS, "example.com", "is no network"},
        {MATCH_NETWORKS, "::/129", "is no network"},
        {MATCH_HOURS, "always", "is no time window"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct matcher *m;
        struct err e = {0};

        if (matcher_new(cases[i].kind, &cases[i].entry, 1, &m, &e))
            fail_msg("'%s' was taken", cases[i].entry);
        assert_non_null(strstr(e.text, cases[i].wanted));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_and_what_is_below_them),
        cmocka_unit_test(networks_of_both_families),
        cmocka_unit_test(globs_and_words),
        cmocka_unit_test(a_hostile_subject_takes_no_time),
        cmocka_unit_test(what_is_no_entry_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
