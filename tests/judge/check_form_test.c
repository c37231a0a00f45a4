#include "trial.h"

#define WEB .policy = JUDGE_WEBPKI
/* The root is no public store's but the caller's own. */
#define HANDED_IN WEB, .anchors = ANCHORS_CUSTOM

static void the_web_wants_form(void **state)
{
    static const struct mint_extension critical_aia[] = {
        {"1.3.6.1.5.5.7.1.1", true, "3018301606082b06010505073002860a687474703a2f2f612e62"}, {0}};
    static const struct mint_extension soft_policy[] = {{"2.5.29.36", false, "3003810101"}, {0}};
    static const struct mint_extension no_subtrees[] = {{"2.5.29.30", true, "3000"}, {0}};
    static const struct mint_extension empty_subtrees[] = {
        {"2.5.29.30", true, "3004a000a100"}, {0}};
    /* 192.0.2.0 with the mask 255.0.255.0 */
    static const struct mint_extension torn_mask[] = {
        {"2.5.29.30", true, "300ea00c300a8708c0000200ff00ff00"}, {0}};
    static const struct mint_extension other_key[] = {
        {"2.5.29.35", false, "3006800401020304"}, {0}};
    static const struct mint_extension issuer_named[] = {
        {"2.5.29.35", false, "301c800401020304a111a40f300d310b300906035504030c025254820105"}, {0}};
    static const struct mint_extension hard_delta[] = {{"2.5.29.46", true, "3000"}, {0}};
    static const struct trial_row rows[] = {
        {"a good chain", {WEB}, "", ""},
        {"version 1", {WEB, .leaf.version = 1}, NULL, NULL},
        {"no key id of the issuer", {WEB, .leaf.no_aki = true}, "AuthorityKeyIdentifier@0",
            "key-id-missing"},
        {"a root needs none", {WEB, .root.no_aki = true}, "", ""},
        {"a CA without its own", {WEB, .ica.no_ski = true},
            "AuthorityKeyIdentifier@0 SubjectKeyIdentifier@1", "key-id-missing"},
        {"a critical address of the issuer", {WEB, .leaf.extensions = critical_aia},
            "CriticalExtensions@0 ExtensionCriticality@0", NULL},
        {"a soft policy constraint", {WEB, .ica.extensions = soft_policy}, "ExtensionCriticality@1",
            NULL},
        {"a critical alternative name beside a subject", {WEB, .leaf.san_critical = true},
            "ExtensionCriticality@0", ""},
        {"no usage", {WEB, .leaf.eku = ""}, "ServerAuthEKU@0", "eku-missing"},
        {"any usage", {WEB, .leaf.eku = "serverAuth,anyExtendedKeyUsage"}, "ServerAuthEKU@0",
            "eku-missing"},
        {"a root with a usage", {HANDED_IN, .root.eku = "serverAuth"}, "RootExtendedKeyUsage@2",
            ""},
        {"a root without its key id", {HANDED_IN, .root.no_ski = true, .ica.no_aki = true},
            "AuthorityKeyIdentifier@1 SubjectKeyIdentifier@2", "key-id-missing"},
        {"a root that names another key",
            {HANDED_IN, .root.no_aki = true, .root.extensions = other_key},
            "AuthorityKeyIdentifier@2", "key-id-missing"},
        {"a root that names its issuer",
            {HANDED_IN, .root.no_ski = true, .root.no_aki = true, .root.extensions = issuer_named},
            "AuthorityKeyIdentifier@1 AuthorityKeyIdentifier@2 SubjectKeyIdentifier@2",
            "key-id-missing"},
        {"a critical list of CRLs' deltas", {WEB, .leaf.extensions = hard_delta},
            "CriticalExtensions@0 ExtensionCriticality@0", NULL},
        {"a mailbox that is none",
            {WEB, .leaf.dns = {"shop.example"}, .leaf.emails = {"a@b@shop.example"}},
            "SubjectAltName@0", "extension-malformed"},
        {"a mailbox", {WEB, .leaf.dns = {"shop.example"}, .leaf.emails = {"ann@shop.example"}}, "",
            ""},
        {"a common name in another case", {WEB, .leaf.cn = "SHOP.example"}, "CommonName@0",
            "cn-not-in-san"},
        {"a common name in Unicode",
            {WEB, .leaf.cn = "bücher.example", .host = "xn--bcher-kva.example",
                .leaf.dns = {"xn--bcher-kva.example"}},
            "CommonName@0", "cn-not-in-san"},
        {"a letter beside an address",
            {WEB, .leaf.cn = "x", .host = "192.0.2.1", .leaf.ips = {"192.0.2.1"}}, "", ""},
        {"an address in hex",
            {WEB, .leaf.cn = "0xC0000201", .host = "192.0.2.1", .leaf.ips = {"192.0.2.1"}},
            "CommonName@0", "cn-not-in-san"},
        {"a CA as a leaf", {WEB, .leaf.ca = true, .leaf.eku = "serverAuth"}, NULL, NULL},
        {"constraints without subtrees", {WEB, .ica.extensions = no_subtrees},
            "NameConstraintsForm@1", "name-constraint-malformed"},
        {"constraints with empty lists", {WEB, .ica.extensions = empty_subtrees},
            "NameConstraintsForm@1", "name-constraint-malformed"},
        {"a mask with a hole", {WEB, .ica.extensions = torn_mask}, "NameConstraintsForm@1",
            "name-constraint-malformed"},
        {"a constraint with a leading dot", {WEB, .ica.permitted = "DNS:.example"},
            "NameConstraintsForm@1", "name-constraint-malformed"},
        {"constraints on a leaf", {WEB, .leaf.permitted = "DNS:shop.example"},
            "NameConstraintsForm@0", "name-constraint-malformed"},
        {"a name with a leading dot", {WEB, .leaf.dns = {".shop.example", "shop.example"}},
            "SubjectAltName@0", NULL},
        {"an underscore", {WEB, .leaf.dns = {"a_b.example", "shop.example"}}, "SubjectAltName@0",
            NULL},
        {"another common name", {WEB, .leaf.cn = "other.example"}, "CommonName@0", "cn-not-in-san"},
        {"a common name of people", {WEB, .leaf.cn = "The Shop"}, "", ""},
        {"the base of a wildcard",
            {WEB, .leaf.cn = "shop.example", .host = "a.shop.example",
                .leaf.dns = {"*.shop.example"}},
            "", ""},
        {"an address written otherwise",
            {WEB, .leaf.cn = "192.168.001.001", .host = "192.168.1.1", .leaf.ips = {"192.168.1.1"}},
            "CommonName@0", "cn-not-in-san"},
        {"a client may be called what it likes",
            {.policy = JUDGE_WEBPKI_CLIENT,
                .leaf.cn = "ann.example",
                .leaf.eku = "clientAuth",
                .host = ""},
            "", ""},
        {"a wildcard before a company's customers",
            {WEB, .host = "x.s3.amazonaws.com", .leaf.cn = "Shop",
                .leaf.dns = {"*.s3.amazonaws.com"}},
            "SSLHostname@0", "wildcard-public-suffix"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct verdict v;

        if (rows[i].checks) {
            trial_rows(&rows[i], 1);
            continue;
        }
        trial_run(&rows[i].trial, &v); /* several checks mind it; that one is this file's */
        assert_int_equal(v.answer, VERDICT_REJECT);
        assert_true(verdict_failed(&v, "Version", 0) || verdict_failed(&v, "LeafIsCA", 0));
        verdict_fini(&v);
    }
}

/* Root programmes have taken them in as they are: a serial of 0, an odd key id, a usage. */
static void of_a_public_store_the_web_takes_roots_as_they_are(void **state)
{
    static const struct mint_extension other_key[] = {
        {"2.5.29.35", false, "3006800401020304"}, {0}};
    static const struct trial_row rows[] = {
        {"a usage", {WEB, .root.eku = "serverAuth"}, "", ""},
        {"another key's id", {WEB, .root.no_aki = true, .root.extensions = other_key}, "", ""},
        {"no key id", {WEB, .root.no_ski = true, .ica.wrong_aki = true}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

/* Its name for the issuer is not its own, its key is: nobody can be missing above it. */
static void an_anchor_signed_by_its_own_key_needs_no_authority(void **state)
{
    struct mint *seed = mint_make(&(struct mint_spec){.cn = "Old Name", .ca = true}, NULL);
    struct mint *own = mint_make(
        &(struct mint_spec){.cn = "New Name", .ca = true, .key_of = seed, .no_aki = true}, seed);
    struct mint *other =
        mint_make(&(struct mint_spec){.cn = "New Name", .ca = true, .no_aki = true}, seed);
    struct mint *const anchor[] = {own, other};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct mint *leaf = mint_make(
            &(struct mint_spec){.cn = "shop.example", .dns = {"shop.example"}}, anchor[i]);
        struct cert_chain *chain = mint_chain(leaf, NULL), *anchors = mint_chain(anchor[i], NULL);
        struct judge_case c = {.chain = chain,
            .host = "shop.example",
            .at = MINT_AT,
            .policy = JUDGE_WEBPKI,
            .anchors_are = ANCHORS_CUSTOM,
            .anchors = anchors};
        struct verdict v = {0};

        judge_chain(&c, &v);
        assert_int_equal(v.n_checks, i);
        assert_true((verdict_failed(&v, "AuthorityKeyIdentifier", 1) != NULL) == (i == 1));
        verdict_fini(&v);
        cert_chain_free(chain);
        cert_chain_free(anchors);
        mint_free(leaf);
    }
    mint_free(other);
    mint_free(own);
    mint_free(seed);
}

static void ios_minds_none_of_it(void **state)
{
    static const struct trial_row rows[] = {
        {"no key id", {.leaf.no_aki = true}, "", ""},
        {"another common name", {.leaf.cn = "other.example"}, "", ""},
        {"a private suffix", {.host = "x.s3.amazonaws.com", .leaf.dns = {"*.s3.amazonaws.com"}}, "",
            ""},
        {"a CA as a leaf", {.leaf.ca = true, .leaf.eku = "serverAuth"}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_web_wants_form),
        cmocka_unit_test(of_a_public_store_the_web_takes_roots_as_they_are),
        cmocka_unit_test(an_anchor_signed_by_its_own_key_needs_no_authority),
        cmocka_unit_test(ios_minds_none_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
