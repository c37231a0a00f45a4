#include "h1.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "h1_priv.h"

struct h1 *h1_new(enum h1_side side)
{
    struct h1 *h = mem_new(sizeof *h);

    h->side = side;
    h->head.content_length = -1;
    return h;
}

void h1_free(struct h1 *h)
{
    if (!h)
        return;
    mem_free(h->raw);
    mem_free(h->text);
    mem_free(h->expected);
    text_fini(&h->trailer);
    mem_free(h);
}

enum h1_event h1_bad(struct h1 *h, const char *why)
{
    h->state = H1_BROKEN;
    snprintf(h->why, sizeof h->why, "%s", why);
    return H1_BAD;
}

enum h1_event h1_refused(struct h1 *h)
{
    static const struct {
        llhttp_errno_t error;
        const char *why;
    } reasons[] = {
        {HPE_STRICT, "a line or a chunk that does not end in CRLF (RFC 9112 §2.2)"},
        {HPE_CR_EXPECTED, "a line that does not end in CRLF (RFC 9112 §2.2)"},
        {HPE_LF_EXPECTED, "a line that does not end in CRLF (RFC 9112 §2.2)"},
        {HPE_UNEXPECTED_CONTENT_LENGTH,
            "Content-Length twice, or together with Transfer-Encoding (RFC 9112 §6.3)"},
        {HPE_UNEXPECTED_SPACE, "a blank where none may be (RFC 9112 §5.1)"},
        {HPE_INVALID_METHOD, "a method that is none (RFC 9110 §9.1)"},
        {HPE_INVALID_URL, "a target that is none (RFC 9112 §3.2)"},
        {HPE_INVALID_CONSTANT, "a first line that is not HTTP (RFC 9112 §2.1)"},
        {HPE_INVALID_VERSION, "a version that is not HTTP/1.0 or HTTP/1.1 (RFC 9112 §2.3)"},
        {HPE_INVALID_HEADER_TOKEN, "a field with a character that it may not have (RFC 9110 §5.5)"},
        {HPE_INVALID_CONTENT_LENGTH, "a Content-Length that is no number (RFC 9110 §8.6)"},
        {HPE_INVALID_CHUNK_SIZE, "a chunk size that is no number (RFC 9112 §7.1)"},
        {HPE_INVALID_STATUS, "a status that is no number of three digits (RFC 9112 §4)"},
        {HPE_INVALID_TRANSFER_ENCODING,
            "a Transfer-Encoding that does not end in chunked (RFC 9112 §6.3)"},
    };
    llhttp_errno_t error = llhttp_get_errno(&h->parser);

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].error == error)
            return h1_bad(h, reasons[i].why);
    return h1_bad(h, "a message that is not HTTP/1 (RFC 9112 §2.1)");
}

void h1_expect(struct h1 *h, const char *method)
{
    if (h->n_expected == h->expected_cap) {
        size_t cap = h->expected_cap ? h->expected_cap * 2 : 8;
        char *grown = mem_new(cap);

        for (size_t i = 0; i < h->n_expected; i++)
            grown[i] = h->expected[(h->expected_at + i) % h->expected_cap];
        mem_free(h->expected);
        h->expected = grown;
        h->expected_cap = cap;
        h->expected_at = 0;
    }
    char kind = strcmp(method, "HEAD") == 0 ? 'H' : strcmp(method, "CONNECT") == 0 ? 'C' : '-';
    h->expected[(h->expected_at + h->n_expected++) % h->expected_cap] = kind;
}

static char expected_first(const struct h1 *h)
{
    return h->n_expected ? h->expected[h->expected_at] : '-';
}

static void expected_drop(struct h1 *h)
{
    if (!h->n_expected)
        return;
    h->expected_at = (h->expected_at + 1) % h->expected_cap;
    h->n_expected--;
}

/* --- framing (RFC 9112 §6.3) --- */

static bool has_no_body(const struct h1 *h)
{
    int status = h->head.status;

    return h->side == H1_RESPONSES &&
           (status < 200 || status == 204 || status == 304 || expected_first(h) == 'H');
}

static enum h1_state body_state(struct h1 *h)
{
    if (has_no_body(h))
        return H1_AT_END;
    if (h->flags & F_CHUNKED)
        return H1_IN_CHUNKS;
    if (h->side == H1_RESPONSES &&
        ((h->flags & F_TRANSFER_ENCODING) || !(h->flags & F_CONTENT_LENGTH)))
        return H1_UNTIL_CLOSE;
    return h->head.content_length > 0 ? H1_IN_LENGTH : H1_AT_END;
}

static bool switches_protocol(const struct h1 *h)
{
    int status = h->head.status;

    if (h->side == H1_RESPONSES)
        return status == 101 || (expected_first(h) == 'C' && status >= 200 && status < 300);
    return strcmp(h->head.method, "CONNECT") == 0;
}

