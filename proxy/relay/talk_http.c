/* relay/talk_http.c - HTTP/1.1 in both directions: heads are held until the rules have seen them, bodies stream, each leg
 * is read only as fast as the other takes. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "edit.h"
#include "http/h1.h"
#include "http/head_write.h"

static const char bad_request[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
static const char refused[] = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

static void end_with(struct relay *r, const char *response)
{
    struct side *client = &r->side[LEG_CLIENT];

    r->last = true;
    if (!r->responded && r->n_pending <= 1)
        evbuffer_add(side_out(client), response, strlen(response));
    r->n_pending = 0;
    side_flush(client);
}

/* Another host on the same keep-alive connection of a plain proxy: a flow of its own. */
static bool names_other_host(const struct relay *r, const struct h1_head *head)
{
    char     host[HOST_CAP];
    uint16_t port;

    if (r->is_connect || strncasecmp(head->target, "http://", 7) != 0)
        return false;
    const char *authority = head->target + 7;
    return host_port_parse(authority, strcspn(authority, "/?#"), 80, host, &port) &&
           (port != r->port || strcmp(host, r->host) != 0);
}

static void forward_head(struct relay *r, const struct h1_head *head)
{
    struct evbuffer           *out = side_out(&r->side[LEG_SERVER]);
    const struct flow_request *request = r->flow->request;
    struct h1_head             edited;
    struct text                raw = {0};

    if (edit_head(head, request ? request->headers : NULL, &raw)) {
        edited = *head;
        edited.raw = text_str(&raw);
        edited.raw_len = raw.len;
        head = &edited;
    }
    if (r->is_connect)
        evbuffer_add(out, head->raw, head->raw_len);
    else
        head_forward_request(head, out);
    text_fini(&raw);
}

/* False: reading requests stops here for now. */
static bool take_request(struct relay *r)
{
    const struct h1_head *head = h1_head(r->h1[LEG_CLIENT]);

    if (r->n_pending == PENDING_MOST || names_other_host(r, head)) {
        r->head_waits = true;
        return false;
    }
    r->head_waits = false;
    int exchange = message_request(r, head);
    r->pending[r->n_pending++] =
        (struct pending){.exchange = exchange, .at_ms = clock_steady_ms(relay_world(r)->clock)};
    if (!message_ask_rules(r, head)) {
        end_with(r, refused);
        return false;
    }
    r->head_request = strcmp(head->method, "HEAD") == 0;
    forward_head(r, head);
    h1_expect(r->h1[LEG_SERVER], head->method);
    r->in_request = true;
    return true;
}

static void count_request(struct relay *r)
{
    struct flow_exchange *exchange = message_newest(r);

    if (exchange)
        exchange->request_bytes = (int64_t)h1_body_bytes(r->h1[LEG_CLIENT]);
}

static void requests(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT], *server = &r->side[LEG_SERVER];

    while (!r->last && !r->upgrade_asked && side_backlog(server) <= SIDE_HIGH) {
        enum h1_event event = r->head_waits ? H1_HEAD : h1_next(r->h1[LEG_CLIENT], side_in(client), side_out(server));

        switch (event) {
        case H1_NEED_MORE:
            return;
        case H1_HEAD:
            if (relay_is_draining(r) || !take_request(r))
                return;
            break;
        case H1_BODY:
            break;
        case H1_END:
            r->in_request = false;
            count_request(r);
            break;
        case H1_UPGRADED:
            r->in_request = false;
            r->upgrade_asked = true;
            break;
        case H1_BAD:
            flow_note_add(r->flow, "http/bad-request", "medium", h1_why(r->h1[LEG_CLIENT]), "proxy");
            end_with(r, bad_request);
            return;
        }
    }
}

static void response_done(struct relay *r)
{
    struct flow_exchange *exchange = message_oldest(r);

    if (exchange) {
        exchange->ms = clock_steady_ms(relay_world(r)->clock) - r->pending[0].at_ms;
        exchange->response_bytes = (int64_t)h1_body_bytes(r->h1[LEG_SERVER]);
    }
    r->n_pending--;
    memmove(r->pending, r->pending + 1, r->n_pending * sizeof r->pending[0]);
    r->responded = false;
    if (r->upgrade_asked) { /* declined: the next bytes are requests again */
        r->upgrade_asked = false;
        h1_free(r->h1[LEG_CLIENT]);
        r->h1[LEG_CLIENT] = h1_new(H1_REQUESTS);
    }
}

