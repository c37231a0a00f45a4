#include "trial.h"

#include "support/apple_tables.h"

/* Judges a leaf of this date under a root called so. */
static bool is_blocked(const char *subject, int64_t issued)
{
    struct trial t = {.short_one = true,
        .anchors = ANCHORS_CUSTOM,
        .root.subject = subject,
        .leaf.not_before = issued,
        .leaf.not_after = issued + 90 * (int64_t)MINT_DAY,
        .root.not_before = issued,
        .at = issued};
    struct verdict v;

    trial_run(&t, &v);
    bool blocked = verdict_failed(&v, "BlackListedKey", 0) != NULL;
    assert_true(
        !blocked || (v.answer == VERDICT_REJECT && !v.overridable && v.class == CLASS_BLOCKED));
    verdict_fini(&v);
    return blocked;
}

static void children_of_wosign_and_startcom_end_in_2016(void **state)
{
    static const int64_t december = INT64_C(1480550400);

    (void)state;
    assert_true(is_blocked("O=StartCom Ltd./CN=StartCom Certification Authority", december));
    assert_false(is_blocked("O=StartCom Ltd./CN=StartCom Certification Authority", december - 1));
    assert_true(
        is_blocked("O=WoSign CA Limited/CN=Certification Authority of WoSign G2", december));
    assert_false(is_blocked("O=Another Ltd./CN=StartCom Certification Authority", december));
    assert_false(is_blocked("O=StartCom Ltd./CN=Another Authority", december));
}

static void a_ca_that_is_on_no_list_is_left_alone(void **state)
{
    static const struct trial_row rows[] = {{"a good chain", {.host = "shop.example"}, "", ""}};

    (void)state;
    TRIAL_ROWS(rows);
}

/* shop.example < Issuing CA < Root, and who has the root. */
struct listing {
    const char *name;
    bool in_apple, in_system, removed, sent;
    const char *other_use, *limit;                           /* of the root */
    const char *which;                                       /* of roots_load; NULL: Apple's */
    const char *checks, *trusted_by, *ca_status, *ca_detail; /* the last: a part of it */
};

static void listing_run(const struct listing *l)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *ica = mint_make(&(struct mint_spec){.cn = "Issuing CA", .ca = true}, root);
    struct mint *leaf =
        mint_make(&(struct mint_spec){.cn = "shop.example", .dns = {"shop.example"}}, ica);
    struct mint *other = mint_make(&(struct mint_spec){.cn = "Other", .ca = true}, NULL);
    struct cert_chain *chain = mint_chain(leaf, ica, l->sent ? root : NULL, NULL);
    struct apple_tables t;
    struct verdict v = {0};

    apple_tables_init(&t);
    apple_tables_add_root(&t, l->in_apple ? root : other, l->other_use);
    apple_tables_add_system(&t, l->in_system ? root : other);
    if (l->removed)
        apple_tables_add_removed(&t, root);
    if (l->limit)
        apple_tables_add_limit(&t, root, l->limit);
    struct roots *roots = apple_tables_load(&t, l->which);
    struct judge_case the_case = {
        .chain = chain, .host = "shop.example", .at = MINT_AT, .roots = roots};
    judge_chain(&the_case, &v);
    char *checks = trial_checks(&v);
    if (strcmp(checks, l->checks) != 0 || strcmp(v.trusted_by, l->trusted_by) != 0 ||
        strcmp(v.ca_status ? v.ca_status : "", l->ca_status) != 0 ||
        (l->ca_detail && !strstr(v.ca_detail, l->ca_detail)))
        fail_msg("%s: “%s”, by %s, %s: %s", l->name, checks, v.trusted_by,
            v.ca_status ? v.ca_status : "-", v.ca_detail);
    mem_free(checks);
    verdict_fini(&v);
    roots_unref(roots);
    apple_tables_fini(&t);
    cert_chain_free(chain);
    mint_free(leaf);
    mint_free(ica);
    mint_free(root);
    mint_free(other);
}

