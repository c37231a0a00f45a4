#include "trial.h"

#include "mint_revocation.h"

/* shop.example < Issuing CA < Root, and what is known of their revocation. */
struct inquiry {
    struct mint_ocsp_spec ocsp[3]; /* about, issuer and signer are filled in; n_ocsp of them */
    size_t n_ocsp, n_stapled;
    bool of_ica[3]; /* that response speaks of the intermediate */
    struct mint_crl_spec crl;
    bool has_crl, crl_lists_leaf, crl_of_stranger, crl_without_right;
    bool must_answer, no_check, garbage;
    int64_t now;
    enum judge_policy policy;
};

static void inquire(const struct inquiry *q, struct verdict *v)
{
    static const struct mint_extension no_check[] = {
        {"1.3.6.1.5.5.7.48.1.5", false, "0500"}, {NULL, false, NULL}};
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *ica = mint_make(&(struct mint_spec){.cn = "Issuing CA",
                                     .ca = true,
                                     .key_usage = q->crl_without_right ? CERT_USE_CERT_SIGN : 0},
        root);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "shop.example",
                                      .dns = {"shop.example"},
                                      .extensions = q->no_check ? no_check : NULL},
        ica);
    struct cert_chain *chain = mint_chain(leaf, ica, NULL), *anchors = mint_chain(root, NULL);
    struct roots *roots = roots_from_chain(anchors, "mozilla");
    struct cert_span ocsp[3], crl = {0};
    struct judge_evidence evidence = {.ocsp = ocsp,
        .n_ocsp = q->n_ocsp,
        .n_stapled = q->n_stapled,
        .crls = &crl,
        .n_crls = q->has_crl,
        .now = q->now,
        .must_answer = q->must_answer};

    for (size_t i = 0; i < q->n_ocsp; i++) {
        struct mint_ocsp_spec spec = q->ocsp[i];

        spec.about = q->of_ica[i] ? ica : leaf;
        spec.issuer = q->of_ica[i] ? root : ica;
        ocsp[i] = mint_ocsp(&spec);
        if (q->garbage)
            ocsp[i].len /= 2;
    }
    if (q->has_crl) {
        struct mint_crl_spec spec = q->crl;

        spec.issuer = q->crl_of_stranger ? root : ica;
        spec.revoked[0] = q->crl_lists_leaf ? leaf : NULL;
        crl = mint_crl(&spec);
    }
    struct judge_case the_case = {.chain = chain,
        .host = "shop.example",
        .at = MINT_AT,
        .policy = q->policy,
        .roots = roots,
        .evidence = &evidence};
    *v = (struct verdict){0};
    judge_chain(&the_case, v);
    for (size_t i = 0; i < q->n_ocsp; i++)
        mem_free((void *)(uintptr_t)ocsp[i].at);
    mem_free((void *)(uintptr_t)crl.at);
    roots_unref(roots);
    cert_chain_free(anchors);
    cert_chain_free(chain);
    mint_free(leaf);
    mint_free(ica);
    mint_free(root);
}

struct row {
    const char *name;
    struct inquiry inquiry;
    const char *checks;
    enum verdict_revocation leaf, ica;
    const char *source;
};

static void rows_run(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct verdict v;
        char *checks;

        inquire(&rows[i].inquiry, &v);
        checks = trial_checks(&v);
        enum verdict_revocation leaf =
            v.revocation ? v.revocation[0] : VERDICT_REVOCATION_NOT_CHECKED;
        enum verdict_revocation ica =
            v.revocation ? v.revocation[1] : VERDICT_REVOCATION_NOT_CHECKED;
        if (strcmp(checks, rows[i].checks) != 0 || leaf != rows[i].leaf || ica != rows[i].ica ||
            strcmp(rows[i].source ? rows[i].source : "",
                v.revocation_source ? v.revocation_source : "") != 0)
            fail_msg("%s: checks “%s”, leaf %s, issuer %s, source %s", rows[i].name, checks,
                verdict_revocation_name(leaf), verdict_revocation_name(ica),
                v.revocation_source ? v.revocation_source : "none");
        mem_free(checks);
        verdict_fini(&v);
    }
}

#define ROWS(rows) rows_run(rows, sizeof(rows) / sizeof((rows)[0]))
#define N(state) VERDICT_REVOCATION_##state

