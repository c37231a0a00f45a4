/* Conversations: what users of other tools asked for help with. Twenty public threads about a phone
 * that refused, each played as far as its text tells what happened, or as its maintainers explained
 * it; what whytls says of the last connection stands beside what the tool of that thread says of
 * such a one, or its maintainers where it says nothing, in short. Prints the table.
 * The cause must come first where the evidence decides, among the first two elsewhere, and nothing
 * that is wrong may be certain. */
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
#include "support/talk.h"

#define WEBKIT(system, rest)                                                                       \
    "Mozilla/5.0 (iPhone; CPU iPhone OS " system " like Mac OS X) AppleWebKit/605.1.15 (KHTML, "   \
    "like Gecko) " rest
#define SAFARI WEBKIT("17_5", "Version/17.5 Mobile/15E148 Safari/604.1")
#define CHROME WEBKIT("16_4", "CriOS/120.0.6099.50 Mobile/15E148 Safari/604.1")
#define LINUX_BROWSER "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
#define ACME "Acme/4.2 CFNetwork/1490.0.4 Darwin/23.6.0"
#define NEWS "News/1.1 CFNetwork/1490.0.4 Darwin/23.6.0"
#define MAIL "MobileMail/3774 CFNetwork/1490.0.4 Darwin/23.6.0"
#define OLD_IOS "Acme/4.2 CFNetwork/711.1.16 Darwin/14.0.0"

/* The phone of the thread, and the machine beside it that has no trouble. */
static const char phone_ip[] = "10.0.0.7", other_ip[] = "10.0.0.9";

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static const int64_t day_ms = INT64_C(24) * HOUR;

enum mood {
    FINE = 0,      /* content: asks and is answered */
    ROOTLESS,      /* our root is not among those it trusts, or not switched on */
    PINS,          /* wants the site's own key */
    UNREADABLE,    /* cannot make sense of our certificate: alert 47 */
    ASKS_APPLE,    /* knows no root but the public one, as Apple's services do */
    SPEAKS_OLD,    /* offers TLS 1.1 at most */
    LEAVES_EARLY,  /* goes before it got an answer to its ClientHello */
    TAKES_UP_LAST, /* content, on the session of its connection before */
    OUTLIVES_ROOT, /* as FINE would be, but years later: our root has expired */
};

struct act {
    const char *host, *agent;
    enum mood mood;
    enum phone_refusal refusal;
    int64_t wait_ms; /* afterwards */
    bool by_other;   /* by the machine beside it */
};

enum { ACTS_MOST = 12 };

struct thread {
    const char *name, *tool_said;
    const char *cause;  /* NULL: nothing is said of it */
    bool decides;       /* the evidence decides: it comes first */
    const char *action; /* NULL: "intercept" */
    const char *versions;
    void (*before)(struct talk *t); /* or NULL */
    struct act acts[ACTS_MOST];
};

static struct history_key phone_key(void)
{
    return (struct history_key){.ip = phone_ip, .family = "iPhone"};
}

/* ── what was before
 * ───────────────────────────────────────────────────────────────────────────────────────────── */

static void fetched_the_profile(struct talk *t)
{
    struct history_key key = phone_key();

    device_profile_fetched(talk_history(t), &key, ca_sha256(talk_ca(t)), talk_now_ms(t));
}

static void fetched_it_and_passed_the_probe(struct talk *t)
{
    struct history_key key = phone_key();

    fetched_the_profile(t);
    device_probe(talk_history(t), &key, true, talk_now_ms(t));
}

/* With the root of a folder that was deleted since. */
static void used_an_older_root(struct talk *t)
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

/* ── the threads
 * ───────────────────────────────────────────────────────────────────────────────────────────── */

#define ALL_IS_WELL                                                                                \
    {"shop.example", SAFARI, FINE, 0, MINUTE, false},                                              \
    {                                                                                              \
        "news.example", NEWS, FINE, 0, HOUR, false                                                 \
    }

#define REFUSED_EVERYWHERE                                                                         \
    {"shop.example", SAFARI, ROOTLESS, 0, MINUTE, false},                                          \
        {"news.example", NEWS, ROOTLESS, 0, MINUTE, false},                                        \
        {"api.example", ACME, ROOTLESS, 0, MINUTE, false},                                         \
    {                                                                                              \
        "shop.example", SAFARI, ROOTLESS, 0, 3 * SECOND, false                                     \
    }

