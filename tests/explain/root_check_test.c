#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "flow/flow.h"
#include "hook/hook.h"
#include "identity_priv.h"
#include "judge/verdict.h"
#include "mint_chain.h"
#include "trust/roots.h"

struct desk {
    struct clock clock;
    struct hooks *hooks;
    struct mint *root, *other;
};

static int set_up(void **state)
{
    struct desk *d = mem_new(sizeof *d);

    clock_fake_init(&d->clock, MINT_AT * 1000);
    d->hooks = hooks_new();
    d->root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    d->other = mint_make(&(struct mint_spec){.cn = "Other Root", .ca = true}, NULL);
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *d = *state;

    hooks_free(d->hooks);
    mint_free(d->root);
    mint_free(d->other);
    mem_free(d);
    return 0;
}

static struct explain_ask ask_of(struct desk *d)
{
    return (struct explain_ask){
        .at_s = INT64_MIN, .hooks = d->hooks, .clock = &d->clock, .name = "test"};
}

static const struct flow_condition *condition_named(
    const struct flow_condition *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    fail_msg("no condition %s", name);
    return NULL;
}

static void a_good_root_meets_every_condition(void **state)
{
    static const char *const names[] = {
        "self-signed", "ca", "common-name", "in-date", "key-usage", "key", "version"};
    struct desk *d = *state;
    struct flow *f = flow_new("x", MINT_AT * 1000);
    struct flow_condition *list = NULL;
    size_t n = 0;
    bool offered = false;

    f->now = MINT_AT;
    assert_true(root_conditions(f, d->root->cert, &list, &n, &offered));
    assert_true(offered);
    assert_int_equal(n, sizeof names / sizeof *names);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(list[i].name, names[i]);
        assert_true(list[i].holds);
        assert_non_null(list[i].says);
        assert_non_null(list[i].grade);
    }
    assert_string_equal(condition_named(list, n, "key")->says, "its key is P-256");
    assert_string_equal(
        condition_named(list, n, "in-date")->says, "valid from 2026-10-22 to 2027-01-20");
    flow_free(f);
}

