/* wire/dns_message.h - the answers of a DNS message (RFC 1035 §4), one after the other. Names are
 * passed over, not read: no pointer is ever followed. Pure. */
#ifndef WHYTLS_WIRE_DNS_MESSAGE_H
#define WHYTLS_WIRE_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/read.h"

enum dns_rcode { DNS_NOERROR = 0, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_REFUSED = 5 };
enum { DNS_CLASS_IN = 1, DNS_TYPE_A = 1, DNS_TYPE_HTTPS = 65 };

struct dns_message {
    unsigned rcode;
    unsigned n_answers; /* that are still to come */
    struct cursor rest; /* failed once the message broke off */
};

struct dns_record {
    unsigned type, class;
    uint32_t ttl_s;
    struct cursor data; /* borrowed from the message */
};

/* False: no answer, or broken off within its questions. */
bool dns_message_open(struct dns_message *m, const uint8_t *bytes, size_t len);
/* The next answer; false: there is none, or it is broken. */
bool dns_message_next(struct dns_message *m, struct dns_record *out);

#endif
