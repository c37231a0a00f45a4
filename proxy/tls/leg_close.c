#include "leg_priv.h"

#include <stdio.h>
#include <string.h>

#include <event2/buffer.h>

#include <openssl/err.h>

#include "base/text.h"

enum { FIRST_BYTES = 2, SHOWN_BYTES = 48, SHOWN_MOST = 120 };

void leg_break_for(struct leg *l, const char *why)
{
    l->state = LEG_BROKEN;
    leg_facts_shaken(l);
    if (!l->facts.error[0])
        snprintf(l->facts.error, sizeof l->facts.error, "%s", why);
    ERR_clear_error();
}

/* The last error is the one that TLS itself makes of what its libraries say. */
static const char *fault_of(unsigned long code)
{
    if (ERR_GET_LIB(code) != ERR_LIB_SSL)
        return NULL;
    switch (ERR_GET_REASON(code)) {
    case SSL_R_BAD_SIGNATURE:
        return "bad-signature";
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
        return "bad-record";
    case SSL_R_DIGEST_CHECK_FAILED:
        return "bad-finished";
    default:
        return NULL;
    }
}

void leg_break(struct leg *l)
{
    l->facts.fault = fault_of(ERR_peek_last_error());
    unsigned long code = ERR_peek_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;

    if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_EXCESSIVE_MESSAGE_SIZE)
        reason = "a handshake message is larger than we take (512 KiB for certificates)";
    if (!reason && l->facts.close_notify_in)
        reason = "close_notify during the handshake";
    leg_break_for(l, reason ? reason : "TLS failed without a reason");
}

/* A record of a handshake begins with its type and the version's 3 (RFC 8446 §5.1). */
static bool is_tls_start(const uint8_t *first, size_t n)
{
    return (first[0] == SSL3_RT_HANDSHAKE || first[0] == SSL3_RT_ALERT) &&
           (n < FIRST_BYTES || first[1] == 3);
}

bool leg_look(struct leg *l)
{
    uint8_t first[SHOWN_BYTES];
    struct text shown = {0};

    if (l->looked)
        return true;
    ev_ssize_t n = evbuffer_copyout(l->wire.in, first, sizeof first);
    if (n <= 0)
        return true;
    if (is_tls_start(first, (size_t)n)) {
        l->looked = n >= FIRST_BYTES;
        return l->looked;
    }
    l->facts.not_tls = true;
    text_add_safe(&shown, (const char *)first, (size_t)n, SHOWN_MOST);
    l->state = LEG_BROKEN;
    snprintf(l->facts.first_words, sizeof l->facts.first_words, "%.*s",
        (int)strcspn(text_str(&shown), "\\"), text_str(&shown));
    snprintf(l->facts.error, sizeof l->facts.error,
        "the peer does not speak TLS; it began with \"%s\"", text_str(&shown));
    text_fini(&shown);
    return false;
}

void leg_shut(struct leg *l)
{
    l->shut = true;
}

void leg_send_close(struct leg *l)
{
    if (!l->shut || l->state != LEG_OPEN || evbuffer_get_length(l->plain_out) > 0)
        return;
    ERR_clear_error();
    if (SSL_shutdown(l->ssl) < 0) {
        leg_break(l);
        return;
    }
    l->facts.close_notify_out = true;
}

void leg_end(struct leg *l, bool record_waits)
{
    struct leg_facts *f = &l->facts;

    if (l->state == LEG_OPEN && f->close_notify_in && f->close_notify_out)
        l->state = LEG_CLOSED;
    if (!f->eof || record_waits)
        return;
    if (l->state == LEG_SHAKING) {
        leg_break_for(l, "the connection ended during the handshake");
    } else if (l->state == LEG_OPEN && !f->close_notify_in) {
        /* After our own close_notify nobody owes us one (RFC 8446 §6.1); before it, this may be a
         * truncation. */
        if (f->close_notify_out)
            l->state = LEG_CLOSED;
        else
            leg_break_for(l, "the connection ended without close_notify");
    }
}

/* OpenSSL has no call for an alert of one's choice. Before the keys change an alert is a plain
 * record (RFC 8446 §5.1), which we write; afterwards the leg just ends. */
void leg_refuse(struct leg *l, uint8_t alert)
{
    const uint8_t record[] = {SSL3_RT_ALERT, 3, 3, 0, 2, SSL3_AL_FATAL, alert};

    if (l->state == LEG_CLOSED || l->state == LEG_BROKEN)
        return;
    if (!l->facts.server_hello) {
        evbuffer_add(l->wire.out, record, sizeof record);
        l->facts.alert = (struct leg_alert){
            .seen = true, .from_client = l->side == LEG_SERVER, .fatal = true, .number = alert};
    }
    leg_break_for(l, "refused by us");
    evbuffer_drain(l->wire.in, evbuffer_get_length(l->wire.in));
}
