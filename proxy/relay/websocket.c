#include "websocket.h"

#include "relay_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "flow/facts.h"
#include "hook/hook.h"
#include "http/h1.h"
#include "look.h"
#include "wire/websocket.h"

enum {
    /* A client may ask again and again on one connection; the record must not grow with it. */
    ASKED_MOST = 16,
    PROTOCOLS_MOST = 16,
};

struct websocket {
    struct relay *relay;         /* borrowed */
    struct flow_websocket *told; /* in the flow */
    char key[64];                /* Sec-WebSocket-Key; empty: none came, or none that is one */
    bool extended;               /* asked for by an extended CONNECT: no key, no Upgrade */
    bool missed;                 /* bytes came before it was open: what follows cannot be read */
    struct ws_reader *reader[2]; /* by leg; owned; NULL: not open */
    struct arena shown;          /* the message that rules see now */
};

/* The next word of a list with commas; false at the end. */
static bool next_word(const char **at, const char **word, size_t *n)
{
    if (!*at)
        return false;
    *at += strspn(*at, ", \t");
    *word = *at;
    *n = strcspn(*at, ", \t");
    *at += *n;
    return *n > 0;
}

static bool has_word(const char *list, const char *wanted, size_t len)
{
    const char *word;
    size_t n;

    while (next_word(&list, &word, &n))
        if (n == len && strncasecmp(word, wanted, n) == 0)
            return true;
    return false;
}

static bool is_websocket(const struct h1_head *head)
{
    return has_word(h1_field(head, "Upgrade"), "websocket", 9) &&
           has_word(h1_field(head, "Connection"), "upgrade", 7);
}

static void tell_asked(struct flow *f, struct flow_websocket *told, const char *list)
{
    const char *word;
    size_t n;

    for (size_t i = 0; i < PROTOCOLS_MOST && next_word(&list, &word, &n); i++)
        flow_texts_add(f, &told->asked, arena_text_n(&f->arena, word, n < 128 ? n : 128));
}

static const char *tell(struct flow *f, const char *text)
{
    return text ? arena_text_n(&f->arena, text, strnlen(text, 256)) : NULL;
}

static bool is_asked(const struct websocket_question *q)
{
    return q->protocol ? strcmp(q->protocol, "websocket") == 0 : is_websocket(q->head);
}

struct websocket *websocket_ask(struct relay *r, const struct websocket_question *q)
{
    struct flow *f = r->flow;
    const char *key = h1_field(q->head, "Sec-WebSocket-Key");

    if (!is_asked(q) || r->n_websockets == ASKED_MOST)
        return NULL;
    r->n_websockets++;
    struct websocket *ws = mem_new(sizeof *ws);
    ws->relay = r;
    ws->extended = q->protocol;
    arena_init(&ws->shown);
    if (key && strlen(key) < sizeof ws->key)
        snprintf(ws->key, sizeof ws->key, "%s", key);
    struct flow_websocket *told = FLOW_MAKE(f, websocket);
    told->url = q->exchange ? q->exchange->url : flow_text(f, r->asked);
    told->origin = tell(f, h1_field(q->head, "Origin"));
    tell_asked(f, told, h1_field(q->head, "Sec-WebSocket-Protocol"));
    told->version = tell(f, h1_field(q->head, "Sec-WebSocket-Version"));
    told->failed = "unanswered";
    ws->told = f->websocket = told;
    return ws;
}

/* RFC 8441 §5: any 2xx opens it where no protocol is changed. */
static bool says_yes(const struct websocket *ws, const struct h1_head *head)
{
    return ws->extended ? head->status / 100 == 2 : head->status == 101;
}

static bool opens(const struct websocket *ws, const struct h1_head *head)
{
    return says_yes(ws, head) && (ws->extended || is_websocket(head));
}

static bool key_fits(const struct websocket *ws, const struct h1_head *head)
{
    const char *accept = h1_field(head, "Sec-WebSocket-Accept");

    return ws->extended || !ws->key[0] || (accept && flow_websocket_fits(ws->key, accept));
}

/* RFC 6455 §4.1: what a client checks; NULL: it is content. */
static const char *complaint(const struct websocket *ws, const struct h1_head *head)
{
    const char *protocol = h1_field(head, "Sec-WebSocket-Protocol");
    const struct flow_texts *asked = &ws->told->asked;

    if (!says_yes(ws, head))
        return "status";
    if (!opens(ws, head))
        return "upgrade";
    if (!key_fits(ws, head))
        return "accept";
    if (!protocol)
        return NULL;
    for (size_t i = 0; i < asked->n; i++)
        if (strcmp(asked->at[i], protocol) == 0)
            return NULL;
    return asked->n < PROTOCOLS_MOST ? "protocol" : NULL;
}

