/* http/h1.h - HTTP/1 framing (RFC 9112), one direction of one connection. Bytes in, events out; no
 * I/O.
 *
 * Framing is llhttp's, strict; a head is audited before it is believed (http/head_audit.h). Bytes
 * go on unchanged: body and chunk framing are moved, not copied; a head is held back whole until
 * its owner has let the rules see it. Uses base/. Used by relay/, onboard pages. */
#ifndef WHYTLS_HTTP_H1_H
#define WHYTLS_HTTP_H1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evbuffer;
struct h1;

enum h1_side { H1_REQUESTS = 0, H1_RESPONSES = 1 };

enum h1_event {
    H1_NEED_MORE = 0, /* `in` is used up */
    H1_HEAD,          /* h1_head is complete; its bytes have left `in`, none went to `out` */
    H1_BODY,          /* bytes of the body, framing included, moved from `in` to `out` */
    H1_END, /* the message is over; the next one may follow. Not told of interim (1xx) responses:
               H1_HEAD only */
    H1_UPGRADED, /* instead of H1_END: what follows need not be HTTP/1 (CONNECT, 101, a request that
                    asks for Upgrade) */
    H1_BAD,      /* h1_why says what and by which section; nothing more can be read */
};

enum {
    H1_FIELDS_MOST = 200,
    H1_HEAD_MOST = 65536,
    H1_CHUNK_LINE_MOST =
        4096, /* a chunk size with its extensions; CVE-2024-22019 is what happens without a bound */
    H1_TRAILER_MOST = 65536,
};

struct h1_field {
    const char *name, *value; /* NUL-terminated copies; blanks around the value removed */
};

struct h1_head {
    const char *method, *target; /* requests */
    int status;                  /* responses */
    const char *reason;
    unsigned major, minor;
    struct h1_field fields[H1_FIELDS_MOST];
    size_t n_fields;
    const char *raw; /* the head as it came, the empty line included */
    size_t raw_len;
    bool mended; /* a response that must not go on as it came: write it by head_write_response */
    bool chunked, keep_alive, has_body;
    int64_t content_length; /* -1: none given */
};

struct h1 *h1_new(enum h1_side side);
void h1_free(struct h1 *h);
/* Responses only: the method of the request that the next response answers (HEAD and CONNECT have
 * no body). Queued, in order. */
void h1_expect(struct h1 *h, const char *method);
/* Works until there is one event. `out` may be NULL when bodies are to be thrown away. */
enum h1_event h1_next(struct h1 *h, struct evbuffer *in, struct evbuffer *out);
/* From now on the body of the current message is shown as it goes by, framing left out; NULL: no
 * more. A new head ends it as well. */
void h1_show_body(
    struct h1 *h, void (*show)(void *arg, const void *bytes, size_t n), void *show_arg);
/* The transport ended: H1_END when that ends a body (read-until-close) or nothing was open; else
 * H1_BAD (truncated). */
enum h1_event h1_finish(struct h1 *h);

const struct h1_head *h1_head(
    const struct h1 *h); /* of the current message; borrowed until the next H1_HEAD */
const char *h1_field(
    const struct h1_head *head, const char *name); /* first value, caseless name, or NULL */
uint64_t h1_body_bytes(const struct h1 *h);        /* of the current message, framing left out */
const char *h1_why(const struct h1 *h);            /* "a bare CR in the head (RFC 9112 §2.2)" */
bool h1_is_idle(const struct h1 *h); /* between messages, nothing half read or to be told */

/* Findings of the head audit that were let through: at most 16 short texts with their section. */
size_t h1_findings(const struct h1 *h, const char *const **texts);

#endif
