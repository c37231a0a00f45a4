#include "dial_facts.h"

#include "flow.h"
#include "net/addr.h"
#include "net/dial.h"

static void fill_via(struct flow *f, struct flow_dial *dial, const struct dial_result *result)
{
    if (*result->via)
        dial->via = flow_text(f, result->via);
    if (result->via_status)
        dial->via_status = result->via_status;
    if (*result->via_asks)
        dial->via_asks = flow_text(f, result->via_asks);
    if (*result->via_says)
        dial->via_says = flow_text(f, result->via_says);
}

static void fill_hints(struct flow *f, struct flow_dial *dial, const struct site_hints *hints)
{
    struct flow_dial_hints *out = dial->hints = FLOW_MAKE(f, dial_hints);
    char address[ADDR_TEXT_CAP];

    out->ech = hints->ech;
    if (*hints->target)
        out->target = flow_text(f, hints->target);
    if (hints->port)
        out->port = hints->port;
    for (size_t i = 0; i < hints->n_alpns; i++)
        flow_texts_add(f, &out->alpn, hints->alpns[i]);
    for (size_t i = 0; i < hints->n_addresses; i++)
        flow_texts_add(f, &out->addresses, addr_text(address, &hints->addresses[i].any));
}

void flow_fill_dial(struct flow *f, const struct dial_result *result)
{
    struct flow_dial *dial = FLOW_MAKE(f, dial);

    dial->error = dial_error_name(result->error);
    dial->ms = result->ms;
    dial->dns = result->dns;
    if (result->dead_family) {
        dial->dead_family = result->dead_family;
        dial->dead_family_error = dial_error_name(result->dead_family_error);
    }
    fill_via(f, dial, result);
    if (result->has_hints)
        fill_hints(f, dial, &result->hints);
    for (size_t i = 0; i < result->n_tried; i++)
        flow_texts_add(f, &dial->addresses, result->tried[i]);
    f->dial = dial;
    for (size_t i = 0; i < result->n_aliases; i++)
        flow_texts_add(f, &f->target->aliases, result->aliases[i]);
}
