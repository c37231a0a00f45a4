/* net/dns_channel.h - c-ares on the loop of one thread: its sockets and its timeouts. Private to
 * net/. */
#ifndef WHYTLS_NET_DNS_CHANNEL_H
#define WHYTLS_NET_DNS_CHANNEL_H

#include <ares.h>
#include <stdbool.h>

#include "base/attrib.h"
#include "net/resolve.h"

struct dns_channel;

/* `raw`: messages are handed over as they come, failures as well, and may be longer than 512
 * bytes. */
struct dns_channel *dns_channel_new(
    struct loop *l, const struct resolver_config *config, bool raw, struct err *e) MUST_USE;
/* c-ares calls back for every question that is open. NULL is fine. */
void dns_channel_free(struct dns_channel *c);
ares_channel dns_channel_ares(struct dns_channel *c);
/* After a question: wakes up for its timeouts. */
void dns_channel_arm(struct dns_channel *c);
/* One question on a raw channel; `flags` are bits of the header (RFC 1035 §4.1.1). Calls back once,
 * maybe at once; not a word of the callback's `abuf` is read by then. */
void dns_channel_ask(struct dns_channel *c, const char *host, int type, unsigned flags,
    ares_callback done, void *arg);

enum { DNS_CHECKING_DISABLED = 0x10 }; /* RFC 4035 §3.2.2 */

#endif
