/* Which flows wake which filters, at every moment and for every key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "digest_priv.h"
#include "hook/match.h"

static struct flow *everything(void)
{
    struct flow *f = flow_new("x", 0);

    f->entry = "connect";
    f->failed_leg = "client";
    f->target->host = "shop.example";
    f->client_leg = FLOW_MAKE(f, client_leg);
    f->client_leg->sni = "shop.example";
    flow_texts_add(f, &f->client_leg->hello->alpn, "h2");
    flow_texts_add(f, &f->client_leg->hello->alpn, "http/1.1");
    f->client_leg->symptom = "alert-after-certificate";
    f->client_leg->ended = "alert";
    f->client_leg->alert = FLOW_MAKE(f, alert);
    f->client_leg->alert->number = 46;
    f->server_leg = FLOW_MAKE(f, server_leg);
    f->server_leg->trusted_by = "mozilla";
    f->server_leg->ended = "clean";
    f->server_leg->verdict = FLOW_MAKE(f, verdict);
    struct flow_verdict *v = f->server_leg->verdict;

    v->verdict = "reject";
    v->class = "Trust";
    struct flow_check *check = flow_list_add(f, &v->checks, &v->n_checks, flow_type_check());

    check->check = "AnchorTrusted";
    f->dial = FLOW_MAKE(f, dial);
    f->dial->error = "nxdomain";
    f->request = FLOW_MAKE(f, request);
    f->request->scheme = "https";
    f->request->method = "GET";
    flow_header_add(f, f->request->headers, "Cookie", "a=1");
    flow_header_add(f, f->request->headers, "Content-Type", "Text/Html; charset=utf-8");
    f->response = FLOW_MAKE(f, response);
    f->response->status = 404;
    flow_header_add(f, f->response->headers, "Server", "x");
    f->message = FLOW_MAKE(f, message);
    f->message->from = "server";
    f->identity = FLOW_MAKE(f, identity);
    f->identity->kind = "pkcs12";
    struct flow_diagnosis *d =
        flow_list_add(f, &f->diagnosis, &f->n_diagnosis, flow_type_diagnosis());

    d->cause = "untrusted-root";
    return f;
}

static bool wakes(const struct wake *w, const struct flow *f)
{
    struct lexicon x;
    struct filter filter;
    struct digest d;

    lexicon_init(&x);
    filter_init(&filter, w, &x);
    digest_make(&d, &x, wake_moment(w), f);
    bool holds = filter_holds(&filter, &d, f);

    filter_fini(&filter);
    lexicon_fini(&x);
    return holds;
}

static void every_key_wakes_on_its_word_and_on_no_other(void **state)
{
    static const struct {
        enum moment at;
        enum wake_key key;
        const char *word;
    } cases[] = {
        {MOMENT_HELLO, WAKE_ENTRY, "connect"},
        {MOMENT_HELLO, WAKE_SNI, "present"},
        {MOMENT_HELLO, WAKE_ALPN, "http/1.1"},
        {MOMENT_DIAL_FAILED, WAKE_ERROR, "nxdomain"},
        {MOMENT_JUDGED, WAKE_CHECK, "AnchorTrusted"},
        {MOMENT_JUDGED, WAKE_VERDICT, "reject"},
        {MOMENT_JUDGED, WAKE_CLASS, "Trust"},
        {MOMENT_JUDGED, WAKE_TRUSTED_BY, "mozilla"},
        {MOMENT_TLS_FAILED, WAKE_LEG, "client"},
        {MOMENT_TLS_FAILED, WAKE_ALERT, "46"},
        {MOMENT_TLS_FAILED, WAKE_SYMPTOM, "alert-after-certificate"},
        {MOMENT_REQUEST, WAKE_HEADER, "COOKIE"},
        {MOMENT_REQUEST, WAKE_SCHEME, "https"},
        {MOMENT_REQUEST, WAKE_METHOD, "GET"},
        {MOMENT_RESPONSE, WAKE_HEADER, "server"},
        {MOMENT_RESPONSE, WAKE_STATUS, "404"},
        {MOMENT_REQUEST_BODY, WAKE_TYPE, "text/html"},
        {MOMENT_WS_MESSAGE, WAKE_FROM, "server"},
        {MOMENT_IDENTITY, WAKE_KIND, "pkcs12"},
        {MOMENT_FINISH, WAKE_CAUSE, "untrusted-root"},
        {MOMENT_FINISH, WAKE_ENDED, "alert"},
        {MOMENT_FINISH, WAKE_ENDED, "clean"},
    };
    struct flow *f = everything(), *empty = flow_new("y", 0);
    struct err e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wake *right = wake_new(cases[i].at), *wrong = wake_new(cases[i].at),
                    *any = wake_new(cases[i].at);

        assert_true(wake_add_word(right, cases[i].key, cases[i].word, &e));
        assert_true(wake_add_word(wrong, cases[i].key, "something else", &e));
        assert_true(wake_add_word(any, cases[i].key, "something else", &e));
        assert_true(wake_add_word(any, cases[i].key, cases[i].word, &e));
        if (!wakes(right, f) || wakes(wrong, f) || !wakes(any, f) || wakes(right, empty))
            fail_msg("%s at %s", wake_key_name(cases[i].key), moment_name(cases[i].at));
        wake_free(right);
        wake_free(wrong);
        wake_free(any);
    }
    flow_free(f);
    flow_free(empty);
}

static void several_keys_must_all_hold(void **state)
{
    static const char *const entries[] = {"shop.example"}, *const others[] = {"other.example"};
    struct flow *f = everything();
    struct matcher *shop, *other;
    struct err e = {0};

    (void)state;
    assert_true(matcher_new(MATCH_HOSTS, entries, 1, &shop, &e) &&
                matcher_new(MATCH_HOSTS, others, 1, &other, &e));
    struct wake *w = wake_new(MOMENT_JUDGED);

    assert_true(wake_add_word(w, WAKE_CLASS, "Trust", &e));
    wake_add_hosts(w, other);
    assert_false(wakes(w, f));
    wake_add_hosts(w, shop); /* any of the lists */
    assert_true(wakes(w, f));
    assert_true(wake_add_has(w, "target.apple_pinned", NULL, &e));
    assert_false(wakes(w, f));
    f->target->apple_pinned = "listed";
    assert_true(wakes(w, f));
    assert_true(wake_add_word(w, WAKE_VERDICT, "accept", &e));
    assert_false(wakes(w, f));
    wake_free(w);
    matcher_free(shop);
    matcher_free(other);
    flow_free(f);
}

static void a_list_that_is_not_set_wakes_for_no_host(void **state)
{
    struct flow *f = everything();
    struct wake *w = wake_new(MOMENT_JUDGED);

    (void)state;
    assert_true(wakes(w, f));
    wake_add_hosts(w, NULL);
    assert_false(wakes(w, f));
    assert_false(wake_is_always(w));
    wake_free(w);
    flow_free(f);
}

static void the_failed_leg_is_the_one_that_counts(void **state)
{
    struct flow *f = everything();
    struct wake *w = wake_new(MOMENT_TLS_FAILED);
    struct err e = {0};

    (void)state;
    assert_true(wake_add_word(w, WAKE_SYMPTOM, "alert-after-certificate", &e));
    f->failed_leg = "server";
    assert_false(wakes(w, f));
    f->server_leg->symptom = "alert-after-certificate";
    assert_true(wakes(w, f));
    wake_free(w);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_wakes_on_its_word_and_on_no_other),
        cmocka_unit_test(several_keys_must_all_hold),
        cmocka_unit_test(a_list_that_is_not_set_wakes_for_no_host),
        cmocka_unit_test(the_failed_leg_is_the_one_that_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
