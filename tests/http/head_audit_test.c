#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "head_audit.h"

static void the_end_of_a_head_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool trailer;
        enum head_scan_result result;
        size_t len;
    } cases[] = {
        {"A\r\n\r\nrest", false, HEAD_SCAN_END, 5},
        {"A\r\nB\r\n\r\n", false, HEAD_SCAN_END, 8},
        {"\r\n\r\nA\r\n\r\n", false, HEAD_SCAN_END, 9},
        {"\r\n", false, HEAD_SCAN_MORE, 2},
        {"\r\nrest", true, HEAD_SCAN_END, 2},
        {"A: b\r\n\r\nrest", true, HEAD_SCAN_END, 8},
        {"A\r\n\r", false, HEAD_SCAN_MORE, 4},
        {"A\rB", false, HEAD_SCAN_BARE_CR, 3},
        {"A\r\r\n", false, HEAD_SCAN_BARE_CR, 3},
        {"A\n", false, HEAD_SCAN_BARE_LF, 2},
        {"\n", false, HEAD_SCAN_BARE_LF, 1},
        {"A\r\n\n", false, HEAD_SCAN_BARE_LF, 4},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct head_scan scan = {0};

        assert_int_equal(head_scan(&scan, cases[i].bytes, strlen(cases[i].bytes), cases[i].trailer),
            cases[i].result);
        assert_int_equal(scan.len, cases[i].len);
    }
    struct head_scan scan = {0};
    assert_int_equal(head_scan(&scan, "A\0B", 3, false), HEAD_SCAN_NUL);
}

static void each_refusal_has_words_and_a_section(void **state)
{
    (void)state;
    static const enum head_scan_result bad[] = {
        HEAD_SCAN_BARE_CR, HEAD_SCAN_BARE_LF, HEAD_SCAN_NUL};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_non_null(strstr(head_scan_why(bad[i]), "(RFC 91"));
    assert_null(head_scan_why(HEAD_SCAN_MORE));
    assert_null(head_scan_why(HEAD_SCAN_END));
}

static void lines_come_with_their_folds(void **state)
{
    (void)state;
    static const char head[] = "GET / HTTP/1.1\r\nA: b\r\n c\r\n\td\r\nE: f\r\n\r\n";
    const char *line;
    size_t at = 16, n;

    assert_true(head_next_line(head, sizeof head - 1, &at, &line, &n));
    assert_int_equal(n, strlen("A: b\r\n c\r\n\td"));
    assert_memory_equal(line, "A: b\r\n c\r\n\td", n);
    assert_true(head_next_line(head, sizeof head - 1, &at, &line, &n));
    assert_memory_equal(line, "E: f", 4);
    assert_int_equal(n, 4);
    assert_false(head_next_line(head, sizeof head - 1, &at, &line, &n));
}

static void findings_and_refusals_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        bool request;
        const char *finding, *refused;
    } cases[] = {
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true, NULL, NULL},
        {"GET / HTTP/1.0\r\n\r\n", true, NULL, NULL},
        {"GET / HTTP/1.1\r\n\r\n", true, "no Host", NULL},
        {"GET / HTTP/1.1\r\nHost: x\r\nA\t: b\r\n\r\n", true, NULL, "§5.1"},
        {"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", true, NULL, "§5.2"},
        {"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", false, "response field", NULL},
        {"HTTP/1.1 200 OK\r\nA@: b\r\n\r\n", false, "no token", NULL},
        {"HTTP/1.1 200 OK\r\n: b\r\n\r\n", false, "no token", NULL},
        {"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", false, "folded", NULL},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", false,
            "more than one Transfer", NULL},
        {"GET / HTTP/1.1\r\nhost : x\r\n\r\n", true, "no Host", "§5.1"},
        {"GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n", true, NULL, "§5.2"},
        {"GET / HTTP/1.1\r\nHost: x\r\nhOST: y\r\n\r\n", true, NULL, "§3.2"},
        {"GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n", true, NULL, "§9.1"},
        {"GET /\x7f HTTP/1.1\r\nHost: x\r\n\r\n", true, NULL, "§3.2"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct head_audit audit;

        head_audit(cases[i].head, strlen(cases[i].head), cases[i].request, &audit);
        if (!cases[i].refused != !audit.refused ||
            (audit.refused && !strstr(audit.refused, cases[i].refused)))
            fail_msg("%s\nrefused: %s", cases[i].head, audit.refused ? audit.refused : "no");
        if (!cases[i].finding != !audit.n_findings ||
            (audit.n_findings && !strstr(audit.findings[0], cases[i].finding)))
            fail_msg(
                "%s\nfound: %s", cases[i].head, audit.n_findings ? audit.findings[0] : "nothing");
    }
}

static void a_finding_is_told_once(void **state)
{
    (void)state;
    static const char head[] = "HTTP/1.1 200 OK\r\nA : b\r\nC : d\r\n\r\n";
    struct head_audit audit;

    head_audit(head, sizeof head - 1, false, &audit);
    assert_int_equal(audit.n_findings, 1);
}

static void tokens_are_those_of_the_grammar(void **state)
{
    (void)state;
    assert_true(head_is_token("M-SEARCH", 8));
    assert_true(head_is_token("!#$%&'*+-.^_`|~09azAZ", 21));
    assert_false(head_is_token("", 0));
    assert_false(head_is_token("a b", 3));
    assert_false(head_is_token("a:", 2));
    assert_false(head_is_token("a\0", 2));
    assert_false(head_is_token("\xc3\xa4", 2));
}

static void a_trailer_says_nothing_that_a_head_would_have_to_say(void **state)
{
    (void)state;
    static const struct {
        const char *trailer, *refused;
    } cases[] = {
        {"\r\n\r\n", NULL},
        {"\r\nX-Sum: 1\r\nServer-Timing: a\r\n\r\n", NULL},
        {"\r\nX: 1\r\nCONTENT-LENGTH: 1\r\n\r\n", "§6.5.1"},
        {"\r\nTransfer-Encoding: chunked\r\n\r\n", "§6.5.1"},
        {"\r\nhost: x\r\n\r\n", "§6.5.1"},
        {"\r\nA : b\r\n\r\n", "§5.1"},
        {"\r\nA: b\r\n c\r\n\r\n", "§5.2"},
        {"\r\nno colon\r\n\r\n", "§5"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct head_audit audit;

        head_audit_trailer(cases[i].trailer, strlen(cases[i].trailer), &audit);
        if (!cases[i].refused != !audit.refused ||
            (audit.refused && !strstr(audit.refused, cases[i].refused)))
            fail_msg("%s\nrefused: %s", cases[i].trailer, audit.refused ? audit.refused : "no");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_a_head_is_found),
        cmocka_unit_test(each_refusal_has_words_and_a_section),
        cmocka_unit_test(lines_come_with_their_folds),
        cmocka_unit_test(findings_and_refusals_are_told_apart),
        cmocka_unit_test(a_trailer_says_nothing_that_a_head_would_have_to_say),
        cmocka_unit_test(a_finding_is_told_once),
        cmocka_unit_test(tokens_are_those_of_the_grammar),
    };

    return cmocka_run_group_tests_name("http/head_audit", tests, NULL, NULL);
}
