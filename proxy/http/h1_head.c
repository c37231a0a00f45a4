#include "h1_priv.h"

#include <event2/buffer.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "framing.h"

enum { HEAD_USUAL = 4096, PIECES = 8 };

/* --- finding it --- */

static enum head_scan_result scan_more(struct h1 *h, struct evbuffer *in)
{
    struct evbuffer_iovec pieces[PIECES];
    struct evbuffer_ptr at;
    enum head_scan_result result = HEAD_SCAN_MORE;

    while (result == HEAD_SCAN_MORE && h->scan.len < evbuffer_get_length(in) &&
           h->scan.len <= H1_HEAD_MOST) {
        evbuffer_ptr_set(in, &at, h->scan.len, EVBUFFER_PTR_SET);
        int n = evbuffer_peek(in, -1, &at, pieces, PIECES);
        for (int i = 0; i < n && i < PIECES && result == HEAD_SCAN_MORE; i++)
            result = head_scan(&h->scan, pieces[i].iov_base, pieces[i].iov_len, false);
    }
    if (h->scan.lead) {
        evbuffer_drain(in, h->scan.lead);
        h->scan.len -= h->scan.lead;
        h->scan.lead = 0;
        h->led = true;
    }
    return result;
}

static void take_head(struct h1 *h, struct evbuffer *in, size_t len)
{
    size_t cap = len < HEAD_USUAL ? HEAD_USUAL : len + 1;

    if (cap > h->cap ||
        h->cap > HEAD_USUAL) { /* a large one is not kept for the life of the connection */
        mem_free(h->raw);
        mem_free(h->text);
        h->raw = mem_new(cap);
        h->text = mem_new(cap);
        h->cap = cap;
    }
    evbuffer_remove(in, h->raw, len);
    h->raw[len] = '\0';
    memcpy(h->text, h->raw, len + 1);
    h->head.raw = h->raw;
    h->head.raw_len = len;
}

/* --- what llhttp says --- */

static int headers_complete(llhttp_t *parser)
{
    struct h1 *h = parser->data;

    /* When a message has no body, llhttp goes on to its end and forgets its flags. */
    h->headers_done = true;
    h->flags = parser->flags;
    h->length = parser->content_length;
    return 0;
}

static int message_complete(llhttp_t *parser)
{
    struct h1 *h = parser->data;

    h->message_done = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_headers_complete = headers_complete, .on_message_complete = message_complete};

static bool feed(struct h1 *h, const char *bytes, size_t n)
{
    switch (llhttp_execute(&h->parser, bytes, n)) {
    case HPE_OK:
        return true;
    case HPE_PAUSED: /* by message_complete() */
    case HPE_PAUSED_UPGRADE:
        return h->message_done;
    default:
        return false;
    }
}

/* Framing does not hang on the method or the target: where llhttp knows less of them than we do, it
 * gets another. */
static bool feed_first_line(struct h1 *h, size_t len)
{
    const char *raw = h->head.raw;

    if (h->side == H1_RESPONSES || (h->audit.plain_method && h->audit.plain_target))
        return feed(h, raw, len);
    const char *target = strchr(raw, ' '),
               *version = strchr(target + 1, ' '); /* the audit saw both blanks */
    if (!(h->audit.plain_method ? feed(h, raw, (size_t)(target - raw)) : feed(h, "POST", 4)))
        return false;
    if (!(h->audit.plain_target ? feed(h, target, (size_t)(version - target)) : feed(h, " /", 2)))
        return false;
    return feed(h, version, len - (size_t)(version - raw));
}

/* The same for the field lines of a response whose names are odd but frame nothing. */
static bool feed_fields(struct h1 *h, size_t at)
{
    const char *line, *raw = h->head.raw;
    size_t n;

    if (!h->audit.odd_names)
        return feed(h, raw + at, h->head.raw_len - at);
    while (head_next_line(raw, h->head.raw_len, &at, &line, &n))
        if (!head_has_odd_name(line, n) && !(feed(h, line, n) && feed(h, "\r\n", 2)))
            return false;
    return feed(h, "\r\n", 2);
}

