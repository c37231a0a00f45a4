#include "ends.h"

/* The site's side is shaped by the case, ours is the leg. */
struct shape {
    int version;
    const char *sigalgs;
    const char *sigalg; /* what the leg has to tell */
};

static void the_signature_and_the_group_are_told(void **state)
{
    static const struct shape shapes[] = {
        {TLS1_3_VERSION, NULL, "ecdsa_secp256r1_sha256"},
        {TLS1_2_VERSION, NULL, "ecdsa_secp256r1_sha256"},
        {TLS1_2_VERSION, "ECDSA+SHA1", "ecdsa_sha1"},
        {TLS1_2_VERSION, "ECDSA+SHA384", "ecdsa_secp384r1_sha384"},
    };

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const struct shape *s = &shapes[i];
        struct leg *l = server_leg(*state, s->version);
        struct far site;

        far_site_init(&site, *state, s->version);
        SSL_CTX_set_security_level(site.ctx, 0);
        if (s->sigalgs)
            assert_int_equal(SSL_CTX_set1_sigalgs_list(site.ctx, s->sigalgs), 1);
        far_site_ready(&site);
        shake(l, &site);
        assert_int_equal(leg_state(l), LEG_OPEN);
        assert_string_equal(leg_facts(l)->sigalg, s->sigalg);
        assert_int_equal(leg_facts(l)->dh_bits, 0);
        assert_null(leg_facts(l)->fault);
        assert_false(leg_facts(l)->unsafe_renegotiation);
        leg_free(l);
        far_fini(&site);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signature_and_the_group_are_told),
    };

    return cmocka_run_group_tests(tests, world_make, world_free);
}
