#include "samples.h"

#include "base/json_out.h"

static void people_see_what_was_declared_and_how_it_stands(void **state)
{
    static const char *const lines[] = {
        "verbs 1.2  annotator, provider, decider, editor\n",
        "    Uses every verb.\n    ready\n",
        "    gives verbs.count\n",
        "    needs some.fact\n",
        "    notes verbs/seen\n",
        "    at hello\n",
        "    at request, when method=GET host=shop.example\n",
        "    greeting = hello  -- what to say\n",
        "    hosts = a.example, b.example  -- which hosts\n",
        "    file = nothing  -- a file\n",
    };
    struct plugins *all = sample_load(SAMPLE("verbs"));
    struct text out = {0};

    (void)state;
    plugins_list(all, &out);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(text_str(&out), lines[i]))
            fail_msg("\"%s\" is not in:\n%s", lines[i], text_str(&out));
    text_fini(&out);
    plugins_free(all);
}

static void programs_see_the_same(void **state)
{
    static const char *const parts[] = {
        "\"state\":\"ready\"",
        "\"name\":\"verbs\",\"version\":\"1.2\"",
        "\"can\":[\"annotator\",\"provider\",\"decider\",\"editor\"]",
        "{\"name\":\"verbs.count\",\"kind\":\"integer\",\"label\":\"seen {verbs.count} times\"}",
        "\"needs\":[\"some.fact\"]",
        "{\"code\":\"seen\",\"severity\":\"low\"",
        "{\"moment\":\"hello\",\"when\":null}",
        "{\"name\":\"limit\",\"kind\":\"integer\",\"value\":\"40\",\"fallback\":\"40\"",
    };
    struct plugins *all = sample_load(SAMPLE("verbs"));
    struct text out = {0};
    struct json_out json;

    (void)state;
    json_init(&json, &out);
    plugins_json(all, &json);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(text_str(&out), parts[i]))
            fail_msg("%s is not in:\n%s", parts[i], text_str(&out));
    text_fini(&out);
    plugins_free(all);
}

static void no_folder_is_an_empty_list(void **state)
{
    const char *folders[] = {SAMPLES "/none", NULL};
    struct plugins *all;
    struct text out = {0};
    struct err e = {0};

    (void)state;
    assert_true(plugins_load(&(struct plugins_config){.folders = folders}, &all, &e));
    plugins_list(all, &out);
    assert_string_equal(text_str(&out), "");
    plugins_free(all);
    text_fini(&out);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_see_what_was_declared_and_how_it_stands),
        cmocka_unit_test(programs_see_the_same),
        cmocka_unit_test(no_folder_is_an_empty_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