static bool feed_head(struct h1 *h)
{
    size_t first = strcspn(h->head.raw, "\r") + 2;

    llhttp_init(&h->parser, h->side == H1_REQUESTS ? HTTP_REQUEST : HTTP_RESPONSE, &settings);
    h->parser.data = h;
    h->headers_done = h->message_done = false;
    if (h->side == H1_REQUESTS && h->audit.plain_method && h->audit.plain_target)
        return feed(h, h->head.raw, h->head.raw_len) && h->headers_done;
    return feed_first_line(h, first) && feed_fields(h, first) && h->headers_done;
}

/* --- as its owner sees it --- */

static char *cut_at(char *s, char c)
{
    char *end = strchr(s, c);

    if (!end)
        return s + strlen(s);
    *end = '\0';
    return end + 1;
}

static void fill_first_line(struct h1 *h, char *line)
{
    struct h1_head *head = &h->head;

    head->method = head->target = head->reason = "";
    head->status = 0;
    if (h->side == H1_REQUESTS) {
        head->method = line;
        char *target = cut_at(line, ' ');
        head->target = target;
        cut_at(target, ' ');
    } else {
        head->status = h->parser.status_code;
        head->reason = cut_at(cut_at(line, ' '), ' ');
    }
    head->major = h->parser.http_major;
    head->minor = h->parser.http_minor;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Cuts "name : value" where it stands, in the copy. A fold becomes blanks (RFC 9112 §5.2). */
static void fill_field(struct h1_field *field, char *line, size_t n)
{
    line[n] = '\0';
    for (char *c = line; *c; c++)
        if (*c == '\r' || *c == '\n')
            *c = ' ';
    char *value = cut_at(line, ':'), *end = line + strlen(line);
    while (end > line && is_blank(end[-1]))
        *--end = '\0';
    value += strspn(value, " \t");
    end = value + strlen(value);
    while (end > value && is_blank(end[-1]))
        *--end = '\0';
    *field = (struct h1_field){.name = line, .value = value};
}

static bool fill_head(struct h1 *h)
{
    size_t first = strcspn(h->raw, "\r"), at = first + 2, n;
    const char *line;

    h->head.n_fields = 0;
    h->text[first] = '\0';
    fill_first_line(h, h->text);
    while (head_next_line(h->raw, h->head.raw_len, &at, &line, &n)) {
        if (h->head.n_fields == H1_FIELDS_MOST)
            return false;
        fill_field(&h->head.fields[h->head.n_fields++], h->text + (line - h->raw), n);
    }
    return true;
}

static void note_led(struct h1 *h)
{
    if (h->led && h->audit.n_findings < HEAD_FINDINGS_MOST)
        h->audit.findings[h->audit.n_findings++] =
            "an empty line before the message (RFC 9112 §2.2)";
    h->led = false;
}

static enum h1_event read_head(struct h1 *h)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n";

    if (h->side == H1_REQUESTS && text_starts(h->raw, preface))
        return h1_bad(h, "the preface of HTTP/2 on a connection of HTTP/1 (RFC 9113 §3.4)");
    head_audit(h->raw, h->head.raw_len, h->side == H1_REQUESTS, &h->audit);
    note_led(h);
    if (h->audit.refused)
        return h1_bad(h, h->audit.refused);
    if (!feed_head(h))
        return h1_refused(h);
    if (h->parser.http_major != 1 || h->parser.http_minor > 1)
        return h1_bad(h, "a version that is not HTTP/1.0 or HTTP/1.1 (RFC 9112 §2.3)");
    if (!fill_head(h))
        return h1_bad(h, "a head of more than 200 fields (RFC 9110 §5.4)");
    if (h->length > INT64_MAX)
        return h1_bad(h, "a Content-Length beyond all measure (RFC 9110 §8.6)");
    const char *refused = framing_refused(&h->head, h->side == H1_REQUESTS);
    if (refused)
        return h1_bad(h, refused);
    h->head.mended = h->audit.mended;
    return H1_HEAD;
}

enum h1_event h1_next_head(struct h1 *h, struct evbuffer *in)
{
    enum head_scan_result result = scan_more(h, in);

    if (head_scan_why(result))
        return h1_bad(h, head_scan_why(result));
    if (h->scan.len > H1_HEAD_MOST)
        return h1_bad(h, "a head of more than 64 KiB (RFC 9110 §5.4)");
    if (result == HEAD_SCAN_MORE)
        return H1_NEED_MORE;
    take_head(h, in, h->scan.len);
    h->scan = (struct head_scan){0};
    return read_head(h);
}
