/* relay/stage_upgrade.c - a server that speaks first: mail, mostly. Its plain dialogue with the
 * program crosses line by line, so that we see when it turns into TLS (STARTTLS). Then the
 * program's ClientHello is waited for, and all goes on as if the connection began there. What stays
 * plain, or is no mail, crosses unread. */
#include "relay_priv.h"

#include <event2/buffer.h>

/* More than the longest line that the watch reads; it is asked again for what is behind. */
enum { WINDOW = 2 * MAIL_LINE_MOST, HANDSHAKE = 22 /* RFC 8446 §5.1; begins no line of text */ };

typedef size_t watcher(struct mail_watch *w, const uint8_t *bytes, size_t len);

static size_t unread(const struct side *s)
{
    return evbuffer_get_length(s->pipe->in);
}

static void move(struct side *from, struct side *to, size_t n)
{
    from->raw_in += n;
    to->raw_out += n;
    evbuffer_remove_buffer(from->pipe->in, to->pipe->out, n);
    side_flush(to);
}

/* Lets across what may go. True when something did. */
static bool pass(struct mail_watch *w, struct side *from, struct side *to, watcher *watch)
{
    size_t n = unread(from) < WINDOW ? unread(from) : WINDOW;

    if (n == 0 || w->state != WATCH_TALKING || to->reset || side_backlog(to) > SIDE_HIGH)
        return false;
    n = watch(w, evbuffer_pullup(from->pipe->in, (ssize_t)n), n);
    if (n > 0)
        move(from, to, n);
    return n > 0;
}

static enum stage unread_from_here(struct relay *r)
{
    r->listens = false;
    r->tunnel = true;
    r->flow->decision->action = "tunnel";
    return STAGE_TUNNEL;
}

/* TLS from the first byte, where plain words were expected. A server that has greeted wants none of
 * it; one that kept silent may. */
static enum stage tls_first(struct relay *r)
{
    const struct side *server = &r->side[LEG_SERVER];

    if (r->mail != MAIL_NONE && (server->raw_in > 0 || unread(server) > 0)) {
        mail_not_tls(r);
        return STAGE_DRAIN;
    }
    if (r->flow->mail)
        r->flow->mail->starttls = "implicit";
    r->listens = r->tunnel = false;
    return STAGE_HELLO;
}

static enum stage upgraded(struct relay *r)
{
    /* A go-ahead at the end of the window may hide what stands behind it. */
    if (unread(&r->side[LEG_SERVER]) > 0)
        r->watch.state = WATCH_INJECTED;
    mail_over(r);
    if (r->watch.state == WATCH_INJECTED)
        return STAGE_DRAIN;
    r->listens = r->tunnel = false;
    r->upgraded = true;
    return STAGE_HELLO;
}

/* Who ends its direction leaves no whole line behind; what there is goes on, and the other may
 * still answer. */
static enum stage wait_or_end(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT], *server = &r->side[LEG_SERVER];

    side_throttle(client, server);
    side_throttle(server, client);
    if (server->eof || client->reset || server->reset || relay_is_draining(r)) {
        if (!client->reset)
            move(server, client, unread(server));
        mail_over(r);
        return STAGE_DRAIN;
    }
    if (client->eof && !r->watch.asked) {
        move(client, server, unread(client));
        side_shut(server);
    }
    return STAGE_UPGRADE;
}

static enum stage watch(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT], *server = &r->side[LEG_SERVER];
    struct mail_watch *w = &r->watch;

    if (w->protocol == MAIL_NONE)
        mail_watch_init(w, r->mail);
    while (pass(w, server, client, mail_watch_server) || pass(w, client, server, mail_watch_client))
        continue;
    switch (w->state) {
    case WATCH_TALKING:
        return wait_or_end(r);
    case WATCH_UPGRADED:
        return upgraded(r);
    case WATCH_INJECTED:
        mail_over(r);
        return STAGE_DRAIN;
    case WATCH_PLAIN:
    case WATCH_LOST:
        break;
    }
    mail_over(r);
    return unread_from_here(r);
}

/* On a port that says nothing, the greeting does. */
static enum stage find_protocol(struct relay *r)
{
    struct side *server = &r->side[LEG_SERVER];
    size_t n = unread(server) < MAIL_GREETING_MOST ? unread(server) : MAIL_GREETING_MOST;

    if (unread(&r->side[LEG_CLIENT]) > 0 || server->eof || server->reset ||
        r->side[LEG_CLIENT].eof || r->side[LEG_CLIENT].reset)
        return unread_from_here(r);
    if (n == 0 || !mail_greeting_read(evbuffer_pullup(server->pipe->in, (ssize_t)n), n, &r->mail))
        return relay_is_draining(r) ? STAGE_DRAIN : STAGE_UPGRADE;
    if (r->mail == MAIL_NONE)
        return unread_from_here(r);
    r->tunnel = false;
    r->flow->decision->action = "intercept";
    mail_begin(r);
    return watch(r);
}

enum stage stage_upgrade(struct relay *r)
{
    const struct side *client = &r->side[LEG_CLIENT];
    unsigned char first;

    if (client->raw_in == 0 && evbuffer_copyout(client->pipe->in, &first, 1) == 1 &&
        first == HANDSHAKE)
        return tls_first(r);
    return r->mail == MAIL_NONE || r->implicit ? find_protocol(r) : watch(r);
}
