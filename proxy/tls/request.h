/* tls/request.h - a site asked for a client certificate: when, from whom, and what it got. */
#ifndef WHYTLS_TLS_REQUEST_H
#define WHYTLS_TLS_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

struct cert; /* cert/facts.h */

enum {
    /* Names of CAs that are kept. Some sites list every root that they know, some 150. */
    REQUEST_ACCEPTS_MOST = 32,
    REQUEST_NAME_MOST = 240, /* bytes of each as text */
};

/* What we have to show. */
enum request_choice {
    REQUEST_NO_IDENTITY = 0, /* none for this host */
    REQUEST_NO_FIT,          /* none of those for this host is by an acceptable CA */
    REQUEST_CHOSEN,
};

/* Borrowed until the leg is freed. */
struct leg_request {
    bool late; /* after the handshake (RFC 8446 §4.6.2) */
    char *accepts[REQUEST_ACCEPTS_MOST];
    size_t n_accepts, n_accepts_all; /* kept; named */
    enum request_choice choice;
    const struct cert *cert; /* the chosen one */
};

#endif
