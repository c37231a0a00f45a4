#include "dial_upstream.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/host.h"
#include "base/mem.h"
#include "base/text.h"
#include "dial.h"
#include "pipe.h"
#include "upstream.h"
#include "wire/connect_reply.h"
#include "wire/limits.h"
#include "wire/socks.h"

/* What the proxy is to say next. */
enum await { AWAIT_CONNECTION = 0, AWAIT_REPLY, AWAIT_METHOD, AWAIT_LOGIN, AWAIT_ANSWER };

struct asking {
    struct asking *next, **link;
    struct upstream_dialer *dialer;
    const struct upstream *via; /* NULL: dialled directly */
    struct dialer *road;        /* by which the proxy, or the site, is reached */
    struct dial *inner;         /* until it has called back */
    struct pipe *pipe;          /* from then on */
    enum await await;
    char host[HOST_CAP];
    uint16_t port;
    int64_t began_ms;
    struct dial_result result;
    void (*done)(void *arg, struct dial_result *result);
    void *arg;
};

struct upstream_dialer {
    struct dialer base; /* first: a dialer of ours is its upstream_dialer */
    struct dialer *inner, *secure;
    const struct upstreams *table;
    const struct clock *clock;
    struct asking *askings;
};

static void asking_free(struct asking *a)
{
    *a->link = a->next;
    if (a->next)
        a->next->link = a->link;
    if (a->inner)
        a->road->cancel(a->road, a->inner);
    pipe_close(a->pipe, false);
    mem_free(a);
}

/* `a` is gone afterwards. */
static void end(struct asking *a, enum dial_error error)
{
    struct dial_result result = a->result;
    void (*done)(void *arg, struct dial_result *result) = a->done;
    void *arg = a->arg;

    result.error = error;
    result.ms = clock_steady_ms(a->dialer->clock) - a->began_ms;
    result.pipe = NULL;
    if (error == DIAL_OK) {
        result.pipe = a->pipe;
        a->pipe->owner = NULL;
        a->pipe->event = NULL;
        a->pipe = NULL;
    }
    asking_free(a);
    done(arg, &result);
}

static void end_why(struct asking *a, enum dial_error error, const char *says)
{
    snprintf(a->result.via_says, sizeof a->result.via_says, "%s", says);
    end(a, error);
}

static void say(struct asking *a, const void *bytes, size_t n, enum await next)
{
    a->await = next;
    evbuffer_add(a->pipe->out, bytes, n);
    pipe_send(a->pipe);
}

/* --- HTTP --- */

