#include "kit.h"

static char said[4096];

static const char *render(struct flow *f, const char *template, const struct with *with)
{
    struct arena a;
    const struct phrase *p;
    struct err e = {0};
    struct text out = {0};

    arena_init(&a);
    if (!phrase_compile(template, &a, &no_names, &p, &e))
        fail_msg("%s: %s", template, e.text);
    phrase_render(p, f, with, &out);
    snprintf(said, sizeof said, "%s", text_str(&out));
    text_fini(&out);
    arena_fini(&a);
    return said;
}

static void holes_are_filled(void **state)
{
    static const char *names[] = {"a", "b", "c", "d", "e", "f", "g"};
    const struct flow_texts list = {names, 7}, two = {names, 2}, one = {names, 1},
                            none = {names, 0};
    const struct with w5 = {NULL, "none", {.kind = FIELD_TEXTS, .texts = &none}};
    const struct with w4 = {&w5, "one", {.kind = FIELD_TEXTS, .texts = &one}};
    const struct with w3 = {&w4, "two", {.kind = FIELD_TEXTS, .texts = &two}};
    const struct with w2 = {&w3, "list", {.kind = FIELD_TEXTS, .texts = &list}};
    const struct with w1 = {&w2, "n", {.kind = FIELD_INTEGER, .integer = 7}};
    const struct with w0 = {&w1, "use", {.kind = FIELD_TEXT, .text = "x.example"}};
    const struct {
        const char *template, *wanted;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"{target.host}:{target.port}", "shop.example:443"},
        {"until {server_leg.chain.leaf.not_after}", "until 2026-11-18 09:00 UTC"},
        {"{server_leg.chain.leaf.not_after|date}", "2026-11-18"},
        {"{server_leg.chain.leaf.not_after|ago} ago", "3 days ago"},
        {"{checks.TemporalValidity@0}", "fails at certificate 0"},
        {"{checks.TemporalValidity@1}", ""},
        {"{$use}, {$n}, {$missing}.", "x.example, 7, ."},
        {"{$n|duration}", "7 seconds"},
        {"{$list}; {$two}; {$one}", "a, b, c, d, e and 2 more; a and b; a"},
        {"[by {proxy.clock.offset}]", ""},
        {"a[ by {proxy.clock.offset}] b", "a b"},
        {"a[ of {$use}] b[ of {$none}].", "a of x.example b."},
        {"[{target.host} and {$missing}]", ""},
        {"[kept without holes]", "kept without holes"},
        {"[{$use}][{$missing}][{$n}]", "x.example7"},
    };
    struct flow *f = kit_flow();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(render(f, cases[i].template, &w0), cases[i].wanted);
    flow_free(f);
}

static void hostile_names_stay_names(void **state)
{
    static const char nasty[] = "{flow}[x]\x1b[31m<b>\u202Egro\u200b\xff";
    struct flow *f = kit_flow();
    char long_name[700];

    (void)state;
    f->server_leg->chain[0].subject->cn = nasty;
    render(
        f, "“{server_leg.chain.leaf.subject.cn}” [and {server_leg.chain.leaf.subject.cn}]", NULL);
    assert_non_null(strstr(said, "“{flow}[x]"));
    assert_null(strchr(said, 0x1b));
    assert_null(strstr(said, "\u202E"));
    assert_null(strstr(said, "\u200b"));
    assert_null(strchr(said, '\xff'));
    memset(long_name, 'A', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    f->server_leg->chain[0].subject->cn = long_name;
    render(f, "{server_leg.chain.leaf.subject.cn}", NULL);
    assert_true(strlen(said) <= PHRASE_VALUE_MOST + strlen("…"));
    assert_non_null(strstr(said, "…"));
    flow_free(f);
}

static void slips_are_load_errors(void **state)
{
    static const struct {
        const char *template, *wanted;
    } cases[] = {
        {"{target.hots}", "did you mean 'host'?"},
        {"{target.host", "is not closed"},
        {"{}", "nothing stands in it"},
        {"{$}", "names no value"},
        {"[a", "'[' is not closed"},
        {"a]", "']' without '['"},
        {"[a [b]]", "'[' within '[ ]'"},
        {"{target.host|ago}", "is no time"},
        {"{now|duration}", "is no duration"},
        {"{now|soon}", "there is no format '|soon'"},
        {"{server_leg}", "is a record"},
        {"{exchanges}", "is a list of records"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a;
        const struct phrase *p;
        struct err e = {0};

        arena_init(&a);
        assert_false(phrase_compile(cases[i].template, &a, &no_names, &p, &e));
        if (!strstr(e.text, cases[i].wanted))
            fail_msg("%s\n    wanted: %s\n    got: %s", cases[i].template, cases[i].wanted, e.text);
        arena_fini(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_are_filled),
        cmocka_unit_test(hostile_names_stay_names),
        cmocka_unit_test(slips_are_load_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
