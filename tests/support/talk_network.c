#include "talk_priv.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "pipe_memory.h"

struct dial {
    void (*done)(void *arg, struct dial_result *result);
    void *arg;
    char host[HOST_CAP], name[HOST_CAP + 8];
    bool over;
    struct memory_pipe *pipe;
    struct far_site *site;
    bool eof_told;
    size_t turns; /* in which it was sent something */
};

static struct dial *dial_begin(struct dialer *d, const char *host, uint16_t port,
    bool from_loopback, void (*done)(void *arg, struct dial_result *result), void *arg)
{
    struct talk *t = (struct talk *)d;
    struct dial *one = mem_new(sizeof *one);

    (void)from_loopback;
    assert_true(t->n_dials < DIALS_MOST);
    one->done = done;
    one->arg = arg;
    snprintf(one->host, sizeof one->host, "%s", host);
    host_port_text(one->name, sizeof one->name, host, port);
    t->dials[t->n_dials++] = one;
    return one;
}

static void dial_cancel(struct dialer *d, struct dial *one)
{
    (void)d;
    assert_false(one->over);
    one->over = true;
}

static bool answers(struct dialer *d, const char *host, uint16_t port)
{
    const struct talk *t = (const struct talk *)d;

    (void)port;
    return t->configured[0] && strcmp(host, t->configured) == 0;
}

static struct gather *gather_begin(struct gatherer *door, const struct evidence_ask *ask,
    void (*done)(void *arg, struct fetch_evidence *found), void *arg)
{
    struct far_gatherer *g = (struct far_gatherer *)door;

    if (!g->offers)
        return NULL;
    assert_true(evidence_is_wanted(ask));
    assert_true(g->n < GATHERS_MOST);
    g->gathers[g->n] = (struct gather){.done = done, .arg = arg};
    return &g->gathers[g->n++];
}

static void gather_cancel(struct gatherer *door, struct gather *one)
{
    (void)door;
    assert_false(one->over);
    one->over = true;
}

void network_make(struct talk *t)
{
    t->dialer = (struct dialer){.start = dial_begin, .answers = answers, .cancel = dial_cancel};
    t->gatherer.door = (struct gatherer){.start = gather_begin, .cancel = gather_cancel};
}

void network_free(struct talk *t)
{
    for (size_t i = 0; i < t->n_dials; i++) {
        struct dial *one = t->dials[i];

        assert_true(one->over);
        assert_true(!one->pipe || memory_pipe_is_closed(one->pipe));
        far_site_free(one->site);
        memory_pipe_free(one->pipe);
        mem_free(one);
    }
    for (size_t i = 0; i < t->gatherer.n; i++)
        assert_true(t->gatherer.gathers[i].over);
    cert_chain_free(t->gatherer.issuers);
}

static const struct far_host *host_of(const struct talk *t, const char *name)
{
    for (size_t i = t->n_hosts; i > 0; i--)
        if (strcmp(t->hosts[i - 1].name, name) == 0)
            return &t->hosts[i - 1];
    return NULL;
}

static void dial_answer(struct talk *t, struct dial *one)
{
    const struct far_host *host = host_of(t, one->host);
    struct dial_result result = {.error = host ? host->error : DIAL_NXDOMAIN, .ms = 7};

    one->over = true;
    if (result.error == DIAL_OK) {
        one->pipe = memory_pipe_new();
        one->site = far_site_new(&host->how);
        result.pipe = memory_pipe_end(one->pipe);
        snprintf(result.address, sizeof result.address, "192.0.2.80:443");
    }
    one->done(one->arg, &result);
}

