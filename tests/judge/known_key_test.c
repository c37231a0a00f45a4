#include "known_key_priv.h"

#include "trial.h"

static void a_fresh_key_is_nobody_elses(void **state)
{
    static const enum mint_key kinds[] = {MINT_P256, MINT_P384, MINT_RSA2048, MINT_ED25519};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct mint *m = mint_make(&(struct mint_spec){.cn = "x", .key = kinds[i]}, NULL);

        assert_false(known_key_is_public(m->cert));
        assert_false(known_key_is_roca(m->cert));
        assert_false(known_root_is_public(&m->cert->subject));
        mint_free(m);
    }
}

static void an_authority_that_came_with_a_computer_is_known_by_name(void **state)
{
    static const char *const names[] = {"eDellRoot", "DSDTestProvider", "Superfish, Inc."};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct mint *m = mint_make(&(struct mint_spec){.cn = names[i], .ca = true}, NULL);

        assert_true(known_root_is_public(&m->cert->subject));
        mint_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_key_is_nobody_elses),
        cmocka_unit_test(an_authority_that_came_with_a_computer_is_known_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
