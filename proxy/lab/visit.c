#include "visit.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "answer.h"
#include "base/magic.h"
#include "base/mem.h"
#include "fault.h"
#include "mail.h"
#include "quirk.h"

#define VISIT_MAGIC 0x56495354u

enum visit_state {
    VISIT_DRAIN = 0, /* we have said all that we say; take and drop what comes */
    VISIT_FAULT,     /* waiting for the ClientHello that is to be wronged */
    VISIT_HANDSHAKE,
    VISIT_TALK,
    VISIT_OVER, /* freed at the tail of the callback */
};

enum io { IO_DONE = 0, IO_WANTS_READ, IO_WANTS_WRITE, IO_END, IO_BROKEN };

struct visit {
    struct magic magic;
    struct house *house;
    enum lab_way way;
    const struct quirk *quirk; /* NULL: none */
    enum visit_state state;
    int fd;
    SSL *ssl;   /* owned; NULL: plain */
    SSL *later; /* owned: a mail server's, until its dialogue comes to TLS */
    struct event *readable, *writable, *deadline;
    struct evbuffer *in, *out;
    struct answer answer;
    struct lab_mail mail; /* its protocol NONE: HTTP */
    bool ending;          /* nothing more is read; the end comes when `out` has gone */
    size_t dropped;       /* bytes, while draining */
    struct visit *next, **link;
};

static void visit_free(struct visit *v)
{
    *v->link = v->next;
    if (v->next)
        v->next->link = v->link;
    v->house->n_visits--;
    event_free(v->readable);
    event_free(v->writable);
    event_free(v->deadline);
    evbuffer_free(v->in);
    evbuffer_free(v->out);
    SSL_free(v->ssl);
    SSL_free(v->later);
    close(v->fd);
    mem_free(v);
}

static void visit_set_deadline(struct visit *v, int ms)
{
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};

    event_add(v->deadline, &tv);
}

/* FIN now, close when the peer has closed: a close with unread bytes would send RST, which may
 * overtake our last words. */
static void visit_drain(struct visit *v)
{
    if (v->ssl && SSL_is_init_finished(v->ssl)) {
        ERR_clear_error();
        SSL_shutdown(v->ssl);
    }
    shutdown(v->fd, SHUT_WR);
    v->state = VISIT_DRAIN;
    visit_set_deadline(v, VISIT_DRAIN_MS);
}

static void visit_reset(struct visit *v)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};

    setsockopt(v->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    v->state = VISIT_OVER;
}

static enum io plain_result(ssize_t n, enum io would_block)
{
    if (n > 0)
        return IO_DONE;
    if (n == 0)
        return IO_END;
    return errno == EAGAIN || errno == EINTR ? would_block : IO_BROKEN;
}

static enum io tls_result(SSL *ssl, int r)
{
    switch (SSL_get_error(ssl, r)) {
    case SSL_ERROR_NONE:
        return IO_DONE;
    case SSL_ERROR_WANT_READ:
        return IO_WANTS_READ;
    case SSL_ERROR_WANT_WRITE:
        return IO_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return IO_END;
    default:
        return IO_BROKEN;
    }
}

/* Reads until nothing is there (never IO_DONE then) or a head's worth lies in `in`. */
static enum io visit_pull(struct visit *v)
{
    char chunk[4096];

    while (evbuffer_get_length(v->in) < ANSWER_HEAD_MOST) {
        ssize_t n;
        enum io io;

        ERR_clear_error();
        n = v->ssl ? SSL_read(v->ssl, chunk, sizeof chunk) : recv(v->fd, chunk, sizeof chunk, 0);
        io = v->ssl ? tls_result(v->ssl, (int)n) : plain_result(n, IO_WANTS_READ);
        if (io != IO_DONE)
            return io;
        evbuffer_add(v->in, chunk, (size_t)n);
    }
    return IO_DONE;
}

/* Writes until `out` is empty (IO_DONE) or the socket is full. */
static enum io visit_push(struct visit *v)
{
    while (evbuffer_get_length(v->out) > 0) {
        size_t len = evbuffer_get_contiguous_space(v->out);
        unsigned char *at = evbuffer_pullup(v->out, (ev_ssize_t)len);
        ssize_t n;
        enum io io;

        ERR_clear_error();
        n = v->ssl ? SSL_write(v->ssl, at, (int)len) : send(v->fd, at, len, MSG_NOSIGNAL);
        io = v->ssl ? tls_result(v->ssl, (int)n) : plain_result(n, IO_WANTS_WRITE);
        if (io != IO_DONE)
            return io;
        evbuffer_drain(v->out, (size_t)n);
    }
    return IO_DONE;
}

