/* Conversations: a site that leaves out an intermediate, or staples an answer about its revocation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "mint_revocation.h"
#include "relay/relay.h"
#include "support/talk.h"

static const char get[] = "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n";
static const char page[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct mints {
    struct mint *lower, *leaf;
};

/* shop.example sends its leaf alone. */
static struct mints site_without_issuer(struct talk *t)
{
    struct mints m;

    m.lower = mint_make(&(struct mint_spec){.cn = "Lower CA", .ca = true}, talk_root(t));
    m.leaf = mint_make(
        &(struct mint_spec){
            .cn = "shop.example", .dns = {"shop.example"}, .aia = "http://ca.example/issuer.cer"},
        m.lower);
    talk_site(t, "shop.example", &(struct far_site_config){.chain = {m.leaf}, .alpn = "http/1.1"});
    return m;
}

static void mints_free(struct mints *m)
{
    mint_free(m->leaf);
    mint_free(m->lower);
}

static struct caller *begin(struct talk *t)
{
    struct caller *c = caller_new(t);

    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    return c;
}

static void end(struct talk *t, struct caller *c)
{
    caller_resets(c);
    talk_wait(t, 60 * 1000); /* an unused connection is held for a while */
}

static void a_fetched_issuer_lets_the_site_pass_and_is_told(void **state)
{
    struct talk *t = talk_new_with_rules();
    struct mints m = site_without_issuer(t);

    (void)state;
    talk_offers(t, m.lower);
    struct caller *c = begin(t);
    caller_says(c, get);
    far_site_says(talk_far(t, 0), page);
    talk_run(t);
    assert_string_equal(caller_heard(c), page);
    end(t, c);
    const struct flow_server_leg *leg = talk_flow(t, 0)->server_leg;
    assert_string_equal(leg->verdict->verdict, "accept");
    assert_string_equal(leg->issuer_fetch, "fetched");
    assert_int_equal(leg->n_fetched, 1);
    assert_string_equal(leg->fetched[0].source, "aia");
    assert_int_equal(leg->n_chain, 1);
    assert_string_equal(talk_flow(t, 0)->diagnosis[0].cause, "missing-intermediate-aia");
    assert_string_equal(talk_flow(t, 0)->diagnosis[0].confidence, "certain");
    assert_string_equal(talk_flow(t, 0)->decision->answer, "relay");
    talk_free(t);
    mints_free(&m);
}

static void an_address_that_gives_nothing_leaves_the_refusal(void **state)
{
    struct talk *t = talk_new_with_rules();
    struct mints m = site_without_issuer(t);

    (void)state;
    talk_offers(t, NULL);
    struct caller *c = begin(t);
    caller_says(c, get);
    assert_non_null(strstr(caller_heard(c), "HTTP/1.1 502 "));
    end(t, c);
    assert_string_equal(talk_flow(t, 0)->server_leg->issuer_fetch, "not-there");
    assert_non_null(talk_flow(t, 0)->server_leg->verdict_user);
    assert_string_equal(talk_flow(t, 0)->diagnosis[0].cause, "missing-intermediate-no-aia");
    talk_free(t);
    mints_free(&m);
}

static void others_go_on_while_one_waits(void **state)
{
    struct talk *t = talk_new();
    struct mints m = site_without_issuer(t);

    (void)state;
    talk_site(t, "good.example", talk_good(t, "good.example"));
    talk_offers(t, m.lower);
    talk_holds_offers(t, true);
    struct caller *waits = begin(t);
    assert_int_equal(talk_gathers(t), 1);
    assert_false(phone_is_open(caller_phone(waits)));
    struct caller *goes = caller_new(t);
    caller_asks(goes, "good.example:443");
    caller_shakes(goes, talk_phone(t, "good.example"));
    assert_true(phone_is_open(caller_phone(goes)));
    talk_holds_offers(t, false);
    assert_true(phone_is_open(caller_phone(waits)));
    caller_resets(goes);
    end(t, waits);
    talk_free(t);
    mints_free(&m);
}

