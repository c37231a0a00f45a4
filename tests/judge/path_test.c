#include "trial.h"

#include "judging_priv.h"

/* Judges leaf + pool against anchors of an app, without a host. */
static void judge_pool(
    struct cert_chain *chain, const struct cert_chain *anchors, struct verdict *v)
{
    struct judge_case c = {
        .chain = chain, .at = MINT_AT, .anchors_are = ANCHORS_CUSTOM, .anchors = anchors};

    *v = (struct verdict){0};
    judge_chain(&c, v);
    cert_chain_free(chain);
}

static void the_pool_may_come_in_any_order(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *upper = mint_make(&(struct mint_spec){.cn = "Upper", .ca = true}, root);
    struct mint *lower = mint_make(&(struct mint_spec){.cn = "Lower", .ca = true}, upper);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, lower);
    struct mint *stray = mint_make(&(struct mint_spec){.cn = "Stray", .ca = true}, NULL);
    struct cert_chain *anchors = mint_chain(root, NULL);
    struct verdict v;

    (void)state;
    judge_pool(mint_chain(leaf, root, stray, upper, leaf, lower, NULL), anchors, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_int_equal(v.n_path, 4);
    assert_string_equal(v.path[1]->summary, "Lower");
    assert_string_equal(v.path[3]->summary, "Root");
    verdict_fini(&v);
    cert_chain_free(anchors);
    mint_free(stray);
    mint_free(leaf);
    mint_free(lower);
    mint_free(upper);
    mint_free(root);
}

/* The CA was certified twice, once by a root that has run out: OpenSSL takes the first and stays
 * there. */
static void an_expired_branch_is_left_for_a_good_one(void **state)
{
    struct mint *old = mint_make(
        &(struct mint_spec){.cn = "Old Root", .ca = true, .not_after = MINT_AT - 1}, NULL);
    struct mint *new = mint_make(&(struct mint_spec){.cn = "New Root", .ca = true}, NULL);
    struct mint *by_old = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, old);
    struct mint *by_new =
        mint_make(&(struct mint_spec){.cn = "CA", .ca = true, .key_of = by_old}, new);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, by_old);
    struct cert_chain *anchors = mint_chain(old, new, NULL);
    struct verdict v;

    (void)state;
    judge_pool(mint_chain(leaf, by_old, by_new, NULL), anchors, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_string_equal(v.path[2]->summary, "New Root");
    verdict_fini(&v);
    cert_chain_free(anchors);
    mint_free(leaf);
    mint_free(by_new);
    mint_free(by_old);
    mint_free(new);
    mint_free(old);
}

static void of_two_namesakes_the_one_that_signed_is_taken(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *liar = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, root);
    struct mint *ca = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, root);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, ca);
    struct cert_chain *anchors = mint_chain(root, NULL);
    struct verdict v;

    (void)state;
    judge_pool(mint_chain(leaf, liar, ca, NULL), anchors, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_true(cert_same(v.path[1], ca->cert));
    verdict_fini(&v);
    cert_chain_free(anchors);
    mint_free(leaf);
    mint_free(ca);
    mint_free(liar);
    mint_free(root);
}

static void a_circle_of_cas_comes_to_an_end(void **state)
{
    struct mint *seed = mint_make(&(struct mint_spec){.cn = "A", .ca = true}, NULL);
    struct mint *b = mint_make(&(struct mint_spec){.cn = "B", .ca = true}, seed);
    struct mint *a = mint_make(&(struct mint_spec){.cn = "A", .ca = true, .key_of = seed}, b);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, a);
    struct cert_chain *anchors = cert_chain_new();
    struct verdict v;

    (void)state;
    judge_pool(mint_chain(leaf, a, b, NULL), anchors, &v);
    assert_int_equal(v.answer, VERDICT_REJECT);
    assert_int_equal(v.n_path, 3);
    assert_non_null(verdict_failed(&v, "MissingIntermediate", 2));
    verdict_fini(&v);
    cert_chain_free(anchors);
    mint_free(leaf);
    mint_free(a);
    mint_free(b);
    mint_free(seed);
}

