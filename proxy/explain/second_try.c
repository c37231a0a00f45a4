#include "second_try.h"

#include <string.h>

#include "base/host.h"
#include "base/log.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "flow/retry.h"
#include "probe.h"
#include "wire/client_hello.h"

/* What we offered, as a record tells it: of a flow of its own, as there is no client here. NULL:
 * nothing went out. */
static struct flow *offer_of(const struct probe *first)
{
    struct client_hello hello;
    const char *why;

    if (!first->hello.len || client_hello_read((const uint8_t *)text_str(&first->hello),
                                 first->hello.len, &hello, &why) != HELLO_READY)
        return NULL;
    struct flow *offer = flow_new("offer", 0);

    flow_fill_hello(offer, &hello);
    client_hello_fini(&hello);
    return offer;
}

/* False: it came to nothing. */
static bool try_way(
    const struct probe *first, enum retry_way way, const struct flow *offer, struct flow *f)
{
    struct probe p = {
        .wide = way == RETRY_WIDE, .other_sni = way == RETRY_OTHER_NAME ? RETRY_OTHER_HOST : NULL};
    struct retry_finding finding = {"nothing", NULL};
    struct err e = {0};

    if (!probe_run(&p, first->ask, &e)) {
        log_warn("cannot begin the second try: %s", e.text);
        return false;
    }
    if (p.leg)
        finding = retry_read(way, offer->client_leg->hello, leg_facts(p.leg));
    f->server_leg->retry = finding.what;
    f->server_leg->retry_found = flow_text(f, finding.found);
    probe_fini(&p);
    return strcmp(finding.what, "nothing") != 0;
}

void second_try(const struct probe *first, struct flow *f)
{
    const struct leg_facts *facts = leg_facts(first->leg);
    bool has_name = first->ask->host && !host_is_ip(first->ask->host);

    if (first->late || facts->certificate_requested || !retry_may_tell(facts))
        return;
    struct flow *offer = offer_of(first);

    if (!offer)
        return;
    if (!try_way(first, RETRY_WIDE, offer, f) && has_name && retry_goes_on(RETRY_WIDE, facts))
        try_way(first, RETRY_OTHER_NAME, offer, f);
    flow_free(offer);
}