static void a_client_that_leaves_ends_the_search(void **state)
{
    struct talk *t = talk_new();
    struct mints m = site_without_issuer(t);

    (void)state;
    talk_offers(t, m.lower);
    talk_holds_offers(t, true);
    struct caller *c = begin(t);
    caller_resets(c);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    assert_true(flow_has_note(talk_flow(t, 0), "relay/client-left"));
    talk_holds_offers(t, false);
    talk_free(t); /* checks that the search was cancelled */
    mints_free(&m);
}

static void a_search_without_an_end_is_cut_off(void **state)
{
    struct talk *t = talk_new();
    struct mints m = site_without_issuer(t);

    (void)state;
    talk_offers(t, m.lower);
    talk_holds_offers(t, true);
    struct caller *c = begin(t);
    talk_wait(t, 13 * 1000);
    assert_true(phone_is_open(caller_phone(c)));
    caller_says(c, get);
    assert_non_null(strstr(caller_heard(c), "HTTP/1.1 502 "));
    end(t, c);
    assert_true(flow_has_note(talk_flow(t, 0), "relay/fetch-late"));
    talk_free(t);
    mints_free(&m);
}

static void the_end_of_the_proxy_ends_the_search(void **state)
{
    struct talk *t = talk_new();
    struct mints m = site_without_issuer(t);

    (void)state;
    talk_offers(t, m.lower);
    talk_holds_offers(t, true);
    begin(t);
    assert_int_equal(talk_gathers(t), 1);
    talk_free(t);
    mints_free(&m);
}

struct staple_row {
    struct mint_ocsp_spec ocsp;
    const char *staple, *verdict, *cause;
};

static void staple_runs(const struct staple_row *row)
{
    struct talk *t = talk_new_with_rules();
    const struct mint *leaf =
        talk_mint(t, &(struct mint_spec){.cn = "shop.example", .dns = {"shop.example"}});
    struct mint_ocsp_spec spec = row->ocsp;
    struct far_site_config site = {.chain = {leaf}, .alpn = "http/1.1"};

    spec.about = leaf;
    spec.issuer = talk_root(t);
    struct cert_span der = mint_ocsp(&spec);
    site.staple = der.at;
    site.staple_len = der.len;
    talk_site(t, "shop.example", &site);
    struct caller *c = begin(t);
    caller_says(c, get);
    if (strcmp(row->verdict, "accept") == 0)
        far_site_says(talk_far(t, 0), page);
    talk_run(t);
    end(t, c);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->server_leg->staple, row->staple);
    assert_string_equal(f->server_leg->verdict->verdict, row->verdict);
    assert_string_equal(f->n_diagnosis ? f->diagnosis[0].cause : "", row->cause);
    talk_free(t);
    mem_free((void *)(uintptr_t)der.at);
}

static void a_staple_is_judged(void **state)
{
    static const struct staple_row rows[] = {
        {{.status = 0}, "good", "accept", ""},
        {{.status = 1, .reason = 2}, "revoked", "reject", "cert-revoked"},
        {{.status = 2}, "unknown", "accept", "ocsp-unknown"},
        {{.next_update = MINT_AT - MINT_DAY}, "stale", "accept", "ocsp-stale"},
        {{.broken_signature = true}, "invalid", "accept", "ocsp-unknown"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        staple_runs(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fetched_issuer_lets_the_site_pass_and_is_told),
        cmocka_unit_test(an_address_that_gives_nothing_leaves_the_refusal),
        cmocka_unit_test(others_go_on_while_one_waits),
        cmocka_unit_test(a_client_that_leaves_ends_the_search),
        cmocka_unit_test(a_search_without_an_end_is_cut_off),
        cmocka_unit_test(the_end_of_the_proxy_ends_the_search),
        cmocka_unit_test(a_staple_is_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
