/* http/h1_body.c - bodies: by length, in chunks, until the end of the connection (RFC 9112 §6.3).
 */
#include "h1_priv.h"

#include <event2/buffer.h>
#include <string.h>

enum { PIECES = 16 };

/* A small piece is copied, so that a peer that sends byte by byte does not pin a whole read buffer
 * with each. */
static void move(struct evbuffer *in, struct evbuffer *out, size_t n)
{
    char small[H1_COPY_BELOW];

    if (!out) {
        evbuffer_drain(in, n);
    } else if (n < sizeof small) {
        evbuffer_remove(in, small, n);
        evbuffer_add(out, small, n);
    } else {
        evbuffer_remove_buffer(in, out, n);
    }
}

static void show(const struct h1 *h, struct evbuffer *in, size_t n)
{
    struct evbuffer_iovec pieces[PIECES];
    struct evbuffer_ptr at;
    size_t shown = 0;

    while (h->show && shown < n) {
        evbuffer_ptr_set(in, &at, shown, EVBUFFER_PTR_SET);
        int count = evbuffer_peek(in, -1, &at, pieces, PIECES);
        for (int i = 0; i < count && i < PIECES && shown < n; i++) {
            size_t len = pieces[i].iov_len < n - shown ? pieces[i].iov_len : n - shown;

            h->show(h->show_arg, pieces[i].iov_base, len);
            shown += len;
        }
    }
}

static enum h1_event by_length(struct h1 *h, struct evbuffer *in, struct evbuffer *out)
{
    size_t n = evbuffer_get_length(in);

    if (n == 0)
        return H1_NEED_MORE;
    if (n > h->left)
        n = (size_t)h->left;
    show(h, in, n);
    move(in, out, n);
    h->left -= n;
    h->body_bytes += n;
    if (h->left == 0)
        h->state = H1_AT_END;
    return H1_BODY;
}

static enum h1_event until_close(struct h1 *h, struct evbuffer *in, struct evbuffer *out)
{
    size_t n = evbuffer_get_length(in);

    if (n == 0)
        return H1_NEED_MORE;
    show(h, in, n);
    move(in, out, n);
    h->body_bytes += n;
    return H1_BODY;
}

static void add_trailer(struct h1 *h, const char *bytes, size_t n, bool whole)
{
    struct head_audit audit;

    if (h->trailer.len == 0)
        text_add(&h->trailer, "\r\n");
    text_add_n(&h->trailer, bytes, n);
    if (!whole)
        return;
    head_audit_trailer(h->trailer.at, h->trailer.len, &audit);
    if (audit.refused)
        h1_bad(h, audit.refused);
}

/* How many of the n bytes belong to what is being read; 0: refused. */
static size_t chunk_bytes(struct h1 *h, const char *bytes, size_t n)
{
    size_t before = h->line.len, most = H1_CHUNK_LINE_MOST;

    if (h->chunk == H1_CHUNK_DATA)
        return n < h->left ? n : (size_t)h->left;
    if (h->chunk == H1_CHUNK_LINE) {
        const char *lf = memchr(bytes, '\n', n);

        n = lf ? (size_t)(lf - bytes) + 1 : n;
    } else {
        most = H1_TRAILER_MOST;
    }
    enum head_scan_result result = head_scan(&h->line, bytes, n, true);
    if (head_scan_why(result))
        h1_bad(h, head_scan_why(result));
    else if (h->line.len > most)
        h1_bad(h, h->chunk == H1_CHUNK_LINE
                      ? "a chunk line of more than 4 KiB (RFC 9112 §7.1.1)"
                      : "a trailer section of more than 64 KiB (RFC 9112 §7.1.2)");
    else if (h->chunk == H1_CHUNK_TRAILER)
        add_trailer(h, bytes, h->line.len - before, result == HEAD_SCAN_END);
    return h->state == H1_BROKEN ? 0 : h->line.len - before;
}

