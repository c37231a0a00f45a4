/* relay/talk_http.c - HTTP/1.1 in both directions: heads are held until the rules have seen them,
 * bodies stream, each leg is read only as fast as the other takes. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "body.h"
#include "edit.h"
#include "http/h1.h"
#include "http/head_write.h"
#include "websocket.h"

static const char bad_request[] =
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
static const char refused[] =
    "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/* No further request is read. When earlier ones wait for their answers, those come first and the
 * end of the connection says the rest: what is written now would be taken for one of them. */
static void end_with(struct relay *r, const char *response)
{
    r->last = true;
    if (r->n_pending == 0)
        evbuffer_add(side_out(&r->side[LEG_CLIENT]), response, strlen(response));
}

/* A request that cannot be read. One that went on already in part will never be complete: its
 * answer is not waited for. */
static void end_bad(struct relay *r)
{
    bool begun = r->in_request && r->n_pending > 0;
    bool half_answered =
        r->in_request && (r->n_pending == 0 || (r->n_pending == 1 && r->responded));

    flow_note_add(r->flow, "http/bad-request", "medium", h1_why(r->h1[LEG_CLIENT]), "proxy");
    if (begun)
        r->n_pending--;
    r->in_request = false;
    if (half_answered)
        r->last = true;
    else
        end_with(r, bad_request);
}

/* On the connection of a plain proxy any request may name another site, or the proxy: that is a
 * flow of its own. */
static bool is_for_another_flow(const struct relay *r, const struct h1_head *head)
{
    char host[HOST_CAP];
    uint16_t port;

    if (r->is_connect)
        return false;
    if (r->sent_to[0])
        return transparent_is_for_another(r, head);
    if (strncasecmp(head->target, "http://", 7) != 0)
        return true;
    const char *authority = head->target + 7;
    return !host_port_parse(authority, strcspn(authority, "/?#"), 80, host, &port) ||
           port != r->port || strcmp(host, r->host) != 0;
}

static void forward_head(struct relay *r, const struct h1_head *head)
{
    struct evbuffer *out = side_out(&r->side[LEG_SERVER]);
    const struct flow_request *request = r->flow->request;
    struct h1_head edited;
    struct text raw = {0};

    if (edit_head(head, request ? request->headers : NULL, &raw)) {
        edited = *head;
        edited.raw = text_str(&raw);
        edited.raw_len = raw.len;
        head = &edited;
    }
    if (r->is_connect || r->sent_to[0])
        evbuffer_add(out, head->raw, head->raw_len);
    else
        head_forward_request(head, out);
    text_fini(&raw);
}

static bool is_noted(const struct flow *f, const char *text)
{
    for (size_t i = 0; i < f->n_notes; i++)
        if (strcmp(f->notes[i].text, text) == 0)
            return true;
    return false;
}

/* What was let through and is not as it should be: each oddity once in a record. */
static void note_findings(struct relay *r, enum leg_side which)
{
    const char *code = which == LEG_CLIENT ? "http/odd-request" : "http/odd-response";
    const char *const *texts;
    size_t n = h1_findings(r->h1[which], &texts);

    for (size_t i = 0; i < n; i++)
        if (!is_noted(r->flow, texts[i]))
            flow_note_add(r->flow, code, "low", texts[i], "proxy");
}

static void ask_websocket(struct relay *r, const struct h1_head *head)
{
    struct websocket *ws =
        websocket_ask(r, &(struct websocket_question){.head = head, .exchange = message_newest(r)});

    if (!ws)
        return;
    websocket_free(r->websocket);
    r->websocket = ws;
}

static void answer_websocket(struct relay *r, const struct h1_head *head)
{
    if (!r->websocket || websocket_answer(r->websocket, head))
        return;
    websocket_free(r->websocket);
    r->websocket = NULL;
}

/* False: reading requests stops here for now. */
static bool take_request(struct relay *r)
{
    const struct h1_head *head = h1_head(r->h1[LEG_CLIENT]);

    if (r->n_pending == PENDING_MOST || is_for_another_flow(r, head)) {
        r->head_waits = true;
        return false;
    }
    r->head_waits = false;
    note_findings(r, LEG_CLIENT);
    int exchange = message_request(r, head);
    r->pending[r->n_pending++] =
        (struct pending){.exchange = exchange, .at_ms = clock_steady_ms(relay_world(r)->clock)};
    if (!message_ask_rules(r, exchange, head)) {
        if (message_newest(r))
            message_newest(r)->status = 403;
        r->n_pending--;
        end_with(r, refused);
        return false;
    }
    r->head_request = strcmp(head->method, "HEAD") == 0;
    ask_websocket(r, head);
    body_begin(r, LEG_CLIENT, head);
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

/* True when the codec waits for more bytes than have come. */
static bool requests(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT], *server = &r->side[LEG_SERVER];

    while (!r->last && !r->upgrade_asked && side_backlog(server) <= SIDE_HIGH) {
        enum h1_event event =
            r->head_waits ? H1_HEAD : h1_next(r->h1[LEG_CLIENT], side_in(client), side_out(server));

        switch (event) {
        case H1_NEED_MORE:
            return true;
        case H1_HEAD:
            if (relay_is_draining(r) || !take_request(r))
                return false;
            break;
        case H1_BODY:
            body_moved(r, LEG_CLIENT, false);
            break;
        case H1_END:
            body_moved(r, LEG_CLIENT, true);
            r->in_request = false;
            count_request(r);
            /* RFC 9112 §9.6: it was the last, and the answer to it ends the connection. */
            if (!h1_head(r->h1[LEG_CLIENT])->keep_alive)
                r->last = true;
            break;
        case H1_UPGRADED:
            body_moved(r, LEG_CLIENT, true);
            r->in_request = false;
            r->upgrade_asked = true;
            break;
        case H1_BAD:
            end_bad(r);
            return false;
        }
    }
    return false;
}

