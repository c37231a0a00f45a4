#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "facts.h"
#include "mint_chain.h"

static void what_is_not_well_formed_is_a_fact(void **state)
{
    static const struct {
        const char *oid, *hex, *what;
        bool readable;
    } cases[] = {
        {"2.5.29.30", "300aa0083006820461626364", "a permitted subtree", true},
        {"2.5.29.30", "300aa1083006820461626364", "an excluded subtree", true},
        {"2.5.29.30", "3004a0020000", "subtrees that are none", false},
        {"2.5.29.30", "300ba009300782026162800101", "a subtree with a minimum", false},
        {"2.5.29.30", "300ba009300782026162810100", "a subtree with a maximum", false},
        {"2.5.29.30", "300ca2083006820461626364", "subtrees of a third kind", false},
        {"2.5.29.33", "300c300a0603551d200603551d21", "a policy and its twin", true},
        {"2.5.29.33", "3000", "no pair", false},
        {"2.5.29.33", "300730050603551d20", "half a pair", false},
        {"2.5.29.36", "3000", "constraints that constrain nothing", true},
        {"2.5.29.36", "3006800100810100", "both constraints", true},
        {"2.5.29.36", "0500", "constraints that are no sequence", false},
        {"2.5.29.36", "30038001ff", "a number below nothing", false},
        {"2.5.29.36", "30020500", "something else behind them", false},
        {"2.5.29.54", "020100", "a number", true},
        {"2.5.29.54", "0201ff", "a number below nothing", false},
        {"2.5.29.54", "0500", "no number", false},
        {"1.3.6.1.5.5.7.1.3", "3006300406022a03", "a statement that says no more", true},
        {"1.3.6.1.5.5.7.1.3", "3010300e060604008e460106300406022a03", "a type", true},
        {"1.3.6.1.5.5.7.1.3", "3000", "no statement", false},
        {"1.3.6.1.5.5.7.1.3", "300430020500", "a statement without an identifier", false},
        {"1.3.6.1.5.5.7.1.3", "300a3008060604008e460106", "a type that is not said", false},
        {"1.3.6.1.5.5.7.1.3", "300f300d060604008e4601063003040100", "a type that is no identifier",
            false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mint *m = mint_with_extension(cases[i].oid, cases[i].hex);

        assert_non_null(m->cert);
        if (cert_extension(m->cert, cases[i].oid)->readable != cases[i].readable)
            fail_msg("%s %s: %s", cases[i].oid, cases[i].hex, cases[i].what);
        assert_int_equal(m->cert->has_unreadable_extension, !cases[i].readable);
        mint_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_well_formed_is_a_fact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