/* After llhttp took n bytes: what comes next? */
static void chunk_step(struct h1 *h, size_t n, bool line_over)
{
    switch (h->chunk) {
    case H1_CHUNK_LINE:
        if (!line_over)
            return;
        h->line = (struct head_scan){0};
        h->chunk = h->parser.content_length ? H1_CHUNK_DATA : H1_CHUNK_TRAILER;
        h->left = h->parser.content_length + 2;
        break;
    case H1_CHUNK_DATA:
        /* The last two are the CRLF, which llhttp checks. */
        h->body_bytes += h->left > 2 ? (n < h->left - 2 ? n : h->left - 2) : 0;
        h->left -= n;
        if (h->left == 0)
            h->chunk = H1_CHUNK_LINE;
        break;
    case H1_CHUNK_TRAILER:
        break;
    }
}

/* An extension is let through unread (RFC 9112 §7.1.1): llhttp knows no quoted strings in it. What
 * could be taken for the end of the line was refused by the scan. */
static llhttp_errno_t feed_chunk_line(struct h1 *h, const char *bytes, size_t n)
{
    const char *extension = h->extended ? bytes : memchr(bytes, ';', n);
    size_t size = extension ? (size_t)(extension - bytes) : n;
    llhttp_errno_t error = size ? llhttp_execute(&h->parser, bytes, size) : HPE_OK;

    if (error != HPE_OK || !extension)
        return error;
    h->extended = true;
    for (const char *c = extension; c < bytes + n; c++)
        if (*c == 0x7f || (*c >= 0 && *c < ' ' && !strchr("\t\r\n", *c)))
            return HPE_STRICT;
    if (bytes[n - 1] != '\n')
        return HPE_OK;
    h->extended = false;
    return llhttp_execute(&h->parser, "\r\n", 2);
}

/* Bytes of the piece that are in order. Ends at the end of the message, or where it breaks. */
static size_t feed_piece(struct h1 *h, const char *bytes, size_t n)
{
    size_t used = 0;

    while (used < n && h->state == H1_IN_CHUNKS) {
        size_t take = chunk_bytes(h, bytes + used, n - used);
        if (take == 0)
            break;
        bool line_over = bytes[used + take - 1] == '\n';
        llhttp_errno_t error = h->chunk == H1_CHUNK_LINE
                                   ? feed_chunk_line(h, bytes + used, take)
                                   : llhttp_execute(&h->parser, bytes + used, take);
        if (h->extended && error == HPE_STRICT) {
            h1_bad(h, "a control character in a chunk extension (RFC 9112 §7.1.1)");
            break;
        }
        if (error != HPE_OK && !h->message_done) {
            h1_refused(h);
            break;
        }
        if (h->show && h->chunk == H1_CHUNK_DATA && h->left > 2)
            h->show(h->show_arg, bytes + used, take < h->left - 2 ? take : (size_t)h->left - 2);
        used += take;
        if (h->message_done)
            h->state = H1_AT_END;
        else
            chunk_step(h, take, line_over);
    }
    return used;
}

static enum h1_event in_chunks(struct h1 *h, struct evbuffer *in, struct evbuffer *out)
{
    struct evbuffer_iovec pieces[PIECES];
    int n = evbuffer_peek(in, -1, NULL, pieces, PIECES);
    size_t used = 0;

    if (evbuffer_get_length(in) == 0)
        return H1_NEED_MORE;
    for (int i = 0; i < n && i < PIECES && h->state == H1_IN_CHUNKS; i++)
        used += feed_piece(h, pieces[i].iov_base, pieces[i].iov_len);
    if (h->state == H1_BROKEN)
        return H1_BAD; /* what was in order stays unsent: the message cannot be completed */
    move(in, out, used);
    return H1_BODY;
}

enum h1_event h1_next_body(struct h1 *h, struct evbuffer *in, struct evbuffer *out)
{
    if (h->state == H1_IN_LENGTH)
        return by_length(h, in, out);
    return h->state == H1_IN_CHUNKS ? in_chunks(h, in, out) : until_close(h, in, out);
}
