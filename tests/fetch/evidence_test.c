#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "chain_kit.h"

static void a_bundle_puts_the_staple_first(void **state)
{
    struct fetch_evidence e = {.n_ocsp = 2, .n_crls = 1};
    struct evidence_bundle b;
    struct cert_span staple = {(const uint8_t *)"staple", 6}, scts = {(const uint8_t *)"scts", 4};

    (void)state;
    e.ocsp[0] = (struct cert_span){(const uint8_t *)"one", 3};
    evidence_bundle(&b, staple, scts, &e);
    assert_int_equal(b.judge.n_ocsp, 3);
    assert_int_equal(b.judge.n_stapled, 1);
    assert_int_equal(b.judge.ocsp[0].len, 6);
    assert_int_equal(b.judge.ocsp[1].len, 3);
    assert_int_equal(b.judge.n_crls, 1);
    assert_int_equal(b.judge.scts.len, 4);
    evidence_bundle(&b, (struct cert_span){0}, (struct cert_span){0}, NULL);
    assert_int_equal(b.judge.n_ocsp + b.judge.n_stapled + b.judge.n_crls + b.judge.scts.len, 0);
}

static void only_what_is_missing_and_has_an_address_is_wanted(void **state)
{
    struct kit k;

    (void)state;
    kit_init(&k, &(struct kit_spec){.aia = "http://ca.web.test/lower"});
    struct evidence_ask ask = kit_ask(&k);
    assert_true(evidence_is_wanted(&ask));
    ask.issuers = false;
    assert_false(evidence_is_wanted(&ask));
    kit_fini(&k);
    kit_init(&k, &(struct kit_spec){.aia = NULL});
    ask = kit_ask(&k);
    ask.ocsp = ask.crls = true;
    assert_false(evidence_is_wanted(&ask)); /* no address of any kind */
    kit_fini(&k);
    kit_init(&k, &(struct kit_spec){.aia = "http://ca.web.test/lower", .sends_all = true});
    ask = kit_ask(&k);
    assert_false(evidence_is_wanted(&ask)); /* nothing is missing */
    kit_fini(&k);
}

static void what_was_asked_in_vain_is_marked_and_nothing_else(void **state)
{
    struct kit k;
    struct fetch_evidence e = {.n_silent = 1};

    (void)state;
    kit_init(&k, &(struct kit_spec){.sends_all = true});
    memcpy(e.silent[0], k.lower->cert->sha256, 32);
    assert_null(k.first.revocation);
    evidence_mark_silent(&e, &k.first);
    assert_int_equal(k.first.revocation[0], VERDICT_REVOCATION_NOT_CHECKED);
    assert_int_equal(k.first.revocation[1], VERDICT_REVOCATION_UNREACHABLE);
    k.first.revocation[1] = VERDICT_REVOCATION_GOOD; /* somebody else has answered */
    evidence_mark_silent(&e, &k.first);
    assert_int_equal(k.first.revocation[1], VERDICT_REVOCATION_GOOD);
    kit_fini(&k);
}

static void what_became_of_an_issuer_has_a_word(void **state)
{
    (void)state;
    assert_null(evidence_issuer_name(EVIDENCE_NOT_TRIED));
    assert_string_equal(evidence_issuer_name(EVIDENCE_FETCHED), "fetched");
    assert_string_equal(evidence_issuer_name(EVIDENCE_NOT_THERE), "not-there");
    assert_string_equal(evidence_issuer_name(EVIDENCE_WRONG), "wrong");
    assert_string_equal(evidence_issuer_name(EVIDENCE_NO_CONTACT), "unreachable");
    evidence_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bundle_puts_the_staple_first),
        cmocka_unit_test(only_what_is_missing_and_has_an_address_is_wanted),
        cmocka_unit_test(what_was_asked_in_vain_is_marked_and_nothing_else),
        cmocka_unit_test(what_became_of_an_issuer_has_a_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
