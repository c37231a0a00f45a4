#include "trial.h"

#include <pthread.h>

/* What surprises about iOS, kept so that nobody mends it by mistake. */
static void surprises_of_ios(void **state)
{
    static const struct trial_row rows[] = {
        {"a user's root escapes the usage rule", {.leaf.eku = "", .anchors = ANCHORS_USER}, "", ""},
        {"but not 825 days", {.leaf.not_after = MINT_AT + 900 * MINT_DAY, .anchors = ANCHORS_USER},
            "OtherTrustValidityPeriod@0", "private-ca-long-validity"},
        {"a CA as a leaf is no fault", {.leaf.ca = true, .leaf.eku = "serverAuth"}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void every_fault_is_told_and_not_only_the_first(void **state)
{
    static const struct trial_row rows[] = {
        {"five at once",
            {.leaf = {.not_after = MINT_AT - 1,
                 .dns = {"x.test"},
                 .eku = "clientAuth",
                 .hash = "SHA1"},
                .ica.key = MINT_RSA1024},
            "SSLHostname@0 TemporalValidity@0 SignatureHashAlgorithms@0 ExtendedKeyUsage@0 "
            "ServerAuthEKU@0 KeySize@1",
            "weak-key-rsa weak-signature-sha1 eku-not-server name-mismatch cert-expired-leaf"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void an_unanchored_chain_is_held_to_the_rules_of_an_apps_anchor(void **state)
{
    static const struct trial_row rows[] = {
        {"500 days",
            {.untrusted = true, .with_root = true, .leaf.not_after = MINT_AT + 470 * MINT_DAY},
            "AnchorTrusted@2", "untrusted-root"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

struct crowd {
    const struct cert_span *sent;
    struct roots *roots;
    int accepted;
};

static void *judge_again_and_again(void *arg)
{
    struct crowd *crowd = arg;

    for (int i = 0; i < 50; i++) {
        struct cert_chain *chain = cert_chain_from_ders(crowd->sent, 2, NULL);
        struct judge_case c = {
            .chain = chain, .host = "shop.example", .at = MINT_AT + i, .roots = crowd->roots};
        struct verdict v = {0};

        judge_chain(&c, &v);
        crowd->accepted += v.answer == VERDICT_ACCEPT && v.openssl.accept;
        verdict_fini(&v);
        cert_chain_free(chain);
    }
    return NULL;
}

/* The same certificates, roots and memories from four threads: for ThreadSanitizer. */
static void many_threads_may_judge_at_once(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *ica = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, root);
    struct mint *leaf = mint_make(&(struct mint_spec){.dns = {"shop.example"}}, ica);
    struct cert_chain *anchors = mint_chain(root, NULL);
    struct roots *roots = roots_from_chain(anchors, "mozilla");
    size_t len[2];
    uint8_t *der[2] = {mint_der(leaf, &len[0]), mint_der(ica, &len[1])};
    struct cert_span sent[2] = {{der[0], len[0]}, {der[1], len[1]}};
    struct crowd crowd[4];
    pthread_t threads[4];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        crowd[i] = (struct crowd){.sent = sent, .roots = roots};
        assert_int_equal(pthread_create(&threads[i], NULL, judge_again_and_again, &crowd[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(crowd[i].accepted, 50);
    }
    mem_free(der[0]);
    mem_free(der[1]);
    roots_unref(roots);
    cert_chain_free(anchors);
    mint_free(leaf);
    mint_free(ica);
    mint_free(root);
}

static void kinds_of_anchor_have_names(void **state)
{
    enum anchors_are a = ANCHORS_SYSTEM;

    (void)state;
    assert_string_equal(anchors_are_name(ANCHORS_USER), "user");
    assert_true(anchors_are_find("custom", &a));
    assert_int_equal(a, ANCHORS_CUSTOM);
    assert_false(anchors_are_find("nobody", &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(surprises_of_ios),
        cmocka_unit_test(every_fault_is_told_and_not_only_the_first),
        cmocka_unit_test(an_unanchored_chain_is_held_to_the_rules_of_an_apps_anchor),
        cmocka_unit_test(many_threads_may_judge_at_once),
        cmocka_unit_test(kinds_of_anchor_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
