#include "trial.h"

enum { LEAF = 1, ICA = 2, WRONG = 4 };

/* Judges shop.example < Issuing CA < Root with these pins; gives the failing checks. */
static char *pinned(unsigned leaf_pins, bool has_leaf, unsigned ca_pins, bool has_ca)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *ica = mint_make(&(struct mint_spec){.cn = "Issuing CA", .ca = true}, root);
    struct mint *leaf =
        mint_make(&(struct mint_spec){.cn = "shop.example", .dns = {"shop.example"}}, ica);
    struct cert_chain *chain = mint_chain(leaf, ica, NULL), *anchors = mint_chain(root, NULL);
    uint8_t pins[2][3][32] = {0};
    size_t n[2] = {0};
    unsigned wanted[2] = {leaf_pins, ca_pins};
    struct verdict v = {0};

    for (size_t k = 0; k < 2; k++) {
        if (wanted[k] & LEAF)
            memcpy(pins[k][n[k]++], leaf->cert->spki_sha256, 32);
        if (wanted[k] & ICA)
            memcpy(pins[k][n[k]++], ica->cert->spki_sha256, 32);
        if (wanted[k] & WRONG)
            memset(pins[k][n[k]++], 7, 32);
    }
    struct judge_pins all = {.leaf = (const uint8_t(*)[32])pins[0],
        .n_leaf = n[0],
        .has_leaf = has_leaf,
        .ca = (const uint8_t(*)[32])pins[1],
        .n_ca = n[1],
        .has_ca = has_ca};
    judge_chain(&(struct judge_case){.chain = chain,
                    .anchors = anchors,
                    .anchors_are = ANCHORS_CUSTOM,
                    .at = MINT_AT,
                    .host = "shop.example",
                    .pins = &all},
        &v);
    char *checks = trial_checks(&v);
    verdict_fini(&v);
    cert_chain_free(chain);
    cert_chain_free(anchors);
    mint_free(leaf);
    mint_free(ica);
    mint_free(root);
    return checks;
}

static void pins_of_an_app_must_hold_both(void **state)
{
    static const struct {
        unsigned leaf;
        bool has_leaf;
        unsigned ca;
        bool has_ca;
        const char *checks;
    } cases[] = {
        {LEAF, true, 0, false, ""},
        {WRONG | LEAF, true, 0, false, ""},
        {WRONG, true, 0, false, "LeafSPKISHA256@0"},
        {0, true, 0, false, "LeafSPKISHA256@0"},
        {ICA, true, 0, false, "LeafSPKISHA256@0"},
        {0, false, ICA, true, ""},
        {0, false, LEAF, true, "CAspkiSHA256@0"},
        {LEAF, true, ICA, true, ""},
        {WRONG, true, WRONG, true, "LeafSPKISHA256@0 CAspkiSHA256@0"},
        {0, false, 0, false, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *checks = pinned(cases[i].leaf, cases[i].has_leaf, cases[i].ca, cases[i].has_ca);

        if (strcmp(checks, cases[i].checks) != 0)
            fail_msg("case %zu: “%s”", i, checks);
        mem_free(checks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pins_of_an_app_must_hold_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