static void codecs_drop(struct relay *r)
{
    for (int which = 0; which < 2; which++) {
        h1_free(r->h1[which]);
        r->h1[which] = NULL;
    }
}

static void response_done(struct relay *r)
{
    struct flow_exchange *exchange = message_oldest(r);

    body_moved(r, LEG_SERVER, true);

    if (exchange) {
        exchange->ms = clock_steady_ms(relay_world(r)->clock) - r->pending[0].at_ms;
        exchange->response_bytes = (int64_t)h1_body_bytes(r->h1[LEG_SERVER]);
    }
    r->n_pending--;
    memmove(r->pending, r->pending + 1, r->n_pending * sizeof r->pending[0]);
    r->responded = false;
    r->answered = true;
    if (r->upgrade_asked && r->n_pending == 0) { /* declined: the next bytes are requests again */
        r->upgrade_asked = false;
        h1_free(r->h1[LEG_CLIENT]);
        r->h1[LEG_CLIENT] = h1_new(H1_REQUESTS);
    }
}

static void answer_head(struct relay *r, const struct h1_head *head)
{
    struct evbuffer *out = side_out(&r->side[LEG_CLIENT]);
    const struct flow_response *response = r->flow->response;
    struct text raw = {0};

    if (edit_head(head, response ? response->headers : NULL, &raw))
        evbuffer_add(out, text_str(&raw), raw.len);
    else
        head_write_response(head, out);
    text_fini(&raw);
}

/* False: the codec can read no further. */
static bool take_response(struct relay *r, enum h1_event event)
{
    const struct h1_head *head;

    switch (event) {
    case H1_NEED_MORE:
        break;
    case H1_BODY:
        body_moved(r, LEG_SERVER, false);
        break;
    case H1_HEAD:
        head = h1_head(r->h1[LEG_SERVER]);
        if (head->status < 200 && head->status != 101) {
            head_write_response(head, side_out(&r->side[LEG_CLIENT]));
            break;
        }
        /* RFC 9110 §15.2.2: a protocol that nobody asked for, or before earlier answers, would let
         * bytes pass unread. */
        if (head->status == 101 && !(r->upgrade_asked && r->n_pending == 1)) {
            flow_note_add(r->flow, "http/unasked-upgrade", "medium",
                "The site changed the protocol unasked.", "proxy");
            return false;
        }
        r->responded = true;
        note_findings(r, LEG_SERVER);
        message_response(r, message_oldest(r), head);
        if (r->upgrade_asked && r->n_pending == 1)
            answer_websocket(r, head);
        answer_head(r, head);
        body_begin(r, LEG_SERVER, head);
        if (!head->keep_alive)
            r->last = true;
        break;
    case H1_END:
        if (r->n_pending > 0)
            response_done(r);
        break;
    case H1_UPGRADED:
        r->upgrade_asked = false;
        response_done(r);
        codecs_drop(r);
        r->talk = TALK_RAW;
        break;
    case H1_BAD:
        flow_note_add(r->flow, "http/bad-response", "medium", h1_why(r->h1[LEG_SERVER]), "proxy");
        return false;
    }
    return true;
}

/* False: the codec can read no further. *starved: it waits for more bytes than have come. */
static bool responses(struct relay *r, bool *starved)
{
    struct side *client = &r->side[LEG_CLIENT], *server = &r->side[LEG_SERVER];

    *starved = false;
    while (r->talk == TALK_HTTP && side_backlog(client) <= SIDE_HIGH) {
        if (r->n_pending == 0 && evbuffer_get_length(side_in(server)) > 0) {
            flow_note_add(r->flow, "http/unasked-response", "medium",
                "The site sent a response that nobody asked for.", "proxy");
            return false;
        }
        enum h1_event event = h1_next(r->h1[LEG_SERVER], side_in(server), side_out(client));
        if (!take_response(r, event))
            return false;
        *starved = event == H1_NEED_MORE;
        if (*starved)
            break;
    }
    return true;
}

/* The site ended. A body that runs to the end of the connection is complete with it (RFC 9112
 * §6.3). */
