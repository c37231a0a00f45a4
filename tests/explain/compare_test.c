#include "compare.h"

#include "judge/trial.h"

static const char *fails_name(enum compare_fails f)
{
    static const char *const names[] = {"nowhere", "A", "B", "both"};

    return names[f];
}

/* "extended key usage@intermediate ServerAuthEKU A", a line each, of those that matter or fail on
 * both. */
static char *told(const struct comparison *c)
{
    struct text out = {0};

    for (size_t i = 0; i < c->n; i++)
        if (c->at[i].check || c->at[i].cause)
            text_printf(&out, "%s%s@%s %s %s", out.len ? "; " : "", c->at[i].what, c->at[i].where,
                c->at[i].check ? c->at[i].check : c->at[i].cause, fails_name(c->at[i].fails));
    return text_give(&out);
}

struct duel_row {
    const char *name;
    struct trial a, b;
    const char *told, *reason; /* the answer after "A and accepts B: " and its like */
};

static struct comparison *compare_trials(const struct trial *a, const struct trial *b)
{
    struct verdict va, vb;
    struct comparison *c;

    trial_run(a, &va);
    trial_run(b, &vb);
    c = compare(&(struct compare_side){.verdict = &va}, &(struct compare_side){.verdict = &vb},
        judge_policy_is_webpki(a->policy));
    verdict_fini(&va);
    verdict_fini(&vb);
    return c;
}

static void expect_told(const struct duel_row *row)
{
    struct comparison *c = compare_trials(&row->a, &row->b);
    char *got = told(c);

    if (strcmp(got, row->told) != 0 || !text_ends(c->answer, row->reason))
        fail_msg("%s: “%s”, “%s”", row->name, got, c->answer);
    for (size_t i = 0; i < c->n; i++) {
        assert_true(c->at[i].matters == (i < c->n_matter));
        assert_non_null(c->at[i].a);
        assert_non_null(c->at[i].b);
        assert_string_not_equal(c->at[i].a, "");
    }
    mem_free(got);
    comparison_free(c);
}

/* What holds of A and B holds of B and A. */
static void expect_turned(const struct duel_row *row)
{
    struct comparison *c = compare_trials(&row->a, &row->b), *d = compare_trials(&row->b, &row->a);

    assert_int_equal(c->n_matter, d->n_matter);
    for (size_t i = 0; i < c->n_matter; i++) {
        size_t found = 0;

        for (size_t k = 0; k < d->n_matter; k++)
            found += strcmp(c->at[i].what, d->at[k].what) == 0 &&
                     strcmp(c->at[i].check, d->at[k].check) == 0 &&
                     c->at[i].fails + d->at[k].fails == FAILS_ON_A + FAILS_ON_B;
        assert_int_equal(found, 1);
    }
    comparison_free(c);
    comparison_free(d);
}

static const struct mint_extension critical[] = {{"1.2.3.4", true, "0500"}, {0}},
                                   harmless[] = {{"1.2.3.4", false, "0500"}, {0}},
                                   spoilt[] = {{"2.5.29.32", false, "3003020101"}, {0}},
                                   fine[] = {{"2.5.29.32", false, "3005300306012a"}, {0}};

