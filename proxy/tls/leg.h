/* tls/leg.h - one TLS leg: ciphertext in one pair of evbuffers, plaintext in another. No socket, no
 * timer, no clock.
 *
 * A leg is named for who is at its far end: on the *client leg* we play the TLS server, on the
 * *server leg* the TLS client. Alerts are taken from OpenSSL's message callback, with direction,
 * number and phase, because who said what, and when, is what the diagnosis stands on. Thread: the
 * relay's. Uses cert/, base/. Used by relay/, explain/. */
#ifndef WHYTLS_TLS_LEG_H
#define WHYTLS_TLS_LEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct evbuffer;
struct leaf;         /* cert/leaf.h - shared */
struct cert_chain;   /* cert/chain.h */
struct tls_contexts; /* tls/contexts.h - shared */
struct client_hello; /* wire/client_hello.h */
struct identities;   /* tls/identities.h - shared */
struct leg_request;  /* tls/request.h */
struct leg;
struct tape; /* tls/tape.h */

enum leg_side { LEG_CLIENT = 0, LEG_SERVER = 1 };

enum leg_state {
    LEG_IDLE = 0, /* made, not pumped yet */
    LEG_SHAKING,
    LEG_OPEN,   /* handshake complete on our side; application data may flow both ways */
    LEG_CLOSED, /* both directions are over in order */
    LEG_BROKEN, /* alert, protocol error or end of transport where none may be; see the facts */
};

/* Where a leg stood when something happened: RFC 8446 §2, seen from both ends. */
enum leg_phase {
    PHASE_BEFORE_SERVER_HELLO = 0,
    PHASE_AFTER_CERTIFICATE, /* the server's hello and certificate are out, the client's Finished
                                has not come */
    PHASE_AFTER_FINISH,
};

const char *leg_phase_name(
    enum leg_phase p); /* before-server-hello, after-certificate, after-finish */

/* Of the TLS client, to a server that asked. */
enum leg_certificate {
    CERTIFICATE_UNSAID = 0, /* nobody asked, or no answer went by yet */
    CERTIFICATE_NONE,       /* an empty Certificate message */
    CERTIFICATE_SENT,
};

struct leg_alert {
    bool seen;
    bool from_client; /* sent by the TLS client of this leg (the phone, or we towards a site) */
    bool fatal;
    uint8_t number; /* RFC 8446 §6 */
    enum leg_phase phase;
};

enum { LEG_ALPN_CAP = 64, LEG_NAME_CAP = 64, LEG_WORDS_CAP = 128, LEG_ERROR_CAP = 200 };

/* What is known of a leg at any time. Borrowed until the leg is freed. */
struct leg_facts {
    char version[LEG_NAME_CAP]; /* "TLSv1.3"; empty while unknown */
    char cipher[LEG_NAME_CAP];  /* IANA name */
    char group[LEG_NAME_CAP];   /* "X25519", "secp256r1" */
    char alpn[LEG_ALPN_CAP];    /* empty: none */
    char sigalg[LEG_NAME_CAP];  /* what the server signed the handshake with, as RFC 8446 §4.2.3
                                   names  it; empty: nothing was signed */
    unsigned dh_bits;           /* of its finite-field Diffie-Hellman group in TLS 1.2; 0: none */
    bool unsafe_renegotiation;  /* it does not know RFC 5746 */
    bool resumed;
    bool server_hello;          /* a ServerHello went by */
    bool certificate;           /* a server Certificate message went by */
    bool certificate_requested; /* a CertificateRequest went by */
    enum leg_certificate client_certificate;
    bool
        renegotiation_wanted; /* a HelloRequest came (RFC 5246 §7.4.1.1), and we stayed as we are */
    bool finished;            /* the peer's Finished arrived and verified */
    struct leg_alert
        alert; /* the first fatal alert (any way), or user_canceled; close_notify never */
    bool close_notify_in, close_notify_out;
    bool eof;                        /* the transport ended */
    bool not_tls;                    /* what came first is no TLS record */
    char first_words[LEG_WORDS_CAP]; /* of such a peer: its first line, made safe */
    uint64_t plain_in, plain_out;    /* application bytes received and sent */
    const char *fault; /* what the peer broke when it was we who ended the leg: bad-signature (of
                          the handshake), bad-record, bad-finished; NULL: none of these */
    char error[LEG_ERROR_CAP]; /* OpenSSL's reason when BROKEN, for -v and the record's notes */
};