static void an_anchor_may_be_an_intermediate_or_the_leaf(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *ca = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, root);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, ca);
    struct cert_chain *by_ca = mint_chain(ca, NULL), *by_leaf = mint_chain(leaf, NULL);
    struct verdict v;

    (void)state;
    judge_pool(mint_chain(leaf, ca, NULL), by_ca, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_int_equal(v.n_path, 2);
    verdict_fini(&v);
    judge_pool(mint_chain(leaf, NULL), by_leaf, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_int_equal(v.n_path, 1);
    verdict_fini(&v);
    cert_chain_free(by_leaf);
    cert_chain_free(by_ca);
    mint_free(leaf);
    mint_free(ca);
    mint_free(root);
}

static void with_an_apps_anchors_the_systems_roots_are_parents_only(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, root);
    struct cert_chain *all = mint_chain(root, NULL), *none = cert_chain_new(),
                      *chain = mint_chain(leaf, NULL);
    struct roots *roots = roots_from_chain(all, "mozilla");
    struct judge_case c = {.chain = chain,
        .at = MINT_AT,
        .anchors_are = ANCHORS_CUSTOM,
        .anchors = none,
        .roots = roots};
    struct verdict v = {0};

    (void)state;
    judge_chain(&c, &v);
    assert_int_equal(v.answer, VERDICT_REJECT);
    assert_non_null(verdict_failed(&v, "AnchorTrusted", 1));
    verdict_fini(&v);
    roots_unref(roots);
    cert_chain_free(chain);
    cert_chain_free(none);
    cert_chain_free(all);
    mint_free(leaf);
    mint_free(root);
}

