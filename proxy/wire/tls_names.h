/* wire/tls_names.h - IANA's names of versions, cipher suites, groups and signature schemes. */
#ifndef WHYTLS_WIRE_TLS_NAMES_H
#define WHYTLS_WIRE_TLS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

enum { TLS_NAME_CAP = 56 };

/* Each gives static text, or "0x1a2b" in buf for a number without a name. GREASE (RFC 8701) is
 * "GREASE". */
const char *tls_version_name(uint16_t version, char buf[static TLS_NAME_CAP]);
const char *tls_cipher_name(uint16_t cipher, char buf[static TLS_NAME_CAP]);
const char *tls_group_name(uint16_t group, char buf[static TLS_NAME_CAP]);
const char *tls_sigalg_name(uint16_t scheme, char buf[static TLS_NAME_CAP]);
bool tls_is_grease(uint16_t number);

#endif
