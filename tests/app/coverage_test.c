#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "base/text.h"
#include "coverage.h"
#include "script/rules.h"
#include "term.h"

/* No package at all: every cause is without a rule, and none is dropped. */
static struct rules *no_rules(void)
{
    static const char *const folders[] = {NULL};
    const struct rules_config config = {.folders = folders};
    struct rules *rules = NULL;
    struct err e = {0};

    assert_true(rules_load(&config, NULL, NULL, &rules, &e));
    return rules;
}

static void a_cause_without_a_rule_is_listed_with_the_reason(void **state)
{
    struct rules *rules = no_rules();
    struct text out = {0};
    struct json_out json;
    struct err e = {0};

    (void)state;
    json_init(&json, &out);
    json_object(&json);
    assert_true(coverage_json(rules, &json, &e));
    json_object_end(&json);
    assert_non_null(strstr(text_str(&out), "\"rules\":[]"));
    assert_non_null(strstr(text_str(&out), "\"causes_with_rule\":0"));
    assert_non_null(strstr(text_str(&out), "{\"cause\":\"cert-expired-leaf\","));
    assert_non_null(strstr(text_str(&out), "{\"cause\":\"local-network-permission\","));
    assert_non_null(strstr(text_str(&out), "\"why\":\"iOS stops the app"));
    text_fini(&out);
    rules_unref(rules);
}

static void the_table_fits_the_terminal(void **state)
{
    struct rules *rules = no_rules();
    const struct term term = {.is_tty = true, .width = 80};
    struct text out = {0};
    struct err e = {0};

    (void)state;
    assert_true(coverage_print(rules, &term, &out, &e));
    assert_non_null(strstr(text_str(&out), "  local-network-permission\n"));
    for (const char *line = text_str(&out), *end; (end = strchr(line, '\n')); line = end + 1)
        assert_true(end - line <= 80);
    text_fini(&out);
    rules_unref(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cause_without_a_rule_is_listed_with_the_reason),
        cmocka_unit_test(the_table_fits_the_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
