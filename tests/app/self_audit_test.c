#include "self_audit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "cert/ca.h"
#include "cert/leaf_key.h"
#include "mint_chain.h"

static void audit_at(int64_t now_s, struct self_audit *out, struct text *why)
{
    struct err e = {0};
    struct ca *ca = ca_new_in_memory(MINT_AT, &e);
    struct leaf_keys *keys = leaf_keys_new(&e);

    assert_non_null(ca);
    assert_non_null(keys);
    self_audit_run(out, ca, keys, now_s, why);
    leaf_keys_free(keys);
    ca_free(ca);
}

static void what_we_mint_is_what_a_phone_accepts(void **state)
{
    struct self_audit audit;
    struct text why = {0};

    (void)state;
    audit_at(MINT_AT + MINT_DAY, &audit, &why);
    if (audit.failed)
        fail_msg("%s: %s", audit.failed, text_str(&why));
    assert_int_equal(audit.n_kinds, 5);
    assert_false(audit.root_ends_soon);
    text_fini(&why);
}

static void the_end_of_the_root_is_told_months_ahead_and_when_it_came(void **state)
{
    struct self_audit audit;
    struct text why = {0};

    (void)state;
    audit_at(MINT_AT + 650 * INT64_C(86400), &audit, &why);
    assert_true(audit.root_ends_soon);
    assert_null(audit.failed);
    audit_at(MINT_AT + 800 * INT64_C(86400), &audit, &why);
    assert_true(audit.root_ends_soon);
    assert_string_equal(audit.failed, "our root");
    assert_true(why.len > 0);
    text_fini(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_we_mint_is_what_a_phone_accepts),
        cmocka_unit_test(the_end_of_the_root_is_told_months_ahead_and_when_it_came),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
