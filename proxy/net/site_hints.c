#include "site_hints.h"

#include <stdio.h>
#include <string.h>

#include "wire/dns_message.h"
#include "wire/svcb.h"

/* A zone has a handful of them; more are passed over. */
enum { RECORDS_MOST = 16 };

static void add_alpns(struct site_hints *out, const struct svcb *one)
{
    for (size_t i = 0; i < one->n_alpns; i++) {
        bool known = out->n_alpns == SITE_HINTS_ALPNS_MOST;

        for (size_t j = 0; j < out->n_alpns && !known; j++)
            known = strcmp(out->alpns[j], one->alpns[i]) == 0;
        if (!known)
            snprintf(out->alpns[out->n_alpns++], SITE_HINTS_ALPN_CAP, "%s", one->alpns[i]);
    }
}

static union addr *next_address(struct site_hints *out)
{
    return out->n_addresses == SITE_HINTS_ADDRESSES_MOST ? NULL
                                                         : &out->addresses[out->n_addresses++];
}

static void add_addresses(struct site_hints *out, const struct svcb *one)
{
    union addr *to;

    for (size_t i = 0; i < one->n_v6 && (to = next_address(out)) != NULL; i++) {
        to->v6.sin6_family = AF_INET6;
        memcpy(&to->v6.sin6_addr, one->v6[i], sizeof one->v6[i]);
    }
    for (size_t i = 0; i < one->n_v4 && (to = next_address(out)) != NULL; i++) {
        to->v4.sin_family = AF_INET;
        memcpy(&to->v4.sin_addr, one->v4[i], sizeof one->v4[i]);
    }
}

/* RFC 9460 §2.4.1: of several records, the one with the smallest priority goes first. */
static void add(struct site_hints *out, const struct svcb *one, unsigned *first)
{
    if (one->priority < *first) {
        *first = one->priority;
        snprintf(out->target, sizeof out->target, "%s", one->target);
        out->port = one->port;
    }
    out->ech = out->ech || one->ech;
    add_alpns(out, one);
    add_addresses(out, one);
}

bool site_hints_read(const uint8_t *bytes, size_t len, struct site_hints *out, int64_t *ttl_s)
{
    unsigned first = UINT16_MAX + 1u;
    struct dns_message message;
    struct dns_record record;
    struct svcb one;

    *out = (struct site_hints){0};
    if (!dns_message_open(&message, bytes, len) || message.rcode != DNS_NOERROR)
        return false;
    for (int n = 0; n < RECORDS_MOST && dns_message_next(&message, &record); n++) {
        if (record.type != DNS_TYPE_HTTPS || record.class != DNS_CLASS_IN ||
            !svcb_read(record.data, &one) || one.needs_more)
            continue;
        add(out, &one, &first);
        if (record.ttl_s < *ttl_s)
            *ttl_s = record.ttl_s;
    }
    return first <= UINT16_MAX;
}
