#include "h2_peer.h"

#include <event2/buffer.h>
#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum { STREAMS_MOST = 2048, FIELDS_MOST = 400 };

struct body {
    struct evbuffer *out;
    bool ended;
    char *trailers;
};

struct h2_peer {
    nghttp2_session *ng;
    struct h2_peer_config config;
    struct evbuffer *out;
    struct text log, said;
    struct body bodies[STREAMS_MOST]; /* by stream / 2 */
    size_t heard;
};

static struct body *body_of(struct h2_peer *p, int32_t stream)
{
    size_t i = (size_t)stream / 2;

    if (i >= STREAMS_MOST)
        abort();
    if (!p->bodies[i].out)
        p->bodies[i].out = evbuffer_new();
    return &p->bodies[i];
}

static size_t fields_read(char *text, nghttp2_nv *list)
{
    size_t n = 0;
    char *save = NULL;

    for (char *line = strtok_r(text, "\n", &save); line && n < FIELDS_MOST;
         line = strtok_r(NULL, "\n", &save)) {
        char *colon = strstr(line + 1, ": ");
        if (!colon)
            abort();
        list[n++] = (nghttp2_nv){.name = (uint8_t *)line,
            .namelen = (size_t)(colon - line),
            .value = (uint8_t *)colon + 2,
            .valuelen = strlen(colon + 2)};
    }
    return n;
}

static int on_begin(nghttp2_session *ng, const nghttp2_frame *frame, void *arg)
{
    struct h2_peer *p = arg;

    (void)ng;
    text_printf(&p->log, "%d", frame->hd.stream_id);
    return 0;
}

static int on_header(nghttp2_session *ng, const nghttp2_frame *frame, const uint8_t *name, size_t n,
    const uint8_t *value, size_t value_len, uint8_t flags, void *arg)
{
    struct h2_peer *p = arg;

    (void)ng;
    (void)frame;
    text_printf(&p->log, " %.*s=%.*s%s", (int)n, (const char *)name, (int)value_len,
        (const char *)value, flags & NGHTTP2_NV_FLAG_NO_INDEX ? "!" : "");
    return 0;
}

