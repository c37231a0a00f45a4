/* relay/history_key.h - under which device, app and host a relay's behaviour is remembered. Private
 * to relay/. */
#ifndef WHYTLS_RELAY_HISTORY_KEY_H
#define WHYTLS_RELAY_HISTORY_KEY_H

#include "device/history.h"

struct relay;

/* How far back a success of the same client at the same host counts as "beside" an unused
 * connection. */
enum { BESIDE_MS = 10000 };

struct history_key history_key_of(const struct relay *r);

#endif
