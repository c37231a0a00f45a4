/* wire/alert.h - TLS alerts by number and name (alert.def). */
#ifndef WHYTLS_WIRE_ALERT_H
#define WHYTLS_WIRE_ALERT_H

#include <stdint.h>

/* Static text; "unknown" for a number that no RFC names. */
const char *alert_name(uint8_t number);
/* The document that defines it, or NULL. */
const char *alert_source(uint8_t number);
/* "warning", "fatal" or "unknown", RFC 5246 §7.2. TLS 1.3 has the level implied by the number and
 * ignores it. */
const char *alert_level_name(uint8_t level);

#endif
