#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "facts.h"
#include "mint_chain.h"

static void what_nobody_knows_is_kept_by_its_oid(void **state)
{
    struct mint *m = mint_with_extension("1.2.3.4", "ff");

    (void)state;
    assert_string_equal(m->cert->extensions[0].name, "1.2.3.4");
    assert_false(m->cert->extensions[0].known);
    assert_false(m->cert->has_unreadable_extension);
    mint_free(m);
}

/* issuerAltName and subjectInfoAccess: iOS knows them by name and takes any bytes. */
static void what_ios_does_not_look_into_may_hold_anything(void **state)
{
    static const struct {
        const char *oid, *hex, *name;
    } cases[] = {
        {"2.5.29.18", "3000", "issuerAltName"},
        {"1.3.6.1.5.5.7.1.11", "0500", "subjectInfoAccess"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mint *m = mint_with_extension(cases[i].oid, cases[i].hex);
        const struct cert_extension *x = cert_extension(m->cert, cases[i].oid);

        assert_string_equal(x->name, cases[i].name);
        assert_true(x->known && x->readable && x->ios_reads);
        mint_free(m);
    }
}

static void two_of_one_kind_are_noticed_and_the_first_counts(void **state)
{
    struct mint *m =
        mint_make(&(struct mint_spec){.dns = {"first.example"},
                      .extensions = (const struct mint_extension[]){{"2.5.29.17", false,
                                                                        "30068204"
                                                                        "78787878"},
                          {NULL, false, NULL}}},
            NULL);

    (void)state;
    assert_true(m->cert->has_duplicate_extension);
    assert_int_equal(m->cert->dns.n, 1);
    assert_string_equal(m->cert->dns.at[0], "first.example");
    mint_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_knows_is_kept_by_its_oid),
        cmocka_unit_test(what_ios_does_not_look_into_may_hold_anything),
        cmocka_unit_test(two_of_one_kind_are_noticed_and_the_first_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
