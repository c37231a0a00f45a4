#include "retry.h"

#include <string.h>
#include <strings.h>

/* RFC 8446 §6.2: those that stand for "not with this offer". Others name their reason (the name,
 * the protocol, a certificate that is missing), or are the site's own trouble. */
static bool is_about_the_offer(uint8_t alert)
{
    return alert == 10 /* unexpected_message */ || alert == 40 /* handshake_failure */ ||
           alert == 47 /* illegal_parameter */ || alert == 50 /* decode_error */ ||
           alert == 70 /* protocol_version */ || alert == 71 /* insufficient_security */;
}

bool retry_may_tell(const struct leg_facts *first)
{
    if (first->server_hello || first->not_tls)
        return false;
    return first->alert.seen ? !first->alert.from_client && is_about_the_offer(first->alert.number)
                             : first->eof;
}

bool retry_goes_on(enum retry_way way, const struct leg_facts *first)
{
    /* Whoever cuts a connection may go by the name; whoever sends an alert speaks TLS. */
    return way == RETRY_WIDE && !first->alert.seen;
}

static bool is_among(const struct flow_texts *offered, const char *name)
{
    for (size_t i = 0; i < offered->n; i++)
        if (strcasecmp(offered->at[i], name) == 0) /* x25519, and X25519 */
            return true;
    return false;
}

static struct retry_finding read_wide(
    const struct flow_hello *offer, const struct leg_facts *second)
{
    if (!second->finished && !second->certificate)
        return (struct retry_finding){"nothing", NULL};
    if (strcmp(second->version, "TLSv1.2") != 0)
        return (struct retry_finding){"version", second->version};
    if (!is_among(&offer->ciphers, second->cipher))
        return (struct retry_finding){"cipher", second->cipher};
    if (second->group[0] && offer->groups.n && !is_among(&offer->groups, second->group))
        return (struct retry_finding){"group", second->group};
    if (offer->max_version && strcmp(offer->max_version, "TLSv1.3") == 0)
        return (struct retry_finding){"newer-version", second->version};
    return (struct retry_finding){"works", second->cipher};
}

struct retry_finding retry_read(
    enum retry_way way, const struct flow_hello *offer, const struct leg_facts *second)
{
    if (way == RETRY_WIDE)
        return read_wide(offer, second);
    bool answers = second->server_hello || (second->alert.seen && !second->alert.from_client);
    return (struct retry_finding){answers ? "name" : "nothing", NULL};
}
