/* http/h2_told.c - what nghttp2 says, into the queue of a session. */
#include "h2_priv.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum { FIELDS_FIRST = 16 };

/* A PING, a SETTINGS or an empty frame costs its sender nothing, and us an answer or a look. */
static bool is_idle_frame(const nghttp2_frame *frame)
{
    switch (frame->hd.type) {
    case NGHTTP2_DATA:
        return frame->hd.length == 0 && !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM);
    case NGHTTP2_SETTINGS:
    case NGHTTP2_PING:
        return !(frame->hd.flags & NGHTTP2_FLAG_ACK);
    case NGHTTP2_PRIORITY:
        return true;
    default:
        return false;
    }
}

static bool bucket_take(struct h2_bucket *b, int64_t now_ms, int64_t burst, int64_t per_s)
{
    int64_t gained = (now_ms - b->at_ms) * per_s / 1000;

    if (gained > 0) {
        b->left = b->left + gained < burst ? b->left + gained : burst;
        b->at_ms = now_ms;
    }
    return b->left-- > 0;
}

/* A client that begins streams only to have them dropped, by its own word or by what it makes us
 * refuse. */
static void count_reset(struct h2_session *s)
{
    if (s->role == H2_SERVER &&
        !bucket_take(&s->resets, s->now_ms, H2_RESETS_BURST, H2_RESETS_PER_S))
        h2_enough(s, "streams that are begun and dropped too fast (RFC 9113 §10.5)");
}

static const char *arena_bytes(struct arena *a, const uint8_t *bytes, size_t n)
{
    return arena_text_n(a, (const char *)bytes, n);
}

static bool take_pseudo(struct h2_reading *reading, const char *name, const char *value)
{
    struct h2_head *head = &reading->head;

    if (name[0] != ':')
        return false;
    if (!strcmp(name, ":method"))
        head->method = value;
    else if (!strcmp(name, ":scheme"))
        head->scheme = value;
    else if (!strcmp(name, ":authority"))
        head->authority = value;
    else if (!strcmp(name, ":path"))
        head->path = value;
    else if (!strcmp(name, ":protocol"))
        head->protocol = value;
    else if (!strcmp(name, ":status") && strlen(value) == 3)
        head->status = (value[0] - '0') * 100 + (value[1] - '0') * 10 + value[2] - '0';
    return true;
}

/* Hundreds of heads may wait to be told: none takes the room that the largest would need. */
static struct h2_field *field_add(struct h2_reading *reading)
{
    size_t n = reading->head.n_fields;

    if (n == reading->cap_fields) {
        const struct h2_field *old = reading->fields;

        reading->cap_fields = n ? 2 * n : FIELDS_FIRST;
        reading->fields =
            arena_new(&reading->memory, reading->cap_fields * sizeof *reading->fields);
        if (n)
            memcpy(reading->fields, old, n * sizeof *old);
    }
    reading->head.n_fields++;
    return &reading->fields[n];
}

