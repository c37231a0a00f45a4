#include "trial.h"

#include <stdio.h>

#include <openssl/x509_vfy.h>

static void openssl_speaks_for_itself(void **state)
{
    static const struct {
        const char *name;
        struct trial trial;
        bool accept;
        int code, depth;
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
        if (v.openssl.accept != cases[i].accept || v.openssl.code != cases[i].code ||
            v.openssl.depth != cases[i].depth)
            fail_msg("%s: code %d at %d: %s", cases[i].name, v.openssl.code, v.openssl.depth,
                v.openssl.text);
        verdict_fini(&v);
    }
}

/* The answer is remembered, but never past a date of a certificate. */
static void a_remembered_opinion_ends_with_the_certificate(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *leaf =
        mint_make(&(struct mint_spec){.cn = "leaf", .not_after = MINT_AT + 100}, root);
    struct cert_chain *chain = mint_chain(leaf, NULL), *anchors = mint_chain(root, NULL);
    static const struct {
        int64_t at;
        bool accept;
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

/* OpenSSL goes by the old root, which has a key too small for iOS, so that we go by the new one. */
static void a_remembered_opinion_ends_with_an_anchor_of_another_path(void **state)
{
    struct mint *old = mint_make(
        &(struct mint_spec){
            .cn = "Old", .ca = true, .key = MINT_RSA1024, .not_after = MINT_AT + 100},
        NULL);
    struct mint *new = mint_make(&(struct mint_spec){.cn = "New", .ca = true}, NULL);
    struct mint *by_old = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, old);
    struct mint *by_new =
        mint_make(&(struct mint_spec){.cn = "CA", .ca = true, .key_of = by_old}, new);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, by_old);
    struct cert_chain *chain = mint_chain(leaf, by_old, by_new, NULL),
                      *anchors = mint_chain(old, new, NULL);

    (void)state;
    for (int64_t at = MINT_AT; at <= MINT_AT + 180; at += 90) {
        struct judge_case c = {
            .chain = chain, .at = at, .anchors_are = ANCHORS_CUSTOM, .anchors = anchors};
        struct verdict v = {0};

        judge_chain(&c, &v);
        assert_int_equal(v.answer, VERDICT_ACCEPT);
        assert_string_equal(v.path[2]->summary, "New");
        assert_int_equal(v.openssl.accept, at < MINT_AT + 100);
        verdict_fini(&v);
    }
    cert_chain_free(anchors);
    cert_chain_free(chain);
    mint_free(leaf);
    mint_free(by_new);
    mint_free(by_old);
    mint_free(new);
    mint_free(old);
}

/* The signatures that we have verified are not verified again: the answer must be the one that
 * OpenSSL gives by itself. */
struct alone {
    const char *name;
    struct mint_spec leaf, ica, root;
    const char *host;
    bool ica_is_anchor, leaf_is_anchor, untrusted;
};

static void ask_alone(const struct alone *a, const struct cert_chain *chain,
    const struct cert_chain *anchors, int *code, int *depth)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *pool = sk_X509_new_null();
    bool accept;

    for (size_t i = 0; i < anchors->n; i++)
        X509_STORE_add_cert(store, anchors->at[i]->x509);
    for (size_t i = 1; i < chain->n; i++)
        sk_X509_push(pool, chain->at[i]->x509);
    assert_int_equal(X509_STORE_CTX_init(ctx, store, chain->at[0]->x509, pool), 1);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), (time_t)MINT_AT);
    X509_STORE_CTX_set_default(ctx, "ssl_server");
    X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(ctx), a->host ? a->host : "a.test", 0);
    accept = X509_verify_cert(ctx) == 1;
    *code = X509_STORE_CTX_get_error(ctx);
    *depth = accept ? 0 : X509_STORE_CTX_get_error_depth(ctx);
    sk_X509_free(pool);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
}

static void compare(const struct alone *given)
{
    struct alone a = *given;
    struct mint *root, *ica, *leaf;
    struct cert_chain *chain, *anchors;
    struct verdict v = {0};
    int code, depth;

    a.root.ca = a.ica.ca = true;
    a.root.cn = "Root";
    a.ica.cn = "CA";
    a.leaf.cn = "leaf";
    a.leaf.dns[0] = "a.test";
    root = mint_make(&a.root, NULL);
    ica = mint_make(&a.ica, root);
    leaf = mint_make(&a.leaf, ica);
    chain = mint_chain(leaf, ica, NULL);
    anchors = a.untrusted        ? cert_chain_new()
              : a.ica_is_anchor  ? mint_chain(ica, NULL)
              : a.leaf_is_anchor ? mint_chain(leaf, NULL)
                                 : mint_chain(root, NULL);
    ask_alone(&a, chain, anchors, &code, &depth);
    for (int again = 0; again < 2; again++) {
        struct judge_case c = {.chain = chain,
            .host = a.host ? a.host : "a.test",
            .at = MINT_AT,
            .anchors_are = ANCHORS_CUSTOM,
            .anchors = anchors};

        judge_chain(&c, &v);
        if (!v.openssl.asked || v.openssl.code != code || v.openssl.depth != depth)
            fail_msg("%s: %d at %d instead of %d at %d", a.name, v.openssl.code, v.openssl.depth,
                code, depth);
        assert_int_equal(v.openssl.accept, code == X509_V_OK);
        verdict_fini(&v);
        v = (struct verdict){0};
    }
    cert_chain_free(anchors);
    cert_chain_free(chain);
    mint_free(leaf);
    mint_free(ica);
    mint_free(root);
}

