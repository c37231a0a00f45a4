/* verbs - uses every verb as it should be used. */
#include <stdlib.h>
#include <string.h>
#include <whytls/plugin.h>

enum { FACT_FLAG, FACT_COUNT, FACT_SHARE, FACT_SINCE, FACT_NAME };
enum { NOTE_SEEN, NOTE_CHAIN };

struct shared {
    int32_t host, alpn, not_after, headers, chain, rule_fact;
};

struct local {
    int64_t n;
};

static enum whytls_ready load(const struct whytls_host *host, void **shared)
{
    struct shared *s = calloc(1, sizeof *s);
    struct whytls_value v;

    if (!s || !host->setting(host, "greeting", &v) || v.kind != WHYTLS_TEXT)
        return WHYTLS_FAILED;
    if (v.as.text.len == 4 && !memcmp(v.as.text.bytes, "idle", 4)) {
        host->log(host, WHYTLS_NOTICE, "told to be idle");
        free(s);
        return WHYTLS_IDLE;
    }
    if (v.as.text.len == 4 && !memcmp(v.as.text.bytes, "fail", 4)) {
        host->log(host, WHYTLS_ERROR, "told to fail");
        free(s);
        return WHYTLS_FAILED;
    }
    s->host = host->field(host, "target.host");
    s->alpn = host->field(host, "client_leg.hello.alpn");
    s->not_after = host->field(host, "server_leg.chain.leaf.not_after");
    s->headers = host->field(host, "request.headers");
    s->chain = host->field(host, "server_leg.chain");
    s->rule_fact = host->field(host, "some.fact");
    *shared = s;
    return WHYTLS_READY;
}

static void unload(void *shared)
{
    free(shared);
}

static bool thread_start(const struct whytls_host *host, void *shared, void **local)
{
    struct whytls_value limit;
    struct local *l = calloc(1, sizeof *l);

    (void)shared;
    if (l && host->setting(host, "limit", &limit))
        l->n = limit.as.integer;
    *local = l;
    return l != NULL;
}

static void thread_stop(void *local)
{
    free(local);
}

static void on_hello(const struct whytls_call *c)
{
    const struct shared *s = c->shared;
    struct local *l = c->local;
    struct whytls_value host, alpn, first = {0}, fact,
                                    flag = {.kind = WHYTLS_FLAG, .as.flag = true};

    c->host->get(c, s->host, &host);
    if (c->host->get(c, s->alpn, &alpn) && alpn.kind == WHYTLS_LIST && alpn.count)
        c->host->item(c, s->alpn, 0, &first);
    struct whytls_pair with[] = {
        {"host", host}, {"first", first}, {"n", whytls_count(++l->n)}, {"flag", flag}};

    c->host->note(c, NOTE_SEEN, with, sizeof with / sizeof *with);
    c->host->set(c, FACT_FLAG, &flag);
    struct whytls_value n = whytls_count(l->n), share = {.kind = WHYTLS_NUMBER, .as.number = 0.5},
                        since = {.kind = WHYTLS_TIME, .as.integer = c->now_s};

    c->host->set(c, FACT_COUNT, &n);
    c->host->set(c, FACT_SHARE, &share);
    c->host->set(c, FACT_SINCE, &since);
    if (c->host->get(c, s->rule_fact, &fact) && fact.kind == WHYTLS_TEXT)
        c->host->set(c, FACT_NAME, &fact);
    c->host->decide(c, WHYTLS_DO_TUNNEL, "a test");
}

static void on_judged(const struct whytls_call *c)
{
    const struct shared *s = c->shared;
    struct whytls_value chain, leaf = {0}, until;
    struct whytls_text der;

    c->host->get(c, s->not_after, &until);
    if (!c->host->get(c, s->chain, &chain) || chain.kind != WHYTLS_LIST)
        return;
    c->host->item(c, s->chain, 0, &leaf);
    struct whytls_value size =
        whytls_count(c->host->certificate(c, 0, &der) ? (int64_t)der.len : -1);
    struct whytls_pair with[] = {{"leaf", leaf}, {"until", until}, {"size", size}};

    c->host->note(c, NOTE_CHAIN, with, sizeof with / sizeof *with);
}

static void on_request(const struct whytls_call *c)
{
    const struct shared *s = c->shared;
    struct whytls_value headers, first = {0};

    if (c->host->get(c, s->headers, &headers) && headers.count)
        c->host->item(c, s->headers, 0, &first);
    c->host->header_set(c, "X-First", first.as.text);
    c->host->header_remove(c, "Cookie");
}

static const struct whytls_setting settings[] = {
    {"greeting", WHYTLS_SET_TEXT, "hello", 0, 0, "what to say"},
    {"limit", WHYTLS_SET_INTEGER, "40", 1, 100, "where counting begins"},
    {"loud", WHYTLS_SET_FLAG, "true", 0, 0, "whether to shout"},
    {"hosts", WHYTLS_SET_LIST, "a.example,b.example", 0, 0, "which hosts"},
    {"file", WHYTLS_SET_FILE, "{data}/none.txt:{data}/verbs-*.txt:{plugin}/none", 0, 0, "a file"},
    {0},
};
static const struct whytls_fact_kind provides[] = {
    [FACT_FLAG] = {"verbs.flag", WHYTLS_FLAG, NULL},
    [FACT_COUNT] = {"verbs.count", WHYTLS_INTEGER, "seen {verbs.count} times"},
    [FACT_SHARE] = {"verbs.share", WHYTLS_NUMBER, NULL},
    [FACT_SINCE] = {"verbs.since", WHYTLS_TIME, NULL},
    [FACT_NAME] = {"verbs.name", WHYTLS_TEXT, NULL},
    {0},
};
static const char *const needs[] = {"some.fact", NULL};
static const struct whytls_note_kind notes[] = {
    [NOTE_SEEN] = {"seen", WHYTLS_LOW, "{$host} by {$first}, {$n} times, {$flag}; {target.port}"},
    [NOTE_CHAIN] = {"chain", WHYTLS_HIGH, "{$leaf} until {$until}, {$size}"},
    {0},
};
static const struct whytls_hook hooks[] = {
    {WHYTLS_AT_HELLO, NULL, on_hello},
    {WHYTLS_AT_JUDGED, "has=server_leg.chain.leaf check=AnchorTrusted,TemporalValidity", on_judged},
    {WHYTLS_AT_REQUEST, "method=GET host=shop.example", on_request},
    {0},
};

const struct whytls_plugin whytls_plugin = {
    WHYTLS_HEAD,
    .name = "verbs",
    .version = "1.2",
    .about = "Uses every verb.",
    .can = WHYTLS_CAN_ANNOTATE | WHYTLS_CAN_PROVIDE | WHYTLS_CAN_DECIDE | WHYTLS_CAN_EDIT,
    .settings = settings,
    .provides = provides,
    .needs = needs,
    .notes = notes,
    .hooks = hooks,
    .load = load,
    .unload = unload,
    .thread_start = thread_start,
    .thread_stop = thread_stop,
};
