#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "identity_facts.h"
#include "term.h"

static const struct term term = {.utf8 = true, .width = 80};

static struct flow *flow_of(const char *kind, const char *result, const char *trust_switch)
{
    struct flow *f = flow_new("x", 0);

    f->identity = FLOW_MAKE(f, identity);
    f->identity->kind = kind;
    f->identity->result = result;
    f->identity->trust_switch = trust_switch;
    return f;
}

static void expect(const struct flow *f, const char *wanted)
{
    struct text out = {0};

    assert_int_equal(identity_facts(&term, f, &out), *wanted != '\0');
    assert_string_equal(text_str(&out), wanted);
    text_fini(&out);
}

static void every_kind_and_result_has_its_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *result, *trust_switch, *says;
        bool refused;
    } rows[] = {
        {"pkcs12", "installs", NULL, "An iPhone installs this identity", false},
        {"pkcs12", "limited", NULL,
            "An iPhone installs this identity, and cannot use it for everything", false},
        {"pkcs12", "refused", NULL, "An iPhone does not install this identity", true},
        {"profile", "installs", NULL, "An iPhone installs this profile", false},
        {"profile", "limited", NULL, "An iPhone installs this profile, and not all of it is of use",
            false},
        {"profile", "refused", NULL, "An iPhone does not install this profile", true},
        {"certificate", "installs", NULL, "An iPhone takes this mail certificate", false},
        {"certificate", "limited", NULL, "An iPhone takes this mail certificate with a reservation",
            false},
        {"root", "installs", "yes", "Certificate Trust Settings offers a switch for this root",
            false},
        {"root", "limited", "yes", "The switch appears for this root, and does not help", false},
        {"root", "limited", "no", "Certificate Trust Settings offers no switch for this root",
            true},
        {"moon", "refused", NULL, "An iPhone does not take this file", true},
        {NULL, NULL, NULL, "An iPhone does not take this file", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct flow *f = flow_of(rows[i].kind, rows[i].result, rows[i].trust_switch);

        assert_string_equal(identity_sentence(f), rows[i].says);
        assert_int_equal(identity_is_refused(f), rows[i].refused);
        flow_free(f);
    }
}

static void a_flow_without_an_identity_says_nothing(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);

    assert_false(identity_is_refused(f));
    expect(f, "");
    flow_free(f);
}

static void an_opened_file_is_told_with_what_protects_it(void **state)
{
    (void)state;
    struct flow *f = flow_of("pkcs12", "installs", NULL);
    struct flow_identity *id = f->identity;

    id->state = "opened";
    id->password = "given";
    id->crypto = "modern";
    id->key_cipher = id->certs_cipher = "aes-256-cbc";
    id->mac = "hmac-sha256";
    id->rounds = 2048;
    id->keys = 1;
    id->certificates = 2;
    id->key_fits = true;
    expect(f, "  File     opened, password given, encryption modern, key by aes-256-cbc,\n"
              "           certificates by aes-256-cbc, seal hmac-sha256, 2,048 rounds\n"
              "  Holds    1 private key, 2 certificates; a key fits its certificate\n");
    id->keys = 0;
    id->certificates = 1;
    id->key_fits = false;
    id->crypto = "none";
    id->key_cipher = id->certs_cipher = id->mac = NULL;
    id->rounds = FLOW_NONE;
    expect(f, "  File     opened, password given, encryption none\n"
              "  Holds    0 private keys, 1 certificate; no key fits a certificate\n");
    flow_free(f);
}

static void a_file_that_did_not_open_says_why(void **state)
{
    (void)state;
    struct flow *f = flow_of("pkcs12", "refused", NULL);

    f->identity->state = "wrong-password";
    f->identity->detail = "the password does not fit";
    f->identity->mac = "hmac-sha1";
    expect(f, "  File     the password does not fit, seal hmac-sha1\n");
    flow_free(f);
}

static void condition_add(struct flow *f, bool holds, const char *says, const char *grade)
{
    struct flow_condition *one = flow_list_add(
        f, &f->identity->conditions, &f->identity->n_conditions, flow_type_condition());

    one->holds = holds;
    one->says = says;
    one->grade = grade;
}

static void the_conditions_of_the_switch_are_ticked_or_crossed(void **state)
{
    (void)state;
    struct flow *f = flow_of("root", "limited", "no");

    condition_add(f, true, "it signed itself", "Apple source");
    condition_add(f, false, "it has no common name", NULL);
    condition_add(f, false, NULL, "");
    expect(f, "  Switch   ✓ it signed itself [Apple source]\n"
              "           ✗ it has no common name\n"
              "           ✗\n");
    flow_free(f);
}

static struct flow_payload *payload_add(struct flow *f, const char *holds, const char *name)
{
    struct flow_profile *p = f->identity->profile;
    struct flow_payload *one = flow_list_add(f, &p->payloads, &p->n_payloads, flow_type_payload());

    one->number = (int64_t)p->n_payloads;
    one->holds = holds;
    one->name = name;
    return one;
}

