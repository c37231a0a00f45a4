/* flow/retry.h - what a second handshake says of the first, which the site refused before it
 * showed anything of itself. Pure. Used by explain/, relay/. */
#ifndef WHYTLS_FLOW_RETRY_H
#define WHYTLS_FLOW_RETRY_H

#include <stdbool.h>

#include "flow/legs.h"

/* RFC 6761 §6.5: reserved, so that no site has a reason of its own against it. */
#define RETRY_OTHER_HOST "example.com"

/* How the site is asked the second time. */
enum retry_way {
    RETRY_WIDE = 0,   /* with all that there is, TLS 1.2 at most */
    RETRY_OTHER_NAME, /* as at first, by another name */
    RETRY_COMPARE,    /* the same, to see the certificate that another name is shown */
};

/* server_leg.retry and .retry_found. `found` is borrowed from the facts; NULL: nothing to say. */
struct retry_finding {
    const char *what, *found;
};

/* May a site that ended like this have more to say? */
bool retry_may_tell(const struct leg_facts *first);
/* Does the next way promise anything once this one came to nothing? */
bool retry_goes_on(enum retry_way way, const struct leg_facts *first);
/* `offer` is what the client offered, and we repeated. */
struct retry_finding retry_read(
    enum retry_way way, const struct flow_hello *offer, const struct leg_facts *second);

#endif
