#include "trial.h"

#include "judging_priv.h"

static void a_link_is_computed_once_and_then_remembered(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *other = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, root);
    unsigned     budget = 2;

    (void)state;
    assert_true(link_is_good(leaf->cert, root->cert, &budget));
    assert_false(link_is_good(leaf->cert, other->cert, &budget));
    assert_int_equal(budget, 0);
    assert_true(link_is_good(leaf->cert, root->cert, &budget));
    assert_false(link_is_good(leaf->cert, other->cert, &budget));
    mint_free(leaf);
    mint_free(other);
    mint_free(root);
}

static void without_a_budget_an_unknown_link_is_not_good(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, root);
    unsigned     budget = 0;

    (void)state;
    assert_false(link_is_good(leaf->cert, root->cert, &budget));
    assert_true(link_is_good(leaf->cert, root->cert, NULL));
    mint_free(leaf);
    mint_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_is_computed_once_and_then_remembered),
        cmocka_unit_test(without_a_budget_an_unknown_link_is_not_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