/* What to ask of a site. */
struct leg_server_ask {
    const char *sni;     /* NULL: none (an IP literal) */
    const uint8_t *alpn; /* protocol list in wire form, or NULL */
    size_t alpn_len;
    uint16_t min_version, max_version; /* 0x0303, 0x0304; 0: our own bound */
    /* The offer to repeat, versions included, as far as OpenSSL can; read during the call. NULL: an
     * offer of our own. */
    const struct client_hello *like;
    bool wide; /* offer all that OpenSSL has, TLS 1.0 to 1.2: not to talk, but to learn what a site
                  that refused us would have taken. `like` and the versions are not looked at */
    const char *host;                    /* whose identities are looked at; NULL: nobody's */
    const struct identities *identities; /* borrowed for the leg's life; NULL: none */
    bool late_request; /* say that we answer a CertificateRequest after the handshake as well */
};

/* What to show to a client. The leaf is shared: the leg takes a reference. */
struct leg_client_show {
    const struct leaf *leaf;
    const char *
        alpn; /* the protocol that the site chose, answered when the client offers it; NULL: none */
    bool h1_only;      /* nothing chosen by the site: answer http/1.1 when it is offered */
    bool weak;         /* the leaf may be too weak for anybody on purpose */
    const char *scope; /* text that tickets are bound to (host and root), so that no session crosses
                          hosts */
    bool asks_certificate; /* of the client; its chain is not verified, and none is content too */
};

struct leg *leg_server_new(
    const struct tls_contexts *contexts, const struct leg_server_ask *ask, struct err *e) MUST_USE;
struct leg *leg_client_new(const struct tls_contexts *contexts, const struct leg_client_show *show,
    struct err *e) MUST_USE;
void leg_free(struct leg *l);

/* What crosses from now on, and its secrets where the contexts give them, is kept on this tape:
 * borrowed until the leg is freed, or told NULL. */
void leg_keep(struct leg *l, struct tape *tape);
/* Takes all bytes of `cipher_in` without copying. */
void leg_feed(struct leg *l, struct evbuffer *cipher_in);
/* The transport ended (after what was fed). */
void leg_eof(struct leg *l);
/* Runs OpenSSL until it wants more: shakes, moves plaintext in and out. Reads no more once
 * leg_plain_in holds plain_in_most bytes (0: no bound), so that a slow taker bounds memory. */
enum leg_state leg_pump(struct leg *l, size_t plain_in_most);
enum leg_state leg_state(const struct leg *l);
enum leg_side leg_side(const struct leg *l);
/* close_notify after what leg_plain_out holds; reading goes on (RFC 8446 §6.1). Pump afterwards. */
void leg_shut(struct leg *l);
/* Ends the leg with a fatal alert of ours (a refused site and no page possible). Pump afterwards.
 * Once a ServerHello went by OpenSSL lets nobody choose an alert: the leg then breaks without one.
 */
void leg_refuse(struct leg *l, uint8_t alert);

struct evbuffer *leg_cipher_out(struct leg *l); /* to the pipe */
struct evbuffer *leg_plain_in(struct leg *l);   /* from the peer */
struct evbuffer *leg_plain_out(struct leg *l);  /* to the peer */
/* Ciphertext that was fed and not yet read by OpenSSL. */
size_t leg_cipher_pending(const struct leg *l);

const struct leg_facts *leg_facts(const struct leg *l);
/* Server leg: what of the phone's offer (leg_server_ask.like) is missing in ours, "groups A, B;
 * cipher suites C"; empty: nothing. */
const char *leg_unlike(const struct leg *l);
/* Server leg: the last CertificateRequest; NULL: none came. */
const struct leg_request *leg_request(const struct leg *l);
/* Once the certificate is there: the chain exactly as sent, of the site on a server leg, of the
 * client on a client leg; yours (free with cert_chain_free). NULL and *e when it cannot be read
 * (too many, too large, not parsable). */
struct cert_chain *leg_give_chain(struct leg *l, struct err *e);
/* Stapled OCSP response and TLS SCT list (RFC 6962 §3.3) as received; borrowed; NULL when none. */
const uint8_t *leg_staple(const struct leg *l, size_t *len);
const uint8_t *leg_scts(const struct leg *l, size_t *len);

#endif
