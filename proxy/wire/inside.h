/* wire/inside.h - what is spoken inside TLS, when it is no HTTP? From the first bytes of the
 * client, for the record: what it is called changes nothing in how it is relayed. Pure. */
#ifndef WHYTLS_WIRE_INSIDE_H
#define WHYTLS_WIRE_INSIDE_H

#include <stddef.h>
#include <stdint.h>

/* "mqtt", "xmpp", "amqp", "ldap"; "unknown" for all else, too few bytes among it. Static. */
const char *inside_name(const uint8_t *bytes, size_t len);

#endif
