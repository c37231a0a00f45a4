/* lab/quirk_wire.h - faults of a server that are made below OpenSSL: in the bytes that it reads and
 * writes. */
#ifndef WHYTLS_LAB_QUIRK_WIRE_H
#define WHYTLS_LAB_QUIRK_WIRE_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/attrib.h"

/* Servers of this context do not see RFC 5746's signal in a ClientHello, and so do not answer it.
 */
void quirk_hide_rfc5746(SSL_CTX *ctx);
/* From the end of the handshake on the last bit of everything that is written is flipped. The
 * connection has its socket. */
bool quirk_spoil_records(SSL *ssl) MUST_USE;

#endif
