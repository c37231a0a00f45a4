/* tests/support/phone.h - a simulated phone: a TLS client on another stack than ours (GnuTLS), over
 * memory, that can distrust the root, pin a key, have a wrong clock, and refuse in each of the ways
 * that are seen in the field. */
#ifndef WHYTLS_TESTS_SUPPORT_PHONE_H
#define WHYTLS_TESTS_SUPPORT_PHONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evbuffer;

/* When and how a phone that does not like our leaf says so. */
enum phone_refusal {
    REFUSE_BY_ALERT_BEFORE = 0, /* instead of its Finished: `alert` */
    REFUSE_BY_FIN_BEFORE,
    REFUSE_BY_RST_BEFORE,
    REFUSE_BY_ALERT_AFTER, /* after its Finished, before a byte of data */
    REFUSE_BY_FIN_AFTER,
    REFUSE_BY_RST_AFTER,
    REFUSE_BY_CLOSE_NOTIFY_AFTER,
    N_REFUSALS
};

struct phone_config {
    const char *host;     /* SNI, and the name that is looked for */
    const char *versions; /* "1.2", "1.3", or NULL: both */
    const char *root_pem; /* what it trusts; NULL: not our root */
    const uint8_t *pin;   /* SHA-256 of the only certificate it accepts; NULL: any */
    int64_t clock_s;      /* what it thinks the time is */
    enum phone_refusal refusal;
    int alert;     /* RFC 8446 §6; 0: 46 certificate_unknown, as Apple's stack says for most */
    bool careless; /* takes any certificate */
    bool spare;    /* content with everything, but closes without using the connection */
    bool no_alpn;
    const char *alpn; /* offers this protocol, and no other; NULL: HTTP */
    bool h2;          /* offers HTTP/2 before HTTP/1.1 */
    bool h2_only;     /* … and nothing else */
    const char
        *identity_pem; /* what it shows when it is asked: a certificate and its key; NULL: none */
    bool goes_mute;    /* sends its ClientHello and nothing after it */
    struct phone *resumes; /* the session of this one, which must have ended in order or still be
                              open; NULL: a new one */
};

enum phone_end { PHONE_GOES_ON = 0, PHONE_FIN, PHONE_RST };

struct phone *phone_new(const struct phone_config *config);
void phone_free(struct phone *p);
/* Takes what the network brought. */
void phone_feed(struct phone *p, struct evbuffer *in);
/* Goes as far as it can; what is to be sent lies in phone_out. Gives how it wants the connection to
 * end, once. */
enum phone_end phone_pump(struct phone *p);
struct evbuffer *phone_out(struct phone *p);
/* Application data, once the handshake is complete. */
void phone_says(struct phone *p, const char *text);
void phone_says_n(struct phone *p, const void *bytes, size_t n);
/* close_notify alone: it still listens. */
void phone_ends(struct phone *p);
bool phone_is_open(const struct phone *p);
bool phone_resumed(const struct phone *p);
bool phone_refused(const struct phone *p);
const char *phone_heard(const struct phone *p); /* plaintext received so far */
size_t phone_heard_len(const struct phone *p);
void phone_forget(struct phone *p);
/* The fatal alert that it was sent, or -1. */
int phone_alerted(const struct phone *p);

#endif