static void what_decides_is_named_with_its_check_and_its_side(void **state)
{
    static const struct duel_row rows[] = {
        {"the intermediate is for mail only", {.ica.eku = "emailProtection"}, {.ica.cn = NULL},
            "extended key usage@intermediate ServerAuthEKU A",
            "the extended key usage of A's intermediate “Issuing CA” is emailProtection; that of "
            "B's is not set (ServerAuthEKU)."},
        {"SHA-1 against SHA-256", {.ica.cn = NULL}, {.leaf.hash = "SHA1"},
            "signature@leaf SignatureHashAlgorithms B",
            "the signature of B's leaf “shop.example” is ecdsa-sha1; that of A's is ecdsa-sha256 "
            "(SignatureHashAlgorithms)."},
        {"the intermediate is missing", {.without_ica = true}, {.ica.cn = NULL},
            "chain@chain MissingIntermediate A",
            "the chain of A is 1 certificate, and the issuer “Issuing CA” is not there; that of B "
            "is 3 certificates up to “Root” "
            "(MissingIntermediate)."},
        {"900 days against 90", {.ica.cn = NULL},
            {.leaf.not_after = MINT_AT + INT64_C(870) * MINT_DAY},
            "lifetime@leaf SystemTrustValidityPeriod B",
            "the lifetime of B's leaf “shop.example” is 900 days; that of A's is 90 days "
            "(SystemTrustValidityPeriod)."},
        {"the root is not trusted",
            {.untrusted = true, .with_root = true, .root.cn = "Company Root"}, {.ica.cn = NULL},
            "root@chain AnchorTrusted A",
            "the root of A is “Company Root”, which nobody here trusts; that of B is “Root”, which "
            "Mozilla trusts and Apple does not "
            "(AnchorTrusted)."},
        {"another name", {.leaf.dns = {"www.shop.example"}}, {.ica.cn = NULL},
            "names@leaf SSLHostname A",
            "the names of A's leaf “shop.example” are www.shop.example; those of B's are "
            "shop.example (SSLHostname)."},
        {"expired", {.leaf.not_after = MINT_AT - MINT_DAY}, {.ica.cn = NULL},
            "dates@leaf TemporalValidity A",
            "the dates of A's leaf “shop.example” are 2026-10-22 09:00 UTC to 2026-11-20 09:00 "
            "UTC; those of B's are 2026-10-22 09:00 "
            "UTC to 2027-01-20 09:00 UTC (TemporalValidity)."},
        {"too small a key", {.leaf.key = MINT_RSA1024}, {.leaf.key = MINT_RSA2048},
            "key@leaf KeySize A",
            "the key of A's leaf “shop.example” is RSA-1024; that of B's is RSA-2048 (KeySize)."},
        {"the intermediate is no CA", {.ica.ca_says_false = true}, {.ica.cn = NULL},
            "CA flag@intermediate BasicConstraintsCA A",
            "the CA flag of A's intermediate “Issuing CA” is off; that of B's is on "
            "(BasicConstraintsCA)."},
        {"names that the CA may not sign", {.ica.permitted = "DNS:mail.example"},
            {.ica.permitted = "DNS:shop.example"},
            "name constraints@intermediate NameConstraints A",
            "the name constraints of A's intermediate “Issuing CA” are permitted DNS mail.example; "
            "those of B's are permitted DNS "
            "shop.example (NameConstraints)."},
        {"an unknown critical extension", {.leaf.extensions = critical},
            {.leaf.extensions = harmless}, "extension 1.2.3.4@leaf CriticalExtensions A",
            "the extension 1.2.3.4 of A's leaf “shop.example” is critical, 2 bytes; that of B's is "
            "not critical, 2 bytes "
            "(CriticalExtensions)."},
        {"an extension that cannot be read", {.leaf.extensions = spoilt}, {.leaf.extensions = fine},
            "extension certificatePolicies@leaf UnparseableExtension A",
            "the extension certificatePolicies of A's leaf “shop.example” is not critical, cannot "
            "be read; that of B's is not critical "
            "(UnparseableExtension)."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect_told(&rows[i]);
        expect_turned(&rows[i]);
    }
}

static void what_no_aspect_accounts_for_is_told_in_the_words_of_the_check(void **state)
{
    static const struct duel_row rows[] = {
        {"a signature that does not verify", {.leaf.broken_signature = true}, {.ica.cn = NULL},
            "chain@chain MissingIntermediate A",
            "the chain of A is 1 certificate, whose signature the key of its issuer “Issuing CA” "
            "does not verify; that of B is 3 "
            "certificates up to “Root” (MissingIntermediate)."},
        {"the same names, looked for by different ones", {.host = "other.example"},
            {.ica.cn = NULL},
            "SSL hostname does not match name(s) in certificate@leaf SSLHostname A",
            "A's leaf fails SSLHostname: asked for other.example, the certificate names "
            "shop.example."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_told(&rows[i]);
}

static void two_that_are_both_refused_share_the_reason_or_not(void **state)
{
    static const struct duel_row rows[] = {
        {"one reason more", {.leaf.not_after = MINT_AT - MINT_DAY},
            {.leaf.not_after = MINT_AT - MINT_DAY, .leaf.dns = {"www.shop.example"}},
            "names@leaf SSLHostname B; Certificate is not temporally valid@leaf TemporalValidity "
            "both",
            "An iPhone refuses A and B: both fail TemporalValidity; and the names of B's leaf "
            "“shop.example” are www.shop.example; those "
            "of A's are shop.example (SSLHostname)."},
        {"the same reason", {.leaf.not_after = MINT_AT - MINT_DAY},
            {.leaf.not_after = MINT_AT - 2 * MINT_DAY}, "dates@leaf TemporalValidity both",
            "An iPhone refuses A and B for the same reason: Certificate is not temporally valid "
            "(TemporalValidity)."},
        {"each its own", {.leaf.dns = {"www.shop.example"}}, {.leaf.key = MINT_RSA1024},
            "names@leaf SSLHostname A; key@leaf KeySize B",
            "An iPhone refuses A and B, each for a reason of its own: the names of A's leaf "
            "“shop.example” are www.shop.example; those of "
            "B's are shop.example (SSLHostname); and the key of B's leaf “shop.example” is "
            "RSA-1024; that of A's is P-256 (KeySize)."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_told(&rows[i]);
}

static void the_rules_of_the_web_have_reasons_of_their_own(void **state)
{
    static const struct duel_row rows[] = {
        {"no authority key identifier", {.policy = JUDGE_WEBPKI, .leaf.no_aki = true},
            {.policy = JUDGE_WEBPKI}, "issuer's key identifier@leaf AuthorityKeyIdentifier A",
            " (AuthorityKeyIdentifier)."},
        {"names marked critical", {.policy = JUDGE_WEBPKI, .leaf.san_critical = true},
            {.policy = JUDGE_WEBPKI}, "extension subjectAltName@leaf ExtensionCriticality A",
            "Chrome, Firefox and Android refuse A and accept B: the extension subjectAltName of "
            "A's "
            "leaf “shop.example” is critical; that of B's is not critical (ExtensionCriticality)."},
        {"the leaf is a CA", {.policy = JUDGE_WEBPKI, .leaf.ca = true, .leaf.eku = "serverAuth"},
            {.policy = JUDGE_WEBPKI}, "CA flag@leaf LeafIsCA A",
            "the CA flag of A's leaf “shop.example” is on; that of B's is off (LeafIsCA)."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_told(&rows[i]);
}

static void two_good_chains_differ_in_ways_that_do_not_matter(void **state)
{
    (void)state;
    struct comparison *c =
        compare_trials(&(struct trial){.ica.cn = NULL}, &(struct trial){.leaf.key = MINT_P384});
    bool key = false, serial = false;

    assert_int_equal(c->n_matter, 0);
    for (size_t i = 0; i < c->n; i++) {
        assert_null(c->at[i].check);
        key |= strcmp(c->at[i].what, "key") == 0 && strcmp(c->at[i].b, "P-384") == 0 &&
               strcmp(c->at[i].where, "leaf") == 0;
        serial |= strcmp(c->at[i].what, "serial number") == 0 && c->at[i].opaque;
    }
    assert_true(key && serial);
    comparison_free(c);
}

static void the_same_chain_has_no_difference(void **state)
{
    (void)state;
    struct verdict v;
    struct compare_side side = {.verdict = &v};

    trial_run(&(struct trial){.ica.cn = NULL}, &v);
    struct comparison *c = compare(&side, &side, false);
    assert_int_equal(c->n, 0);
    assert_string_equal(c->answer, "An iPhone accepts A and B alike: they are the same.");
    comparison_free(c);
    c = compare(&side, &side, true);
    assert_string_equal(
        c->answer, "Chrome, Firefox and Android accept A and B alike: they are the same.");
    comparison_free(c);
    verdict_fini(&v);
}

static void chains_of_other_lengths_are_laid_side_by_side(void **state)
{
    (void)state;
    struct comparison *c =
        compare_trials(&(struct trial){.short_one = true}, &(struct trial){.ica.cn = NULL});

    assert_int_equal(c->n_matter, 0);
    assert_string_equal(c->at[0].what, "chain");
    assert_string_equal(c->at[0].a, "2 certificates up to “Root”");
    assert_string_equal(c->at[0].b, "3 certificates up to “Root”");
    for (size_t i = 0; i < c->n; i++)
        assert_string_not_equal(
            c->at[i].where, "intermediate"); /* that B has one more is said once */
    comparison_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_decides_is_named_with_its_check_and_its_side),
        cmocka_unit_test(what_no_aspect_accounts_for_is_told_in_the_words_of_the_check),
        cmocka_unit_test(two_that_are_both_refused_share_the_reason_or_not),
        cmocka_unit_test(the_rules_of_the_web_have_reasons_of_their_own),
        cmocka_unit_test(two_good_chains_differ_in_ways_that_do_not_matter),
        cmocka_unit_test(the_same_chain_has_no_difference),
        cmocka_unit_test(chains_of_other_lengths_are_laid_side_by_side),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
