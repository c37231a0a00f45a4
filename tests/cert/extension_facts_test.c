#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "facts.h"
#include "mint_chain.h"

static void what_does_not_decode_is_a_fact(void **state)
{
    static const struct {
        const char *oid, *hex, *why;
    } cases[] = {
        {"2.5.29.17", "3000", "empty subjectAltName"},
        {"2.5.29.17",
            "3003820161"
            "00",
            "bytes after the list"},
        {"2.5.29.17", "04020000", "no list"},
        {"2.5.29.15", "0301", "key usage cut short"},
        {"2.5.29.15", "030400ffffff", "key usage of three bytes"},
        {"2.5.29.19", "30030101aa", "a boolean that is none"},
        {"2.5.29.19",
            "3006"
            "0101ff"
            "0201ff",
            "a negative path length"},
        {"2.5.29.14", "0301ff", "a subject key id that is no octet string"},
        {"2.5.29.35", "0400", "an authority key id that is no sequence"},
        {"2.5.29.37", "3003020101", "a usage that is no object identifier"},
        {"1.3.6.1.5.5.7.1.1", "3000", "empty AIA"},
        {"2.5.29.31", "3000", "empty list of CRLs"},
        {"2.5.29.32", "3000", "empty list of policies"},
        {"2.5.29.37", "3000", "no usage"},
        {"2.5.29.35",
            "3006a1048202"
            "6162",
            "an issuer without its serial"},
        {"2.5.29.35", "3003820101", "a serial without its issuer"},
        {"2.5.29.31", "30023000", "a point that is nowhere"},
        {"2.5.29.31", "30063004a0020500", "a place that is no name"},
        {"2.5.29.31", "30083006a004a0020400", "names that are none"},
        {"1.3.6.1.4.1.11129.2.4.2", "0404000500ff", "SCTs longer than their list"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mint *m = mint_with_extension(cases[i].oid, cases[i].hex);

        assert_non_null(m->cert);
        if (!m->cert->has_unreadable_extension)
            fail_msg("taken as readable: %s", cases[i].why);
        assert_false(cert_extension(m->cert, cases[i].oid)->readable);
        mint_free(m);
    }
}

static void what_decodes_becomes_facts(void **state)
{
    struct mint *m;

    (void)state;
    m = mint_with_extension("1.3.6.1.5.5.7.1.24", "3003020105");
    assert_true(m->cert->must_staple);
    mint_free(m);
    m = mint_with_extension("1.3.6.1.4.1.11129.2.4.2", "04080006"
                                                       "0001aa"
                                                       "0001bb");
    assert_int_equal(m->cert->n_scts, 2);
    assert_string_equal(m->cert->extensions[0].name, "signedCertificateTimestampList");
    mint_free(m);
    m = mint_with_extension("2.5.29.31", "300f"
                                         "300d"
                                         "a00b"
                                         "a009"
                                         "8607"
                                         "687474703a2f2f");
    assert_string_equal(m->cert->crls.at[0], "http://");
    mint_free(m);
    m = mint_with_extension("2.5.29.32", "3008"
                                         "3006"
                                         "0604"
                                         "551d2000");
    assert_string_equal(m->cert->policies.at[0], "2.5.29.32.0");
    mint_free(m);
}

/* What RFC 5280 would not have, and iOS does not mind; and the other way round. */
static void ios_has_rules_of_its_own(void **state)
{
    static const struct {
        const char *oid, *hex;
        bool readable, ios_reads;
    } cases[] = {
        {"2.5.29.17", "300686046874e974", true, true}, /* an address that is not ASCII */
        {"2.5.29.17",
            "3006a604"
            "1602"
            "6162",
            true, true}, /* one in a wrapping */
        {"2.5.29.17",
            "3004a602"
            "0400",
            false, false},
        {"2.5.29.31",
            "300e"
            "300c"
            "a006a104"
            "3102"
            "0500"
            "8102"
            "0780",
            true, true}, /* relative, with reasons */
        {"1.3.6.1.5.5.7.1.1",
            "3010"
            "300e"
            "06082b06010505073002"
            "8202"
            "6162",
            true, false}, /* a host for an address */
        {"1.3.6.1.5.5.7.1.1",
            "3010"
            "300e"
            "06082b06010505073009"
            "8202"
            "6162",
            true, true}, /* of something else */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mint *m = mint_with_extension(cases[i].oid, cases[i].hex);
        const struct cert_extension *x = cert_extension(m->cert, cases[i].oid);

        if (x->readable != cases[i].readable || x->ios_reads != cases[i].ios_reads)
            fail_msg("%s %s", cases[i].oid, cases[i].hex);
        mint_free(m);
    }
}

static void one_spoilt_entry_spoils_its_kind(void **state)
{
    struct mint *dns = mint_make(
        &(struct mint_spec){.dns = {"good.example"}, .dns_hex = "ff2e6578616d706c65"}, NULL);
    struct mint *ip =
        mint_make(&(struct mint_spec){.dns = {"good.example"}, .ips = {"192.0.2.1", "odd"}}, NULL);

    (void)state;
    assert_false(dns->cert->dns_usable);
    assert_true(ip->cert->dns_usable);
    assert_false(ip->cert->ips_usable);
    mint_free(ip);
    mint_free(dns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_decode_is_a_fact),
        cmocka_unit_test(what_decodes_becomes_facts),
        cmocka_unit_test(ios_has_rules_of_its_own),
        cmocka_unit_test(one_spoilt_entry_spoils_its_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
