/* Conversations: phones through a day of traffic. Each has one thing wrong, or nothing; the last
 * refusal of the day must be told with the right cause first where the evidence decides, among the
 * first two elsewhere, and never wrongly for certain. Prints the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cert/ca.h"
#include "device/history.h"
#include "device/memory.h"
#include "relay/relay.h"
#include "support/talk.h"

#define SAFARI                                                                                     \
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "    \
    "Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
#define ACME "Acme/4.2 CFNetwork/1490.0.4 Darwin/23.6.0"
#define NEWS "News/1.1 CFNetwork/1490.0.4 Darwin/23.6.0"
#define DART "Dart/3.4 (dart:io)"

static const char phone_ip[] = "10.0.0.7";

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

static const int64_t day_ms = INT64_C(24) * HOUR;

enum mood {
    FINE = 0,     /* trusts our root, asks and is answered */
    ROOTLESS,     /* knows no root of ours */
    PINS,         /* wants the site's own key */
    OWN_STORE,    /* asks a list of its own: alert 48 */
    AHEAD,        /* its clock is 400 days ahead */
    BEHIND,       /* … three days behind */
    SPARE,        /* opens a connection that it does not use */
    LEAVES,       /* goes away in the middle of the handshake */
    FALLS_SILENT, /* after its ClientHello nothing comes any more */
};

struct step {
    const char *host, *agent;
    enum mood mood;
    int64_t wait_ms; /* afterwards */
};

enum { STEPS_MOST = 14 };

struct day {
    const char *name;
    const char *cause;               /* expected; NULL: nothing is said of it */
    bool decides;                    /* the evidence decides: it comes first */
    bool any_way;                    /* played in each way of refusing */
    void (*morning)(struct talk *t); /* what was before; or NULL */
    struct step steps[STEPS_MOST];
};

static struct history_key phone_key(void)
{
    return (struct history_key){.ip = phone_ip, .family = "iPhone"};
}

/* --- mornings --- */

static const char *our_root(struct talk *t)
{
    return ca_sha256(talk_ca(t));
}

static void downloads_the_profile(struct talk *t)
{
    struct history_key key = phone_key();

    device_profile_fetched(talk_history(t), &key, our_root(t), talk_now_ms(t));
}

static void downloads_it_and_fails_the_probe(struct talk *t)
{
    struct history_key key = phone_key();

    downloads_the_profile(t);
    device_probe(talk_history(t), &key, false, talk_now_ms(t));
}

static void fails_the_probe(struct talk *t)
{
    struct history_key key = phone_key();

    device_probe(talk_history(t), &key, false, talk_now_ms(t));
}

static void shows_a_clock_ahead(struct talk *t)
{
    struct history_key key = phone_key();

    device_clock(talk_history(t), &key, 400 * day_ms, talk_now_ms(t));
}

static void shows_a_clock_behind(struct talk *t)
{
    struct history_key key = phone_key();

    device_clock(talk_history(t), &key, -3 * day_ms, talk_now_ms(t));
}