static void had_the_user_installed_it_any_self_signed_end_is_trusted(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf", .eku = ""}, root);
    struct cert_chain *chain = mint_chain(leaf, root, NULL), *alone = mint_chain(leaf, NULL);
    struct judge_case c = {.chain = chain, .at = MINT_AT, .anchors_are = ANCHORS_USER};
    struct verdict v = {0};

    (void)state;
    judge_chain(&c, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_string_equal(v.trusted_by, "neither"); /* today it is not */
    assert_true(v.openssl.accept);
    verdict_fini(&v);
    c.chain = alone;
    judge_chain(&c, &v);
    assert_non_null(verdict_failed(&v, "MissingIntermediate", 0));
    verdict_fini(&v);
    cert_chain_free(alone);
    cert_chain_free(chain);
    mint_free(leaf);
    mint_free(root);
}

/* A hundred CAs of one name, each signed by the next: the bounds hold, and there is a verdict. */
static void a_hostile_pool_ends_in_a_verdict(void **state)
{
    struct mint *ca[99], *leaf;
    struct cert_chain *chain, *anchors = cert_chain_new();
    struct verdict v;

    (void)state;
    for (size_t i = 0; i < 99; i++)
        ca[i] =
            mint_make(&(struct mint_spec){.cn = "CA", .ca = true, .no_aki = true, .no_ski = true},
                i ? ca[i - 1] : NULL);
    leaf = mint_make(&(struct mint_spec){.cn = "leaf", .no_aki = true}, ca[98]);
    chain = mint_chain(leaf, NULL);
    for (size_t i = 0; i < 99; i++)
        cert_chain_push(chain, ca[i]->cert);
    judge_pool(chain, anchors, &v);
    assert_int_equal(v.answer, VERDICT_REJECT);
    assert_true(v.n_path <= JUDGE_DEPTH_MOST);
    verdict_fini(&v);
    cert_chain_free(anchors);
    mint_free(leaf);
    for (size_t i = 0; i < 99; i++)
        mint_free(ca[i]);
}

static void what_was_fetched_is_the_last_resort(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *ica = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, root);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, ica);
    struct cert_chain *bare = mint_chain(leaf, NULL), *whole = mint_chain(leaf, ica, NULL);
    struct cert_chain *anchors = mint_chain(root, NULL), *fetched = mint_chain(ica, NULL);
    struct judge_case c = {
        .at = MINT_AT, .anchors_are = ANCHORS_CUSTOM, .anchors = anchors, .fetched = fetched};
    struct verdict v = {0};

    (void)state;
    c.chain = bare;
    judge_chain(&c, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_int_equal(v.n_path, 3);
    assert_true(v.fetched);
    verdict_fini(&v);
    c.chain = whole;
    judge_chain(&c, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_false(v.fetched);
    verdict_fini(&v);
    cert_chain_free(bare);
    cert_chain_free(whole);
    cert_chain_free(anchors);
    cert_chain_free(fetched);
    mint_free(leaf);
    mint_free(ica);
    mint_free(root);
}

/* There is no network for these, or nobody would fetch. */
static void the_basic_policy_and_eap_never_fetch(void **state)
{
    static const struct {
        enum judge_policy policy;
        bool accept;
    } rows[] = {{JUDGE_TLS_SERVER, true}, {JUDGE_TLS_CLIENT, false}, {JUDGE_SMIME, false},
        {JUDGE_EAP_SERVER, false}, {JUDGE_EAP_CLIENT, false}, {JUDGE_X509_BASIC, false},
        {JUDGE_WEBPKI, true}};
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *ica = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, root);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, ica);
    struct cert_chain *bare = mint_chain(leaf, NULL), *anchors = mint_chain(root, NULL),
                      *fetched = mint_chain(ica, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct judge_case c = {.chain = bare,
            .at = MINT_AT,
            .anchors_are = ANCHORS_CUSTOM,
            .anchors = anchors,
            .fetched = fetched,
            .policy = rows[i].policy};
        struct verdict v = {0};

        judge_chain(&c, &v);
        assert_int_equal(v.answer == VERDICT_ACCEPT, rows[i].accept);
        assert_int_equal(v.fetched, v.n_path == 3);
        if (rows[i].policy == JUDGE_X509_BASIC || rows[i].policy == JUDGE_EAP_SERVER ||
            rows[i].policy == JUDGE_EAP_CLIENT)
            assert_int_equal(v.n_path, 1);
        verdict_fini(&v);
    }
    cert_chain_free(bare);
    cert_chain_free(anchors);
    cert_chain_free(fetched);
    mint_free(leaf);
    mint_free(ica);
    mint_free(root);
}

/* An issuer with the right name and another key is no bar, wherever the right one stands. */
static void the_right_one_is_found_behind_a_hundred_namesakes(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *ca = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, root);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, ca);
    struct cert_chain *chain = mint_chain(leaf, NULL), *anchors = mint_chain(root, NULL);
    struct verdict v;

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        struct mint *liar = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, root);

        cert_chain_push(chain, liar->cert);
        mint_free(liar);
    }
    cert_chain_push(chain, ca->cert);
    judge_pool(chain, anchors, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_true(cert_same(v.path[1], ca->cert));
    verdict_fini(&v);
    cert_chain_free(anchors);
    mint_free(leaf);
    mint_free(ca);
    mint_free(root);
}

