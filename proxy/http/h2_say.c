/* http/h2_say.c - what a session is told to say: heads, bodies, ends. */
#include "h2_priv.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { PSEUDO_MOST = 6 };

/* A head as nghttp2 wants it. */
struct list {
    nghttp2_nv *at; /* owned */
    size_t n;
    size_t size; /* RFC 9113 §6.5.2 */
    char status[16];
};

static void list_add(struct list *l, const char *name, const char *value, bool secret)
{
    if (!value)
        return;
    /* nghttp2 copies both, and changes neither. */
    l->at[l->n++] = (nghttp2_nv){.name = (uint8_t *)(uintptr_t)name,
        .value = (uint8_t *)(uintptr_t)value,
        .namelen = strlen(name),
        .valuelen = strlen(value),
        .flags = secret ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE};
    l->size += strlen(name) + strlen(value) + 32;
}

static void list_make(struct list *l, const struct h2_head *head)
{
    *l = (struct list){.at = mem_array(head->n_fields + PSEUDO_MOST, sizeof *l->at)};
    snprintf(l->status, sizeof l->status, "%03d", head->status);
    list_add(l, ":method", head->method, false);
    list_add(l, ":scheme", head->scheme, false);
    list_add(l, ":authority", head->authority, false);
    list_add(l, ":path", head->path, false);
    list_add(l, ":protocol", head->protocol, false);
    list_add(l, ":status", head->status ? l->status : NULL, false);
    for (size_t i = 0; i < head->n_fields; i++)
        list_add(l, head->fields[i].name, head->fields[i].value, head->fields[i].secret);
}

static void head_wait(struct h2_session *s, struct h2_stream *stream, size_t size)
{
    stream->head_waits += size;
    s->heads_waiting += size;
}

static void say_trailers(nghttp2_session *ng, const struct h2_stream *stream)
{
    struct list l;

    list_make(&l, &stream->trailers->head);
    nghttp2_submit_trailer(ng, stream->id, l.at, l.n);
    mem_free(l.at);
}

/* How much of a body goes into the next frame; on_send_data moves it. */
static ssize_t on_read(nghttp2_session *ng, int32_t id, uint8_t *buf, size_t most, uint32_t *flags,
    nghttp2_data_source *source, void *arg)
{
    struct h2_stream *stream = source->ptr;
    size_t have = evbuffer_get_length(stream->out);

    (void)id;
    (void)buf;
    (void)arg;
    if (have == 0 && !stream->ended) {
        stream->deferred = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (have > most)
        return (ssize_t)most;
    if (stream->ended) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
        if (stream->trailers) {
            *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
            say_trailers(ng, stream);
        }
    }
    return (ssize_t)have;
}

static void resume(struct h2_session *s, struct h2_stream *stream)
{
    if (!stream->deferred)
        return;
    stream->deferred = false;
    nghttp2_session_resume_data(s->ng, stream->id);
}

int32_t h2_ask(struct h2_session *s, const struct h2_head *head, bool end)
{
    struct list l;

    if (s->dead || !nghttp2_session_check_request_allowed(s->ng))
        return -1;
    struct h2_stream *stream = h2_stream_add(s, (int32_t)nghttp2_session_get_next_stream_id(s->ng));
    nghttp2_data_provider body = {.source.ptr = stream, .read_callback = on_read};
    stream->ended = end;
    list_make(&l, head);
    int32_t id = nghttp2_submit_request(s->ng, NULL, l.at, l.n, end ? NULL : &body, NULL);
    mem_free(l.at);
    if (id != stream->id) {
        h2_stream_drop(s, stream->id);
        return -1;
    }
    head_wait(s, stream, l.size);
    return id;
}

static struct h2_stream *find_open(struct h2_session *s, int32_t id)
{
    struct h2_stream *stream = h2_stream_find(s, id);

    return s->dead || !stream || stream->closed ? NULL : stream;
}

void h2_answer(struct h2_session *s, int32_t id, const struct h2_head *head, bool end)
{
    struct h2_stream *stream = find_open(s, id);
    struct list l;

    if (!stream)
        return;
    list_make(&l, head);
    head_wait(s, stream, l.size);
    if (head->status < 200) {
        nghttp2_submit_headers(s->ng, NGHTTP2_FLAG_NONE, id, NULL, l.at, l.n, NULL);
    } else {
        nghttp2_data_provider body = {.source.ptr = stream, .read_callback = on_read};

        stream->ended = end;
        nghttp2_submit_response(s->ng, id, l.at, l.n, end ? NULL : &body);
    }
    mem_free(l.at);
}

void h2_own(struct h2_session *s, int32_t id, void *owner)
{
    struct h2_stream *stream = h2_stream_find(s, id);

    if (stream)
        stream->owner = owner;
}

struct evbuffer *h2_body(struct h2_session *s, int32_t id)
{
    struct h2_stream *stream = h2_stream_find(s, id);

    return stream ? stream->in : NULL;
}

bool h2_send(struct h2_session *s, int32_t id, struct evbuffer *from)
{
    struct h2_stream *stream = find_open(s, id);

    if (!stream || stream->ended)
        return false;
    evbuffer_add_buffer(stream->out, from);
    resume(s, stream);
    return true;
}

/* A copy with all its text. */
static struct h2_reading *head_keep(const struct h2_head *head)
{
    struct h2_reading *kept = mem_new(sizeof *kept);

    arena_init(&kept->memory);
    kept->fields =
        arena_new(&kept->memory, (head->n_fields ? head->n_fields : 1) * sizeof *kept->fields);
    for (size_t i = 0; i < head->n_fields; i++)
        kept->fields[i] = (struct h2_field){arena_text(&kept->memory, head->fields[i].name),
            arena_text(&kept->memory, head->fields[i].value), head->fields[i].secret};
    kept->head.fields = kept->fields;
    kept->head.n_fields = head->n_fields;
    return kept;
}

void h2_finish(struct h2_session *s, int32_t id, const struct h2_head *trailers)
{
    struct h2_stream *stream = find_open(s, id);

    if (!stream || stream->ended)
        return;
    stream->ended = true;
    if (trailers && trailers->n_fields > 0)
        stream->trailers = head_keep(trailers);
    resume(s, stream);
}

void h2_reset(struct h2_session *s, int32_t id, uint32_t code)
{
    struct h2_stream *stream = find_open(s, id);

    if (!stream)
        return;
    stream->reset_asked = true;
    nghttp2_submit_rst_stream(s->ng, NGHTTP2_FLAG_NONE, id, code);
}

void h2_reset_after(struct h2_session *s, int32_t id, uint32_t code)
{
    struct h2_stream *stream = find_open(s, id);

    if (!stream)
        return;
    s->cuts_due += stream->said_all && !stream->cut_after;
    stream->cut_after = stream->reset_asked = true;
    stream->cut_code = code;
}

void h2_took(struct h2_session *s, int32_t id, size_t n)
{
    if (s->dead || n == 0)
        return;
    if (id == 0)
        nghttp2_session_consume_connection(s->ng, n);
    else
        nghttp2_session_consume(s->ng, id, n);
}

void h2_goodbye(struct h2_session *s, int32_t last, uint32_t code, const char *why)
{
    if (s->dead)
        return;
    s->said_goodbye = true;
    nghttp2_submit_goaway(s->ng, NGHTTP2_FLAG_NONE, last, code, (const uint8_t *)why, strlen(why));
}

void h2_close(struct h2_session *s)
{
    if (!s->dead && !s->said_goodbye)
        h2_goodbye(s, nghttp2_session_get_last_proc_stream_id(s->ng), H2_NO_ERROR, "");
}
