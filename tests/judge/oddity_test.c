#include "trial.h"

#include "cert/name.h"
#include "judge/oddity.h"

/* A chain as the test minted it, judged and looked at. */
static void look(
    const struct cert_chain *chain, const struct mint *root, const char *host, struct text *out)
{
    struct cert_chain *anchors = mint_chain(root, NULL);
    struct roots *roots = roots_from_chain(anchors, "mozilla");
    struct judge_case the_case = {.chain = chain, .host = host, .at = MINT_AT, .roots = roots};
    struct verdict v = {0};
    const char *odd[ODDITIES_CAP];

    judge_chain(&the_case, &v);
    size_t n = oddities_find(&the_case, &v, odd);
    for (size_t i = 0; i < n; i++)
        if (strcmp(odd[i], "no-ocsp-pointer") != 0) /* minted certificates have none */
            text_printf(out, "%s%s", out->len ? " " : "", odd[i]);
    assert_null(odd[n]);
    verdict_fini(&v);
    roots_unref(roots);
    cert_chain_free(anchors);
}

static void each_difference_is_the_oddity_that_it_is(void **state)
{
    static const struct {
        const char *name;
        struct mint_spec leaf, ica;
        const char *host, *odd;
    } rows[] = {
        {"a good chain", {.cn = "shop.example"}, {0}, NULL, ""},
        {"near its end", {.cn = "shop.example", .not_after = MINT_AT + 5 * MINT_DAY}, {0}, NULL,
            "cert-expiring-soon"},
        {"a short life",
            {.cn = "shop.example",
                .not_before = MINT_AT - MINT_DAY,
                .not_after = MINT_AT + 5 * MINT_DAY},
            {0}, NULL, "short-lived-cert"},
        {"another common name", {.cn = "old.example"}, {0}, NULL, "cn-not-in-san"},
        {"a common name in words", {.cn = "The shop"}, {0}, NULL, ""},
        {"no common name", {.subject = "O=Shop"}, {0}, NULL, "subject-empty-or-no-cn"},
        {"no key id of the issuer", {.cn = "shop.example", .no_aki = true}, {0}, NULL,
            "key-id-missing"},
        {"no key id of its own", {.cn = "shop.example", .no_ski = true}, {0}, NULL, ""},
        {"an authority without its own", {.cn = "shop.example"}, {.no_ski = true}, NULL,
            "key-id-missing"},
        {"an authority as the site's",
            {.cn = "shop.example",
                .ca = true,
                .eku = "serverAuth",
                .key_usage = CERT_USE_DIGITAL_SIGNATURE | CERT_USE_CERT_SIGN},
            {0}, NULL, "root-as-leaf"},
        {"a key that may not sign", {.cn = "shop.example", .key_usage = CERT_USE_KEY_ENCIPHERMENT},
            {0}, NULL, "key-usage-leaf"},
        {"a negative serial number", {.cn = "shop.example", .serial = -5}, {0}, NULL,
            "serial-abnormal"},
        {"version 1 above", {.cn = "shop.example", .no_aki = true}, {.version = 1}, NULL,
            "key-id-missing cert-v1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mint_spec leaf_spec = rows[i].leaf, ica_spec = rows[i].ica;
        struct text odd = {0};

        leaf_spec.dns[0] = "shop.example";
        ica_spec.cn = "Issuing CA";
        ica_spec.ca = true;
        struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
        struct mint *ica = mint_make(&ica_spec, root), *leaf = mint_make(&leaf_spec, ica);
        struct cert_chain *chain = mint_chain(leaf, ica, NULL);
        look(chain, root, "shop.example", &odd);
        if (strcmp(text_str(&odd), rows[i].odd) != 0)
            fail_msg("%s: “%s”", rows[i].name, text_str(&odd));
        text_fini(&odd);
        cert_chain_free(chain);
        mint_free(leaf);
        mint_free(ica);
        mint_free(root);
    }
}

static void what_is_sent_beside_the_path_is_looked_at_too(void **state)
{
    const struct mint_spec leaf_spec = {.cn = "shop.example", .dns = {"shop.example"}};
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *other = mint_make(&(struct mint_spec){.cn = "Other Root", .ca = true}, NULL);
    struct mint *ica =
        mint_make(&(struct mint_spec){.cn = "Issuing CA", .ca = true, .serial = 77}, root);
    struct mint *old = mint_make(&(struct mint_spec){.cn = "Issuing CA",
                                     .ca = true,
                                     .key_of = ica,
                                     .not_before = MINT_AT - 400 * MINT_DAY,
                                     .not_after = MINT_AT - 9 * MINT_DAY},
        other);
    struct mint *twin = mint_make(
        &(struct mint_spec){.cn = "Issuing CA", .ca = true, .key_of = ica, .serial = 77}, root);
    struct mint *leaf = mint_make(&leaf_spec, ica);
    const struct {
        const struct mint *beside;
        const char *odd;
    } rows[] = {{old, "cross-sign-expired"}, {twin, "duplicate-serial"},
        {other, "chain-unneeded-certs"}, {ica, "chain-unneeded-certs"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cert_chain *chain = mint_chain(leaf, ica, rows[i].beside, NULL);
        struct text odd = {0};

        look(chain, root, "shop.example", &odd);
        assert_string_equal(text_str(&odd), rows[i].odd);
        text_fini(&odd);
        cert_chain_free(chain);
    }
    mint_free(leaf);
    mint_free(twin);
    mint_free(old);
    mint_free(ica);
    mint_free(other);
    mint_free(root);
}

static void each_has_a_name_of_its_own(void **state)
{
    const char *const *names = oddity_names();
    size_t n = 0;

    (void)state;
    for (; names[n]; n++)
        for (size_t k = 0; k < n; k++)
            assert_string_not_equal(names[k], names[n]);
    assert_in_range(n, 20, ODDITIES_CAP - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_difference_is_the_oddity_that_it_is),
        cmocka_unit_test(what_is_sent_beside_the_path_is_looked_at_too),
        cmocka_unit_test(each_has_a_name_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
