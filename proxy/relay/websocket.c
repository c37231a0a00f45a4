#include "websocket.h"

#include "relay_priv.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "flow/facts.h"
#include "hook/hook.h"
#include "http/h1.h"
#include "wire/websocket.h"

enum {
    PIECES = 16,
    /* A client may ask again and again on one connection; the record must not grow with it. */
    ASKED_MOST = 16,
    PROTOCOLS_MOST = 16,
};

struct websocket {
    char key[64]; /* Sec-WebSocket-Key; empty: none came, or none that is one */
    bool open;
    struct ws_reader *reader[2]; /* by leg */
    struct arena shown;          /* the message that rules see now */
    struct relay *relay;
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

void websocket_ask(struct relay *r, const struct h1_head *head)
{
    struct flow *f = r->flow;
    const struct flow_exchange *exchange = message_newest(r);
    const char *key = h1_field(head, "Sec-WebSocket-Key");

    if (!is_websocket(head) || r->n_websockets == ASKED_MOST)
        return;
    r->n_websockets++;
    websocket_free(r);
    r->websocket = mem_new(sizeof *r->websocket);
    r->websocket->relay = r;
    arena_init(&r->websocket->shown);
    if (key && strlen(key) < sizeof r->websocket->key)
        snprintf(r->websocket->key, sizeof r->websocket->key, "%s", key);
    struct flow_websocket *told = FLOW_MAKE(f, websocket);
    told->url = exchange ? exchange->url : flow_text(f, r->asked);
    told->origin = tell(f, h1_field(head, "Origin"));
    tell_asked(f, told, h1_field(head, "Sec-WebSocket-Protocol"));
    told->version = tell(f, h1_field(head, "Sec-WebSocket-Version"));
    told->failed = "unanswered";
    f->websocket = told;
}

/* RFC 6455 §4.1: what a client checks; NULL: it is content. */
static const char *complaint(const struct relay *r, const struct h1_head *head)
{
    const char *accept = h1_field(head, "Sec-WebSocket-Accept"),
               *protocol = h1_field(head, "Sec-WebSocket-Protocol");
    const struct flow_texts *asked = &r->flow->websocket->asked;

    if (head->status != 101)
        return "status";
    if (!is_websocket(head))
        return "upgrade";
    if (r->websocket->key[0] && (!accept || !flow_websocket_fits(r->websocket->key, accept)))
        return "accept";
    if (!protocol)
        return NULL;
    for (size_t i = 0; i < asked->n; i++)
        if (strcmp(asked->at[i], protocol) == 0)
            return NULL;
    return asked->n < PROTOCOLS_MOST ? "protocol" : NULL;
}

static struct flow_websocket_end *end_of(struct relay *r, enum leg_side from)
{
    return from == LEG_CLIENT ? r->flow->websocket->client : r->flow->websocket->server;
}

static void show(struct relay *r, enum leg_side from, const struct ws_message *message)
{
    struct websocket *ws = r->websocket;
    struct flow *f = r->flow;

    arena_fini(&ws->shown);
    arena_init(&ws->shown);
    struct flow_message *shown = arena_new(&ws->shown, sizeof *shown);
    shown->from = from == LEG_CLIENT ? "client" : "server";
    shown->size = (int64_t)message->size;
    if (message->text && message->view)
        shown->text = arena_text_n(&ws->shown, message->view, message->view_len);
    f->message = shown;
    record_now(r);
    hook_fire(relay_world(r)->hooks, MOMENT_WS_MESSAGE, f, NULL);
    f->message = NULL;
}

static void client_told(void *arg, const struct ws_message *message)
{
    show(((struct websocket *)arg)->relay, LEG_CLIENT, message);
}

static void server_told(void *arg, const struct ws_message *message)
{
    show(((struct websocket *)arg)->relay, LEG_SERVER, message);
}

static void begin(struct relay *r, const struct ws_extensions *agreed)
{
    struct websocket *ws = r->websocket;
    struct flow_websocket *told = r->flow->websocket;
    bool shown = hook_wants(relay_world(r)->hooks, MOMENT_WS_MESSAGE);

    ws->open = true;
    ws->reader[LEG_CLIENT] = ws_reader_new(WS_CLIENT, agreed, shown ? client_told : NULL, ws);
    ws->reader[LEG_SERVER] = ws_reader_new(WS_SERVER, agreed, shown ? server_told : NULL, ws);
    told->client = FLOW_MAKE(r->flow, websocket_end);
    told->server = FLOW_MAKE(r->flow, websocket_end);
    told->client->frames = told->client->messages = told->client->bytes = 0;
    told->server->frames = told->server->messages = told->server->bytes = 0;
    r->flow->protocol = "websocket";
}

void websocket_answer(struct relay *r, const struct h1_head *head)
{
    if (!r->websocket || r->websocket->open)
        return;
    struct flow *f = r->flow;
    struct flow_websocket *told = f->websocket;
    struct ws_extensions agreed = ws_extensions_read(h1_field(head, "Sec-WebSocket-Extensions"));

    told->status = head->status;
    told->failed = complaint(r, head);
    if (head->status != 101)
        told->knows = tell(f, h1_field(head, "Sec-WebSocket-Version"));
    if (head->status == 101 && is_websocket(head)) {
        told->protocol = tell(f, h1_field(head, "Sec-WebSocket-Protocol"));
        told->deflate = agreed.deflate;
        begin(r, &agreed);
    } else {
        websocket_free(r);
    }
}

static void tell_counts(struct relay *r, enum leg_side from)
{
    const struct ws_counts *counts = ws_reader_counts(r->websocket->reader[from]);
    struct flow_websocket_end *told = end_of(r, from);

    told->frames = (int64_t)counts->frames;
    told->messages = (int64_t)counts->messages;
    told->bytes = (int64_t)counts->bytes;
    told->fault = counts->fault;
    if (!counts->close || told->close != FLOW_NONE)
        return;
    told->close = counts->close;
    if (counts->reason[0])
        told->reason = flow_text(r->flow, counts->reason);
}

void websocket_see(struct relay *r, enum leg_side from, struct evbuffer *bytes)
{
    struct evbuffer_iovec pieces[PIECES];
    struct evbuffer_ptr at;
    size_t seen = 0, all = evbuffer_get_length(bytes);

    if (!r->websocket || !r->websocket->open)
        return;
    while (seen < all) {
        evbuffer_ptr_set(bytes, &at, seen, EVBUFFER_PTR_SET);
        int n = evbuffer_peek(bytes, -1, &at, pieces, PIECES);

        for (int i = 0; i < n && i < PIECES; i++) {
            ws_reader_feed(r->websocket->reader[from], pieces[i].iov_base, pieces[i].iov_len);
            seen += pieces[i].iov_len;
        }
    }
    tell_counts(r, from);
}

void websocket_free(struct relay *r)
{
    if (!r->websocket)
        return;
    ws_reader_free(r->websocket->reader[LEG_CLIENT]);
    ws_reader_free(r->websocket->reader[LEG_SERVER]);
    arena_fini(&r->websocket->shown);
    mem_free(r->websocket);
    r->websocket = NULL;
}