static void what_was_verified_before_changes_nothing(void **state)
{
    static const struct alone cases[] = {
        {.name = "good"},
        {.name = "expired leaf", .leaf.not_after = MINT_AT - 1},
        {.name = "ends now", .leaf.not_after = MINT_AT},
        {.name = "starts now", .leaf.not_before = MINT_AT},
        {.name = "not yet", .leaf.not_before = MINT_AT + 1},
        {.name = "expired CA", .ica.not_after = MINT_AT - 1},
        {.name = "expired root", .root.not_after = MINT_AT - 1},
        {.name = "broken leaf", .leaf.broken_signature = true},
        {.name = "broken CA", .ica.broken_signature = true},
        {.name = "broken root", .root.broken_signature = true},
        {.name = "no CA", .ica.ca_says_false = true},
        {.name = "no basicConstraints", .ica.no_basic_constraints = true},
        {.name = "may not sign", .ica.key_usage = CERT_USE_DIGITAL_SIGNATURE},
        {.name = "root may not sign", .root.key_usage = CERT_USE_CRL_SIGN},
        {.name = "no key usage", .ica.no_key_usage = true, .root.no_key_usage = true},
        {.name = "old CA", .ica.version = 1},
        {.name = "too long", .root.path_len = 1},
        {.name = "weak key", .ica.key = MINT_RSA1024},
        {.name = "weak hash", .leaf.hash = "SHA1"},
        {.name = "client", .leaf.eku = "clientAuth"},
        {.name = "excluded", .ica.excluded = "DNS:a.test"},
        {.name = "other host", .host = "b.test"},
        {.name = "wrong key id", .leaf.wrong_aki = true},
        {.name = "the CA is trusted", .ica_is_anchor = true},
        {.name = "the leaf is trusted", .leaf_is_anchor = true},
        {.name = "nobody is trusted", .untrusted = true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        compare(&cases[i]);
}

/* leaf - 19 CAs with slow keys, all there and one expired, so that each signature would have to be
 * verified again. */
static void a_chain_that_would_cost_too_much_is_not_put_to_openssl(void **state)
{
    enum { CAS = 19 };
    struct mint *ca[CAS];
    struct mint *leaf;
    struct cert_chain *chain, *anchors;
    struct judge_case c = {.at = MINT_AT, .anchors_are = ANCHORS_CUSTOM};
    struct verdict v = {0};

    (void)state;
    for (size_t i = 0; i < CAS; i++) {
        char cn[16];

        snprintf(cn, sizeof(cn), "CA %zu", i);
        ca[i] = mint_make(&(struct mint_spec){.cn = cn,
                              .ca = true,
                              .key = MINT_P384,
                              .not_after = i == CAS - 1 ? MINT_AT - 1 : 0},
            i ? ca[i - 1] : NULL);
    }
    leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, ca[CAS - 1]);
    chain = mint_chain(leaf, NULL);
    for (size_t i = 1; i < CAS; i++)
        cert_chain_push(chain, ca[i]->cert);
    anchors = mint_chain(ca[0], NULL);
    c.chain = chain;
    c.anchors = anchors;
    judge_chain(&c, &v);
    assert_false(v.openssl.asked);
    verdict_fini(&v);
    cert_chain_free(anchors);
    cert_chain_free(chain);
    mint_free(leaf);
    for (size_t i = 0; i < CAS; i++)
        mint_free(ca[i]);
}

static void nobody_is_asked_when_it_is_not_wanted(void **state)
{
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, NULL);
    struct cert_chain *chain = mint_chain(leaf, NULL);
    struct judge_case c = {.chain = chain, .at = MINT_AT, .no_openssl = true};
    struct verdict v = {0};

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
        cmocka_unit_test(a_remembered_opinion_ends_with_an_anchor_of_another_path),
        cmocka_unit_test(what_was_verified_before_changes_nothing),
        cmocka_unit_test(a_chain_that_would_cost_too_much_is_not_put_to_openssl),
        cmocka_unit_test(nobody_is_asked_when_it_is_not_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
