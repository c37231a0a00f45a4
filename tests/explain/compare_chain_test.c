#include "compare.h"

#include "flow/flow.h"
#include "judge/trial.h"

static struct flow *flow_of(const char *version, const char *alpn)
{
    struct flow *f = flow_new("1", MINT_AT * 1000);

    f->server_leg = FLOW_MAKE(f, server_leg);
    f->server_leg->version = version;
    f->server_leg->cipher = "TLS_AES_128_GCM_SHA256";
    f->server_leg->alpn = alpn;
    return f;
}

static void diagnose(struct flow *f, const char *cause, const char *leg)
{
    struct flow_diagnosis *d =
        flow_list_add(f, &f->diagnosis, &f->n_diagnosis, flow_type_diagnosis());

    d->cause = cause;
    d->leg = leg;
    d->title = "A title";
    d->why = "a sentence";
}

static const struct difference *find(const struct comparison *c, const char *what)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->at[i].what, what) == 0)
            return &c->at[i];
    return NULL;
}

static void hosts_are_compared_by_their_handshakes_too(void **state)
{
    (void)state;
    struct verdict v;
    struct flow *a = flow_of("TLSv1.2", "h2"), *b = flow_of("TLSv1.3", NULL);
    struct compare_side sides[2] = {{.verdict = &v, .flow = a}, {.verdict = &v, .flow = b}};

    trial_run(&(struct trial){.ica.cn = NULL}, &v);
    struct comparison *c = compare(&sides[0], &sides[1], false);
    assert_int_equal(c->n, 2);
    assert_string_equal(find(c, "TLS version")->b, "TLSv1.3");
    assert_string_equal(find(c, "protocol (ALPN)")->b, "none");
    assert_int_equal(c->n_matter, 0);
    assert_string_equal(c->answer,
        "An iPhone accepts A and B alike: they differ in 2 ways, and none matters to it.");
    comparison_free(c);
    a->server_leg->version = NULL; /* a file has none that could differ */
    c = compare(&sides[0], &sides[1], false);
    assert_int_equal(c->n, 0);
    comparison_free(c);
    verdict_fini(&v);
    flow_free(a);
    flow_free(b);
}

static void what_the_rules_found_on_one_side_only_matters(void **state)
{
    (void)state;
    struct verdict good, bad;
    struct flow *a = flow_of(NULL, NULL), *b = flow_of(NULL, NULL);

    trial_run(&(struct trial){.ica.cn = NULL}, &good);
    trial_run(&(struct trial){.leaf.not_after = MINT_AT - MINT_DAY}, &bad);
    diagnose(a, "missing-intermediate-aia", "server");
    diagnose(a, "shared", "server");
    diagnose(b, "shared", "server");
    struct comparison *c = compare(&(struct compare_side){.verdict = &good, .flow = a},
        &(struct compare_side){.verdict = &good, .flow = b}, false);
    assert_int_equal(c->n, 1);
    assert_string_equal(c->at[0].cause, "missing-intermediate-aia");
    assert_int_equal(c->at[0].fails, FAILS_ON_A);
    assert_string_equal(c->answer, "An iPhone accepts A and B alike, but of A alone, a sentence.");
    comparison_free(c);
    /* Of a refused chain the checks tell it; of an identity's file nothing else does. */
    diagnose(b, "p12-legacy", "identity");
    diagnose(b, "cert-expired-leaf", "server");
    c = compare(&(struct compare_side){.verdict = &good, .flow = a},
        &(struct compare_side){.verdict = &bad, .flow = b}, false);
    assert_non_null(find(c, "A title"));
    assert_int_equal(c->n_matter, 3);
    for (size_t i = 0; i < c->n; i++)
        assert_true(!c->at[i].cause || strcmp(c->at[i].cause, "cert-expired-leaf") != 0);
    comparison_free(c);
    verdict_fini(&good);
    verdict_fini(&bad);
    flow_free(a);
    flow_free(b);
}

static void a_side_without_a_chain_is_told_why(void **state)
{
    (void)state;
    struct verdict none = {0}, good;
    struct compare_side sides[2] = {
        {.verdict = &none, .no_chain = "The site cannot be reached"}, {.verdict = &good}};

    trial_run(&(struct trial){.ica.cn = NULL}, &good);
    struct comparison *c = compare(&sides[0], &sides[1], false);
    assert_string_equal(c->answer, "A cannot be judged: The site cannot be reached.");
    assert_int_equal(c->n, 0);
    comparison_free(c);
    sides[1].verdict = &none;
    c = compare(&sides[0], &sides[1], false);
    assert_string_equal(c->answer, "A cannot be judged: The site cannot be reached; B cannot be "
                                   "judged: it showed no certificate.");
    comparison_free(c);
    verdict_fini(&good);
}

static void what_the_other_browsers_say_is_told_where_it_differs(void **state)
{
    (void)state;
    struct verdict v;
    struct flow *a = flow_of(NULL, NULL), *b = flow_of(NULL, NULL);
    struct compare_side sides[2] = {{.verdict = &v, .flow = a}, {.verdict = &v, .flow = b}};

    trial_run(&(struct trial){.ica.cn = NULL}, &v);
    for (int s = 0; s < 2; s++) {
        struct flow *f = s ? b : a;
        struct flow_verdict *web = f->server_leg->verdict_webpki = FLOW_MAKE(f, verdict);

        web->verdict = s ? "reject" : "accept";
        if (s)
            flow_list_add(f, &web->checks, &web->n_checks, flow_type_check());
    }
    b->server_leg->verdict_webpki->checks->check = "KeyUsage";
    b->server_leg->verdict_webpki->checks->detail = "none";
    struct comparison *c = compare(&sides[0], &sides[1], false);
    assert_int_equal(c->n, 1);
    assert_int_equal(c->n_matter, 0);
    assert_string_equal(c->at[0].a, "accept it");
    assert_string_equal(c->at[0].b, "refuse it, by KeyUsage: none");
    comparison_free(c);
    verdict_fini(&v);
    flow_free(a);
    flow_free(b);
}

static void the_root_tells_who_trusts_it(void **state)
{
    static const struct {
        struct trial b;
        const char *told;
    } rows[] = {
        {{.untrusted = true, .with_root = true}, "“Root”, which nobody here trusts"},
        {{.untrusted = true}, "not reached"},
        {{.anchors = ANCHORS_USER}, "“Root”, trusted as if installed on the phone"},
        {{.root.cn = "Other"}, "“Other”, which Mozilla trusts and Apple does not"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct verdict a, b;

        trial_run(&(struct trial){.ica.cn = NULL}, &a);
        trial_run(&rows[i].b, &b);
        struct comparison *c = compare(
            &(struct compare_side){.verdict = &a}, &(struct compare_side){.verdict = &b}, false);
        assert_non_null(find(c, "root"));
        assert_string_equal(find(c, "root")->b, rows[i].told);
        comparison_free(c);
        verdict_fini(&a);
        verdict_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_compared_by_their_handshakes_too),
        cmocka_unit_test(what_the_rules_found_on_one_side_only_matters),
        cmocka_unit_test(a_side_without_a_chain_is_told_why),
        cmocka_unit_test(what_the_other_browsers_say_is_told_where_it_differs),
        cmocka_unit_test(the_root_tells_who_trusts_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