static void frame(struct h1 *h)
{
    struct h1_head *head = &h->head;
    uint16_t flags = h->flags;
    bool http11 = head->major == 1 && head->minor >= 1;

    head->chunked = flags & F_CHUNKED;
    head->content_length = flags & F_CONTENT_LENGTH ? (int64_t)h->length : -1;
    h->upgrading = false;
    if (switches_protocol(h)) {
        h->state = H1_AT_UPGRADE;
    } else {
        h->state = body_state(h);
        h->upgrading =
            h->side == H1_REQUESTS && (flags & F_UPGRADE) && (flags & F_CONNECTION_UPGRADE);
    }
    head->has_body =
        h->state == H1_IN_CHUNKS || h->state == H1_IN_LENGTH || h->state == H1_UNTIL_CLOSE;
    head->keep_alive =
        http11 ? !(flags & F_CONNECTION_CLOSE) : (flags & F_CONNECTION_KEEP_ALIVE) != 0;
    /* RFC 9112 §6.1: Transfer-Encoding in HTTP/1.0 is a framing to be used once and not trusted any
     * further. */
    if (h->state == H1_UNTIL_CLOSE || (!http11 && (flags & F_TRANSFER_ENCODING)))
        head->keep_alive = false;
    h->left = h->length;
    h->body_bytes = 0;
    h->show = NULL;
    h->chunk = H1_CHUNK_LINE;
    h->line = (struct head_scan){0};
    h->extended = false;
    text_fini(&h->trailer); /* a large one is not kept for the life of the connection */
}

static bool is_interim(const struct h1 *h)
{
    return h->side == H1_RESPONSES && h->head.status < 200 && h->head.status != 101;
}

static enum h1_event end(struct h1 *h)
{
    if (h->upgrading) {
        h->state = H1_AT_UPGRADE;
        return H1_UPGRADED;
    }
    h->state = H1_AT_HEAD;
    h->closed = !h->head.keep_alive;
    expected_drop(h);
    return H1_END;
}

enum h1_event h1_next(struct h1 *h, struct evbuffer *in, struct evbuffer *out)
{
    enum h1_event event;

    if (h->state == H1_AT_END && is_interim(h))
        h->state = H1_AT_HEAD;
    switch (h->state) {
    case H1_AT_HEAD:
        /* RFC 9112 §9.6: after a message with "close" nothing more is processed. */
        if (h->closed)
            evbuffer_drain(in, evbuffer_get_length(in));
        event = h1_next_head(h, in);
        if (event == H1_HEAD)
            frame(h);
        return event;
    case H1_IN_LENGTH:
    case H1_IN_CHUNKS:
    case H1_UNTIL_CLOSE:
        return h1_next_body(h, in, out);
    case H1_AT_END:
        return end(h);
    case H1_AT_UPGRADE:
        return H1_UPGRADED;
    case H1_BROKEN:
        break;
    }
    return H1_BAD;
}

enum h1_event h1_finish(struct h1 *h)
{
    if (h->state == H1_AT_END && is_interim(h))
        h->state = H1_AT_HEAD;
    switch (h->state) {
    case H1_AT_HEAD:
        return h->scan.len == 0
                   ? H1_END
                   : h1_bad(h, "the connection ended in the middle of a head (RFC 9112 §8)");
    case H1_IN_LENGTH:
        h1_bad(h, "");
        snprintf(h->why, sizeof h->why,
            "the connection ended %llu bytes before the end of the body (RFC 9112 §8)",
            (unsigned long long)h->left);
        return H1_BAD;
    case H1_IN_CHUNKS:
        return h1_bad(h, "the connection ended before the last chunk (RFC 9112 §8)");
    case H1_UNTIL_CLOSE:
    case H1_AT_END:
        return end(h);
    case H1_AT_UPGRADE:
        return H1_END;
    case H1_BROKEN:
        break;
    }
    return H1_BAD;
}

void h1_show_body(
    struct h1 *h, void (*show)(void *arg, const void *bytes, size_t n), void *show_arg)
{
    h->show = show;
    h->show_arg = show_arg;
}

const struct h1_head *h1_head(const struct h1 *h)
{
    return &h->head;
}

const char *h1_field(const struct h1_head *head, const char *name)
{
    for (size_t i = 0; i < head->n_fields; i++)
        if (text_equal_caseless(head->fields[i].name, name))
            return head->fields[i].value;
    return NULL;
}

uint64_t h1_body_bytes(const struct h1 *h)
{
    return h->body_bytes;
}

const char *h1_why(const struct h1 *h)
{
    return h->why;
}

bool h1_is_idle(const struct h1 *h)
{
    return h->state == H1_AT_HEAD && h->scan.len == 0 && !h->led;
}

size_t h1_findings(const struct h1 *h, const char *const **texts)
{
    *texts = h->audit.findings;
    return h->audit.n_findings;
}