static void visit_want(struct visit *v, bool read, bool write)
{
    if (read)
        event_add(v->readable, NULL);
    else
        event_del(v->readable);
    if (write)
        event_add(v->writable, NULL);
}

/* What has come is answered. An upgrade waits in `out` until that has gone. */
static enum answer_state visit_answer(struct visit *v, bool *upgrades)
{
    if (v->mail.protocol == LAB_MAIL_NONE)
        return answer_requests(&v->answer, v->in, v->out);
    switch (lab_mail_answer(&v->mail, v->in, v->out)) {
    case LAB_MAIL_HUNGRY:
        return ANSWER_HUNGRY;
    case LAB_MAIL_UPGRADE:
        *upgrades = v->later != NULL;
        return *upgrades ? ANSWER_FULL : ANSWER_HUNGRY;
    case LAB_MAIL_END:
        break;
    }
    return ANSWER_END;
}

/* The go-ahead is a few bytes and goes at once, or the visit is over. */
static void visit_upgrade(struct visit *v)
{
    if (visit_push(v) != IO_DONE) {
        v->state = VISIT_OVER;
        return;
    }
    evbuffer_drain(v->in, evbuffer_get_length(v->in));
    v->ssl = v->later;
    v->later = NULL;
    v->state = VISIT_HANDSHAKE;
    visit_want(v, true, false);
}

/* As a NAT or a balancer does with what was quiet for too long. */
static bool visit_forgets(const struct visit *v)
{
    return v->quirk && v->quirk->fault == QUIRK_FORGETS;
}

static void visit_talk(struct visit *v)
{
    bool upgrades = false;
    enum io pulled = IO_DONE, pushed;
    enum answer_state answered = ANSWER_HUNGRY;

    visit_set_deadline(v, visit_forgets(v) ? QUIRK_QUIET_MS : VISIT_IDLE_MS);
    do {
        if (!v->ending) {
            pulled = visit_pull(v);
            answered = visit_answer(v, &upgrades);
            if (upgrades) {
                visit_upgrade(v);
                return;
            }
            v->ending = answered == ANSWER_END || (answered == ANSWER_HUNGRY && pulled == IO_END);
        }
        pushed = visit_push(v);
    } while (!v->ending && pushed == IO_DONE && (pulled == IO_DONE || answered == ANSWER_FULL));
    if (pulled == IO_BROKEN || pushed == IO_BROKEN || pushed == IO_END) {
        v->state = VISIT_OVER;
        return;
    }
    if (v->ending && pushed == IO_DONE)
        visit_drain(v);
    bool full =
        v->state == VISIT_TALK && (v->ending || answered == ANSWER_FULL || pulled == IO_END);
    visit_want(v, !full, pushed == IO_WANTS_WRITE || pulled == IO_WANTS_WRITE);
}

/* Without session tickets nothing of ours carries the ACK of a TLS 1.3 Finished, and a client under
 * Nagle's algorithm holds its request back until one comes: 40 ms. */