static bool far_turn(struct dial *d, bool lags)
{
    size_t brought = evbuffer_get_length(memory_pipe_sent(d->pipe));
    bool moved = memory_pipe_turn(d->pipe) || brought > 0;

    /* The first bytes are the ClientHello, the second our Finished. */
    if (lags && d->turns >= 1 && brought > 0)
        return false;
    d->turns += brought > 0;

    far_site_feed(d->site, memory_pipe_sent(d->pipe));
    if (memory_pipe_is_shut(d->pipe) && !d->eof_told) {
        d->eof_told = true;
        far_site_eof(d->site);
    }
    enum far_end end = far_site_pump(d->site);
    moved = memory_pipe_feed_all(d->pipe, far_site_out(d->site)) || moved;
    if (end == FAR_FIN)
        memory_pipe_eof(d->pipe);
    else if (end == FAR_RST)
        memory_pipe_reset(d->pipe);
    return moved || end != FAR_GOES_ON;
}

static void gather_answer(const struct far_gatherer *g, struct gather *one)
{
    struct fetch_evidence *found = mem_new(sizeof *found);

    found->issuer = g->issuers ? EVIDENCE_FETCHED : EVIDENCE_NOT_THERE;
    found->issuer_url = mem_text("http://ca.example/issuer.cer");
    if (g->issuers)
        found->fetched = cert_chain_new();
    for (size_t i = 0; g->issuers && i < g->issuers->n; i++)
        cert_chain_push(found->fetched, g->issuers->at[i]);
    one->over = true;
    one->done(one->arg, found);
}

static bool gatherer_turn(struct far_gatherer *g)
{
    bool moved = false;

    for (size_t i = 0; i < g->n && !g->holds; i++) {
        if (g->gathers[i].over)
            continue;
        gather_answer(g, &g->gathers[i]);
        moved = true;
    }
    return moved;
}

bool network_turn(struct talk *t)
{
    bool moved = gatherer_turn(&t->gatherer);

    for (size_t i = 0; i < t->n_dials; i++) {
        struct dial *one = t->dials[i];

        if (!one->over && !t->holds_dials) {
            dial_answer(t, one);
            moved = true;
        }
        if (one->pipe)
            moved = far_turn(one, t->lags) || moved;
    }
    return moved;
}

static struct far_host *host_add(struct talk *t, const char *name)
{
    assert_true(t->n_hosts < HOSTS_MOST);
    struct far_host *h = &t->hosts[t->n_hosts++];

    snprintf(h->name, sizeof h->name, "%s", name);
    return h;
}

void talk_site(struct talk *t, const char *host, const struct far_site_config *how)
{
    host_add(t, host)->how = *how;
}

void talk_site_fails(struct talk *t, const char *host, enum dial_error why)
{
    host_add(t, host)->error = why;
}

void talk_configures(struct talk *t, const char *host)
{
    snprintf(t->configured, sizeof t->configured, "%s", host);
}

void talk_holds_dials(struct talk *t, bool hold)
{
    t->holds_dials = hold;
}

void talk_offers(struct talk *t, const struct mint *issuer)
{
    t->gatherer.offers = true;
    t->gatherer.issuers = issuer ? mint_chain(issuer, NULL) : NULL;
}

void talk_holds_offers(struct talk *t, bool hold)
{
    t->gatherer.holds = hold;
    talk_run(t);
}

size_t talk_gathers(const struct talk *t)
{
    return t->gatherer.n;
}

size_t talk_dials(const struct talk *t)
{
    return t->n_dials;
}

const char *talk_dialled(const struct talk *t, size_t i)
{
    return i < t->n_dials ? t->dials[i]->name : "";
}

struct far_site *talk_far(const struct talk *t, size_t i)
{
    return i < t->n_dials ? t->dials[i]->site : NULL;
}

void talk_far_holds(struct talk *t, size_t i, bool hold)
{
    memory_pipe_hold(t->dials[i]->pipe, hold);
    talk_run(t);
}

void talk_far_lags(struct talk *t, bool lag)
{
    t->lags = lag;
    talk_run(t);
}

bool talk_far_is_reading(const struct talk *t, size_t i)
{
    return memory_pipe_is_reading(t->dials[i]->pipe);
}
