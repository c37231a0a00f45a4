/* wire/alert.h - TLS alerts by number and name (alert.def). */
#ifndef WHYTLS_WIRE_ALERT_H
#define WHYTLS_WIRE_ALERT_H

#include <stdint.h>

/* Static text; "unknown" for a number that no RFC names. */
const char *alert_name(uint8_t number);
/* The document that defines it, or NULL. */
const char *alert_source(uint8_t number);

#endif
