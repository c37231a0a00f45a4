/* onboard/pac.h - proxy auto-configuration: a script that sends each host through us but those that
 * can never be read, which go directly. */
#ifndef WHYTLS_ONBOARD_PAC_H
#define WHYTLS_ONBOARD_PAC_H

#include <stdint.h>

#include "base/text.h"

struct pinned_hosts;

/* The part that is the same for every client: the table of hosts, and the function. `pinned` may be
 * NULL. */
void pac_body(const struct pinned_hosts *pinned, struct text *out);
/* The whole script for a client that reaches us at this host and port. */
void pac_write(const struct text *body, const char *host, uint16_t port, struct text *out);

#endif
