#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "flow/flow.h"
#include "profile_priv.h"

static struct profile_look look_new(size_t n_payloads)
{
    struct flow *f = flow_new("x", 0);
    struct profile_look look = {.f = f, .profile = FLOW_MAKE(f, profile)};

    for (size_t i = 0; i < n_payloads; i++)
        flow_list_add(f, &look.profile->payloads, &look.profile->n_payloads, flow_type_payload());
    return look;
}

static bool is_grade(const char *grade)
{
    static const char *const grades[] = {
        "Apple source", "Apple document", "observed", "unverified"};

    for (size_t i = 0; i < sizeof grades / sizeof *grades; i++)
        if (strcmp(grades[i], grade) == 0)
            return true;
    return false;
}

static void every_fault_has_a_code_of_its_own_words_and_a_grade(void **state)
{
    (void)state;
    struct profile_look look = look_new(0);
    const struct flow_profile *p = look.profile;

    for (int i = 0; i < N_PROFILE_FAULTS; i++) {
        profile_fault_add(&look, (enum profile_fault)i);
        assert_int_equal(p->n_faults, i + 1);
        const struct flow_fault *one = &p->faults[i];

        if (!one->code || !*one->code || !one->says || !one->grade || !is_grade(one->grade))
            fail_msg("fault %d lacks something", i);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(one->code, p->faults[k].code);
    }
    flow_free(look.f);
}

static void a_fault_of_a_payload_lies_with_it(void **state)
{
    (void)state;
    struct profile_look look = look_new(2);

    fault_add(&look, &look.profile->payloads[1], FAULT_NO_UUID);
    fault_add(&look, &look.profile->payloads[1], FAULT_EXPIRED);
    assert_int_equal(look.profile->n_faults, 0);
    assert_int_equal(look.profile->payloads[0].n_faults, 0);
    assert_int_equal(look.profile->payloads[1].n_faults, 2);
    assert_string_equal(look.profile->payloads[1].faults[0].code, "no-uuid");
    assert_true(look.profile->payloads[1].faults[0].blocks);
    assert_false(look.profile->payloads[1].faults[1].blocks);
    flow_free(look.f);
}

static void without_a_fault_there_is_no_first(void **state)
{
    (void)state;
    struct profile_look look = look_new(2);

    profile_first_fault(&look);
    assert_null(look.profile->first_fault);
    flow_free(look.f);
}

static void the_first_that_blocks_goes_before_those_that_do_not(void **state)
{
    (void)state;
    struct profile_look look = look_new(3);
    struct flow_payload *payloads = look.profile->payloads;

    fault_add(&look, &payloads[0], FAULT_EXPIRED);
    profile_first_fault(&look);
    assert_string_equal(look.profile->first_fault,
        "payload 1: its certificate has expired: it installs, and nothing that needs it works");
    profile_fault_add(&look, FAULT_REMOVED_AT_ONCE);
    profile_first_fault(&look);
    assert_string_equal(
        look.profile->first_fault, "its RemovalDate has passed, so iOS would remove it at once");
    payloads[2].name = "Acme “Root”";
    fault_add(&look, &payloads[2], FAULT_NOT_YET_VALID);
    fault_add(&look, &payloads[2], FAULT_NO_UUID);
    profile_first_fault(&look);
    assert_string_equal(
        look.profile->first_fault, "payload 3 (“Acme “Root””): it has no PayloadUUID");
    profile_fault_add(&look, FAULT_NO_PAYLOADS);
    profile_first_fault(&look);
    assert_string_equal(look.profile->first_fault, "it has no list of payloads (PayloadContent)");
    flow_free(look.f);
}

static void assert_utf8(const char *s)
{
    for (size_t left = strlen(s); left;) {
        size_t n = text_utf8_len(s, left);

        if (!n)
            fail_msg("no UTF-8 at %s", s);
        s += n;
        left -= n;
    }
}

/* Of three bytes a character, so that no limit that is a power of two falls between two of them. */
static void a_long_name_is_cut_between_characters(void **state)
{
    (void)state;
    struct profile_look look = look_new(1);
    struct text name = {0};

    for (int i = 0; i < 100; i++)
        text_add(&name, "…");
    look.profile->payloads[0].name = text_str(&name);
    fault_add(&look, &look.profile->payloads[0], FAULT_NO_UUID);
    profile_first_fault(&look);
    assert_true(strlen(look.profile->first_fault) < 200);
    assert_non_null(strstr(look.profile->first_fault, "…”): it has no PayloadUUID"));
    assert_utf8(look.profile->first_fault);
    text_fini(&name);
    flow_free(look.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_has_a_code_of_its_own_words_and_a_grade),
        cmocka_unit_test(a_fault_of_a_payload_lies_with_it),
        cmocka_unit_test(without_a_fault_there_is_no_first),
        cmocka_unit_test(the_first_that_blocks_goes_before_those_that_do_not),
        cmocka_unit_test(a_long_name_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
