#include "chain_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cert/chain.h"
#include "mint_chain.h"

enum { LEAF = 'L', OTHER = 'O', INTERMEDIATE = 'I', TWIN = 'T', ROOT = 'R', STRANGER = 'S' };

static struct mint *made[128];

static int set_up(void **state)
{
    (void)state;
    made[ROOT] = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    made[INTERMEDIATE] = mint_make(&(struct mint_spec){.cn = "Issuing", .ca = true}, made[ROOT]);
    made[TWIN] = mint_make(
        &(struct mint_spec){.cn = "Issuing", .ca = true, .key_of = made[INTERMEDIATE]}, made[ROOT]);
    made[LEAF] =
        mint_make(&(struct mint_spec){.cn = "a", .dns = {"a.example"}}, made[INTERMEDIATE]);
    made[OTHER] =
        mint_make(&(struct mint_spec){.cn = "b", .dns = {"b.example"}}, made[INTERMEDIATE]);
    made[STRANGER] = mint_make(&(struct mint_spec){.cn = "Stranger", .ca = true}, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < 128; i++)
        mint_free(made[i]);
    return 0;
}

static struct cert_chain *chain_of(const char *letters)
{
    struct cert_chain *chain = cert_chain_new();

    for (; *letters; letters++)
        cert_chain_push(chain, made[(unsigned char)*letters]->cert);
    return chain;
}

static void an_order_has_a_name_only_when_it_is_wrong(void **state)
{
    static const struct {
        const char *chain, *order;
    } rows[] = {
        {"", NULL},
        {"L", NULL},
        {"R", NULL},
        {"LI", NULL},
        {"LIR", NULL},
        {"LITR", NULL},
        {"LLIR", NULL},
        {"LIRS", NULL}, /* one that is not needed stands in nobody's way */
        {"LSIR", NULL},
        {"IR", NULL},
        {"RI", NULL /* no leaf at all: the first CA is looked at as it stands */},
        {"LRI", "wrong-order"},
        {"LSRI", "wrong-order"},
        {"IL", "leaf-not-first"},
        {"RIL", "leaf-not-first"},
        {"SL", "leaf-not-first"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cert_chain *chain = chain_of(rows[i].chain);
        const char *got = chain_order_name(chain_order(chain));

        if (rows[i].order ? !got || strcmp(got, rows[i].order) != 0 : got != NULL)
            fail_msg("%s: %s", rows[i].chain, got ? got : "in order");
        cert_chain_free(chain);
    }
}

static void the_leaf_is_found_wherever_it_stands(void **state)
{
    static const struct {
        const char *chain, *host;
        size_t leaf;
    } rows[] = {
        {"LIR", NULL, 0},
        {"RIL", NULL, 2},
        {"IRL", NULL, 2},
        {"RI", NULL, 1},
        {"R", NULL, 0},
        {"LOI", NULL, 0},
        {"LOI", "b.example", 1},
        {"IOL", "a.example", 2},
        {"LOI", "c.example", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cert_chain *chain = chain_of(rows[i].chain);

        if (chain_leaf(chain, rows[i].host) != rows[i].leaf)
            fail_msg("%s for %s: %zu", rows[i].chain, rows[i].host ? rows[i].host : "nobody",
                chain_leaf(chain, rows[i].host));
        cert_chain_free(chain);
    }
}

static void the_others_keep_their_order_behind_it(void **state)
{
    struct cert_chain *chain = chain_of("RIL"), *wanted = chain_of("LRI"),
                      *got = chain_with_first(chain, 2);

    (void)state;
    assert_int_equal(got->n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_ptr_equal(got->at[i], wanted->at[i]);
    cert_chain_free(chain);
    cert_chain_free(wanted);
    cert_chain_free(got);
}

static void of_a_whole_bundle_only_the_beginning_is_ordered(void **state)
{
    char letters[400];

    (void)state;
    memset(letters, ROOT, sizeof letters - 2);
    letters[sizeof letters - 2] = LEAF;
    letters[sizeof letters - 1] = '\0';
    struct cert_chain *chain = chain_of(letters);
    assert_int_equal(chain_leaf(chain, NULL), sizeof letters - 2);
    assert_int_equal(chain_order(chain), CHAIN_IN_ORDER);
    cert_chain_free(chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_has_a_name_only_when_it_is_wrong),
        cmocka_unit_test(the_leaf_is_found_wherever_it_stands),
        cmocka_unit_test(the_others_keep_their_order_behind_it),
        cmocka_unit_test(of_a_whole_bundle_only_the_beginning_is_ordered),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