static void answer_head(struct relay *r, const struct h1_head *head)
{
    struct evbuffer            *out = side_out(&r->side[LEG_CLIENT]);
    const struct flow_response *response = r->flow->response;
    struct text                 raw = {0};

    if (edit_head(head, response ? response->headers : NULL, &raw))
        evbuffer_add(out, text_str(&raw), raw.len);
    else
        evbuffer_add(out, head->raw, head->raw_len);
    text_fini(&raw);
}

/* False: the codec can read no further. */
static bool take_response(struct relay *r, enum h1_event event)
{
    const struct h1_head *head;

    switch (event) {
    case H1_NEED_MORE:
    case H1_BODY:
        break;
    case H1_HEAD:
        head = h1_head(r->h1[LEG_SERVER]);
        if (head->status < 200 && head->status != 101) {
            evbuffer_add(side_out(&r->side[LEG_CLIENT]), head->raw, head->raw_len);
            break;
        }
        r->responded = true;
        message_response(r, head);
        answer_head(r, head);
        if (!head->keep_alive)
            r->last = true;
        break;
    case H1_END:
        if (r->n_pending > 0)
            response_done(r);
        break;
    case H1_UPGRADED:
        r->talk = TALK_RAW;
        break;
    case H1_BAD:
        flow_note_add(r->flow, "http/bad-response", "medium", h1_why(r->h1[LEG_SERVER]), "proxy");
        return false;
    }
    return true;
}

static bool responses(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT], *server = &r->side[LEG_SERVER];

    while (r->talk == TALK_HTTP && side_backlog(client) <= SIDE_HIGH) {
        if (r->n_pending == 0 && evbuffer_get_length(side_in(server)) > 0) {
            flow_note_add(r->flow, "http/unasked-response", "medium", "The site sent a response that nobody asked for.", "proxy");
            return false;
        }
        enum h1_event event = h1_next(r->h1[LEG_SERVER], side_in(server), side_out(client));
        if (!take_response(r, event))
            return false;
        if (event == H1_NEED_MORE)
            break;
    }
    return true;
}

/* The site ended. A body that runs to the end of the connection is complete with it (RFC 9112 §6.3). */
static enum stage server_gone(struct relay *r)
{
    struct side *server = &r->side[LEG_SERVER];

    if (r->n_pending > 0 && r->responded && h1_finish(r->h1[LEG_SERVER]) == H1_END)
        response_done(r);
    if (r->n_pending == 0)
        return STAGE_DRAIN;
    if (r->responded) {
        flow_note_add(r->flow, "http/truncated", "medium", "The site closed in the middle of a response.", "proxy");
        return STAGE_DRAIN;
    }
    if (server->leg && (leg_state(server->leg) == LEG_BROKEN || leg_facts(server->leg)->plain_in == 0))
        fail_server(r);
    else
        flow_note_add(r->flow, "http/no-response", "medium", "The site closed without an answer to the last request.", "proxy");
    r->page_now = true;
    return STAGE_PAGE;
}

enum stage talk_http(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT], *server = &r->side[LEG_SERVER];

    if (!r->h1[LEG_CLIENT])
        r->h1[LEG_CLIENT] = h1_new(H1_REQUESTS);
    if (!r->h1[LEG_SERVER])
        r->h1[LEG_SERVER] = h1_new(H1_RESPONSES);
    size_t pending;
    bool   readable;
    do { /* a response that ended may let a held request go */
        pending = r->n_pending;
        requests(r);
        side_flush(server);
        readable = responses(r);
        side_flush(client);
    } while (readable && r->head_waits && r->n_pending < pending && !relay_is_draining(r));
    side_throttle(client, server);
    side_throttle(server, client);
    if (r->talk == TALK_RAW)
        return stage_talk(r);
    if (!readable)
        return r->n_pending > 0 && !r->responded ? (r->page_now = true, STAGE_PAGE) : STAGE_DRAIN;
    if (r->head_waits && r->n_pending == 0 && names_other_host(r, h1_head(r->h1[LEG_CLIENT]))) {
        const struct h1_head *head = h1_head(r->h1[LEG_CLIENT]);

        evbuffer_prepend(client->pipe->in, head->raw, head->raw_len);
        relay_hand_on(r);
        return STAGE_DRAIN;
    }
    if (client->reset || (side_is_over(client) && r->n_pending == 0))
        return STAGE_DRAIN;
    if (side_is_over(server))
        return server_gone(r);
    if (r->n_pending == 0 && (r->last || (relay_is_draining(r) && !r->in_request)))
        return STAGE_DRAIN;
    return STAGE_TALK;
}
