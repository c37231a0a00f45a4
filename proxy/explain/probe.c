#include "probe.h"

#include <event2/buffer.h>

#include "base/clock.h"
#include "base/host.h"
#include "net/loop.h"
#include "net/pipe.h"
#include "net/resolve.h"

enum { SHAKE_MS = 10000, LOOK_MS = 300, BEAT_MS = 50 };

static void pump(struct probe *p)
{
    leg_feed(p->leg, p->pipe->in);
    if (p->eof || p->reset)
        leg_eof(p->leg);
    enum leg_state state = leg_pump(p->leg, 0);
    /* Nothing was asked for; what a site says all the same is not kept. */
    evbuffer_drain(leg_plain_in(p->leg), evbuffer_get_length(leg_plain_in(p->leg)));
    if (!p->reset) {
        evbuffer_add_buffer(p->pipe->out, leg_cipher_out(p->leg));
        pipe_send(p->pipe);
    }
    if (state == LEG_OPEN && p->open_ms == 0)
        p->open_ms = clock_steady_ms(p->ask->clock);
    if (state == LEG_BROKEN || state == LEG_CLOSED || p->eof || p->reset)
        loop_stop(p->loop);
}

static void event(void *owner, struct pipe *pipe, enum pipe_event what)
{
    struct probe *p = owner;

    (void)pipe;
    p->eof = p->eof || what == PIPE_EOF;
    p->reset = p->reset || what == PIPE_RESET;
    pump(p);
}

static void beat(void *arg)
{
    struct probe *p = arg;
    int64_t       now = clock_steady_ms(p->ask->clock);

    /* The way there and back lies between our Finished and an answer to it; the handshake took at least as long. */
    if (p->open_ms && now - p->open_ms >= LOOK_MS + p->open_ms - p->began_ms)
        loop_stop(p->loop);
    if (p->leg && !p->open_ms && now - p->began_ms >= SHAKE_MS) {
        p->late = true;
        loop_stop(p->loop);
    }
}

static void dialled(void *arg, struct dial_result *result)
{
    static const uint8_t alpn[] = "\x02h2\x08http/1.1";
    struct probe        *p = arg;

    p->dialled = *result;
    if (result->error != DIAL_OK) {
        loop_stop(p->loop);
        return;
    }
    struct leg_server_ask ask = {
        .sni = p->ask->host && !host_is_ip(p->ask->host) ? p->ask->host : NULL, .alpn = alpn, .alpn_len = sizeof alpn - 1};
    p->pipe = result->pipe;
    p->pipe->owner = p;
    p->pipe->event = event;
    p->began_ms = clock_steady_ms(p->ask->clock);
    p->leg = leg_server_new(p->ask->contexts, &ask, p->error);
    if (!p->leg) {
        p->failed = true;
        loop_stop(p->loop);
        return;
    }
    pipe_want_read(p->pipe, true);
    pump(p);
}

bool probe_run(struct probe *p, const struct explain_ask *ask, struct err *e)
{
    p->ask = ask;
    p->error = e;
    p->loop = loop_new(ask->clock, e);
    if (!p->loop)
        return false;
    p->resolver = resolver_new(p->loop, &(struct resolver_config){0}, e);
    if (!p->resolver) {
        probe_fini(p);
        return false;
    }
    p->dialer = dialer_sockets_new(p->loop, p->resolver, ask->dial);
    p->beat = loop_every(p->loop, BEAT_MS, beat, p);
    p->dialer->start(p->dialer, ask->dial_host, ask->port, true, dialled, p);
    loop_run(p->loop);
    if (p->failed)
        probe_fini(p);
    return !p->failed;
}

void probe_fini(struct probe *p)
{
    pipe_close(p->pipe, true);
    leg_free(p->leg);
    if (p->dialer)
        dialer_sockets_free(p->dialer);
    if (p->resolver)
        resolver_free(p->resolver);
    if (p->beat)
        loop_timer_free(p->beat);
    if (p->loop)
        loop_free(p->loop);
    *p = (struct probe){0};
}
