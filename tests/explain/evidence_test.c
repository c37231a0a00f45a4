#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fetch/chain_kit.h"
#include "flow/flow.h"

#include "evidence.h"
#include "explain.h"

static struct flow *flow_with_leg(void)
{
    struct flow *f = flow_new("01TEST", MINT_AT * 1000);

    f->server_leg = FLOW_MAKE(f, server_leg);
    return f;
}

static void a_file_brings_nothing_along(void **state)
{
    struct explain_evidence x;
    struct judge_case c = {.host = "shop.example"};

    (void)state;
    explain_evidence_init(&x, NULL);
    explain_evidence_lend(&x, &c);
    assert_int_equal(c.evidence->n_ocsp, 0);
    assert_int_equal(c.evidence->scts.len, 0);
    assert_null(c.fetched);
    explain_evidence_fini(&x);
}

static void what_is_missing_is_fetched_once_and_told(void **state)
{
    struct kit k;
    struct explain_evidence x;
    struct flow *f = flow_with_leg();
    struct verdict v = {0};

    (void)state;
    kit_init(&k, &(struct kit_spec){
                     .aia = "http://ca.web.test/lower", .upper_aia = "http://ca.web.test/upper"});
    struct explain_ask ask = {.fetcher = NULL};
    explain_evidence_init(&x, NULL);
    assert_false(explain_evidence_gather(&x, &ask, f, &k.the_case, &k.first)); /* nobody to do it */
    ask.fetcher = k.f;
    assert_true(explain_evidence_gather(&x, &ask, f, &k.the_case, &k.first));
    assert_false(explain_evidence_gather(&x, &ask, f, &k.the_case, &k.first));
    explain_evidence_lend(&x, &k.the_case);
    judge_chain(&k.the_case, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    struct judge_case web = k.the_case;
    web.policy = JUDGE_WEBPKI;
    explain_evidence_lend(&x, &web);
    assert_null(web.fetched); /* Android does not fetch */
    explain_evidence_tell(&x, &ask, f, &v);
    assert_string_equal(f->server_leg->issuer_fetch, "fetched");
    assert_int_equal(f->server_leg->n_fetched, 2);
    assert_null(f->server_leg->revocation_fault);
    ask.revocation = true;
    explain_evidence_tell(&x, &ask, f, &v);
    assert_string_equal(f->server_leg->revocation_fault, "no-address");
    verdict_fini(&v);
    explain_evidence_fini(&x);
    flow_free(f);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_brings_nothing_along),
        cmocka_unit_test(what_is_missing_is_fetched_once_and_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
