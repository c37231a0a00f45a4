#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mailbox.h"

#include "chain_kit.h"
#include "search_priv.h"

static const struct mint_extension with_ocsp[] = {
    {"1.3.6.1.5.5.7.1.1", false, KIT_OCSP_HEX}, {NULL, false, NULL}};
static const struct mint_extension with_crl[] = {
    {"2.5.29.31", false, KIT_CRL_HEX}, {NULL, false, NULL}};

static void came(void *arg, struct search *s)
{
    assert_true(mailbox_post(arg, s));
}

static struct fetch_evidence *search(struct kit *k, const struct evidence_ask *ask)
{
    struct mailbox *inbox = mailbox_new(1);
    struct search *s = search_new(ask, came, inbox);

    assert_true(search_start(s, k->f));
    s = mailbox_wait(inbox, 30000);
    assert_non_null(s);
    struct fetch_evidence *found = search_give(s);
    search_free(s);
    mailbox_free(inbox, NULL);
    return found;
}

static void issuers_are_fetched_one_above_the_other(void **state)
{
    struct kit k;
    struct verdict v = {0};

    (void)state;
    kit_init(&k, &(struct kit_spec){
                     .aia = "http://ca.web.test/lower", .upper_aia = "http://ca.web.test/upper"});
    assert_int_equal(k.first.answer, VERDICT_REJECT);
    struct evidence_ask ask = kit_ask(&k);
    struct fetch_evidence *found = search(&k, &ask);
    assert_int_equal(found->issuer, EVIDENCE_FETCHED);
    assert_int_equal(found->fetched->n, 2);
    assert_string_equal(found->issuer_url, "http://ca.web.test/upper");
    kit_judge(&k, found, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_true(v.fetched);
    assert_int_equal(v.n_path, 4);
    verdict_fini(&v);
    evidence_free(found);
    kit_fini(&k);
}

static void an_address_that_gives_no_issuer_is_told(void **state)
{
    static const struct {
        const char *aia;
        enum evidence_issuer issuer;
    } rows[] = {
        {"http://ca.web.test/stranger", EVIDENCE_WRONG}, /* the name fits, the key does not */
        {"http://ca.web.test/upper", EVIDENCE_WRONG},
        {"http://ca.web.test/o", EVIDENCE_WRONG},
        {"http://ca.web.test/nowhere", EVIDENCE_NOT_THERE},
        {"http://gone.web.test/lower", EVIDENCE_NO_CONTACT},
        {"http://127.0.0.1/lower", EVIDENCE_NO_CONTACT},
        {"ldap://ca.web.test/lower", EVIDENCE_NO_CONTACT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct kit k;

        kit_init(&k, &(struct kit_spec){.aia = rows[i].aia});
        struct evidence_ask ask = kit_ask(&k);
        struct fetch_evidence *found = search(&k, &ask);
        if (found->issuer != rows[i].issuer || found->fetched)
            fail_msg("%s: %d", rows[i].aia, (int)found->issuer);
        evidence_free(found);
        kit_fini(&k);
    }
}

static void a_responder_is_asked_when_that_is_wanted(void **state)
{
    struct kit k;
    struct verdict v = {0};

    (void)state;
    kit_init(
        &k, &(struct kit_spec){
                .extensions = with_ocsp, .sends_all = true, .ocsp = {.status = 1, .reason = 2}});
    assert_int_equal(k.first.answer, VERDICT_ACCEPT);
    struct evidence_ask ask = kit_ask(&k);
    assert_false(evidence_is_wanted(&ask));
    ask.ocsp = true;
    assert_true(evidence_is_wanted(&ask));
    struct fetch_evidence *found = search(&k, &ask);
    assert_int_equal(found->n_ocsp, 1);
    assert_int_equal(found->n_silent, 0);
    assert_null(found->silent_url);
    kit_judge(&k, found, &v);
    assert_int_equal(v.revocation[0], VERDICT_REVOCATION_REVOKED);
    assert_string_equal(v.revocation_source, "ocsp");
    verdict_fini(&v);
    evidence_free(found);
    /* The second time it is remembered. */
    found = search(&k, &ask);
    assert_int_equal(found->n_ocsp, 1);
    assert_int_equal(atomic_load(&k.web.pages[3].asked), 1);
    evidence_free(found);
    kit_fini(&k);
}

static void a_list_is_fetched_where_no_responder_is_named(void **state)
{
    struct kit k;
    struct verdict v = {0};

    (void)state;
    kit_init(
        &k, &(struct kit_spec){.extensions = with_crl, .sends_all = true, .crl_lists_leaf = true});
    struct evidence_ask ask = kit_ask(&k);
    ask.ocsp = ask.crls = true;
    struct fetch_evidence *found = search(&k, &ask);
    assert_int_equal(found->n_crls, 1);
    kit_judge(&k, found, &v);
    assert_int_equal(v.revocation[0], VERDICT_REVOCATION_REVOKED);
    assert_string_equal(v.revocation_source, "crl");
    verdict_fini(&v);
    evidence_free(found);
    ask.crl_bytes_most = 10;
    found = search(&k, &ask);
    assert_int_equal(found->n_crls, 0);
    assert_int_equal(found->n_silent, 1);
    evidence_free(found);
    kit_fini(&k);
}

static void who_does_not_answer_is_named(void **state)
{
    struct kit k;
    struct verdict v = {0};

    (void)state;
    kit_init(&k,
        &(struct kit_spec){.extensions = with_ocsp, .sends_all = true, .ocsp = {.response = 3}});
    struct evidence_ask ask = kit_ask(&k);
    ask.ocsp = true;
    struct fetch_evidence *found = search(&k, &ask);
    assert_int_equal(found->n_ocsp, 0);
    assert_int_equal(found->n_silent, 1);
    assert_string_equal(found->silent_url, "http://ocsp.web.test/o");
    kit_judge(&k, found, &v);
    evidence_mark_silent(found, &v);
    assert_int_equal(v.revocation[0], VERDICT_REVOCATION_UNREACHABLE);
    assert_int_equal(v.revocation[1], VERDICT_REVOCATION_NOT_CHECKED);
    verdict_fini(&v);
    evidence_free(found);
    kit_fini(&k);
}

static void one_that_is_cancelled_still_ends(void **state)
{
    struct kit k;
    struct mailbox *inbox = mailbox_new(1);

    (void)state;
    kit_init(&k, &(struct kit_spec){.aia = "http://ca.web.test/lower"});
    struct evidence_ask ask = kit_ask(&k);
    struct search *s = search_new(&ask, came, inbox);
    search_cancel(s);
    assert_true(search_start(s, k.f));
    assert_ptr_equal(mailbox_wait(inbox, 30000), s);
    search_free(s);
    assert_int_equal(atomic_load(&k.web.connections), 0);
    fetcher_stop(k.f);
    s = search_new(&ask, came, inbox);
    assert_false(search_start(s, k.f));
    search_free(s);
    mailbox_free(inbox, NULL);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issuers_are_fetched_one_above_the_other),
        cmocka_unit_test(an_address_that_gives_no_issuer_is_told),
        cmocka_unit_test(a_responder_is_asked_when_that_is_wanted),
        cmocka_unit_test(a_list_is_fetched_where_no_responder_is_named),
        cmocka_unit_test(who_does_not_answer_is_named),
        cmocka_unit_test(one_that_is_cancelled_still_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
