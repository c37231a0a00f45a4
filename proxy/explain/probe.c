#include "probe.h"

#include <event2/buffer.h>

#include "base/clock.h"
#include "base/host.h"
#include "base/text.h"
#include "net/loop.h"
#include "net/pipe.h"
#include "net/resolve.h"
#include "tls/identities.h"

enum { SHAKE_MS = 10000, LOOK_MS = 300, BEAT_MS = 50 };

static const char *sni_of(const struct probe *p)
{
    if (!p->ask->host || host_is_ip(p->ask->host))
        return NULL;
    return p->other_sni ? p->other_sni : p->ask->host;
}

static bool leg_begin(struct probe *p)
{
    static const uint8_t alpn[] = "\x02h2\x08http/1.1";
    struct leg_server_ask ask = {.sni = sni_of(p),
        .wide = p->wide,
        .host = p->ask->host ? p->ask->host : p->ask->dial_host,
        .identities = p->ask->identities};

    ask.late_request = identities_for(ask.identities, ask.host) > 0;
    if (p->ask->mail == MAIL_NONE) {
        ask.alpn = alpn;
        ask.alpn_len = sizeof alpn - 1;
    }
    p->leg = leg_server_new(p->ask->contexts, &ask, p->error);
    p->failed = !p->leg;
    if (p->failed)
        loop_stop(p->loop);
    return p->leg != NULL;
}

/* The plain dialogue. True once TLS may begin. */
static bool talk_mail(struct probe *p)
{
    struct evbuffer *in = p->pipe->in;
    struct text say = {0};
    size_t n = evbuffer_get_length(in);

    if (p->mail.state == MAIL_READY)
        return true;
    mail_talk_take(&p->mail, evbuffer_pullup(in, -1), n, &say);
    evbuffer_drain(in, n);
    if (say.len && !p->reset) {
        evbuffer_add(p->pipe->out, text_str(&say), say.len);
        pipe_send(p->pipe);
    }
    text_fini(&say);
    if (p->mail.state == MAIL_READY)
        return leg_begin(p);
    if (p->mail.state != MAIL_TALKING || p->eof || p->reset)
        loop_stop(p->loop);
    return false;
}

static void keep_hello(struct probe *p)
{
    struct evbuffer *out = leg_cipher_out(p->leg);

    if (!p->hello.len)
        text_add_n(&p->hello, (const char *)evbuffer_pullup(out, -1), evbuffer_get_length(out));
}

static void pump(struct probe *p)
{
    if (!talk_mail(p))
        return;
    leg_feed(p->leg, p->pipe->in);
    if (p->eof || p->reset)
        leg_eof(p->leg);
    enum leg_state state = leg_pump(p->leg, 0);
    /* Nothing was asked for; what a site says all the same is not kept. */
    evbuffer_drain(leg_plain_in(p->leg), evbuffer_get_length(leg_plain_in(p->leg)));
    if (!p->reset) {
        keep_hello(p);
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
    int64_t now = clock_steady_ms(p->ask->clock);

    /* The way there and back lies between our Finished and an answer to it; the handshake took at
     * least as long. */
    if (p->open_ms && now - p->open_ms >= LOOK_MS + p->open_ms - p->began_ms)
        loop_stop(p->loop);
    if (p->pipe && !p->open_ms && now - p->began_ms >= SHAKE_MS) {
        p->late = true;
        loop_stop(p->loop);
    }
}

static void dialled(void *arg, struct dial_result *result)
{
    struct probe *p = arg;

    p->dialled = *result;
    if (result->error != DIAL_OK) {
        loop_stop(p->loop);
        return;
    }
    p->pipe = result->pipe;
    p->pipe->owner = p;
    p->pipe->event = event;
    p->began_ms = clock_steady_ms(p->ask->clock);
    mail_talk_init(&p->mail, p->ask->mail);
    p->mail.state = p->ask->starttls ? MAIL_TALKING : MAIL_READY;
    if (!p->ask->starttls && !leg_begin(p))
        return;
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
    const struct resolver_config names = {.servers = ask->name_servers, .hints = true};
    p->resolver = resolver_new(p->loop, &names, e);
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
    mail_talk_fini(&p->mail);
    text_fini(&p->hello);
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
