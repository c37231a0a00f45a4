#include "dial_tls.h"

#include <event2/buffer.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/host.h"
#include "base/mem.h"
#include "cert/chain.h"
#include "net/dial.h"
#include "net/pipe.h"
#include "pipe_tls.h"
#include "tls/leg.h"
#include "tls/peer_trust.h"

struct shaking {
    struct shaking *next, **link;
    struct tls_dialer *dialer;
    struct dial *inner; /* until it has called back */
    struct pipe *pipe;  /* owned from then on, and the leg upon it */
    struct leg *leg;
    char host[HOST_CAP];
    struct dial_result result;
    void (*done)(void *arg, struct dial_result *result);
    void *arg;
};

struct tls_dialer {
    struct dialer base; /* first: a dialer of ours is its tls_dialer */
    struct dialer *inner;
    const struct tls_contexts *contexts;
    const struct peer_trust *trust;
    const struct clock *clock;
    struct shaking *all;
};

static void shaking_free(struct shaking *s)
{
    *s->link = s->next;
    if (s->next)
        s->next->link = s->link;
    if (s->inner)
        s->dialer->inner->cancel(s->dialer->inner, s->inner);
    leg_free(s->leg);
    pipe_close(s->pipe, false);
    mem_free(s);
}

/* `s` is gone afterwards. */
static void end(struct shaking *s, enum dial_error error, struct pipe *inside)
{
    struct dial_result result = s->result;
    void (*done)(void *arg, struct dial_result *result) = s->done;
    void *arg = s->arg;

    result.error = error;
    result.pipe = inside;
    shaking_free(s);
    done(arg, &result);
}

static void end_why(struct shaking *s, const char *says, const char *detail)
{
    snprintf(s->result.via_says, sizeof s->result.via_says, "%s (%s).", says, detail);
    end(s, DIAL_PROXY_FAILED, NULL);
}

static bool is_trusted(struct shaking *s, struct err *e)
{
    struct cert_chain *chain = leg_give_chain(s->leg, e);
    bool good = chain && peer_trust_accepts(s->dialer->trust, chain, s->host,
                             clock_wall_ms(s->dialer->clock) / 1000, e);

    cert_chain_free(chain);
    return good;
}

static void finish(struct shaking *s)
{
    struct err e = {0};

    if (!is_trusted(s, &e)) {
        end_why(s, "Its certificate does not stand the test", e.text);
        return;
    }
    s->pipe->owner = NULL;
    s->pipe->event = NULL;
    struct pipe *inside = pipe_tls_new(s->pipe, s->leg);
    s->pipe = NULL;
    s->leg = NULL;
    end(s, DIAL_OK, inside);
}

static void shake(void *owner, struct pipe *p, enum pipe_event what)
{
    struct shaking *s = owner;

    leg_feed(s->leg, p->in);
    if (what == PIPE_EOF || what == PIPE_RESET)
        leg_eof(s->leg);
    leg_pump(s->leg, 0);
    evbuffer_add_buffer(p->out, leg_cipher_out(s->leg));
    if (what != PIPE_RESET && evbuffer_get_length(p->out) > 0)
        pipe_send(p);
    const struct leg_facts *facts = leg_facts(s->leg);
    if (leg_state(s->leg) == LEG_OPEN && facts->finished)
        finish(s);
    else if (leg_state(s->leg) == LEG_BROKEN || leg_state(s->leg) == LEG_CLOSED)
        end_why(s, "No TLS with it came about",
            facts->not_tls  ? "it speaks none"
            : *facts->error ? facts->error
                            : "it closed the connection");
}

static void connected(void *arg, struct dial_result *result)
{
    static const uint8_t alpn[] = "\x08http/1.1";
    struct shaking *s = arg;
    struct leg_server_ask ask = {
        .sni = host_is_ip(s->host) ? NULL : s->host, .alpn = alpn, .alpn_len = sizeof alpn - 1};
    struct err e = {0};

    s->inner = NULL;
    s->result = *result;
    if (result->error != DIAL_OK) {
        end(s, result->error, NULL);
        return;
    }
    s->pipe = result->pipe;
    s->leg = leg_server_new(s->dialer->contexts, &ask, &e);
    if (!s->leg) {
        end_why(s, "No TLS with it came about", e.text);
        return;
    }
    s->pipe->owner = s;
    s->pipe->event = shake;
    pipe_want_read(s->pipe, true);
    shake(s, s->pipe, PIPE_BYTES);
}

static struct dial *tls_start(struct dialer *base, const char *host, uint16_t port,
    bool from_loopback, void (*done)(void *arg, struct dial_result *result), void *arg)
{
    struct tls_dialer *d = (struct tls_dialer *)base;
    struct shaking *s = mem_new(sizeof *s);

    *s = (struct shaking){.dialer = d, .done = done, .arg = arg, .next = d->all, .link = &d->all};
    if (s->next)
        s->next->link = &s->next;
    d->all = s;
    snprintf(s->host, sizeof s->host, "%s", host);
    s->inner = d->inner->start(d->inner, host, port, from_loopback, connected, s);
    return (struct dial *)s;
}

static void tls_cancel(struct dialer *base, struct dial *one)
{
    (void)base;
    shaking_free((struct shaking *)one);
}

struct dialer *dialer_tls_new(struct dialer *inner, const struct tls_contexts *contexts,
    const struct peer_trust *trust, const struct clock *clock)
{
    struct tls_dialer *d = mem_new(sizeof *d);

    *d = (struct tls_dialer){.base = {.start = tls_start, .cancel = tls_cancel},
        .inner = inner,
        .contexts = contexts,
        .trust = trust,
        .clock = clock};
    return &d->base;
}

void dialer_tls_free(struct dialer *base)
{
    struct tls_dialer *d = (struct tls_dialer *)base;

    if (!d)
        return;
    while (d->all)
        shaking_free(d->all);
    mem_free(d);
}