static void a_staple_tells_of_the_leaf(void **state)
{
    static const struct row rows[] = {
        {"nothing", {.n_ocsp = 0}, "", N(NOT_CHECKED), N(NOT_CHECKED), NULL},
        {"good", {.n_ocsp = 1, .n_stapled = 1}, "", N(GOOD), N(NOT_CHECKED), "staple"},
        {"revoked", {.n_ocsp = 1, .n_stapled = 1, .ocsp = {{.status = 1}}}, "Revocation@0",
            N(REVOKED), N(NOT_CHECKED), "staple"},
        {"unknown", {.n_ocsp = 1, .n_stapled = 1, .ocsp = {{.status = 2}}}, "", N(UNKNOWN),
            N(NOT_CHECKED), "staple"},
        {"tampered with",
            {.n_ocsp = 1, .n_stapled = 1, .ocsp = {{.status = 1, .broken_signature = true}}}, "",
            N(INVALID), N(NOT_CHECKED), "staple"},
        {"cut", {.n_ocsp = 1, .n_stapled = 1, .garbage = true}, "", N(INVALID), N(NOT_CHECKED),
            "staple"},
        {"of the issuer's certificate", {.n_ocsp = 1, .n_stapled = 1, .of_ica = {true}}, "",
            N(INVALID), N(GOOD), "staple"},
        {"no check wanted",
            {.n_ocsp = 1, .n_stapled = 1, .no_check = true, .ocsp = {{.status = 1}}}, "",
            N(NOT_CHECKED), N(NOT_CHECKED), NULL},
    };

    (void)state;
    ROWS(rows);
}

static void answers_count_for_their_time_and_75_minutes_around_it(void **state)
{
    enum { M = 60, LEEWAY = 75 * M };
    static const struct row rows[] = {
        {"a little early", {.n_ocsp = 1, .ocsp = {{.this_update = MINT_AT + LEEWAY}}}, "", N(GOOD),
            N(NOT_CHECKED), "ocsp"},
        {"too early", {.n_ocsp = 1, .ocsp = {{.this_update = MINT_AT + LEEWAY + 1}}}, "", N(STALE),
            N(NOT_CHECKED), "ocsp"},
        {"a little late", {.n_ocsp = 1, .ocsp = {{.next_update = MINT_AT - LEEWAY}}}, "", N(GOOD),
            N(NOT_CHECKED), "ocsp"},
        {"too late", {.n_ocsp = 1, .ocsp = {{.next_update = MINT_AT - LEEWAY - 1}}}, "", N(STALE),
            N(NOT_CHECKED), "ocsp"},
        {"without an end: a day",
            {.n_ocsp = 1,
                .ocsp = {{.this_update = MINT_AT - MINT_DAY - LEEWAY, .next_update = -1}}},
            "", N(GOOD), N(NOT_CHECKED), "ocsp"},
        {"… and no longer",
            {.n_ocsp = 1,
                .ocsp = {{.this_update = MINT_AT - MINT_DAY - LEEWAY - 1, .next_update = -1}}},
            "", N(STALE), N(NOT_CHECKED), "ocsp"},
        {"the real clock counts, not the time judged at",
            {.n_ocsp = 1, .now = MINT_AT + 9 * MINT_DAY}, "", N(STALE), N(NOT_CHECKED), "ocsp"},
        {"revoked stays so", {.n_ocsp = 1, .now = MINT_AT + 9 * MINT_DAY, .ocsp = {{.status = 1}}},
            "Revocation@0", N(REVOKED), N(NOT_CHECKED), "ocsp"},
    };

    (void)state;
    ROWS(rows);
}

static void the_answer_that_says_most_counts(void **state)
{
    static const struct row rows[] = {
        {"a fetched one mends an old staple",
            {.n_ocsp = 2, .n_stapled = 1, .ocsp = {{.next_update = MINT_AT - MINT_DAY}}}, "",
            N(GOOD), N(NOT_CHECKED), "ocsp"},
        {"revoked beats good",
            {.n_ocsp = 2, .n_stapled = 1, .ocsp = {{.status = 0}, {.status = 1}}}, "Revocation@0",
            N(REVOKED), N(NOT_CHECKED), "ocsp"},
        {"both certificates",
            {.n_ocsp = 2,
                .of_ica = {false, true},
                .ocsp = {{.status = 0}, {.status = 1, .reason = 3}}},
            "Revocation@1", N(GOOD), N(REVOKED), "ocsp"},
    };

    (void)state;
    ROWS(rows);
}