static const struct thread threads[] = {
    /* Installed, and Safari keeps asking. */
    {"mitmproxy#2706", "does not trust the proxy's certificate", "root-not-fully-trusted", true,
        NULL, NULL, fetched_the_profile,
        {{"shop.example", SAFARI, ROOTLESS, 0, 2 * SECOND, false},
            {"shop.example", SAFARI, ROOTLESS, 0, 2 * SECOND, false},
            {"news.example", SAFARI, ROOTLESS, 0, 2 * SECOND, false},
            {"shop.example", SAFARI, ROOTLESS, 0, 3 * SECOND, false}}},
    /* Pop-ups in every app of one phone; the other phone is fine. */
    {"mitmproxy#2355", "does not trust the proxy's certificate", "root-not-fully-trusted", true,
        NULL, NULL, fetched_the_profile,
        {{"mail.example", MAIL, FINE, 0, MINUTE, true},
            {"shop.example", SAFARI, FINE, 0, HOUR, true},
            {"mail.example", MAIL, ROOTLESS, 0, MINUTE, false},
            {"news.example", NEWS, ROOTLESS, 0, MINUTE, false},
            {"mail.example", MAIL, ROOTLESS, 0, 3 * SECOND, false}}},
    /* The page with the certificate would not load, so that it never got one. */
    {"mitmproxy#3939", "client connect, client disconnect, without end", "root-not-installed", true,
        NULL, NULL, NULL,
        {{"shop.example", SAFARI, ROOTLESS, REFUSE_BY_FIN_BEFORE, SECOND, false},
            {"shop.example", SAFARI, ROOTLESS, REFUSE_BY_FIN_BEFORE, SECOND, false},
            {"api.example", ACME, ROOTLESS, REFUSE_BY_FIN_BEFORE, SECOND, false},
            {"news.example", NEWS, ROOTLESS, REFUSE_BY_FIN_BEFORE, SECOND, false},
            {"shop.example", SAFARI, ROOTLESS, REFUSE_BY_FIN_BEFORE, 3 * SECOND, false}}},
    /* Delete the old folder of the CA and install again, was the advice. */
    {"mitmproxy#3748", "does not trust the proxy's certificate", "root-regenerated", true, NULL,
        NULL, used_an_older_root, {REFUSED_EVERYWHERE}},
    /* The root of the proxy had expired. */
    {"mitmproxy#3959", "nothing of its own root", "root-expired-local", true, NULL, NULL,
        fetched_the_profile,
        {ALL_IS_WELL, {"shop.example", SAFARI, OUTLIVES_ROOT, 0, 3 * SECOND, false}}},
    /* Trusted, and yet two hosts of Apple's fail. */
    {"mitmproxy#5411", "assume pinning, if other hosts work", NULL, true, "tunnel", NULL,
        fetched_the_profile,
        {ALL_IS_WELL, {"xp.apple.com", ACME, ASKS_APPLE, 0, MINUTE, false},
            {"gdmf.apple.com", ACME, ASKS_APPLE, 0, 3 * SECOND, false}}},
    /* The pinning app shows in another tool and nothing in this one. */
    {"mitmproxy#2843", "nothing in the list", "app-pinning", true, NULL, NULL, fetched_the_profile,
        {ALL_IS_WELL, {"cdn.example", ACME, FINE, 0, SECOND, false},
            {"api.example", ACME, PINS, 0, MINUTE, false},
            {"api.example", ACME, PINS, 0, 3 * SECOND, false}}},
    /* Nothing was shown to it: the certificate cannot be the cause. */
    {"mitmproxy#4681", "the client may not trust the proxy", NULL, true, NULL, NULL,
        fetched_the_profile,
        {{"shop.example", ACME, LEAVES_EARLY, 0, MINUTE, false},
            {"shop.example", ACME, LEAVES_EARLY, 0, 3 * SECOND, false}}},
    /* A CA's certificate was served as a leaf. */
    {"mitmproxy#6496", "may not trust (illegal parameter)", "proxy-leaf-defect", true, NULL, NULL,
        fetched_the_profile,
        {{"shop.example", SAFARI, UNREADABLE, 0, MINUTE, false},
            {"news.example", NEWS, UNREADABLE, 0, 3 * SECOND, false}}},
    /* "Fully trusted", its owner says, and everything is refused; a Linux machine is fine. */
    {"mitmproxy#7932", "does not trust the proxy's certificate", "root-not-fully-trusted", true,
        NULL, NULL, fetched_the_profile,
        {{"shop.example", LINUX_BROWSER, FINE, 0, MINUTE, true}, REFUSED_EVERYWHERE}},
    /* … and had the page of ours seen that switch on, then it went off since, or more is wrong. */
    {"mitmproxy#7932, probe passed", "does not trust the proxy's certificate",
        "root-removed-by-restriction", false, NULL, NULL, fetched_it_and_passed_the_probe,
        {{"shop.example", LINUX_BROWSER, FINE, 0, HOUR, true}, REFUSED_EVERYWHERE}},
    /* Success and failure by turns, alert 46. */
    {"mitmproxy#1986", "TLS alert certificate unknown", "app-pinning", true, NULL, NULL,
        fetched_the_profile,
        {ALL_IS_WELL, {"cdn.example", ACME, FINE, 0, SECOND, false},
            {"api.example", ACME, PINS, 0, SECOND, false},
            {"cdn.example", ACME, FINE, 0, SECOND, false},
            {"api.example", ACME, PINS, 0, SECOND, false},
            {"cdn.example", ACME, FINE, 0, SECOND, false},
            {"api.example", ACME, PINS, 0, 3 * SECOND, false}}},
    /* One host of an app of one's own ends in the handshake without a word. */
    {"mitmproxy#3941", "unexpected EOF: misconfigured, or pinning", "app-pinning", false, NULL,
        NULL, fetched_the_profile,
        {ALL_IS_WELL, {"api.example", ACME, PINS, REFUSE_BY_FIN_BEFORE, MINUTE, false},
            {"api.example", ACME, PINS, REFUSE_BY_FIN_BEFORE, MINUTE, false},
            {"api.example", ACME, PINS, REFUSE_BY_FIN_BEFORE, 3 * SECOND, false}}},
    /* The simulator works, the phone does not. */
    {"Proxyman#2203", "not installed and trusted, or unknown reasons", "root-not-fully-trusted",
        true, NULL, NULL, fetched_the_profile,
        {{"api.example", ACME, FINE, 0, MINUTE, true},
            {"api.example", ACME, ROOTLESS, 0, MINUTE, false},
            {"shop.example", SAFARI, ROOTLESS, 0, MINUTE, false},
            {"api.example", ACME, ROOTLESS, 0, 3 * SECOND, false}}},
    /* The app ends every handshake, Safari opens the same host. */
    {"Proxyman#1321", "EOF during handshake; perhaps pinning", "app-pinning", true, NULL, NULL,
        fetched_the_profile,
        {ALL_IS_WELL, {"cdn.example", ACME, FINE, 0, SECOND, false},
            {"api.example", SAFARI, FINE, 0, MINUTE, false},
            {"api.example", ACME, PINS, REFUSE_BY_FIN_BEFORE, MINUTE, false},
            {"api.example", ACME, PINS, REFUSE_BY_FIN_BEFORE, 3 * SECOND, false}}},
    /* The same alert three times over, for three reasons. */
    {"Proxyman#1370, no certificate", "CERTIFICATE_UNKNOWN", "root-not-installed", true, NULL, NULL,
        NULL, {REFUSED_EVERYWHERE}},
    {"Proxyman#1370, with it", "CERTIFICATE_UNKNOWN", "app-pinning", true, NULL, NULL,
        fetched_the_profile,
        {ALL_IS_WELL, {"cdn.example", ACME, FINE, 0, SECOND, false},
            {"api.example", ACME, PINS, 0, MINUTE, false},
            {"api.example", ACME, PINS, 0, 3 * SECOND, false}}},
    {"Proxyman#1370, with a bypass", "CERTIFICATE_UNKNOWN", "app-pinning", true, NULL, NULL,
        fetched_the_profile,
        {ALL_IS_WELL, {"api.example", ACME, FINE, 0, SECOND, false},
            {"auth.example", ACME, PINS, 0, MINUTE, false},
            {"auth.example", ACME, PINS, 0, 3 * SECOND, false}}},
    /* Opened and closed without data; the app shows nothing. */
    {"httptoolkit#514", "aborted connection", NULL, true, "tunnel", NULL, fetched_the_profile,
        {ALL_IS_WELL, {"p164-contacts.icloud.com", ACME, ASKS_APPLE, REFUSE_BY_FIN_AFTER,
                          3 * SECOND, false}}},
    {"httptoolkit#290", "unsupported protocol", "client-version-too-low", true, NULL, "1.1", NULL,
        {{"shop.example", OLD_IOS, SPEAKS_OLD, 0, MINUTE, false},
            {"shop.example", OLD_IOS, SPEAKS_OLD, 0, 3 * SECOND, false}}},
    /* The delegate cancels, with the handshake complete. */
    {"TrustKit#39", "-999, cancelled, and no more", "app-pinning", true, NULL, NULL,
        fetched_the_profile,
        {ALL_IS_WELL, {"cdn.example", ACME, FINE, 0, SECOND, false},
            {"api.example", SAFARI, FINE, 0, MINUTE, false},
            {"api.example", ACME, PINS, REFUSE_BY_FIN_AFTER, 3 * SECOND, false},
            {"api.example", ACME, PINS, REFUSE_BY_FIN_AFTER, 3 * SECOND, false},
            {"api.example", ACME, PINS, REFUSE_BY_FIN_AFTER, 3 * SECOND, false}}},
    /* A new pin, no effect until the app is started again. */
    {"rn-ssl-public-key-pinning#394", "works, though the pin is wrong", NULL, true, NULL, NULL,
        fetched_the_profile,
        {ALL_IS_WELL, {"api.example", ACME, FINE, 0, MINUTE, false},
            {"api.example", ACME, TAKES_UP_LAST, 0, 3 * SECOND, false}}},
    {"the same, app started again", "pin validation failed", "app-pinning", true, NULL, NULL,
        fetched_the_profile,
        {ALL_IS_WELL, {"cdn.example", ACME, FINE, 0, SECOND, false},
            {"api.example", ACME, FINE, 0, MINUTE, false},
            {"api.example", ACME, TAKES_UP_LAST, 0, MINUTE, false},
            {"api.example", ACME, PINS, 0, MINUTE, false},
            {"cdn.example", ACME, FINE, 0, SECOND, false},
            {"api.example", ACME, PINS, 0, MINUTE, false},
            {"api.example", ACME, PINS, 0, 3 * SECOND, false}}},
    /* One browser refuses what Safari on the same phone takes. */
    {"AdGuardHome#1101", "tls: unknown certificate", "app-own-trust-store", false, NULL, NULL,
        fetched_the_profile,
        {ALL_IS_WELL, {"dns.example", SAFARI, FINE, 0, MINUTE, false},
            {"dns.example", CHROME, ROOTLESS, 0, MINUTE, false},
            {"shop.example", CHROME, ROOTLESS, 0, MINUTE, false},
            {"dns.example", CHROME, ROOTLESS, 0, 3 * SECOND, false}}},
};

