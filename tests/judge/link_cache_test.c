#include "trial.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "judging_priv.h"

static void a_link_is_computed_once_and_then_remembered(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *other = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, root);
    unsigned budget = 1000, left;

    (void)state;
    assert_false(link_is_known(leaf->cert, root->cert));
    assert_true(link_is_good(leaf->cert, root->cert, &budget));
    assert_false(link_is_good(leaf->cert, other->cert, &budget));
    left = 1000 - 2 * link_cost_us(root->cert);
    assert_int_equal(budget, left);
    assert_true(link_is_known(leaf->cert, root->cert) && link_is_known(leaf->cert, other->cert));
    assert_true(link_is_good(leaf->cert, root->cert, &budget));
    assert_false(link_is_good(leaf->cert, other->cert, &budget));
    assert_int_equal(budget, left);
    mint_free(leaf);
    mint_free(other);
    mint_free(root);
}

static void without_a_budget_an_unknown_link_is_not_good(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, root);
    unsigned budget = 0;

    (void)state;
    assert_false(link_is_good(leaf->cert, root->cert, &budget));
    assert_true(link_is_good(leaf->cert, root->cert, NULL));
    mint_free(leaf);
    mint_free(root);
}

/* The last microsecond still buys a signature: an honest chain with slow keys is judged. */
static void a_budget_is_used_up_and_never_goes_below_nothing(void **state)
{
    struct mint *root =
        mint_make(&(struct mint_spec){.cn = "Root", .ca = true, .key = MINT_RSA2048}, NULL);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, root);
    unsigned budget = 1;

    (void)state;
    assert_true(link_is_good(leaf->cert, root->cert, &budget));
    assert_int_equal(budget, 0);
    mint_free(leaf);
    mint_free(root);
}

static void a_slow_key_costs_more(void **state)
{
    static const enum mint_key by_cost[] = {MINT_P256, MINT_P224, MINT_P384};
    unsigned before = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(by_cost) / sizeof(by_cost[0]); i++) {
        struct mint *ca =
            mint_make(&(struct mint_spec){.cn = "CA", .ca = true, .key = by_cost[i]}, NULL);

        assert_true(link_cost_us(ca->cert) > before);
        before = link_cost_us(ca->cert);
        mint_free(ca);
    }
}

/* An exponent as long as the modulus makes verifying as slow as signing. */
static void a_long_exponent_costs_more(void **state)
{
    EVP_PKEY *slow = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    BIGNUM *n = BN_new(), *e = BN_new();
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params;
    struct mint *usual =
        mint_make(&(struct mint_spec){.cn = "CA", .ca = true, .key = MINT_RSA2048}, NULL);
    struct cert odd = *usual->cert;

    (void)state;
    assert_true(BN_set_bit(n, 2047) && BN_set_bit(n, 0) && BN_set_bit(e, 2000) && BN_set_bit(e, 0));
    OSSL_PARAM_BLD_push_BN(build, "n", n);
    OSSL_PARAM_BLD_push_BN(build, "e", e);
    params = OSSL_PARAM_BLD_to_param(build);
    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &slow, EVP_PKEY_PUBLIC_KEY, params), 1);
    odd.key = slow;
    assert_true(link_cost_us(&odd) > 50 * link_cost_us(usual->cert));
    mint_free(usual);
    EVP_PKEY_free(slow);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(e);
    BN_free(n);
    EVP_PKEY_CTX_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_is_computed_once_and_then_remembered),
        cmocka_unit_test(without_a_budget_an_unknown_link_is_not_good),
        cmocka_unit_test(a_budget_is_used_up_and_never_goes_below_nothing),
        cmocka_unit_test(a_slow_key_costs_more),
        cmocka_unit_test(a_long_exponent_costs_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
