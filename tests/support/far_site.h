/* tests/support/far_site.h - a site over memory, on plain OpenSSL: it shows a chain of the test's
 * making, and has every bad habit that sites have. It answers nothing by itself; the test speaks
 * for it. */
#ifndef WHYTLS_TESTS_SUPPORT_FAR_SITE_H
#define WHYTLS_TESTS_SUPPORT_FAR_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evbuffer;
struct far_site;
struct mint;

enum far_manner {
    FAR_TLS = 0,
    FAR_PLAIN,             /* no TLS at all: its bytes are what the test says */
    FAR_PLAIN_TEXT_TO_TLS, /* answers a ClientHello as a plain web server does */
    FAR_CLOSES,            /* FIN as soon as bytes come */
    FAR_RESETS,            /* RST as soon as bytes come */
    FAR_STALLS,            /* takes everything, says nothing */
    FAR_GARBAGE,           /* a ServerHello that is none */
    FAR_ALERT_NAME,        /* alert 112 unrecognized_name, RFC 6066 §3 */
    FAR_RESETS_HALFWAY,    /* sends its first flight in part, then RST */
    FAR_CLOSES_AFTER,      /* shakes hands, then closes in order at once */
    FAR_RESETS_AFTER,      /* shakes hands, then RST */
    FAR_RENOUNCES_AFTER,   /* shakes hands, then a fatal alert 80 internal_error */
};

enum { FAR_CHAIN_MOST = 6 };

struct far_site_config {
    enum far_manner manner;
    const struct mint *chain[FAR_CHAIN_MOST]; /* leaf first, up to NULL */
    int min_version, max_version;             /* 0x0303, 0x0304; 0: OpenSSL's own bounds */
    const char *ciphers;                      /* of TLS 1.2; NULL: OpenSSL's own */
    const char *alpn;             /* the one protocol it chooses when offered; NULL: none */
    bool demands_certificate;     /* of the client */
    bool asks_certificate;        /* takes none as well */
    const struct mint *client_ca; /* whose certificates it takes; NULL: any */
    bool names_client_ca;         /* … and says so when it asks */
    const uint8_t *scts;          /* a list of SCTs for who asks (RFC 6962 §3.3.1); NULL: none */
    size_t scts_len;
    const uint8_t *staple; /* an OCSP response for who asks; NULL: none */
    size_t staple_len;
};

enum far_end { FAR_GOES_ON = 0, FAR_FIN, FAR_RST };

struct far_site *far_site_new(const struct far_site_config *config);
void far_site_free(struct far_site *s);
/* Takes what the network brought; the peer's FIN. */
void far_site_feed(struct far_site *s, struct evbuffer *in);
void far_site_eof(struct far_site *s);
/* Goes as far as it can; what is to be sent lies in far_site_out. Gives how it wants the connection
 * to end, once. */
enum far_end far_site_pump(struct far_site *s);
struct evbuffer *far_site_out(struct far_site *s);

/* A site that was FAR_PLAIN begins TLS with the next byte (STARTTLS). */
void far_site_upgrades(struct far_site *s);
/* Asks for a certificate now (RFC 8446 §4.6.2); false when the client never said that it answers.
 */
bool far_site_asks_late(struct far_site *s);
bool far_site_got_certificate(const struct far_site *s);
bool far_site_is_open(const struct far_site *s);
const char *far_site_sni(const struct far_site *s);     /* that it was asked for; "" when none */
const char *far_site_version(const struct far_site *s); /* "TLSv1.3" */
/* Plaintext: said, heard so far, and the latter taken out. */
void far_site_says(struct far_site *s, const char *text);
void far_site_says_n(struct far_site *s, const void *bytes, size_t n);
const char *far_site_heard(struct far_site *s);
size_t far_site_heard_len(const struct far_site *s);
void far_site_forget(struct far_site *s);
/* close_notify and FIN; FIN alone; RST. */
void far_site_closes(struct far_site *s);
/* close_notify alone: it still listens. */
void far_site_ends(struct far_site *s);
void far_site_cuts(struct far_site *s);
void far_site_resets(struct far_site *s);
bool far_site_saw_close_notify(const struct far_site *s);
bool far_site_saw_eof(const struct far_site *s);
/* The fatal alert that it was sent, or -1. */
int far_site_alerted(const struct far_site *s);

#endif