/* Ten CAs, each certified by all others: more paths than anybody can walk, one of which is good. */
static void a_mesh_of_cross_signs_ends_and_the_good_way_out_is_found(void **state)
{
    enum { CAS = 10 };
    struct mint *seed[CAS], *root, *way_out, *leaf;
    struct cert_chain *chain, *anchors;
    struct verdict v;

    (void)state;
    root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    for (size_t i = 0; i < CAS; i++) {
        char name[8] = {'C', 'A', ' ', (char)('0' + i), 0};

        seed[i] = mint_make(&(struct mint_spec){.cn = name, .ca = true}, NULL);
    }
    leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, seed[0]);
    chain = mint_chain(leaf, NULL);
    for (size_t i = 0; i < CAS * CAS; i++) {
        struct mint_spec spec = {.ca = true, .key_of = seed[i / CAS], .name_of = seed[i / CAS]};
        struct mint *cross = i / CAS == i % CAS ? NULL : mint_make(&spec, seed[i % CAS]);

        if (cross)
            cert_chain_push(chain, cross->cert);
        mint_free(cross);
    }
    way_out =
        mint_make(&(struct mint_spec){.ca = true, .key_of = seed[3], .name_of = seed[3]}, root);
    cert_chain_push(chain, way_out->cert);
    anchors = mint_chain(root, NULL);
    judge_pool(chain, anchors, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_true(cert_same(v.path[v.n_path - 2], way_out->cert));
    assert_int_equal(v.n_path, 4); /* the shortest: leaf, CA 0 by CA 3, CA 3 by the root */
    verdict_fini(&v);
    cert_chain_free(anchors);
    mint_free(way_out);
    mint_free(leaf);
    for (size_t i = 0; i < CAS; i++)
        mint_free(seed[i]);
    mint_free(root);
}

/* iOS's scores: of two ways that are both refused, the one that is anchored, then in time, is
 * judged. */
static void of_refused_paths_the_highest_score_is_told(void **state)
{
    static const struct {
        int64_t old_until, new_until;
        bool old_trusted, new_trusted;
        bool takes_new;
    } rows[] = {
        {MINT_AT - 1, 0, true, true, true},
        {0, MINT_AT - 1, true, true, false},
        {MINT_AT - 1, 0, true, false, false},
        {0, MINT_AT - 1, false, true, true},
        {0, 0, true, true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mint *old = mint_make(
            &(struct mint_spec){.cn = "Old", .ca = true, .not_after = rows[i].old_until}, NULL);
        struct mint *new = mint_make(
            &(struct mint_spec){.cn = "New", .ca = true, .not_after = rows[i].new_until}, NULL);
        struct mint *by_old = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, old);
        struct mint *by_new =
            mint_make(&(struct mint_spec){.cn = "CA", .ca = true, .key_of = by_old}, new);
        struct mint *leaf =
            mint_make(&(struct mint_spec){.cn = "leaf", .eku = "clientAuth"}, by_old);
        struct cert_chain *chain = mint_chain(leaf, by_old, by_new, old, new, NULL),
                          *anchors = cert_chain_new();
        struct verdict v;

        if (rows[i].old_trusted)
            cert_chain_push(anchors, old->cert);
        if (rows[i].new_trusted)
            cert_chain_push(anchors, new->cert);
        judge_pool(chain, anchors, &v);
        assert_int_equal(v.answer, VERDICT_REJECT);
        assert_string_equal(v.path[2]->summary, rows[i].takes_new ? "New" : "Old");
        assert_int_equal(v.n_detours, 1);
        verdict_fini(&v);
        cert_chain_free(anchors);
        mint_free(leaf);
        mint_free(by_new);
        mint_free(by_old);
        mint_free(new);
        mint_free(old);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pool_may_come_in_any_order),
        cmocka_unit_test(an_expired_branch_is_left_for_a_good_one),
        cmocka_unit_test(of_two_namesakes_the_one_that_signed_is_taken),
        cmocka_unit_test(a_circle_of_cas_comes_to_an_end),
        cmocka_unit_test(an_anchor_may_be_an_intermediate_or_the_leaf),
        cmocka_unit_test(with_an_apps_anchors_the_systems_roots_are_parents_only),
        cmocka_unit_test(had_the_user_installed_it_any_self_signed_end_is_trusted),
        cmocka_unit_test(a_hostile_pool_ends_in_a_verdict),
        cmocka_unit_test(what_was_fetched_is_the_last_resort),
        cmocka_unit_test(the_basic_policy_and_eap_never_fetch),
        cmocka_unit_test(the_right_one_is_found_behind_a_hundred_namesakes),
        cmocka_unit_test(a_mesh_of_cross_signs_ends_and_the_good_way_out_is_found),
        cmocka_unit_test(of_refused_paths_the_highest_score_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
