/* http/h1_priv.h - what h1.c (the order of things), h1_head.c and h1_body.c share. */
#ifndef WHYTLS_HTTP_H1_PRIV_H
#define WHYTLS_HTTP_H1_PRIV_H

#include <llhttp.h>

#include "base/text.h"
#include "h1.h"
#include "head_audit.h"

enum {
    H1_COPY_BELOW = 1024
}; /* fewer bytes are cheaper copied than moved with the memory that holds them */

enum h1_state {
    H1_AT_HEAD = 0,
    H1_IN_LENGTH, /* Content-Length */
    H1_IN_CHUNKS,
    H1_UNTIL_CLOSE,
    H1_AT_END, /* H1_END is to be told */
    H1_AT_UPGRADE,
    H1_BROKEN,
};

enum h1_chunk { H1_CHUNK_LINE = 0, H1_CHUNK_DATA, H1_CHUNK_TRAILER };

struct h1 {
    enum h1_side side;
    enum h1_state state;
    bool closed;                     /* the last message said that it is the last */
    bool upgrading;                  /* H1_UPGRADED instead of H1_END */
    bool headers_done, message_done; /* said by llhttp */
    uint16_t flags;                  /* of llhttp, when the head was complete */
    uint64_t length;                 /* Content-Length, then */
    struct head_scan scan;
    struct head_audit audit;
    bool led;         /* empty lines came before the head */
    char *raw, *text; /* owned: the head; and its copy, cut into C strings */
    size_t cap;       /* of each */
    struct h1_head head;
    llhttp_t parser;
    uint64_t body_bytes;
    void (*show)(void *arg, const void *bytes, size_t n); /* NULL: nobody looks */
    void *show_arg;
    uint64_t left; /* of the body, or of the chunk with its CRLF */
    enum h1_chunk chunk;
    bool extended;         /* behind the semicolon of a chunk line */
    struct head_scan line; /* of a chunk line or the trailer section */
    struct text trailer;   /* that section so far, behind a CRLF; empty: none was begun */
    char *expected;        /* owned ring: 'H'EAD, 'C'ONNECT, or anything else */
    size_t expected_cap, expected_at, n_expected;
    char why[160];
};

enum h1_event h1_bad(struct h1 *h, const char *why);
/* Why llhttp refused, by its error code. */
enum h1_event h1_refused(struct h1 *h);
/* H1_HEAD once it is whole, and h->head, flags and length say what came; H1_NEED_MORE, H1_BAD. */
enum h1_event h1_next_head(struct h1 *h, struct evbuffer *in);
enum h1_event h1_next_body(struct h1 *h, struct evbuffer *in, struct evbuffer *out);

#endif