static void visit_acknowledge(const struct visit *v)
{
#ifdef TCP_QUICKACK
    int on = 1;

    setsockopt(v->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
#else
    (void)v;
#endif
}

/* A box that breaks on a ClientHello does so before any TLS. */
static bool visit_breaks(const struct visit *v)
{
    uint8_t first[FAULT_HELLO_MOST];
    ssize_t n = v->quirk ? recv(v->fd, first, sizeof first, MSG_PEEK) : 0;

    return n > 0 && quirk_resets(v->quirk, first, (size_t)n);
}

static void visit_handshake(struct visit *v)
{
    if (visit_breaks(v)) {
        visit_reset(v);
        return;
    }
    ERR_clear_error();
    int r = SSL_accept(v->ssl);
    enum io io = r == 1 ? IO_DONE : tls_result(v->ssl, r);

    switch (io) {
    case IO_DONE:
        visit_acknowledge(v);
        v->state = VISIT_TALK;
        if (v->mail.protocol != LAB_MAIL_NONE && !v->mail.starttls)
            lab_mail_greet(&v->mail, v->out);
        v->mail.secure = true;
        visit_talk(v);
        break;
    case IO_WANTS_READ:
    case IO_WANTS_WRITE:
        visit_want(v, true, io == IO_WANTS_WRITE);
        break;
    case IO_END:
    case IO_BROKEN: /* OpenSSL has written its alert */
        visit_drain(v);
        break;
    }
}

static void visit_fault(struct visit *v)
{
    enum io pulled = visit_pull(v);
    size_t len = evbuffer_get_length(v->in);

    if (pulled == IO_END || pulled == IO_BROKEN) {
        v->state = VISIT_OVER;
        return;
    }
    switch (fault_next(v->way, evbuffer_pullup(v->in, -1), len)) {
    case FAULT_WAIT:
        break;
    case FAULT_ANSWER:
        evbuffer_add_printf(v->out, "%s", fault_plain_text(v->way));
        v->ending = true;
        v->state = VISIT_TALK;
        visit_talk(v);
        break;
    case FAULT_RESET:
        visit_reset(v);
        break;
    case FAULT_CLOSE:
        visit_drain(v);
        break;
    case FAULT_STALL:
        v->state = VISIT_DRAIN; /* without FIN, and with the long deadline that it came with */
        break;
    }
}

static void visit_drop(struct visit *v)
{
    char chunk[4096];
    ssize_t n;

    while ((n = recv(v->fd, chunk, sizeof chunk, 0)) > 0) {
        v->dropped += (size_t)n;
        if (v->dropped > VISIT_DRAIN_MOST)
            break;
    }
    if (n >= 0 || (errno != EAGAIN && errno != EINTR))
        v->state = VISIT_OVER;
}

static void visit_event(evutil_socket_t fd, short what, void *arg)
{
    struct visit *v = arg;

    (void)fd;
    magic_check(&v->magic, VISIT_MAGIC);
    if (what & EV_TIMEOUT) {
        if (v->state == VISIT_TALK && visit_forgets(v))
            visit_reset(v);
        v->state = VISIT_OVER;
    } else {
        switch (v->state) {
        case VISIT_DRAIN:
            visit_drop(v);
            break;
        case VISIT_FAULT:
            visit_fault(v);
            break;
        case VISIT_HANDSHAKE:
            visit_handshake(v);
            break;
        case VISIT_TALK:
            visit_talk(v);
            break;
        case VISIT_OVER:
            break;
        }
    }
    if (v->state == VISIT_OVER)
        visit_free(v);
}

static void house_add(struct house *h, struct visit *v)
{
    v->next = h->first;
    v->link = &h->first;
    if (v->next)
        v->next->link = &v->next;
    h->first = v;
    h->n_visits++;
}

void visit_take(struct house *h, const struct manner *m, int fd)
{
    SSL *ssl = m->ctx ? SSL_new(m->ctx) : NULL;
    int on = 1;

    if (h->n_visits >= VISITS_MOST ||
        (m->ctx && (!ssl || !SSL_set_fd(ssl, fd) || !quirk_dress(m->quirk, ssl)))) {
        SSL_free(ssl);
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct visit *v = mem_new(sizeof *v);
    magic_set(&v->magic, VISIT_MAGIC);
    v->house = h;
    v->way = m->way;
    v->quirk = m->quirk;
    if (m->protocol)
        lab_mail_init(&v->mail, m->protocol, m->way);
    bool plain = m->http || v->mail.starttls || m->way == WAY_MAIL_PLAIN;
    v->state = plain ? VISIT_TALK : ssl ? VISIT_HANDSHAKE : VISIT_FAULT;
    v->fd = fd;
    v->ssl = plain ? NULL : ssl;
    v->later = plain ? ssl : NULL;
    v->readable = event_new(h->base, fd, EV_READ | EV_PERSIST, visit_event, v);
    v->writable = event_new(h->base, fd, EV_WRITE, visit_event, v);
    v->deadline = evtimer_new(h->base, visit_event, v);
    v->in = evbuffer_new();
    v->out = evbuffer_new();
    v->answer = (struct answer){.pki = h->pki, .clock = h->clock};
    if (plain && !m->http)
        lab_mail_greet(&v->mail, v->out);
    house_add(h, v);
    visit_set_deadline(v, VISIT_IDLE_MS);
    visit_want(v, true, evbuffer_get_length(v->out) > 0);
}

void visits_close(struct house *h)
{
    while (h->first)
        visit_free(h->first);
}
