/* net/second_look.h - why did the name servers fail? c-ares passes over a server that says
 * SERVFAIL or REFUSED, and forgets which it was; so the first that answers is asked once more,
 * this time not to check signatures. Private to net/. */
#ifndef WHYTLS_NET_SECOND_LOOK_H
#define WHYTLS_NET_SECOND_LOOK_H

#include "dns_channel.h"

/* `raw` channel. Calls back once, maybe at once, also when the channel goes:
 * RESOLVE_SERVFAIL, RESOLVE_REFUSED, RESOLVE_BOGUS or RESOLVE_UNREACHABLE. */
void second_look(struct dns_channel *raw, const char *host,
    void (*done)(void *arg, enum resolve_error why), void *arg);

#endif
