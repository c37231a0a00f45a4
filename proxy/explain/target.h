/* explain/target.h - what was asked about, when it is no file: a host, how it is spoken to, and
 * where. Pure. */
#ifndef WHYTLS_EXPLAIN_TARGET_H
#define WHYTLS_EXPLAIN_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/host.h"
#include "wire/mail.h"

struct target {
    char host[HOST_CAP];
    uint16_t port;
    enum mail_protocol mail; /* MAIL_NONE: no mail server */
    bool starttls;           /* plain first, then an upgrade; else TLS from the first byte */
};

/* HOST[:PORT], or an address with https://, imap://, imaps://, smtp://, smtps://, submission://,
 * pop3:// or pop3s://. Without a scheme the well-known ports of mail tell the protocol (RFC 8314
 * §3). False: *e says what would do. */
bool target_parse(const char *text, struct target *out, struct err *e) MUST_USE;

#endif