static struct flow_websocket_end *end_of(const struct websocket *ws, enum leg_side from)
{
    return from == LEG_CLIENT ? ws->told->client : ws->told->server;
}

/* Streams cross: the last one that was asked for may be another's. */
static void show(struct websocket *ws, enum leg_side from, const struct ws_message *message)
{
    struct flow *f = ws->relay->flow;

    arena_fini(&ws->shown);
    arena_init(&ws->shown);
    struct flow_message *shown = arena_new(&ws->shown, sizeof *shown);
    shown->from = from == LEG_CLIENT ? "client" : "server";
    shown->size = (int64_t)message->size;
    if (message->text && message->view)
        shown->text = arena_text_n(&ws->shown, message->view, message->view_len);
    f->message = shown;
    f->websocket = ws->told;
    record_now(ws->relay);
    hook_fire(relay_world(ws->relay)->hooks, MOMENT_WS_MESSAGE, f, NULL);
    f->message = NULL;
}

static void client_told(void *arg, const struct ws_message *message)
{
    show(arg, LEG_CLIENT, message);
}

static void server_told(void *arg, const struct ws_message *message)
{
    show(arg, LEG_SERVER, message);
}

static void begin(struct websocket *ws, const struct ws_extensions *agreed)
{
    struct flow *f = ws->relay->flow;
    struct flow_websocket *told = ws->told;
    bool shown = hook_wants(relay_world(ws->relay)->hooks, MOMENT_WS_MESSAGE);

    ws->reader[LEG_CLIENT] = ws_reader_new(WS_CLIENT, agreed, shown ? client_told : NULL, ws);
    ws->reader[LEG_SERVER] = ws_reader_new(WS_SERVER, agreed, shown ? server_told : NULL, ws);
    told->client = FLOW_MAKE(f, websocket_end);
    told->server = FLOW_MAKE(f, websocket_end);
    told->client->frames = told->client->messages = told->client->bytes = 0;
    told->server->frames = told->server->messages = told->server->bytes = 0;
    if (!ws->extended)
        f->protocol = "websocket";
}

bool websocket_answer(struct websocket *ws, const struct h1_head *head)
{
    struct flow *f = ws->relay->flow;
    struct flow_websocket *told = ws->told;
    struct ws_extensions agreed = ws_extensions_read(h1_field(head, "Sec-WebSocket-Extensions"));

    told->status = head->status;
    told->failed = complaint(ws, head);
    if (!says_yes(ws, head))
        told->knows = tell(f, h1_field(head, "Sec-WebSocket-Version"));
    if (!opens(ws, head))
        return false;
    told->protocol = tell(f, h1_field(head, "Sec-WebSocket-Protocol"));
    told->deflate = agreed.deflate;
    if (ws->missed)
        return false;
    begin(ws, &agreed);
    return true;
}

static void tell_counts(struct websocket *ws, enum leg_side from)
{
    const struct ws_counts *counts = ws_reader_counts(ws->reader[from]);
    struct flow_websocket_end *told = end_of(ws, from);

    told->frames = (int64_t)counts->frames;
    told->messages = (int64_t)counts->messages;
    told->bytes = (int64_t)counts->bytes;
    told->fault = counts->fault;
    if (!counts->close || told->close != FLOW_NONE)
        return;
    told->close = counts->close;
    if (counts->reason[0])
        told->reason = flow_text(ws->relay->flow, counts->reason);
}

static void feed(void *reader, const void *piece, size_t n)
{
    ws_reader_feed(reader, piece, n);
}

void websocket_see(struct websocket *ws, enum leg_side from, struct evbuffer *bytes)
{
    if (!ws->reader[from]) {
        ws->missed = true;
        return;
    }
    look_along(bytes, feed, ws->reader[from]);
    tell_counts(ws, from);
}

void websocket_free(struct websocket *ws)
{
    if (!ws)
        return;
    ws_reader_free(ws->reader[LEG_CLIENT]);
    ws_reader_free(ws->reader[LEG_SERVER]);
    arena_fini(&ws->shown);
    mem_free(ws);
}
