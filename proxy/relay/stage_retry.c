/* relay/stage_retry.c - the site refused us before it showed anything of itself: it is asked once
 * more, otherwise, on a connection that carries nothing. What comes of it is a fact for the rules;
 * the client is answered as it would have been. */
#include "relay_priv.h"

#include <string.h>

#include <event2/buffer.h>

#include "base/log.h"
#include "base/mem.h"
#include "cert/chain.h"
#include "flow/retry.h"
#include "net/dial.h"

struct retry {
    enum retry_way way;
    struct dial *dial;
    struct pipe *pipe; /* owned */
    struct leg *leg;   /* owned */
    bool over;
};

bool retry_is_worth(const struct relay *r)
{
    const struct side *server = &r->side[LEG_SERVER];

    return relay_world(r)->retries && !r->listens && server->leg && !r->late[LEG_SERVER] &&
           !leg_facts(server->leg)->certificate_requested && retry_may_tell(leg_facts(server->leg));
}

bool retry_by_name_is_worth(const struct relay *r)
{
    const struct flow_verdict *v = r->flow->server_leg->verdict;

    if (!relay_world(r)->retries || r->retry || r->listens || !r->hello->sni[0] || !v)
        return false;
    for (size_t i = 0; i < v->n_checks; i++)
        if (strcmp(v->checks[i].check, "SSLHostname") == 0)
            return true;
    return false;
}

static void hang_up(struct relay *r)
{
    struct retry *t = r->retry;

    if (t->dial)
        relay_world(r)->dialer->cancel(relay_world(r)->dialer, t->dial);
    pipe_close(t->pipe, true);
    leg_free(t->leg);
    *t = (struct retry){.way = t->way};
}

void retry_free(struct relay *r)
{
    if (!r->retry)
        return;
    hang_up(r);
    mem_free(r->retry);
    r->retry = NULL;
}

static bool leg_begin(struct relay *r)
{
    struct retry *t = r->retry;
    struct leg_server_ask ask = {
        .min_version = 0x0303,
        .max_version = client_hello_max_version(r->hello),
        .wide = t->way == RETRY_WIDE,
        .like = r->hello,
    };
    uint8_t alpn[ALPN_WIRE_MOST];
    struct err e = {0};

    ask.alpn_len = offer_protocols(r->hello, alpn);
    ask.alpn = ask.alpn_len ? alpn : NULL;
    if (r->hello->sni[0])
        ask.sni = t->way == RETRY_WIDE ? r->asked : RETRY_OTHER_HOST;
    t->leg = leg_server_new(relay_world(r)->contexts, &ask, &e);
    if (!t->leg)
        log_error("cannot begin the second try: %s", e.text);
    return t->leg != NULL;
}

static void pump(struct retry *t, bool ended)
{
    leg_feed(t->leg, t->pipe->in);
    if (ended)
        leg_eof(t->leg);
    enum leg_state state = leg_pump(t->leg, 0);

    evbuffer_drain(leg_plain_in(t->leg), evbuffer_get_length(leg_plain_in(t->leg)));
    if (!ended) {
        evbuffer_add_buffer(t->pipe->out, leg_cipher_out(t->leg));
        pipe_send(t->pipe);
    }
    t->over = ended || leg_facts(t->leg)->finished || state == LEG_BROKEN || state == LEG_CLOSED;
}

static void event(void *owner, struct pipe *p, enum pipe_event what)
{
    struct relay *r = owner;

    magic_check(&r->magic, RELAY_MAGIC);
    if (r->dead || !r->retry || r->retry->pipe != p || r->retry->over)
        return;
    pump(r->retry, what == PIPE_EOF || what == PIPE_RESET);
    relay_drive(r);
}

static void dialled(void *arg, struct dial_result *result)
{
    struct relay *r = arg;
    struct retry *t = r->retry;

    magic_check(&r->magic, RELAY_MAGIC);
    t->dial = NULL;
    t->pipe = result->error == DIAL_OK ? result->pipe : NULL;
    t->over = !t->pipe || !leg_begin(r);
    if (t->pipe) {
        t->pipe->owner = r;
        t->pipe->event = event;
        pipe_want_read(t->pipe, true);
    }
    if (!t->over)
        pump(t, false);
    relay_drive(r);
}

static void start(struct relay *r)
{
    struct dialer *dialer = relay_world(r)->dialer;

    r->retry->dial = dialer->start(dialer, r->sent_to[0] ? transparent_dial_host(r) : r->host,
        r->port, r->from_loopback, dialled, r);
}

/* True when it is to go on in another way. */
static bool conclude(struct relay *r)
{
    struct retry *t = r->retry;
    struct flow_server_leg *told = r->flow->server_leg;
    enum retry_way way = t->way;
    struct retry_finding finding = {"nothing", NULL};

    if (t->leg)
        finding = retry_read(way, r->flow->client_leg->hello, leg_facts(t->leg));
    told->retry = finding.what;
    told->retry_found = finding.found ? flow_text(r->flow, finding.found) : NULL;
    bool goes_on = !strcmp(finding.what, "nothing") && r->hello->sni[0] &&
                   retry_goes_on(way, leg_facts(r->side[LEG_SERVER].leg));
    hang_up(r);
    return goes_on;
}

/* Is that the certificate which everybody gets, whoever is asked for? */
static void compare(struct relay *r)
{
    struct leg *leg = r->retry->leg;
    struct cert_chain *shown = leg && leg_facts(leg)->finished ? leg_give_chain(leg, NULL) : NULL;
    const char *what = shown ? "another" : "none";

    if (shown && strcmp(shown->at[0]->sha256_hex, r->chain->at[0]->sha256_hex) == 0)
        what = "same";
    r->flow->server_leg->other_name = what;
    cert_chain_free(shown);
    hang_up(r);
}

enum stage retry_late(struct relay *r)
{
    if (r->retry->way == RETRY_COMPARE) {
        compare(r);
        return STAGE_JUDGE;
    }
    conclude(r);
    return fail_server(r);
}

enum stage stage_retry(struct relay *r)
{
    bool compares = r->judged;

    if (client_has_left(r))
        return compares ? client_left(r) : fail_server(r);
    if (!r->retry) {
        r->retry = mem_new(sizeof *r->retry);
        r->retry->way = compares ? RETRY_COMPARE : RETRY_WIDE;
        start(r);
    }
    if (!r->retry->over)
        return STAGE_RETRY;
    if (compares) {
        compare(r);
        return STAGE_JUDGE;
    }
    if (!conclude(r))
        return fail_server(r);
    r->retry->way = RETRY_OTHER_NAME;
    start(r);
    return STAGE_RETRY;
}