/* Weeks ago, under a root that is no longer in force. */
static void knew_an_older_root(struct talk *t)
{
    struct history_key key = phone_key();
    int64_t then = talk_now_ms(t) - 20 * day_ms;

    device_profile_fetched(talk_history(t), &key,
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", then);
    key.app = "Safari";
    key.host = "shop.example";
    key.is_browser = true;
    history_note(talk_history(t), &key, HISTORY_ACCEPTED, then);
}

/* --- the days --- */

#define EVERYWHERE(mood)                                                                           \
    {"shop.example", SAFARI, mood, MINUTE}, {"news.example", NEWS, mood, HOUR},                    \
        {"api.example", ACME, mood, MINUTE}, {"cdn.example", ACME, mood, HOUR},                    \
    {                                                                                              \
        "shop.example", SAFARI, mood, 3000                                                         \
    }

#define ALL_IS_WELL                                                                                \
    {"shop.example", SAFARI, FINE, MINUTE}, {"news.example", NEWS, FINE, HOUR},                    \
    {                                                                                              \
        "cdn.example", ACME, FINE, MINUTE                                                          \
    }

static const struct day days[] = {
    {"root missing", "root-not-installed", false, true, NULL, {EVERYWHERE(ROOTLESS)}},
    {"root missing, probe refused", "root-not-installed", false, true, fails_the_probe,
        {EVERYWHERE(ROOTLESS)}},
    {"switch off", "root-not-fully-trusted", true, true, downloads_it_and_fails_the_probe,
        {EVERYWHERE(ROOTLESS)}},
    {"trusted", NULL, true, false, downloads_the_profile, {EVERYWHERE(FINE)}},
    {"pins one host (c1, delegate)", "app-pinning", true, true, downloads_the_profile,
        {ALL_IS_WELL, {"api.example", ACME, PINS, 3000}, {"api.example", ACME, PINS, MINUTE},
            {"cdn.example", ACME, FINE, MINUTE}, {"api.example", ACME, PINS, 3000}}},
    {"pins one host (c2, NSPinnedDomains)", "app-pinning", true, false, downloads_the_profile,
        {ALL_IS_WELL, {"api.example", ACME, PINS, MINUTE}, {"api.example", ACME, PINS, 3000}}},
    {"Apple service (c3)", NULL, true, false, downloads_the_profile,
        {ALL_IS_WELL, {"gsa.apple.com", ACME, PINS, 3000}}},
    {"own trust store (c4)", "app-own-trust-store", true, false, downloads_the_profile,
        {ALL_IS_WELL, {"one.example", DART, OWN_STORE, MINUTE},
            {"two.example", DART, OWN_STORE, MINUTE}, {"one.example", DART, OWN_STORE, 3000}}},
    {"clock 400 days ahead, read by the page", "device-clock-wrong", true, true,
        shows_a_clock_ahead, {EVERYWHERE(AHEAD)}},
    {"clock 3 days behind, read by the page", "device-clock-wrong", true, true,
        shows_a_clock_behind, {EVERYWHERE(BEHIND)}},
    {"clock 400 days ahead, never read", "device-clock-wrong", false, false, downloads_the_profile,
        {ALL_IS_WELL, EVERYWHERE(AHEAD)}},
    {"root regenerated", "root-regenerated", true, true, knew_an_older_root,
        {EVERYWHERE(ROOTLESS)}},
    {"profile removed", "root-removed-by-restriction", false, true, downloads_the_profile,
        {ALL_IS_WELL, EVERYWHERE(ROOTLESS)}},
    {"spare connection", "preconnect-unused", true, false, downloads_the_profile,
        {ALL_IS_WELL, {"shop.example", SAFARI, FINE, 500}, {"shop.example", SAFARI, SPARE, 3000}}},
    {"cancelled by the user", "client-abort-no-alert", false, false, downloads_the_profile,
        {ALL_IS_WELL, {"shop.example", SAFARI, FINE, 2 * MINUTE},
            {"shop.example", SAFARI, LEAVES, 3000}}},
    {"changed the network", "network-switch", true, false, downloads_the_profile,
        {ALL_IS_WELL, {"shop.example", SAFARI, FALLS_SILENT, 0},
            {"news.example", NEWS, FALLS_SILENT, 20000}}},
};

/* --- playing them --- */

static struct phone_config phone_of(
    struct talk *t, const struct step *s, enum phone_refusal refusal, const char *versions)
{
    static const uint8_t other_key[32] = {1};
    struct phone_config p = *talk_phone(t, s->host);

    p.versions = versions;
    p.refusal = refusal;
    p.clock_s = talk_now_ms(t) / 1000;
    p.alert = s->mood == OWN_STORE ? 48 : 46;
    p.spare = s->mood == SPARE;
    p.goes_mute = s->mood == FALLS_SILENT;
    if (s->mood == ROOTLESS || s->mood == OWN_STORE)
        p.root_pem = NULL;
    if (s->mood == PINS || s->mood == LEAVES)
        p.pin = other_key; /* who leaves looks the same on the wire, once */
    if (s->mood == LEAVES)
        p.refusal = REFUSE_BY_FIN_BEFORE;
    if (s->mood == AHEAD)
        p.clock_s += 400 * INT64_C(86400);
    if (s->mood == BEHIND)
        p.clock_s -= 3 * INT64_C(86400);
    return p;
}

static void take_step(
    struct talk *t, const struct step *s, enum phone_refusal refusal, const char *versions)
{
    struct phone_config p = phone_of(t, s, refusal, versions);
    char text[160];

    talk_site(t, s->host, talk_good(t, s->host));
    struct caller *c = caller_new_from(t, phone_ip);
    snprintf(text, sizeof text, "%s:443", s->host);
    caller_asks_as(c, text, s->agent);
    caller_shakes(c, &p);
    if (s->mood == FINE) {
        snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", s->host);
        caller_says(c, text);
        far_site_says(
            talk_far(t, talk_dials(t) - 1), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        talk_run(t);
        caller_closes(c);
    }
    if (s->wait_ms <= MINUTE / 2)
        talk_wait(t, s->wait_ms);
    else
        talk_jump(t, s->wait_ms);
}

static void say_row(
    const struct day *d, const char *way, const char *versions, const struct flow *f)
{
    const struct flow_diagnosis *all = f->diagnosis;

    print_message("%-40s %-28s %-4s %-30s %s\n", d->name, way, versions,
        f->n_diagnosis ? all[0].cause : "nothing", f->n_diagnosis ? all[0].confidence : "");
}

static bool is_told_rightly(const struct day *d, const struct flow *f)
{
    const struct flow_diagnosis *all = f->diagnosis;

    if (!d->cause)
        return f->n_diagnosis == 0;
    if (f->n_diagnosis == 0)
        return false;
    bool first = strcmp(all[0].cause, d->cause) == 0;
    if (!first && strcmp(all[0].confidence, "certain") == 0)
        return false;
    return first || (!d->decides && f->n_diagnosis > 1 && strcmp(all[1].cause, d->cause) == 0);
}

static bool play(const struct day *d, enum phone_refusal refusal, const char *versions)
{
    static const char *const ways[N_REFUSALS] = {"alert before Finished", "FIN before Finished",
        "RST before Finished", "alert after Finished", "FIN after Finished", "RST after Finished",
        "close_notify after Finished"};
    struct talk *t = talk_new_with_rules();

    if (d->morning)
        d->morning(t);
    for (size_t i = 0; i < STEPS_MOST && d->steps[i].host; i++)
        take_step(t, &d->steps[i], refusal, versions);
    const struct flow *f = talk_flow(t, talk_flows(t) - 1);
    bool right = is_told_rightly(d, f);

    say_row(d, d->any_way ? ways[refusal] : "", versions, f);
    for (size_t i = 0; !right && i < f->n_diagnosis; i++)
        print_message("    %s %d %s\n", f->diagnosis[i].cause, (int)f->diagnosis[i].score,
            f->diagnosis[i].confidence);
    talk_free(t);
    return right;
}

static void each_day_is_told_rightly(void **state)
{
    static const char *const versions[] = {"1.2", "1.3"};
    size_t wrong = 0, n = 0;

    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        for (enum phone_refusal way = REFUSE_BY_ALERT_BEFORE;
             way < (days[i].any_way ? N_REFUSALS : 1); way++)
            for (size_t v = 0; v < 2; v++, n++)
                wrong += !play(&days[i], way, versions[v]);
    print_message("%zu days, %zu told wrongly\n", n, wrong);
    assert_int_equal(wrong, 0);
}

/* --- learned passthrough --- */

/* The site behind a tunnel is what the phone sees: with the site's own key it is content. */
static const struct flow *visit(struct talk *t, const char *host, const char *agent, bool pins)
{
    const struct mint *leaf = talk_mint(t, &(struct mint_spec){.cn = host, .dns = {host}});
    struct phone_config p = *talk_phone(t, host);
    char both[16384] = "", asked[80];

    talk_site(t, host, &(struct far_site_config){.chain = {leaf}, .alpn = "http/1.1"});
    mint_pem(talk_root(t), both, sizeof both);
    if (pins)
        p.root_pem = both; /* the site's root, and never ours */
    snprintf(asked, sizeof asked, "%s:443", host);
    struct caller *c = caller_new_from(t, phone_ip);
    caller_asks_as(c, asked, agent);
    caller_shakes(c, &p);
    if (phone_is_open(caller_phone(c))) {
        caller_says(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        far_site_says(
            talk_far(t, talk_dials(t) - 1), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        talk_run(t);
        caller_closes(c);
        far_site_closes(talk_far(t, talk_dials(t) - 1));
    }
    talk_wait(t, 3000);
    return talk_flow(t, talk_flows(t) - 1);
}

static void a_pinning_app_works_at_the_second_try_and_all_else_is_still_read(void **state)
{
    struct talk *t = talk_new_that_learns();

    (void)state;
    assert_string_equal(visit(t, "cdn.example", ACME, false)->decision->action, "intercept");
    const struct flow *first = visit(t, "api.example", ACME, true);
    assert_string_equal(first->failed_leg, "client");
    const struct flow *second = visit(t, "api.example", ACME, true);
    assert_string_equal(second->decision->action, "tunnel");
    assert_string_equal(second->decision->by, "learned");
    assert_null(second->failed_leg);
    assert_int_equal(second->n_diagnosis, 0);
    assert_string_equal(visit(t, "cdn.example", ACME, false)->decision->action, "intercept");
    assert_string_equal(visit(t, "api.example", SAFARI, false)->decision->action, "intercept");
    assert_string_equal(visit(t, "news.example", NEWS, false)->decision->action, "intercept");
    assert_string_equal(visit(t, "api.example", ACME, true)->decision->action, "tunnel");
    talk_free(t);
}

static void a_phone_without_our_root_is_not_passed_by(void **state)
{
    struct talk *t = talk_new_that_learns();

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_string_equal(
            visit(t, i % 2 ? "api.example" : "shop.example", ACME, true)->decision->action,
            "intercept");
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_day_is_told_rightly),
        cmocka_unit_test(a_pinning_app_works_at_the_second_try_and_all_else_is_still_read),
        cmocka_unit_test(a_phone_without_our_root_is_not_passed_by),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