/* ── playing them
 * ───────────────────────────────────────────────────────────────────────────────────────────── */

static struct phone_config phone_of(
    struct talk *t, const struct thread *thread, const struct act *a)
{
    static const uint8_t other_key[32] = {1};
    static char public_root[8192];
    struct phone_config p = *talk_phone(t, a->host);

    p.versions = thread->versions;
    p.refusal = a->refusal;
    if (a->mood == ROOTLESS)
        p.root_pem = NULL;
    if (a->mood == PINS || a->mood == UNREADABLE)
        p.pin = other_key;
    if (a->mood == UNREADABLE)
        p.alert = 47; /* RFC 8446 §6.2 illegal_parameter */
    if (a->mood == ASKS_APPLE) {
        public_root[0] = '\0';
        mint_pem(talk_root(t), public_root, sizeof public_root);
        p.root_pem = public_root;
    }
    return p;
}

static struct far_site_config site_of(struct talk *t, const char *host)
{
    int64_t now = talk_now_ms(t) / 1000;
    const struct mint *leaf = talk_mint(t, &(struct mint_spec){.cn = host,
                                               .dns = {host},
                                               .not_before = now - 30 * MINT_DAY,
                                               .not_after = now + 60 * MINT_DAY});

    return (struct far_site_config){.chain = {leaf}, .alpn = "http/1.1"};
}

