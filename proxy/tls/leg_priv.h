/* tls/leg_priv.h - the inside of a leg, for the files of this room. */
#ifndef WHYTLS_TLS_LEG_PRIV_H
#define WHYTLS_TLS_LEG_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "base/attrib.h"
#include "base/err.h"

#include "bio_priv.h"
#include "leg.h"
#include "request_priv.h"

enum {
    RECORD_HEADER = 5,
    RECORD_PLAIN_MOST = 16384,  /* RFC 8446 §5.1 */
    RECORD_MOST = 16384 + 2048, /* RFC 5246 §6.2.3, the larger of the two */
    CERTIFICATE_MOST =
        512 * 1024, /* a Certificate message: 200 certificates; OpenSSL's own bound is 100 KB */
    SCTS_MOST = 16 * 1024, /* some 130 SCTs; a log's is 119 bytes */
    HANDSHAKE_HEADER = 4,
};

struct leg {
    enum leg_side side;
    enum leg_state state;
    SSL *ssl;                              /* owned */
    struct bio_ends wire;                  /* owned: ciphertext in and out */
    struct evbuffer *plain_in, *plain_out; /* owned */
    const struct leaf *leaf;               /* client leg: a reference of ours */
    uint8_t *certificate; /* body of the peer's Certificate message until it is given away; owned */
    size_t certificate_len;
    uint8_t *scts; /* server leg: owned */
    size_t scts_len;
    struct request_desk desk; /* server leg */
    char *unlike;             /* server leg: owned, or NULL */
    char alpn[LEG_ALPN_CAP];  /* client leg: what to answer; empty: nothing */
    bool looked;              /* the first bytes were seen to be TLS */
    bool shut;                /* leg_shut was called */
    struct leg_facts facts;
};

/* leg.c: the part of making that both sides share; NULL and *e. */
struct leg *leg_new(
    const struct tls_contexts *contexts, enum leg_side side, struct err *e) MUST_USE;

/* leg_close.c */
void leg_break(struct leg *l); /* why: OpenSSL's error queue, which is drained */
void leg_break_for(struct leg *l, const char *why);
bool leg_look(struct leg *l); /* may OpenSSL read on? breaks the leg when it is not TLS that came */
void leg_end(struct leg *l,
    bool record_waits); /* what an end of the transport or of both directions means */
void leg_send_close(struct leg *l);

/* facts.c */
void leg_facts_shaken(struct leg *l); /* what was agreed on, as far as it is known */
bool tls_err(
    struct err *e, const char *what); /* OpenSSL's error queue as a failure; drained; false */

#endif