static void who_has_the_root_is_told_apart(void **state)
{
    static const struct listing rows[] = {
        {"in both lists", .in_apple = true, .in_system = true, .checks = "", .trusted_by = "both",
            .ca_status = ""},
        {"Mozilla's alone", .in_system = true, .checks = "AnchorTrusted@2", .trusted_by = "mozilla",
            .ca_status = ""},
        {"Mozilla's alone, and asked for", .in_system = true, .which = "mozilla", .checks = "",
            .trusted_by = "mozilla", .ca_status = ""},
        {"Apple's alone, and sent", .in_apple = true, .sent = true, .checks = "",
            .trusted_by = "apple", .ca_status = ""},
        {"Apple's alone, Mozilla's asked for", .in_apple = true, .sent = true, .which = "mozilla",
            .checks = "AnchorTrusted@2", .trusted_by = "apple", .ca_status = ""},
        {"Apple's alone, and not sent", .in_apple = true, .checks = "MissingIntermediate@1",
            .trusted_by = "neither", .ca_status = "unverified-apple", .ca_detail = "CN=Root"},
        {"nobody's, and sent", .sent = true, .checks = "AnchorTrusted@2", .trusted_by = "neither",
            .ca_status = ""},
        {"nobody's, and not sent", .checks = "MissingIntermediate@1", .trusted_by = "neither",
            .ca_status = ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        listing_run(&rows[i]);
}

static void removed_and_limited_cas_are_named_with_what_is_known(void **state)
{
    static const struct listing rows[] = {
        {"removed, and still Mozilla's", .in_system = true, .removed = true,
            .checks = "AnchorTrusted@2", .trusted_by = "mozilla", .ca_status = "removed",
            .ca_detail = "2023-08-14"},
        {"removed once, and back", .in_system = true, .in_apple = true, .removed = true,
            .checks = "", .trusted_by = "both", .ca_status = ""},
        {"what it issued before the limit", .in_system = true, .in_apple = true,
            .limit = ", \"until\": \"2027-01-01\"", .checks = "", .trusted_by = "both",
            .ca_status = ""},
        {"what it issued after the limit", .in_system = true, .in_apple = true,
            .limit = ", \"until\": \"2022-12-01\"", .checks = "Revocation@1", .trusted_by = "both",
            .ca_status = "limited", .ca_detail = "2022-12-01"},
        {"the same where a person may go on", .in_system = true, .in_apple = true,
            .limit = ", \"soft\": true, \"until\": \"2022-12-01\"", .checks = "GrayListedKey@1",
            .trusted_by = "both", .ca_status = "limited", .ca_detail = "November 2023"},
        {"other purposes", .in_system = true, .in_apple = true,
            .limit = ", \"usage\": [\"emailProtection\"]", .checks = "IssuerPolicyConstraints@0",
            .trusted_by = "both", .ca_status = "limited", .ca_detail = "purposes"},
        {"sites among others", .in_system = true, .in_apple = true,
            .limit = ", \"usage\": [\"clientAuth\", \"serverAuth\"]", .checks = "",
            .trusted_by = "both", .ca_status = ""},
        {"in Apple's store for other purposes", .in_system = true, .in_apple = true,
            .other_use = "no", .checks = "AnchorTrusted@2", .trusted_by = "mozilla",
            .ca_status = "limited", .ca_detail = "other purposes"},
        {"by its name for another purpose", .in_system = true, .in_apple = true,
            .other_use = "unlikely", .checks = "AnchorTrusted@2", .trusted_by = "mozilla",
            .ca_status = "limited", .ca_detail = "not confirmed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        listing_run(&rows[i]);
}

/* The site sends the root's key under another signature; the phone has the root itself. */
static void a_cross_sign_of_apples_root_ends_the_chain(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *old = mint_make(&(struct mint_spec){.cn = "Old", .ca = true}, NULL);
    struct mint *cross =
        mint_make(&(struct mint_spec){.ca = true, .name_of = root, .key_of = root}, old);
    struct mint *stranger = mint_make(&(struct mint_spec){.ca = true, .name_of = root}, old);
    struct mint *leaf =
        mint_make(&(struct mint_spec){.cn = "shop.example", .dns = {"shop.example"}}, root);
    struct cert_chain *chain = mint_chain(leaf, cross, NULL);
    struct apple_tables t;
    struct verdict v = {0};

    (void)state;
    apple_tables_init(&t);
    apple_tables_add_root(&t, root, NULL);
    apple_tables_add_system(&t, old);
    struct roots *roots = apple_tables_load(&t, NULL);
    struct judge_case the_case = {
        .chain = chain, .host = "shop.example", .at = MINT_AT, .roots = roots};
    judge_chain(&the_case, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_int_equal(v.n_path, 2);
    assert_string_equal(v.trusted_by, "both"); /* Mozilla goes on to the old one */
    assert_false(roots_trust(roots, stranger->cert));
    verdict_fini(&v);
    roots_unref(roots);
    apple_tables_fini(&t);
    cert_chain_free(chain);
    mint_free(leaf);
    mint_free(stranger);
    mint_free(cross);
    mint_free(old);
    mint_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_of_wosign_and_startcom_end_in_2016),
        cmocka_unit_test(a_ca_that_is_on_no_list_is_left_alone),
        cmocka_unit_test(who_has_the_root_is_told_apart),
        cmocka_unit_test(removed_and_limited_cas_are_named_with_what_is_known),
        cmocka_unit_test(a_cross_sign_of_apples_root_ends_the_chain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
