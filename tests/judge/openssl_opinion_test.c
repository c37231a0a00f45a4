#include "trial.h"

#include <openssl/x509_vfy.h>

static void openssl_speaks_for_itself(void **state)
{
    static const struct {
        const char  *name;
        struct trial trial;
        bool         accept;
        int          code, depth;
    } cases[] = {
        {"good", {.host = NULL}, true, X509_V_OK, 0},
        {"expired", {.leaf.not_after = MINT_AT - 1}, false, X509_V_ERR_CERT_HAS_EXPIRED, 0},
        {"another name", {.leaf.dns = {"x.test"}}, false, X509_V_ERR_HOSTNAME_MISMATCH, 0},
        {"another address", {.host = "192.0.2.1"}, false, X509_V_ERR_IP_ADDRESS_MISMATCH, 0},
        {"incomplete", {.without_ica = true}, false, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            0},
        {"no usage is fine with OpenSSL", {.leaf.eku = ""}, true, X509_V_OK, 0},
        {"an app's anchor", {.anchors = ANCHORS_CUSTOM}, true, X509_V_OK, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct verdict v;

        trial_run(&cases[i].trial, &v);
        if (v.openssl.accept != cases[i].accept || v.openssl.code != cases[i].code
            || v.openssl.depth != cases[i].depth)
            fail_msg("%s: code %d at %d: %s", cases[i].name, v.openssl.code, v.openssl.depth,
                v.openssl.text);
        verdict_fini(&v);
    }
}

/* The answer is remembered, but never past a date of a certificate. */
static void a_remembered_opinion_ends_with_the_certificate(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *leaf = mint_make(
        &(struct mint_spec){.cn = "leaf", .not_after = MINT_AT + 100}, root);
    struct cert_chain *chain = mint_chain(leaf, NULL), *anchors = mint_chain(root, NULL);
    static const struct {
        int64_t at;
        bool    accept;
    } steps[] = {{MINT_AT, true}, {MINT_AT + 50, true}, {MINT_AT + 200, false},
        {MINT_AT + 60, true}, {MINT_AT - 31 * MINT_DAY, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct judge_case c = {
            .chain = chain, .at = steps[i].at, .anchors_are = ANCHORS_CUSTOM, .anchors = anchors};
        struct verdict v = {0};

        judge_chain(&c, &v);
        assert_int_equal(v.openssl.accept, steps[i].accept);
        verdict_fini(&v);
    }
    cert_chain_free(anchors);
    cert_chain_free(chain);
    mint_free(leaf);
    mint_free(root);
}

static void nobody_is_asked_when_it_is_not_wanted(void **state)
{
    struct mint       *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, NULL);
    struct cert_chain *chain = mint_chain(leaf, NULL);
    struct judge_case  c = {.chain = chain, .at = MINT_AT, .no_openssl = true};
    struct verdict     v = {0};

    (void)state;
    judge_chain(&c, &v);
    assert_false(v.openssl.asked);
    verdict_fini(&v);
    cert_chain_free(chain);
    mint_free(leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openssl_speaks_for_itself),
        cmocka_unit_test(a_remembered_opinion_ends_with_the_certificate),
        cmocka_unit_test(nobody_is_asked_when_it_is_not_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