static void fault_add(struct flow *f, struct flow_fault **list, size_t *n, bool blocks)
{
    struct flow_fault *one = flow_list_add(f, list, n, flow_type_fault());

    one->blocks = blocks;
    one->says = blocks ? "it cannot be" : "it may be";
    one->grade = "observed";
}

static void a_profile_is_told_payload_by_payload(void **state)
{
    (void)state;
    struct flow *f = flow_of("profile", "refused", NULL);
    struct flow_profile *p = f->identity->profile = FLOW_MAKE(f, profile);

    p->name = "Acme";
    p->organization = "Acme GmbH";
    p->signature = "untrusted";
    p->signer = "Signer";
    fault_add(f, &p->faults, &p->n_faults, false);
    struct flow_payload *one = payload_add(f, "root", "Acme Root");
    one->trust_switch = "yes";
    one->certificate = FLOW_MAKE(f, certificate);
    one->certificate->subject->cn = "Acme Root";
    one = payload_add(f, "root", "Root");
    one->trust_switch = "no";
    one->certificate = FLOW_MAKE(f, certificate);
    one->certificate->subject->cn = "Acme Root 2";
    fault_add(f, &one->faults, &one->n_faults, false);
    fault_add(f, &one->faults, &one->n_faults, true);
    payload_add(f, NULL, NULL);
    flow_texts_add(f, &p->missing, "CN=A");
    flow_texts_add(f, &p->missing, "CN=B");
    expect(f, "  Profile  Acme, of Acme GmbH, signature untrusted, by Signer\n"
              "           ▲ it may be [observed]\n"
              "  1.       ✓ root, Acme Root; its switch appears\n"
              "  2.       ✗ root, Root: “Acme Root 2”; no switch appears for it\n"
              "           ▲ it may be [observed]\n"
              "           ✗ it cannot be [observed]\n"
              "  3.       ✓\n"
              "  Missing  CN=A\n"
              "           CN=B\n");
    flow_free(f);
}

static void a_profile_without_a_name_is_told_by_its_signature(void **state)
{
    (void)state;
    struct flow *f = flow_of("profile", "installs", NULL);

    f->identity->profile = FLOW_MAKE(f, profile);
    f->identity->profile->signature = "none";
    expect(f, "  Profile  not signed\n");
    f->identity->profile->signature = "broken";
    expect(f, "  Profile  signature broken\n");
    flow_free(f);
}

static void of_very_many_payloads_the_rest_is_counted(void **state)
{
    (void)state;
    struct flow *f = flow_of("profile", "installs", NULL);
    struct text out = {0};

    f->identity->profile = FLOW_MAKE(f, profile);
    f->identity->profile->signature = "none";
    for (int i = 0; i < 43; i++)
        payload_add(f, "other", NULL);
    assert_true(identity_facts(&term, f, &out));
    assert_non_null(strstr(text_str(&out), "  40.      ✓ other\n"));
    assert_null(strstr(text_str(&out), "  41. "));
    assert_non_null(strstr(text_str(&out), "\n           and 3 more\n"));
    text_fini(&out);
    flow_free(f);
}

static void hostile_words_never_reach_the_terminal(void **state)
{
    (void)state;
    static const char hostile[] = "\033]0;owned\a\xe2\x80\xae\xff\n\033[2J";
    struct flow *f = flow_of("pkcs12", "limited", NULL);
    struct flow_identity *id = f->identity;
    struct text out = {0};

    id->detail = id->crypto = id->mac = hostile;
    condition_add(f, false, hostile, hostile);
    id->profile = FLOW_MAKE(f, profile);
    id->profile->name = id->profile->organization = id->profile->signature = hostile;
    id->profile->signer = hostile;
    struct flow_payload *one = payload_add(f, hostile, hostile);
    one->certificate = FLOW_MAKE(f, certificate);
    one->certificate->subject->cn = "\033[31m";
    fault_add(f, &one->faults, &one->n_faults, true);
    one->faults[0].says = one->faults[0].grade = hostile;
    flow_texts_add(f, &id->profile->missing, hostile);
    assert_true(identity_facts(&term, f, &out));
    assert_null(strchr(text_str(&out), '\033'));
    assert_null(strchr(text_str(&out), '\a'));
    assert_null(strstr(text_str(&out), "\xe2\x80\xae"));
    assert_null(strchr(text_str(&out), '\xff'));
    text_fini(&out);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_and_result_has_its_sentence),
        cmocka_unit_test(a_flow_without_an_identity_says_nothing),
        cmocka_unit_test(an_opened_file_is_told_with_what_protects_it),
        cmocka_unit_test(a_file_that_did_not_open_says_why),
        cmocka_unit_test(the_conditions_of_the_switch_are_ticked_or_crossed),
        cmocka_unit_test(a_profile_is_told_payload_by_payload),
        cmocka_unit_test(a_profile_without_a_name_is_told_by_its_signature),
        cmocka_unit_test(of_very_many_payloads_the_rest_is_counted),
        cmocka_unit_test(hostile_words_never_reach_the_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
