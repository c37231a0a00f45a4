#include "trial.h"

static void a_path_that_was_turned_down_is_told_with_the_reason(void **state)
{
    struct mint *old = mint_make(&(struct mint_spec){.cn = "Old Root", .ca = true, .not_after = MINT_AT - 1}, NULL);
    struct mint *new = mint_make(&(struct mint_spec){.cn = "New Root", .ca = true}, NULL);
    struct mint *by_old = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, old);
    struct mint *by_new = mint_make(&(struct mint_spec){.cn = "CA", .ca = true, .key_of = by_old}, new);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, by_old);
    struct cert_chain *chain = mint_chain(leaf, by_old, by_new, NULL), *anchors = mint_chain(old, new, NULL);
    struct judge_case  c = {.chain = chain, .at = MINT_AT, .anchors_are = ANCHORS_CUSTOM, .anchors = anchors};
    struct verdict     v = {0};

    (void)state;
    judge_chain(&c, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_int_equal(v.n_detours, 1);
    assert_int_equal(v.detours[0].n, 3);
    assert_string_equal(v.detours[0].sha256[2], old->cert->sha256_hex);
    assert_non_null(strstr(v.detours[0].why, "TemporalValidity of “Old Root”: notAfter"));
    verdict_fini(&v);
    cert_chain_free(chain);
    cert_chain_free(anchors);
    mint_free(leaf);
    mint_free(by_new);
    mint_free(by_old);
    mint_free(new);
    mint_free(old);
}

static void a_chain_with_one_path_has_none(void **state)
{
    struct trial   t = {0};
    struct verdict v;

    (void)state;
    trial_run(&t, &v);
    assert_int_equal(v.n_detours, 0);
    verdict_fini(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_that_was_turned_down_is_told_with_the_reason),
        cmocka_unit_test(a_chain_with_one_path_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