static int on_begin_headers(nghttp2_session *ng, const nghttp2_frame *frame, void *arg)
{
    struct h2_session *s = arg;

    (void)ng;
    h2_reading_free(s->reading);
    s->reading = mem_new(sizeof *s->reading);
    arena_init(&s->reading->memory);
    if (s->role == H2_SERVER && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
        h2_stream_add(s, frame->hd.stream_id);
    return 0;
}

static int on_header(nghttp2_session *ng, const nghttp2_frame *frame, const uint8_t *name,
    size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags, void *arg)
{
    struct h2_session *s = arg;
    struct h2_reading *reading = s->reading;

    (void)ng;
    (void)frame;
    if (!reading)
        return 0;
    reading->size += name_len + value_len + 32;
    if (reading->size > H2_HEAD_BOMB) {
        h2_enough(s, "a head that grows without end (RFC 9113 §10.5.1)");
        return NGHTTP2_ERR_PAUSE;
    }
    if (reading->size > H2_HEAD_MOST || reading->head.n_fields == H2_FIELDS_MOST) {
        reading->head.cut = true;
        return 0;
    }
    const char *n = arena_bytes(&reading->memory, name, name_len);
    const char *v = arena_bytes(&reading->memory, value, value_len);
    if (!take_pseudo(reading, n, v))
        *field_add(reading) = (struct h2_field){
            .name = n, .value = v, .secret = (flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0};
    return 0;
}

static void take_head(struct h2_session *s, const nghttp2_frame *frame)
{
    const struct h2_head *head = &s->reading->head;
    bool is_trailer = !head->method && head->status == 0;

    s->reading->head.fields = s->reading->fields;
    h2_queue_head(s, is_trailer ? H2_TRAILERS : H2_HEAD, frame->hd.stream_id);
    h2_queue_last(s)->end = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
}

static void take_goaway(struct h2_session *s, const nghttp2_goaway *goaway)
{
    struct h2_event *e = h2_queue(s, H2_GOAWAY, 0);
    struct text why = {0};

    e->last = goaway->last_stream_id;
    e->code = goaway->error_code;
    if (goaway->error_code == NGHTTP2_NO_ERROR)
        return;
    text_add_safe(&why, (const char *)goaway->opaque_data, goaway->opaque_data_len, 120);
    h2_fault_set(&s->accused, goaway->error_code, text_str(&why));
    text_fini(&why);
}

static int on_frame_recv(nghttp2_session *ng, const nghttp2_frame *frame, void *arg)
{
    struct h2_session *s = arg;

    (void)ng;
    if (is_idle_frame(frame) &&
        !bucket_take(&s->idle_frames, s->now_ms, H2_IDLE_FRAMES_BURST, H2_IDLE_FRAMES_PER_S))
        h2_enough(s, "a flood of frames that say nothing (RFC 9113 §10.5)");
    switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
        if (s->reading)
            take_head(s, frame);
        break;
    case NGHTTP2_SETTINGS:
        if (!(frame->hd.flags & NGHTTP2_FLAG_ACK))
            h2_queue(s, H2_SETTINGS, 0);
        return 0;
    case NGHTTP2_GOAWAY:
        take_goaway(s, &frame->goaway);
        return 0;
    case NGHTTP2_RST_STREAM:
        count_reset(s);
        return 0;
    case NGHTTP2_DATA:
        break;
    default:
        return 0;
    }
    if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
        h2_queue(s, H2_END, frame->hd.stream_id);
    return 0;
}

static int on_data(
    nghttp2_session *ng, uint8_t flags, int32_t id, const uint8_t *bytes, size_t len, void *arg)
{
    struct h2_session *s = arg;
    struct h2_stream *stream = h2_stream_find(s, id);
    const struct h2_event *last = h2_queue_last(s);

    (void)flags;
    if (!stream) { /* nobody will take it */
        nghttp2_session_consume(ng, id, len);
        return 0;
    }
    evbuffer_add(stream->in, bytes, len);
    if (!last || last->kind != H2_DATA || last->stream != id)
        h2_queue(s, H2_DATA, id);
    return 0;
}

static int on_close(nghttp2_session *ng, int32_t id, uint32_t code, void *arg)
{
    struct h2_session *s = arg;
    struct h2_stream *stream = h2_stream_find(s, id);

    (void)ng;
    if (!stream || stream->closed)
        return 0;
    stream->closed = true;
    h2_head_unwait(s, stream);
    h2_queue(s, H2_CLOSED, id)->code = code;
    return 0;
}

static const char *frame_name(uint8_t type)
{
    static const char *const names[] = {"DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS",
        "PUSH_PROMISE", "PING", "GOAWAY", "WINDOW_UPDATE", "CONTINUATION"};

    return type < sizeof names / sizeof names[0] ? names[type] : "frame";
}

/* Of nghttp2's own text a field's value is left out: it may be a credential. */
static void complain(struct h2_session *s, const char *text, size_t n)
{
    const char *value = memmem(text, n, ", value:", 8);
    struct text safe = {0};

    text_add_safe(&safe, text, value ? (size_t)(value - text) : n, H2_WHY_CAP / 2);
    snprintf(s->complaint, sizeof s->complaint, "%s", text_str(&safe));
    text_fini(&safe);
}

static int on_complaint(nghttp2_session *ng, int lib_code, const char *text, size_t n, void *arg)
{
    (void)ng;
    (void)lib_code;
    complain(arg, text, n);
    return 0;
}

/* Where nghttp2 gives no words. */
static const char *usual_reason(uint32_t code)
{
    switch (code) {
    case NGHTTP2_FRAME_SIZE_ERROR:
        return "a frame whose length does not fit its type (RFC 9113 §4.2)";
    case NGHTTP2_COMPRESSION_ERROR:
        return "fields that cannot be unpacked (RFC 9113 §4.3)";
    case NGHTTP2_FLOW_CONTROL_ERROR:
        return "more bytes than the window allows, or a window above 2^31-1 (RFC 9113 §6.9.1)";
    default:
        return "a frame that may not stand there (RFC 9113 §5.1)";
    }
}

static uint32_t code_of(int lib_code)
{
    switch (lib_code) {
    case NGHTTP2_ERR_FLOW_CONTROL:
        return NGHTTP2_FLOW_CONTROL_ERROR;
    case NGHTTP2_ERR_STREAM_CLOSED:
        return NGHTTP2_STREAM_CLOSED;
    case NGHTTP2_ERR_FRAME_SIZE_ERROR:
        return NGHTTP2_FRAME_SIZE_ERROR;
    default:
        return NGHTTP2_PROTOCOL_ERROR;
    }
}

static int on_invalid(nghttp2_session *ng, const nghttp2_frame *frame, int lib_code, void *arg)
{
    struct h2_session *s = arg;
    struct h2_stream *stream = h2_stream_find(s, frame->hd.stream_id);
    char why[H2_WHY_CAP];

    (void)ng;
    if (stream)
        stream->blamed = true;
    snprintf(why, sizeof why, "%s on stream %d: %.180s", frame_name(frame->hd.type),
        frame->hd.stream_id, s->complaint[0] ? s->complaint : nghttp2_strerror(lib_code));
    snprintf(s->complaint, sizeof s->complaint, "%s", why);
    h2_fault_set(&s->stream_broken, code_of(lib_code), why);
    count_reset(s);
    return 0;
}

/* Of a body whose length is not what was announced nghttp2 tells by the reset alone. */
static void sent_reset(struct h2_session *s, const nghttp2_frame *frame)
{
    const struct h2_stream *stream = h2_stream_find(s, frame->hd.stream_id);
    char why[H2_WHY_CAP];

    if (!stream || stream->reset_asked || stream->blamed ||
        frame->rst_stream.error_code != NGHTTP2_PROTOCOL_ERROR)
        return;
    snprintf(why, sizeof why,
        "stream %d: a message that is malformed, such as one whose length is not the one that was "
        "announced (RFC 9113 §8.1.1)",
        frame->hd.stream_id);
    h2_fault_set(&s->stream_broken, NGHTTP2_PROTOCOL_ERROR, why);
    count_reset(s);
}

/* A GOAWAY that nghttp2 sends of itself tells which rule was broken. */
static void sent_goaway(struct h2_session *s, const nghttp2_goaway *goaway)
{
    struct text why = {0};

    if (s->said_goodbye || goaway->error_code == NGHTTP2_NO_ERROR)
        return;
    if (s->complaint[0])
        text_add(&why, s->complaint);
    else
        text_add_safe(&why, (const char *)goaway->opaque_data, goaway->opaque_data_len, 160);
    if (why.len == 0)
        text_add(&why, usual_reason(goaway->error_code));
    h2_fault_set(&s->broken, goaway->error_code, text_str(&why));
    text_fini(&why);
}

/* The last frame of ours on a stream went out. */
static void said_all(struct h2_session *s, struct h2_stream *stream)
{
    stream->said_all = true;
    s->cuts_due += stream->cut_after;
}

static int on_frame_send(nghttp2_session *ng, const nghttp2_frame *frame, void *arg)
{
    struct h2_session *s = arg;
    struct h2_stream *stream;

    (void)ng;
    if (frame->hd.type == NGHTTP2_GOAWAY)
        sent_goaway(s, &frame->goaway);
    if (frame->hd.type == NGHTTP2_RST_STREAM)
        sent_reset(s, frame);
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
        return 0;
    if (!(stream = h2_stream_find(s, frame->hd.stream_id)))
        return 0;
    if (frame->hd.type == NGHTTP2_HEADERS)
        h2_head_unwait(s, stream);
    if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
        said_all(s, stream);
    return 0;
}

/* A request that came too late for this connection: to be asked again on another (RFC 9113 §8.7).
 */
static int on_frame_not_send(
    nghttp2_session *ng, const nghttp2_frame *frame, int lib_code, void *arg)
{
    struct h2_session *s = arg;
    struct h2_stream *stream = h2_stream_find(s, frame->hd.stream_id);

    (void)ng;
    if (frame->hd.type != NGHTTP2_HEADERS || !stream || stream->closed ||
        frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    stream->closed = true;
    h2_head_unwait(s, stream);
    struct h2_event *e = h2_queue(s, H2_CLOSED, frame->hd.stream_id);
    e->code = lib_code == NGHTTP2_ERR_STREAM_CLOSING ? NGHTTP2_CANCEL : NGHTTP2_REFUSED_STREAM;
    e->refused = true;
    return 0;
}

static ssize_t on_send(nghttp2_session *ng, const uint8_t *bytes, size_t len, int flags, void *arg)
{
    struct h2_session *s = arg;

    (void)ng;
    (void)flags;
    if (evbuffer_get_length(s->out) >= s->most)
        return NGHTTP2_ERR_WOULDBLOCK;
    evbuffer_add(s->out, bytes, len);
    return (ssize_t)len;
}

/* RFC 9113 §6.1: the frame's own head was made by nghttp2, without padding; the bytes move. */
static int on_send_data(nghttp2_session *ng, nghttp2_frame *frame, const uint8_t *frame_head,
    size_t len, nghttp2_data_source *source, void *arg)
{
    struct h2_session *s = arg;
    struct h2_stream *stream = source->ptr;

    (void)ng;
    if (evbuffer_get_length(s->out) >= s->most)
        return NGHTTP2_ERR_WOULDBLOCK;
    evbuffer_add(s->out, frame_head, 9);
    evbuffer_remove_buffer(stream->out, s->out, len);
    if (len > 0)
        h2_queue(s, H2_TAKEN, frame->hd.stream_id)->n = len;
    return 0;
}

void h2_callbacks(nghttp2_session_callbacks *c)
{
    nghttp2_session_callbacks_set_on_begin_headers_callback(c, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(c, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(c, on_frame_recv);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(c, on_close);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(c, on_invalid);
    nghttp2_session_callbacks_set_on_frame_send_callback(c, on_frame_send);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(c, on_frame_not_send);
    nghttp2_session_callbacks_set_send_callback(c, on_send);
    nghttp2_session_callbacks_set_send_data_callback(c, on_send_data);
    nghttp2_session_callbacks_set_error_callback2(c, on_complaint);
}