static void ask_http(struct asking *a)
{
    struct text request = {0}, login = {0};
    char where[HOST_CAP + 8];

    host_port_text(where, sizeof where, a->host, a->port);
    text_printf(&request, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", where, where);
    if (*a->via->user) {
        text_printf(&login, "%s:%s", a->via->user, a->via->password);
        text_add(&request, "Proxy-Authorization: Basic ");
        text_add_base64(&request, (const uint8_t *)text_str(&login), login.len);
        text_add(&request, "\r\n");
        explicit_bzero(login.at, login.len);
    }
    text_add(&request, "\r\n");
    say(a, text_str(&request), request.len, AWAIT_REPLY);
    explicit_bzero(request.at, request.len);
    text_fini(&request);
    text_fini(&login);
}

/* NTLM and Negotiate bind a login to the connection and to a domain: they are not spoken here. */
static const char *why_no_login(const struct asking *a, const struct connect_reply *reply)
{
    if (*reply->schemes && !strcasestr(reply->schemes, "Basic"))
        return "It takes no login that whytls speaks, which is Basic alone.";
    return *a->via->user ? "It did not take the login that is set for it."
                         : "It asks for a login, and none is set for it.";
}

static void refused_http(struct asking *a, const struct connect_reply *reply)
{
    char says[sizeof a->result.via_says];

    a->result.via_status = reply->status;
    snprintf(a->result.via_asks, sizeof a->result.via_asks, "%s", reply->schemes);
    if (reply->status == 407 || reply->status == 401) { /* tinyproxy says 401 to a wrong login */
        end_why(a, DIAL_PROXY_LOGIN, why_no_login(a, reply));
        return;
    }
    bool refuses = reply->status / 100 == 4;
    snprintf(says, sizeof says, "It answered CONNECT with status %d.", reply->status);
    end_why(a, refuses ? DIAL_PROXY_REFUSED : DIAL_PROXY_FAILED, says);
}

/* --- SOCKS --- */

static void ask_socks(struct asking *a)
{
    uint8_t out[SOCKS_MESSAGE_MOST];

    say(a, out, socks_write_greeting(out, *a->via->user != 0), AWAIT_METHOD);
}

/* False: `a` is gone. */
static bool request_socks(struct asking *a)
{
    uint8_t out[SOCKS_MESSAGE_MOST];
    size_t n = socks_write_request(out, a->host, a->port);

    if (n > 0)
        say(a, out, n, AWAIT_ANSWER);
    else
        end_why(a, DIAL_PROXY_FAILED, "The host is too long for SOCKS.");
    return n > 0;
}

static bool take_method(struct asking *a, uint8_t method)
{
    uint8_t out[SOCKS_MESSAGE_MOST];

    if (method == SOCKS_NO_LOGIN)
        return request_socks(a);
    if (method == SOCKS_PASSWORD && *a->via->user) {
        say(a, out, socks_write_login(out, a->via->user, a->via->password), AWAIT_LOGIN);
        explicit_bzero(out, sizeof out);
        return true;
    }
    if (method == SOCKS_NO_METHOD)
        end_why(a, DIAL_PROXY_LOGIN,
            *a->via->user ? "It takes neither a user with a password nor a client without."
                          : "It does not let in a client without a login, and none is set for it.");
    else
        end_why(a, DIAL_PROXY_FAILED, "It chose a method that was not offered.");
    return false;
}

static bool take_login_answer(struct asking *a, bool welcome)
{
    if (welcome)
        return request_socks(a);
    end_why(a, DIAL_PROXY_LOGIN, "It did not take the login that is set for it.");
    return false;
}

static void refused_socks(struct asking *a, uint8_t code)
{
    char says[sizeof a->result.via_says];

    a->result.via_status = code;
    snprintf(says, sizeof says, "It answered with code %u: %s.", code, socks_answer_text(code));
    end_why(a, code == SOCKS_FORBIDDEN ? DIAL_PROXY_REFUSED : DIAL_PROXY_FAILED, says);
}

/* --- what comes --- */

static bool take_reply(struct asking *a, const uint8_t *bytes, size_t n)
{
    struct evbuffer *in = a->pipe->in;
    struct connect_reply reply;
    const char *why = "";
    size_t used = 0;

    switch (connect_reply_read(bytes, n, &reply, &used, &why)) {
    case CONNECT_NEED_MORE:
        return false;
    case CONNECT_BAD:
        end_why(a, DIAL_PROXY_FAILED, why);
        return false;
    case CONNECT_READY:
        break;
    }
    evbuffer_drain(in, used);
    if (reply.status / 100 == 2)
        end(a, DIAL_OK);
    else
        refused_http(a, &reply);
    return false;
}

static enum socks_read read_socks(struct asking *a, const uint8_t *bytes, size_t n, uint8_t *code,
    bool *welcome, size_t *used, const char **why)
{
    if (a->await == AWAIT_METHOD)
        return socks_read_method(bytes, n, code, used, why);
    if (a->await == AWAIT_LOGIN)
        return socks_read_login_answer(bytes, n, welcome, used, why);
    return socks_read_answer(bytes, n, code, used, why);
}

/* True: the next message may be here already. */
static bool take_socks(struct asking *a, const uint8_t *bytes, size_t n)
{
    const char *why = "";
    size_t used = 0;
    uint8_t code = 0;
    bool welcome = false;

    switch (read_socks(a, bytes, n, &code, &welcome, &used, &why)) {
    case SOCKS_NEED_MORE:
        return false;
    case SOCKS_BAD:
        end_why(a, DIAL_PROXY_FAILED, why);
        return false;
    case SOCKS_READY:
        break;
    }
    evbuffer_drain(a->pipe->in, used);
    if (a->await == AWAIT_METHOD)
        return take_method(a, code);
    if (a->await == AWAIT_LOGIN)
        return take_login_answer(a, welcome);
    if (code == SOCKS_DONE)
        end(a, DIAL_OK);
    else
        refused_socks(a, code);
    return false;
}

/* True: go on reading. */
static bool take_bytes(struct asking *a)
{
    size_t n = evbuffer_get_length(a->pipe->in);

    if (n > CONNECT_REPLY_MOST)
        n = CONNECT_REPLY_MOST;
    if (n == 0)
        return false;
    const uint8_t *bytes = evbuffer_pullup(a->pipe->in, (ssize_t)n);
    return a->await == AWAIT_REPLY ? take_reply(a, bytes, n) : take_socks(a, bytes, n);
}

/* The pipe lets itself be closed inside its own call, or kept by who takes it next. */
static void proxy_event(void *owner, struct pipe *p, enum pipe_event what)
{
    struct asking *a = owner;

    (void)p;
    switch (what) {
    case PIPE_BYTES:
        while (take_bytes(a))
            ;
        break;
    case PIPE_SPACE:
        break;
    case PIPE_EOF:
        end_why(a, DIAL_PROXY_FAILED, "It closed the connection without an answer.");
        break;
    case PIPE_RESET:
        end_why(a, DIAL_PROXY_FAILED, "It reset the connection without an answer.");
        break;
    }
}

/* --- the dialer --- */

/* Of the proxy's own way: what the dialer beneath says of it is not said of the site. */
static void tell_unreachable(struct asking *a, const struct dial_result *result)
{
    if (*result->via_says) { /* it was reached, and TLS with it failed */
        end_why(a, result->error, result->via_says);
        return;
    }
    char says[sizeof a->result.via_says];
    const char *why = dial_error_name(result->error);

    snprintf(says, sizeof says, "It could not be reached: %s.", why ? why : "unknown");
    end_why(a, DIAL_PROXY_UNREACHABLE, says);
}

static void inner_done(void *arg, struct dial_result *result)
{
    struct asking *a = arg;

    a->inner = NULL;
    if (!a->via) {
        a->result = *result;
        a->pipe = result->pipe;
        end(a, result->error);
        return;
    }
    memcpy(a->result.tried, result->tried, sizeof a->result.tried);
    a->result.n_tried = result->n_tried;
    if (result->error != DIAL_OK) {
        tell_unreachable(a, result);
        return;
    }
    a->pipe = result->pipe;
    a->pipe->owner = a;
    a->pipe->event = proxy_event;
    pipe_want_read(a->pipe, true);
    if (a->via->kind == UPSTREAM_SOCKS5)
        ask_socks(a);
    else
        ask_http(a);
}

static const struct upstream *find_via(
    const struct upstream_dialer *d, const char *host, uint16_t port)
{
    const struct upstream *via = upstreams_for(d->table, host);

    if (!via || via->kind == UPSTREAM_DIRECT)
        return NULL;
    return d->inner->answers && d->inner->answers(d->inner, host, port) ? NULL : via;
}

static struct dial *upstream_start(struct dialer *base, const char *host, uint16_t port,
    bool from_loopback, void (*done)(void *arg, struct dial_result *result), void *arg)
{
    struct upstream_dialer *d = (struct upstream_dialer *)base;
    struct asking *a = mem_new(sizeof *a);

    *a = (struct asking){.dialer = d,
        .via = find_via(d, host, port),
        .port = port,
        .began_ms = clock_steady_ms(d->clock),
        .done = done,
        .arg = arg,
        .next = d->askings,
        .link = &d->askings};
    if (a->next)
        a->next->link = &a->next;
    d->askings = a;
    snprintf(a->host, sizeof a->host, "%s", host);
    if (a->via) {
        snprintf(a->result.via, sizeof a->result.via, "%s", a->via->name);
        /* Whoever set the proxy may point at this machine. */
        a->road = a->via->kind == UPSTREAM_HTTPS ? d->secure : d->inner;
        a->inner = a->road->start(a->road, a->via->host, a->via->port, true, inner_done, a);
    } else {
        a->road = d->inner;
        a->inner = d->inner->start(d->inner, host, port, from_loopback, inner_done, a);
    }
    return (struct dial *)a;
}

static void upstream_cancel(struct dialer *base, struct dial *one)
{
    (void)base;
    asking_free((struct asking *)one);
}

static void upstream_give_up(struct dialer *base, struct dial *one, struct dial_result *known)
{
    struct asking *a = (struct asking *)one;

    (void)base;
    if (!a->via)
        return;
    *known = a->result;
    known->error = a->pipe ? DIAL_PROXY_FAILED : DIAL_PROXY_UNREACHABLE;
    snprintf(known->via_says, sizeof known->via_says, "%s",
        a->pipe ? "It did not answer in time." : "It could not be reached: timeout.");
}

static bool upstream_answers(struct dialer *base, const char *host, uint16_t port)
{
    struct upstream_dialer *d = (struct upstream_dialer *)base;

    if (find_via(d, host, port))
        return true; /* by name: which proxy is asked hangs on it */
    return d->inner->answers && d->inner->answers(d->inner, host, port);
}

struct dialer *dialer_upstream_new(struct dialer *inner, struct dialer *secure,
    const struct upstreams *table, const struct clock *clock)
{
    struct upstream_dialer *d = mem_new(sizeof *d);

    d->base = (struct dialer){.start = upstream_start,
        .cancel = upstream_cancel,
        .answers = upstream_answers,
        .give_up = upstream_give_up};
    d->inner = inner;
    d->secure = secure;
    d->table = table;
    d->clock = clock;
    return &d->base;
}

void dialer_upstream_free(struct dialer *base)
{
    struct upstream_dialer *d = (struct upstream_dialer *)base;

    if (!d)
        return;
    while (d->askings)
        asking_free(d->askings);
    mem_free(d);
}
