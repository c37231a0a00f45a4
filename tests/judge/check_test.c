#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"

static void every_check_is_found_by_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < N_JUDGE_CHECKS; i++) {
        const struct judge_check *check = judge_check((enum judge_check_id)i);

        assert_int_equal(check->id, i);
        assert_ptr_equal(judge_check_find(check->name), check); /* so no name stands twice */
        assert_true(*check->text);
        if (i < CHECK_WEB_VERSION) /* Apple's have a number; those of the web policy have none */
            assert_true(check->osstatus < 0 && check->osstatus_name);
        else
            assert_true(check->osstatus == 0 && !check->osstatus_name);
        assert_non_null(judge_class_name(check->class));
        assert_int_not_equal(check->severity, SEVERITY_NONE);
    }
    assert_null(judge_check_find("temporalvalidity"));
}

static void numbers_are_apples(void **state)
{
    static const struct {
        const char *name;
        int osstatus;
        enum judge_class class;
        enum judge_severity severity;
    } cases[] = {
        {"TemporalValidity", -67818, CLASS_EXPIRED, SEVERITY_RECOVERABLE},
        {"SSLHostname", -67602, CLASS_NAME, SEVERITY_RECOVERABLE},
        {"WeakKeySize", -67735, CLASS_KEY_SIZE, SEVERITY_FATAL},
        {"MissingIntermediate", -25318, CLASS_TRUST, SEVERITY_RECOVERABLE},
        {"UsageConstraints", -67654, CLASS_DENIED, SEVERITY_DENY},
        {"KeyUsage", -67608, CLASS_USAGE, SEVERITY_RECOVERABLE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct judge_check *check = judge_check_find(cases[i].name);

        assert_int_equal(check->osstatus, cases[i].osstatus);
        assert_int_equal(check->class, cases[i].class);
        assert_int_equal(check->severity, cases[i].severity);
    }
}

static void classes_have_their_names_in_order(void **state)
{
    (void)state;
    assert_string_equal(judge_class_name(CLASS_BLOCKED), "Blocked");
    assert_string_equal(judge_class_name(CLASS_EXPIRED), "Expired");
    assert_null(judge_class_name(CLASS_NONE));
    assert_int_equal(judge_class_find("KeySize"), CLASS_KEY_SIZE);
    assert_int_equal(judge_class_find("nothing"), CLASS_NONE);
    assert_string_equal(judge_severity_name(SEVERITY_FATAL), "fatal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_check_is_found_by_its_name),
        cmocka_unit_test(numbers_are_apples),
        cmocka_unit_test(classes_have_their_names_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