static enum stage server_gone(struct relay *r)
{
    const struct side *server = &r->side[LEG_SERVER];
    bool silent = server->leg && leg_facts(server->leg)->plain_in == 0;

    if (r->n_pending > 0 && r->responded && h1_finish(r->h1[LEG_SERVER]) == H1_END)
        response_done(r);
    if (r->n_pending == 0 && !silent)
        return STAGE_DRAIN;
    if (r->responded) {
        r->flow->server_leg->cut = "reply";
        flow_note_add(r->flow, "http/truncated", "medium",
            "The site closed in the middle of a response.", "proxy");
        return STAGE_DRAIN;
    }
    if (!silent)
        flow_note_add(r->flow, "http/no-response", "medium",
            "The site closed without an answer to the last request.", "proxy");
    /* RFC 9112 §9.3.1: after a first answer this is how an idle connection ends; the client knows
     * whether to ask again. */
    if (r->answered)
        return STAGE_DRAIN;
    if (silent)
        fail_server(r);
    r->page_now = r->n_pending > 0;
    return STAGE_PAGE;
}

/* A leg that had stopped at its bound goes on, now that its plaintext was taken; else no event
 * would wake it. */
static bool reads_on(struct side *from, const struct side *to)
{
    return side_backlog(to) <= SIDE_HIGH && side_read_on(from);
}

/* Both directions, until neither moves the other. False: the site's bytes cannot be read. */
static bool exchange(struct relay *r, bool starved[2])
{
    size_t pending;
    bool readable;

    do { /* a response that ended may let a request go that was held behind it */
        starved[LEG_CLIENT] = requests(r);
        pending = r->n_pending;
        side_flush(&r->side[LEG_SERVER]);
        readable = responses(r, &starved[LEG_SERVER]);
        side_flush(&r->side[LEG_CLIENT]);
    } while (readable && r->talk == TALK_HTTP &&
             ((r->n_pending < pending && !relay_is_draining(r)) ||
                 reads_on(&r->side[LEG_SERVER], &r->side[LEG_CLIENT]) ||
                 reads_on(&r->side[LEG_CLIENT], &r->side[LEG_SERVER])));
    side_throttle(&r->side[LEG_CLIENT], &r->side[LEG_SERVER]);
    side_throttle(&r->side[LEG_SERVER], &r->side[LEG_CLIENT]);
    return readable;
}

/* `starved`: what lies there is less than a message, and no more will come. */
static bool has_nothing_more(const struct side *s, bool starved)
{
    return side_is_over(s) || (starved && side_has_ended(s));
}

/* A plain client may end its direction and wait for the answer; one with TLS that sends FIN is
 * gone. */
static bool is_client_gone(const struct relay *r, bool starved)
{
    const struct side *client = &r->side[LEG_CLIENT];

    if (client->reset || (client->leg && (client->eof || leg_state(client->leg) == LEG_BROKEN)))
        return true;
    return has_nothing_more(client, starved) && r->n_pending == 0;
}

/* Between two exchanges, where a connection is most of its time, the codecs hold 16 KiB and know
 * nothing that matters. */
static void rest(struct relay *r)
{
    if (r->n_pending || r->in_request || r->head_waits || r->upgrade_asked || r->last)
        return;
    for (int which = 0; which < 2; which++)
        if (!h1_is_idle(r->h1[which]) || evbuffer_get_length(side_in(&r->side[which])) > 0)
            return;
    codecs_drop(r);
}

static enum stage hand_on(struct relay *r)
{
    const struct h1_head *head = h1_head(r->h1[LEG_CLIENT]);

    evbuffer_prepend(r->side[LEG_CLIENT].pipe->in, head->raw, head->raw_len);
    relay_hand_on(r);
    return STAGE_DRAIN;
}

enum stage talk_http(struct relay *r)
{
    bool starved[2];

    if (!r->h1[LEG_CLIENT])
        r->h1[LEG_CLIENT] = h1_new(H1_REQUESTS);
    if (!r->h1[LEG_SERVER])
        r->h1[LEG_SERVER] = h1_new(H1_RESPONSES);
    bool readable = exchange(r, starved);
    if (r->talk == TALK_RAW)
        return stage_talk(r);
    if (!readable) {
        r->page_now = r->n_pending > 0 && !r->responded && !r->answered;
        return r->page_now ? STAGE_PAGE : STAGE_DRAIN;
    }
    if (r->head_waits && r->n_pending == 0 && is_for_another_flow(r, h1_head(r->h1[LEG_CLIENT])))
        return hand_on(r);
    if (is_client_gone(r, starved[LEG_CLIENT]))
        return STAGE_DRAIN;
    if (has_nothing_more(&r->side[LEG_SERVER], starved[LEG_SERVER]))
        return server_gone(r);
    if (r->n_pending == 0 && (r->last || (relay_is_draining(r) && !r->in_request)))
        return STAGE_DRAIN;
    rest(r);
    return STAGE_TALK;
}