static void lists_are_read_as_well(void **state)
{
    static const struct row rows[] = {
        {"not on it", {.has_crl = true}, "", N(GOOD), N(NOT_CHECKED), "crl"},
        {"on it", {.has_crl = true, .crl_lists_leaf = true}, "Revocation@0", N(REVOKED),
            N(NOT_CHECKED), "crl"},
        {"of another CA", {.has_crl = true, .crl_of_stranger = true}, "", N(NOT_CHECKED), N(GOOD),
            "crl"},
        {"old", {.has_crl = true, .crl = {.next_update = MINT_AT - MINT_DAY}}, "", N(STALE),
            N(NOT_CHECKED), "crl"},
        {"a delta", {.has_crl = true, .crl = {.delta = true}}, "", N(INVALID), N(NOT_CHECKED),
            "crl"},
        {"by a CA that may not",
            {.has_crl = true, .crl_without_right = true, .crl_lists_leaf = true}, "", N(INVALID),
            N(NOT_CHECKED), "crl"},
        {"without a number, which iOS does not mind", {.has_crl = true, .crl = {.no_number = true}},
            "", N(GOOD), N(NOT_CHECKED), "crl"},
    };

    (void)state;
    ROWS(rows);
}

static void an_answer_is_demanded_only_when_asked_or_under_the_rules_of_the_web(void **state)
{
    static const struct row rows[] = {
        {"good is enough", {.n_ocsp = 2, .of_ica = {false, true}, .must_answer = true}, "", N(GOOD),
            N(GOOD), "ocsp"},
        {"silence is not", {.must_answer = true},
            "RevocationResponseRequired@0 RevocationResponseRequired@1", N(NOT_CHECKED),
            N(NOT_CHECKED), NULL},
        {"web: not on it", {.has_crl = true, .policy = JUDGE_WEBPKI}, "", N(GOOD), N(NOT_CHECKED),
            "crl"},
        {"web: without a number",
            {.has_crl = true, .crl = {.no_number = true}, .policy = JUDGE_WEBPKI},
            "RevocationResponseRequired@0", N(INVALID), N(NOT_CHECKED), "crl"},
        {"web: a critical number",
            {.has_crl = true, .crl = {.number_critical = true}, .policy = JUDGE_WEBPKI},
            "RevocationResponseRequired@0", N(INVALID), N(NOT_CHECKED), "crl"},
        {"web: without the issuer's key id",
            {.has_crl = true, .crl = {.no_aki = true}, .policy = JUDGE_WEBPKI},
            "RevocationResponseRequired@0", N(INVALID), N(NOT_CHECKED), "crl"},
        {"web: by a CA that may not",
            {.has_crl = true, .crl_without_right = true, .policy = JUDGE_WEBPKI},
            "RevocationResponseRequired@0", N(INVALID), N(NOT_CHECKED), "crl"},
    };

    (void)state;
    ROWS(rows);
}

static void a_revoked_one_is_fatal_and_says_when_and_why(void **state)
{
    static const struct inquiry q = {
        .n_ocsp = 1, .n_stapled = 1, .ocsp = {{.status = 1, .reason = 2}}};
    struct verdict v;

    (void)state;
    inquire(&q, &v);
    assert_int_equal(v.class, CLASS_REVOKED);
    assert_int_equal(v.osstatus, -67820);
    assert_false(v.overridable);
    assert_string_equal(v.text, "“shop.example” certificate is revoked");
    assert_string_equal(v.checks[0].detail,
        "revoked 2026-11-20T09:00:00Z, reason keyCompromise; the stapled OCSP response says so");
    assert_string_equal(v.causes[0], "cert-revoked");
    verdict_fini(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_staple_tells_of_the_leaf),
        cmocka_unit_test(answers_count_for_their_time_and_75_minutes_around_it),
        cmocka_unit_test(the_answer_that_says_most_counts),
        cmocka_unit_test(lists_are_read_as_well),
        cmocka_unit_test(an_answer_is_demanded_only_when_asked_or_under_the_rules_of_the_web),
        cmocka_unit_test(a_revoked_one_is_fatal_and_says_when_and_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
