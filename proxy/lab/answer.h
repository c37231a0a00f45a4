/* lab/answer.h - the few words of HTTP/1.1 that the lab speaks: bytes in, bytes out, no socket. */
#ifndef WHYTLS_LAB_ANSWER_H
#define WHYTLS_LAB_ANSWER_H

#include <stdint.h>

struct clock;
struct evbuffer;
struct pki;

enum {
    ANSWER_HEAD_MOST = 16384,    /* of a request; a browser with cookies stays below 8 KiB */
    ANSWER_OUT_MOST = 64 * 1024, /* not answered further while so much waits to be sent */
};

struct answer {
    const struct pki *pki;     /* borrowed */
    const struct clock *clock; /* borrowed */
    uint64_t skip;             /* bytes of a request's body still to come */
};

enum answer_state {
    ANSWER_HUNGRY = 0, /* needs more of a request */
    ANSWER_FULL,       /* `out` holds ANSWER_OUT_MOST: call again when it has gone */
    ANSWER_END,        /* send `out`, then close; what is left of `in` is nobody's */
};

/* Answers every whole request that lies in `in`, appending to `out`. A page for each host of the
 * table, the certificate that missing-intermediate-aia points at, what issuers say of their sites'
 * certificates, 404 for the rest. */
enum answer_state answer_requests(struct answer *a, struct evbuffer *in, struct evbuffer *out);

#endif