/* Each lacks one thing; `switchless`: for that thing no switch is offered. */
static void each_fault_is_told_and_only_some_cost_the_switch(void **state)
{
    struct desk *d = *state;
    const struct {
        const char *condition, *says;
        bool switchless;
        const struct mint *issuer;
        struct mint_spec spec;
    } rows[] = {
        {"self-signed", "“Other Root” issued it, so it is no root", true, d->other,
            {.cn = "x", .ca = true}},
        {"self-signed", "its issuer has its own name, and its own key does not verify it", true,
            NULL, {.cn = "x", .ca = true, .broken_signature = true}},
        {"ca", "it has no basicConstraints", true, NULL,
            {.cn = "x", .ca = true, .no_basic_constraints = true}},
        {"ca", "CA:FALSE", true, NULL, {.cn = "x", .ca = true, .ca_says_false = true}},
        {"common-name", "it has no common name", true, NULL,
            {.subject = "C=DE/O=Acme", .ca = true}},
        {"in-date", "valid from", false, NULL, {.cn = "x", .ca = true, .not_after = MINT_AT - 1}},
        {"in-date", "valid from", false, NULL, {.cn = "x", .ca = true, .not_before = MINT_AT + 1}},
        {"key-usage", "leaves out keyCertSign", false, NULL,
            {.cn = "x", .ca = true, .key_usage = CERT_USE_CRL_SIGN}},
        {"key", "RSA-1024; RSA of 2048 bits or P-256 is wanted", false, NULL,
            {.cn = "x", .ca = true, .key = MINT_RSA1024}},
        {"key", "is wanted", false, NULL, {.cn = "x", .ca = true, .key = MINT_P224}},
        {"key", "is wanted", false, NULL, {.cn = "x", .ca = true, .key = MINT_P256_EXPLICIT}},
        {"key", "is wanted", false, NULL, {.cn = "x", .ca = true, .key = MINT_ED25519}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mint *m = mint_make(&rows[i].spec, rows[i].issuer);
        struct flow *f = flow_new("x", MINT_AT * 1000);
        struct flow_condition *list = NULL;
        size_t n = 0;
        bool offered;

        f->now = MINT_AT;
        assert_non_null(m->cert);
        assert_false(root_conditions(f, m->cert, &list, &n, &offered));
        const struct flow_condition *one = condition_named(list, n, rows[i].condition);
        if (one->holds || !strstr(one->says, rows[i].says))
            fail_msg("row %zu: %s", i, one->says);
        if (offered == rows[i].switchless)
            fail_msg("row %zu: a switch %s offered", i, offered ? "is" : "is not");
        for (size_t k = 0; k < n; k++)
            if (&list[k] != one && !list[k].holds)
                fail_msg("row %zu: %s fails as well", i, list[k].name);
        flow_free(f);
        mint_free(m);
    }
}

static void a_root_without_a_key_usage_may_sign(void **state)
{
    (void)state;
    struct mint *m = mint_make(&(struct mint_spec){.ca = true, .no_key_usage = true}, NULL);
    struct flow *f = flow_new("x", MINT_AT * 1000);
    struct flow_condition *list = NULL;
    size_t n = 0;
    bool offered;

    f->now = MINT_AT;
    assert_true(root_conditions(f, m->cert, &list, &n, &offered));
    flow_free(f);
    mint_free(m);
}

static void version_1_says_of_nothing_that_it_is_an_authority(void **state)
{
    (void)state;
    struct mint *m = mint_make(&(struct mint_spec){.cn = "x", .ca = true, .version = 1}, NULL);
    struct flow *f = flow_new("x", MINT_AT * 1000);
    struct flow_condition *list = NULL;
    size_t n = 0;
    bool offered;

    f->now = MINT_AT;
    assert_non_null(m->cert);
    assert_false(root_conditions(f, m->cert, &list, &n, &offered));
    assert_false(condition_named(list, n, "version")->holds);
    flow_free(f);
    mint_free(m);
}

static struct flow *told(const struct explain_ask *ask, const struct mint *m, bool as_pem)
{
    char pem[8192] = "";
    size_t len;
    uint8_t *der = mint_der(m, &len);
    struct flow *f = NULL;
    struct err e = {0};

    mint_pem(m, pem, sizeof pem);
    bool good = as_pem ? explain_root(ask, (const uint8_t *)pem, strlen(pem), &f, &e)
                       : explain_root(ask, der, len, &f, &e);
    if (!good)
        fail_msg("%s", e.text);
    mem_free(der);
    return f;
}

static void a_root_that_is_offered_installs_whether_pem_or_der(void **state)
{
    struct explain_ask ask = ask_of(*state);
    struct verdict kept = {0};

    ask.keep = &kept;
    for (int as_pem = 0; as_pem < 2; as_pem++) {
        struct flow *f = told(&ask, ((struct desk *)*state)->root, as_pem);
        const struct flow_identity *id = f->identity;

        assert_string_equal(id->kind, "root");
        assert_string_equal(id->result, "installs");
        assert_string_equal(id->trust_switch, "yes");
        assert_string_equal(id->issuer, "self-signed");
        assert_string_equal(id->purpose, "x509-basic");
        assert_string_equal(id->verdict->verdict, "accept");
        assert_int_equal(id->certificates, 1);
        assert_int_equal(id->n_chain, 1);
        assert_string_equal(id->leaf->subject->cn, "Root");
        assert_true(f->sealed);
        assert_int_equal(kept.answer, VERDICT_ACCEPT);
        flow_free(f);
    }
    verdict_fini(&kept);
}

static void an_expired_root_has_a_switch_that_does_not_help(void **state)
{
    struct explain_ask ask = ask_of(*state);

    ask.at_s = MINT_AT + (int64_t)1000 * MINT_DAY;
    struct flow *f = told(&ask, ((struct desk *)*state)->root, true);

    assert_string_equal(f->identity->trust_switch, "yes");
    assert_string_equal(f->identity->result, "limited");
    assert_string_not_equal(f->identity->verdict->verdict, "accept");
    flow_free(f);
}

static void an_intermediate_has_no_switch_and_a_known_issuer_is_told(void **state)
{
    struct desk *d = *state;
    struct explain_ask ask = ask_of(d);
    struct mint *middle = mint_make(&(struct mint_spec){.cn = "Middle", .ca = true}, d->root);
    struct cert_chain *trusted = mint_chain(d->root, NULL);
    struct flow *f = told(&ask, middle, true);

    assert_string_equal(f->identity->trust_switch, "no");
    assert_string_equal(f->identity->result, "limited");
    assert_string_equal(f->identity->issuer, "open");
    flow_free(f);
    struct roots *roots = roots_from_chain(trusted, "custom");
    ask.roots = roots;
    f = told(&ask, middle, true);
    assert_string_equal(f->identity->issuer, "known");
    flow_free(f);
    roots_unref(roots);
    cert_chain_free(trusted);
    mint_free(middle);
}

static void what_is_not_one_certificate_is_an_error(void **state)
{
    struct desk *d = *state;
    struct explain_ask ask = ask_of(d);
    char two[16384] = "";
    struct flow *f = NULL;
    struct err e = {0};

    mint_pem(d->root, two, sizeof two);
    mint_pem(d->other, two, sizeof two);
    assert_false(explain_root(&ask, (const uint8_t *)two, strlen(two), &f, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_string_equal(e.text, "2 certificates; one is looked at as a root");
    e = (struct err){0};
    assert_false(explain_root(&ask, (const uint8_t *)"junk", 4, &f, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_null(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_root_meets_every_condition),
        cmocka_unit_test(each_fault_is_told_and_only_some_cost_the_switch),
        cmocka_unit_test(a_root_without_a_key_usage_may_sign),
        cmocka_unit_test(version_1_says_of_nothing_that_it_is_an_authority),
        cmocka_unit_test(a_root_that_is_offered_installs_whether_pem_or_der),
        cmocka_unit_test(an_expired_root_has_a_switch_that_does_not_help),
        cmocka_unit_test(an_intermediate_has_no_switch_and_a_known_issuer_is_told),
        cmocka_unit_test(what_is_not_one_certificate_is_an_error),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
