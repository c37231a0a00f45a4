#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "facts.h"
#include "mint_chain.h"
#include "name.h"

static void hosts_match_by_apples_rules(void **state)
{
    static const struct {
        const char *dns, *host;
        bool matches;
    } cases[] = {
        {"shop.example", "shop.example", true},
        {"Shop.Example", "sHOP.eXAMPLE", true},
        {"shop.example", "shop.example.", true},
        {"shop.example", "shop.example..", false},
        {"shop.example.", "shop.example", false},
        {"shop.example", ".shop.example", false},
        {"shop.example", "a.shop.example", false},
        {"*.shop.example", "a.shop.example", true},
        {"*.shop.example", "shop.example", false},
        {"*.shop.example", "a.b.shop.example", false},
        {"*.example", "shop.example", false},                 /* two labels are too few */
        {"*.co.uk", "shop.co.uk", false},                     /* a public suffix */
        {"*.googleapis.com", "storage.googleapis.com", true}, /* a private suffix may */
        {"w*.shop.example", "www.shop.example", false},
        {"*w.shop.example", "w.shop.example", false},
        {"a.*.example", "a.b.example", false},
        {"*.*.example", "a.b.example", false},
        {"*", "localhost", false},
        {"apple", "apple", true},
        {"apple", "Apple", true},
        {"123", "123", false},
        {"under_score.example", "under_score.example", true},
        {"-a.example", "-a.example", false},
        {"a-.example", "a-.example", false},
        {"a..example", "a..example", false},
        {"192.0.2.1", "192.0.2.1", false},
        {"xn--mnchen-3ya.example", "xn--mnchen-3ya.example", true},
        {"m\xc3\xbcnchen.example", "m\xc3\xbcnchen.example", false},
        {"", "", false},
        {"a.example", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (cert_dns_matches(cases[i].dns, cases[i].host) != cases[i].matches)
            fail_msg("%s and %s: expected %d", cases[i].dns, cases[i].host, cases[i].matches);
}

static void a_certificate_covers_what_its_alternative_names_say(void **state)
{
    struct mint *m = mint_make(&(struct mint_spec){.cn = "cn.example",
                                   .dns = {"a.example", "10.0.0.1"},
                                   .ips = {"192.0.2.1", "2001:db8::1"}},
        NULL);

    (void)state;
    assert_true(cert_covers_host(m->cert, "a.example"));
    assert_false(cert_covers_host(m->cert, "cn.example"));
    assert_true(cert_covers_host(m->cert, "192.0.2.1"));
    assert_true(cert_covers_host(m->cert, "2001:db8:0:0::1"));
    assert_false(cert_covers_host(m->cert, "10.0.0.1")); /* an address as dNSName */
    assert_false(cert_covers_host(m->cert, "192.0.2.2"));
    mint_free(m);
}

static void one_spoilt_entry_takes_its_kind_with_it(void **state)
{
    struct mint *dns = mint_make(
        &(struct mint_spec){
            .dns = {"good.example"}, .dns_hex = "ff2e6578616d706c65", .ips = {"192.0.2.1"}},
        NULL);
    struct mint *ip =
        mint_make(&(struct mint_spec){.dns = {"good.example"}, .ips = {"192.0.2.1", "odd"}}, NULL);

    (void)state;
    assert_false(cert_covers_host(dns->cert, "good.example"));
    assert_true(cert_covers_host(dns->cert, "192.0.2.1"));
    assert_true(cert_covers_host(ip->cert, "good.example"));
    assert_false(cert_covers_host(ip->cert, "192.0.2.1"));
    mint_free(ip);
    mint_free(dns);
}

static void a_name_with_nul_covers_nothing(void **state)
{
    struct mint *m = mint_make(
        &(struct mint_spec){
            .dns_hex = "7777772e62616e6b2e6578616d706c65002e6576696c2e6578616d706c65"},
        NULL);

    (void)state;
    assert_false(cert_covers_host(m->cert, "www.bank.example"));
    assert_false(cert_covers_host(m->cert, "www.bank.example\\x00.evil.example"));
    mint_free(m);
}

static bool subjects_equal(const struct mint_spec *a, const struct mint_spec *b)
{
    struct mint *x = mint_make(a, NULL), *y = mint_make(b, NULL);
    bool equal = cert_name_equal(&x->cert->subject, &y->cert->subject);

    mint_free(x);
    mint_free(y);
    return equal;
}

static void only_printable_strings_ignore_case_and_blanks(void **state)
{
    (void)state;
    assert_true(
        subjects_equal(&(struct mint_spec){.subject = "O=Acme  Corp/CN= a", .printable = true},
            &(struct mint_spec){.subject = "O=ACME Corp/CN=A ", .printable = true}));
    assert_false(subjects_equal(
        &(struct mint_spec){.subject = "O=Acme"}, &(struct mint_spec){.subject = "O=ACME"}));
    assert_false(subjects_equal(&(struct mint_spec){.subject = "O=Acme"},
        &(struct mint_spec){.subject = "O=Acme", .printable = true}));
    assert_false(subjects_equal(&(struct mint_spec){.subject = "O=Acme/CN=a"},
        &(struct mint_spec){.subject = "CN=a/O=Acme"}));
    assert_false(subjects_equal(
        &(struct mint_spec){.subject = "O=Acme"}, &(struct mint_spec){.subject = "OU=Acme"}));
}

static void names_are_written_as_rfc_4514_says(void **state)
{
    static const struct {
        const char *subject, *text;
    } cases[] = {
        {"C=DE/O=Acme, Inc./CN=a+b", "CN=a\\+b,O=Acme\\, Inc.,C=DE"},
        {"CN=#x", "CN=\\#x"},
        {"CN= x ", "CN=\\ x\\ "},
        {"CN=a\"b\\c", "CN=a\\\"b\\\\c"},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mint *m = mint_make(&(struct mint_spec){.subject = cases[i].subject}, NULL);

        assert_string_equal(m->cert->subject.text, cases[i].text);
        assert_int_equal(m->cert->subject.empty, cases[i].text[0] == '\0');
        mint_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_match_by_apples_rules),
        cmocka_unit_test(a_certificate_covers_what_its_alternative_names_say),
        cmocka_unit_test(one_spoilt_entry_takes_its_kind_with_it),
        cmocka_unit_test(a_name_with_nul_covers_nothing),
        cmocka_unit_test(only_printable_strings_ignore_case_and_blanks),
        cmocka_unit_test(names_are_written_as_rfc_4514_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