static void use(struct talk *t, struct caller *c, const char *host)
{
    char text[160];
    struct far_site *far = talk_far(t, talk_dials(t) - 1);

    snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", host);
    caller_says(c, text);
    far_site_says(far, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    talk_run(t);
    caller_closes(c);
    far_site_closes(far);
    talk_run(t);
}

/* Gives the caller, for who takes up its session later. */
static struct caller *act_out(
    struct talk *t, const struct thread *thread, const struct act *a, struct caller *former)
{
    char authority[160];

    if (a->mood == OUTLIVES_ROOT)
        talk_jump(t, ca_until(talk_ca(t)) * 1000 + day_ms - talk_now_ms(t));
    struct phone_config p = phone_of(t, thread, a);
    struct far_site_config site = site_of(t, a->host);
    struct caller *c = caller_new_from(t, a->by_other ? other_ip : phone_ip);

    talk_site(t, a->host, &site);
    snprintf(authority, sizeof authority, "%s:443", a->host);
    caller_asks_as(c, authority, a->agent);
    talk_holds_dials(t, a->mood == LEAVES_EARLY);
    if (a->mood == TAKES_UP_LAST)
        p.resumes = caller_phone(former);
    caller_shakes(c, &p);
    if (a->mood == LEAVES_EARLY) {
        caller_resets(c);
        talk_holds_dials(t, false);
    }
    if (a->mood == TAKES_UP_LAST)
        assert_true(phone_resumed(caller_phone(c)));
    if (phone_is_open(caller_phone(c)))
        use(t, c, a->host);
    if (a->wait_ms <= MINUTE / 2)
        talk_wait(t, a->wait_ms);
    else
        talk_jump(t, a->wait_ms);
    return c;
}

static bool is_told_rightly(const struct thread *thread, const struct flow *f)
{
    const struct flow_diagnosis *all = f->diagnosis;

    if (strcmp(f->decision->action, thread->action ? thread->action : "intercept") != 0)
        return false;
    if (!thread->cause || f->n_diagnosis == 0)
        return !thread->cause && f->n_diagnosis == 0;
    bool first = strcmp(all[0].cause, thread->cause) == 0;
    if (!first && strcmp(all[0].confidence, "certain") == 0)
        return false;
    return first ||
           (!thread->decides && f->n_diagnosis > 1 && strcmp(all[1].cause, thread->cause) == 0);
}

static void say_row(const struct thread *thread, const struct flow *f)
{
    char says[120] = "nothing: no fault of the phone";
    const struct flow_diagnosis *all = f->diagnosis;

    if (strcmp(f->decision->action, "tunnel") == 0)
        snprintf(says, sizeof says, "passed through unread, no fault");
    else if (f->n_diagnosis > 0)
        snprintf(says, sizeof says, "%s (%s)", all[0].cause, all[0].confidence);
    print_message("%-32s | %-48s | %s\n", thread->name, thread->tool_said, says);
}

static bool play(const struct thread *thread)
{
    struct talk *t = talk_new_with_rules();
    struct caller *last = NULL;

    if (thread->before)
        thread->before(t);
    for (size_t i = 0; i < ACTS_MOST && thread->acts[i].host; i++)
        last = act_out(t, thread, &thread->acts[i], last);
    const struct flow *f = talk_flow(t, talk_flows(t) - 1);
    bool right = is_told_rightly(thread, f);

    say_row(thread, f);
    for (size_t i = 0; i < f->n_diagnosis && !right; i++)
        print_message("    %s %d %s\n", f->diagnosis[i].cause, (int)f->diagnosis[i].score,
            f->diagnosis[i].confidence);
    talk_free(t);
    return right;
}

static void each_thread_is_told_rightly(void **state)
{
    size_t wrong = 0;

    (void)state;
    print_message("%-32s | %-48s | %s\n", "thread", "the tool said", "whytls says");
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++)
        wrong += !play(&threads[i]);
    print_message("%zu wrong\n", wrong);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thread_is_told_rightly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