static int on_frame(nghttp2_session *ng, const nghttp2_frame *frame, void *arg)
{
    struct h2_peer *p = arg;
    int32_t id = frame->hd.stream_id;

    (void)ng;
    if (frame->hd.type == NGHTTP2_HEADERS)
        text_add_char(&p->log, '\n');
    else if (frame->hd.type == NGHTTP2_SETTINGS && !(frame->hd.flags & NGHTTP2_FLAG_ACK))
        text_add(&p->log, "settings\n");
    else if (frame->hd.type == NGHTTP2_RST_STREAM)
        text_printf(
            &p->log, "%d reset %s\n", id, nghttp2_http2_strerror(frame->rst_stream.error_code));
    else if (frame->hd.type == NGHTTP2_GOAWAY)
        text_printf(&p->log, "goaway %d %s %.*s\n", frame->goaway.last_stream_id,
            nghttp2_http2_strerror(frame->goaway.error_code), (int)frame->goaway.opaque_data_len,
            (const char *)frame->goaway.opaque_data);
    if ((frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
        frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
        text_printf(&p->log, "%d end\n", id);
    return 0;
}

static int on_data(
    nghttp2_session *ng, uint8_t flags, int32_t id, const uint8_t *bytes, size_t n, void *arg)
{
    struct h2_peer *p = arg;

    (void)flags;
    p->heard += n;
    if (n < 1000)
        text_printf(&p->log, "%d data %.*s\n", id, (int)n, (const char *)bytes);
    if (!p->config.slow)
        nghttp2_session_consume(ng, id, n);
    return 0;
}

static ssize_t on_read(nghttp2_session *ng, int32_t id, uint8_t *buf, size_t most, uint32_t *flags,
    nghttp2_data_source *source, void *arg)
{
    struct body *b = source->ptr;
    nghttp2_nv list[FIELDS_MOST];
    int n = evbuffer_remove(b->out, buf, most);

    (void)arg;
    if (n == 0 && !b->ended)
        return NGHTTP2_ERR_DEFERRED;
    if (b->ended && evbuffer_get_length(b->out) == 0) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
        if (b->trailers) {
            *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
            nghttp2_submit_trailer(ng, id, list, fields_read(b->trailers, list));
        }
    }
    return n;
}

static void say_settings(struct h2_peer *p, uint32_t streams)
{
    nghttp2_settings_entry list[3];
    size_t n = 0;

    if (streams)
        list[n++] = (nghttp2_settings_entry){NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, streams};
    if (p->config.connect)
        list[n++] = (nghttp2_settings_entry){NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1};
    nghttp2_submit_settings(p->ng, NGHTTP2_FLAG_NONE, list, n);
}

struct h2_peer *h2_peer_new(const struct h2_peer_config *config)
{
    struct h2_peer *p = mem_new(sizeof *p);
    nghttp2_session_callbacks *c;
    nghttp2_option *o;

    p->config = *config;
    p->out = evbuffer_new();
    nghttp2_session_callbacks_new(&c);
    nghttp2_session_callbacks_set_on_begin_headers_callback(c, on_begin);
    nghttp2_session_callbacks_set_on_header_callback(c, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(c, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, on_data);
    nghttp2_option_new(&o);
    nghttp2_option_set_no_auto_window_update(o, 1);
    nghttp2_option_set_no_http_messaging(o, 1); /* it may say what nobody should */
    nghttp2_option_set_max_send_header_block_length(o, 1 << 20);
    nghttp2_option_set_peer_max_concurrent_streams(o, STREAMS_MOST);
    if (config->site)
        nghttp2_session_server_new2(&p->ng, c, p, o);
    else
        nghttp2_session_client_new2(&p->ng, c, p, o);
    nghttp2_option_del(o);
    nghttp2_session_callbacks_del(c);
    say_settings(p, config->streams);
    return p;
}

void h2_peer_free(struct h2_peer *p)
{
    if (!p)
        return;
    nghttp2_session_del(p->ng);
    for (size_t i = 0; i < STREAMS_MOST; i++) {
        if (p->bodies[i].out)
            evbuffer_free(p->bodies[i].out);
        mem_free(p->bodies[i].trailers);
    }
    evbuffer_free(p->out);
    text_fini(&p->log);
    text_fini(&p->said);
    mem_free(p);
}

void h2_peer_settings(struct h2_peer *p, uint32_t streams)
{
    say_settings(p, streams);
}

void h2_peer_feed(struct h2_peer *p, const void *bytes, size_t n)
{
    if (n > 0)
        nghttp2_session_mem_recv(p->ng, bytes, n);
}

static void flush(struct h2_peer *p)
{
    const uint8_t *bytes;
    ssize_t n;

    while ((n = nghttp2_session_mem_send(p->ng, &bytes)) > 0)
        evbuffer_add(p->out, bytes, (size_t)n);
}

struct evbuffer *h2_peer_out(struct h2_peer *p)
{
    flush(p);
    return p->out;
}

int32_t h2_peer_asks(struct h2_peer *p, const char *fields, bool open)
{
    nghttp2_nv list[FIELDS_MOST];
    char *text = mem_text(fields);
    size_t n = fields_read(text, list);
    int32_t id = (int32_t)nghttp2_session_get_next_stream_id(p->ng);
    nghttp2_data_provider body = {.source.ptr = body_of(p, id), .read_callback = on_read};

    nghttp2_submit_request(p->ng, NULL, list, n, open ? &body : NULL, NULL);
    mem_free(text);
    return id;
}

int32_t h2_peer_gets(struct h2_peer *p, const char *path)
{
    struct text fields = {0};

    text_printf(
        &fields, ":method: GET\n:scheme: https\n:authority: shop.example\n:path: %s\n", path);
    int32_t id = h2_peer_asks(p, text_str(&fields), false);
    text_fini(&fields);
    return id;
}

void h2_peer_answers(struct h2_peer *p, int32_t stream, const char *fields, bool open)
{
    nghttp2_nv list[FIELDS_MOST];
    char *text = mem_text(fields);
    size_t n = fields_read(text, list);
    nghttp2_data_provider body = {.source.ptr = body_of(p, stream), .read_callback = on_read};

    if (!strncmp(fields, ":status: 1", 10))
        nghttp2_submit_headers(p->ng, NGHTTP2_FLAG_NONE, stream, NULL, list, n, NULL);
    else
        nghttp2_submit_response(p->ng, stream, list, n, open ? &body : NULL);
    mem_free(text);
}

void h2_peer_says(struct h2_peer *p, int32_t stream, const char *text)
{
    evbuffer_add(body_of(p, stream)->out, text, strlen(text));
    nghttp2_session_resume_data(p->ng, stream);
}

void h2_peer_says_much(struct h2_peer *p, int32_t stream, size_t n)
{
    char some[4096];

    memset(some, 'x', sizeof some);
    for (; n > 0; n -= n < sizeof some ? n : sizeof some)
        evbuffer_add(body_of(p, stream)->out, some, n < sizeof some ? n : sizeof some);
    nghttp2_session_resume_data(p->ng, stream);
}

void h2_peer_ends(struct h2_peer *p, int32_t stream, const char *trailers)
{
    struct body *b = body_of(p, stream);

    b->ended = true;
    b->trailers = mem_text(trailers);
    nghttp2_session_resume_data(p->ng, stream);
}

void h2_peer_resets(struct h2_peer *p, int32_t stream, uint32_t code)
{
    nghttp2_submit_rst_stream(p->ng, NGHTTP2_FLAG_NONE, stream, code);
}

void h2_peer_goes(struct h2_peer *p, int32_t last, uint32_t code, const char *why)
{
    nghttp2_submit_goaway(p->ng, NGHTTP2_FLAG_NONE, last, code, (const uint8_t *)why, strlen(why));
}

void h2_peer_pings(struct h2_peer *p)
{
    nghttp2_submit_ping(p->ng, NGHTTP2_FLAG_NONE, NULL);
}

void h2_peer_takes(struct h2_peer *p, int32_t stream, size_t n)
{
    nghttp2_session_consume(p->ng, stream, n);
}

void h2_peer_sends_raw(struct h2_peer *p, const void *bytes, size_t n)
{
    flush(p);
    evbuffer_add(p->out, bytes, n);
}

void h2_peer_sends_frame(
    struct h2_peer *p, uint8_t type, uint8_t flags, int32_t stream, const void *payload, size_t n)
{
    const uint8_t head[9] = {(uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n, type, flags,
        (uint8_t)(stream >> 24), (uint8_t)(stream >> 16), (uint8_t)(stream >> 8), (uint8_t)stream};

    h2_peer_sends_raw(p, head, sizeof head);
    evbuffer_add(p->out, payload, n);
}

const char *h2_peer_log(struct h2_peer *p)
{
    text_clear(&p->said);
    text_add(&p->said, text_str(&p->log));
    text_clear(&p->log);
    return text_str(&p->said);
}

size_t h2_peer_body(const struct h2_peer *p)
{
    return p->heard;
}

uint32_t h2_peer_offered(const struct h2_peer *p, int32_t setting)
{
    return nghttp2_session_get_remote_settings(p->ng, (nghttp2_settings_id)setting);
}
