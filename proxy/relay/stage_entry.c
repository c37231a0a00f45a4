/* relay/stage_entry.c - whom does the client want? CONNECT (RFC 9110 §9.3.6), an absolute target
 * (RFC 9112 §3.2.2), or whytls itself. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "flow/facts.h"
#include "guests.h"
#include "http/h1.h"
#include "onboard/site.h"

static enum stage answer_plain(struct relay *r, int status, const char *reason, const char *why)
{
    struct evbuffer *out = side_out(&r->side[LEG_CLIENT]);

    evbuffer_add_printf(out,
        "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
        "%zu\r\nConnection: close\r\n\r\n%s\n",
        status, reason, strlen(why) + 1, why);
    side_flush(&r->side[LEG_CLIENT]);
    flow_note_add(r->flow, "relay/bad-request", "low", why, "proxy");
    return STAGE_DRAIN;
}

enum stage entry_refuse(struct relay *r, const char *why)
{
    return answer_plain(r, 400, "Bad Request", why);
}

enum { LOGINS_MOST = 8 };

static bool has_body(const struct h1_head *head)
{
    return h1_field(head, "Content-Length") || h1_field(head, "Transfer-Encoding");
}

/* RFC 9110 §15.5.8. The connection stays, so that a client which comes back with its login is one
 * flow; but not behind a body that nobody reads, nor for guessing. */
static enum stage ask_login(struct relay *r, const struct h1_head *head)
{
    bool stays = head->keep_alive && !has_body(head) && ++r->logins < LOGINS_MOST;

    evbuffer_add_printf(side_out(&r->side[LEG_CLIENT]),
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
        "realm=\"whytls\", charset=\"UTF-8\"\r\nContent-Length: 0\r\nConnection: %s\r\n\r\n",
        stays ? "keep-alive" : "close");
    r->flow->client->login = h1_field(head, "Proxy-Authorization") ? "wrong" : "asked";
    h1_free(r->h1[LEG_CLIENT]);
    r->h1[LEG_CLIENT] = NULL;
    side_flush(&r->side[LEG_CLIENT]);
    if (!stays)
        return STAGE_DRAIN;
    r->again = true; /* the next request may be here already */
    return STAGE_ENTRY;
}

static bool may_pass(struct relay *r, const struct h1_head *head)
{
    const struct guests *guests = relay_world(r)->guests;

    if (!guests)
        return true;
    if (!guests_know_basic(guests, h1_field(head, "Proxy-Authorization")))
        return false;
    r->flow->client->login = NULL;
    return true;
}

static enum stage enter_connect(struct relay *r, const struct h1_head *head)
{
    static const char established[] = "HTTP/1.1 200 Connection Established\r\n\r\n";

    if (!host_port_parse(head->target, strlen(head->target), 0, r->host, &r->port))
        return answer_plain(
            r, 400, "Bad Request", "CONNECT names no host and port (RFC 9112 3.2.3).");
    r->probe = site_is_probe(r->host) && r->port == 443;
    r->flow->entry = r->probe ? "self" : "connect";
    /* Test pages have a new name each time; in records and memory they are one host. */
    flow_set_target(r->flow, r->probe ? SITE_HOST : r->host, r->port, "connect");
    flow_set_agent(r->flow, h1_field(head, "User-Agent"));
    if (!r->probe && !may_pass(r, head))
        return ask_login(r, head);
    r->is_connect = true;
    h1_free(r->h1[LEG_CLIENT]);
    r->h1[LEG_CLIENT] = NULL;
    evbuffer_add(side_out(&r->side[LEG_CLIENT]), established, sizeof established - 1);
    side_flush(&r->side[LEG_CLIENT]);
    return STAGE_HELLO;
}

static enum stage enter_absolute(struct relay *r, const struct h1_head *head)
{
    static const char scheme[] = "http://";

    if (strncasecmp(head->target, scheme, sizeof scheme - 1) != 0)
        return answer_plain(r, 400, "Bad Request",
            "Only http:// targets may be sent here; https goes through CONNECT.");
    const char *authority = head->target + sizeof scheme - 1;
    size_t n = strcspn(authority, "/?#");
    if (!host_port_parse(authority, n, 80, r->host, &r->port))
        return answer_plain(
            r, 400, "Bad Request", "The target names no valid host (RFC 9110 4.2.1).");
    r->flow->entry = "absolute";
    flow_set_target(r->flow, r->host, r->port, "url");
    flow_set_agent(r->flow, h1_field(head, "User-Agent"));
    if (!self_is_asked(r, r->host, r->port) && !may_pass(r, head))
        return ask_login(r, head);
    r->head_waits = true;
    return self_is_asked(r, r->host, r->port) ? STAGE_SELF : STAGE_DECIDE;
}

enum stage stage_entry(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT];

    if (!r->h1[LEG_CLIENT])
        r->h1[LEG_CLIENT] = h1_new(H1_REQUESTS);
    switch (h1_next(r->h1[LEG_CLIENT], client->pipe->in, NULL)) {
    case H1_HEAD:
        break;
    case H1_BAD:
        return answer_plain(r, 400, "Bad Request", h1_why(r->h1[LEG_CLIENT]));
    default:
        return client->eof || client->reset || relay_is_draining(r) ? STAGE_DRAIN : STAGE_ENTRY;
    }
    const struct h1_head *head = h1_head(r->h1[LEG_CLIENT]);
    if (r->sent_to[0])
        return transparent_entry(r, head);
    if (strcmp(head->method, "CONNECT") == 0)
        return enter_connect(r, head);
    if (head->target[0] == '/' || strcmp(head->target, "*") == 0) {
        r->head_waits = true;
        return STAGE_SELF;
    }
    return enter_absolute(r, head);
}
