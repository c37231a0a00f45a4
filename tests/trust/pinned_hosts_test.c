#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "pinned_hosts.h"

static void check_policy(const struct pinned_hosts *p, const char *host, const char *expected)
{
    const char *policy = pinned_hosts_policy(p, host);

    if (!policy != !expected || (policy && strcmp(policy, expected) != 0))
        fail_msg("%s: %s", host, policy ? policy : "none");
}

static void the_shipped_table_knows_apples_hosts(void **state)
{
    static const char *const rows[][2] = {
        {"gsa.apple.com", "GS"},
        {"gsas.apple.com", "GS"},
        {"p42-content.icloud.com", "MMCS"},
        {"p-content-eu.icloud.com", "MMCS"},
        {"p1234-content.icloud.com",
            "listed"}, /* up to three digits; the page has all of icloud.com */
        {"gateway.icloud.com", "MMCS"},
        {"courier.push.apple.com", "APN"},
        {"1-courier.push.apple.com", "listed"},
        {"profile.ess.apple.com", "IDS"},
        {"init.ess.apple.com", "listed"}, /* one of the exceptions */
        {"cl3-cn.apple.com", "CoreLocationTiles"},
        {"cl6.apple.com", NULL},
        {"is1-ssl.mzstatic.com", "AMP"},
        {"mzstatic.com", NULL},
        {"amp-api.music.apple.com", "AMP"},
        {"amp-api-carry.music.apple.com", NULL},
        {"albert.apple.com", "listed"},
        {"www.apple.com", "AMP"},
        {"www.developer.apple.com",
            NULL}, /* what follows the first label is looked for as a whole */
        {"www.example.org", NULL},
        {"apple.com.example.org", NULL},
        {"nas", NULL},
        {"", NULL},
    };
    struct err e = {0};
    struct pinned_hosts *p = pinned_hosts_open("/nowhere", &e);

    (void)state;
    assert_non_null(p);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_policy(p, rows[i][0], rows[i][1]);
    assert_string_equal(pinned_hosts_facts(p)->name, "pinned-hosts");
    assert_true(pinned_hosts_facts(p)->rows > 100);
    pinned_hosts_free(p);
    pinned_hosts_free(NULL);
}

static struct pinned_hosts *parsed(const char *text, struct err *e)
{
    json_t *table = json_loads(text, 0, NULL);
    struct pinned_hosts *p = pinned_hosts_parse(table, e);

    assert_non_null(table);
    json_decref(table);
    return p;
}

static void patterns_have_three_wild_cards(void **state)
{
    static const struct {
        const char *pattern, *label;
        bool fits;
    } rows[] = {
        {"a", "a", true},
        {"a", "b", false},
        {"a", "aa", false},
        {"a*", "a", true},
        {"a*", "ab", true},
        {"*a", "ba", true},
        {"*a*", "bac", true},
        {"*a*", "bc", false},
        {"#", "123", true},
        {"#", "1234", false},
        {"p#-x", "p-x", true},
        {"p#-x", "p7-x", true},
        {"p#-x", "pp-x", false},
        {"?", "a", true},
        {"?", "ab", false},
        {"a?*b", "ab", false},
        {"a?*b", "acb", true},
    };
    char table[200], host[80];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};

        snprintf(table, sizeof table,
            "{\"hosts\":[{\"policy\":\"P\",\"suffix\":\"x.example\",\"labels\":[\"%s\"]}]}",
            rows[i].pattern);
        snprintf(host, sizeof host, "%s.x.example", rows[i].label);
        struct pinned_hosts *p = parsed(table, &e);
        check_policy(p, host, rows[i].fits ? "P" : NULL);
        pinned_hosts_free(p);
    }
}

/* A file may be anybody's: 63 stars must not take long. */
static void a_hostile_pattern_ends_soon(void **state)
{
    char table[400], stars[60], host[90];
    struct err e = {0};

    (void)state;
    memset(stars, 0, sizeof stars);
    for (size_t i = 0; i + 2 < sizeof stars; i += 2)
        memcpy(stars + i, "*a", 2);
    snprintf(table, sizeof table,
        "{\"hosts\":[{\"policy\":\"P\",\"suffix\":\"x.example\",\"labels\":[\"%s\"]}]}", stars);
    memset(host, 'a', 60);
    strcpy(host + 60, "b.x.example");
    struct pinned_hosts *p = parsed(table, &e);
    check_policy(p, host, NULL);
    pinned_hosts_free(p);
}

static void a_broken_row_is_named(void **state)
{
    static const char *const rows[][2] = {
        {"{\"hosts\":[{\"policy\":\"P\",\"suffix\":\"a.example\",\"labels\":[\"x\"]},{}]}",
            "row 1: its policy or suffix"},
        {"{\"hosts\":[{\"policy\":\"P\",\"suffix\":\"A.example\",\"labels\":[\"x\"]}]}",
            "row 0: its policy or suffix"},
        {"{\"hosts\":[{\"policy\":7,\"suffix\":\"a.example\",\"labels\":[\"x\"]}]}",
            "row 0: its policy or suffix"},
        {"{\"hosts\":[{\"policy\":\"P\",\"suffix\":\"a.example\",\"labels\":[]}]}",
            "row 0: its labels"},
        {"{\"hosts\":[{\"policy\":\"P\",\"suffix\":\"a.example\",\"labels\":[\"^x$\"]}]}",
            "row 0: its labels"},
        {"{\"hosts\":[{\"policy\":\"P\",\"suffix\":\"a.example\",\"labels\":[\"x\"],\"but\":7}]}",
            "row 0: its labels"},
        {"{\"hosts\":[],\"listed\":[\"a.example\",\"b example\"]}", "entry 1 of \"listed\""},
        {"{\"hosts\":[],\"listed\":{}}", "\"listed\" is no list"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};

        assert_null(parsed(rows[i][0], &e));
        if (!strstr(e.text, rows[i][1]))
            fail_msg("%s: “%s”", rows[i][0], e.text);
    }
}

static void row_count(void *arg, const struct pinned_row *row)
{
    size_t *n = arg;

    assert_true(*row->suffix && row->n_labels > 0 && *row->labels[0]);
    if (!strcmp(row->suffix, "music.apple.com")) {
        assert_int_equal(row->n_but, 1);
        assert_string_equal(row->but[0], "amp-api-carry*");
    }
    ++*n;
}

static void name_count(void *arg, const char *name)
{
    size_t *n = arg;

    assert_true(*name);
    ++*n;
}

static void each_row_can_be_walked(void **state)
{
    struct err e = {0};
    struct pinned_hosts *p = pinned_hosts_open("/nowhere", &e);
    size_t rows = 0, names = 0;

    (void)state;
    assert_non_null(p);
    pinned_hosts_each_row(p, row_count, &rows);
    pinned_hosts_each_listed(p, name_count, &names);
    assert_true(rows > 50 && names > 20);
    pinned_hosts_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_can_be_walked),
        cmocka_unit_test(the_shipped_table_knows_apples_hosts),
        cmocka_unit_test(patterns_have_three_wild_cards),
        cmocka_unit_test(a_hostile_pattern_ends_soon),
        cmocka_unit_test(a_broken_row_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
