/* relay/stage_self.c - a request to whytls itself is answered, and the connection ends with it. It
 * came straight to our address, through the proxy in clear, or inside TLS: then it is a test page,
 * and to have asked for it is proof that the phone trusts our root. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "device/clock_witness.h"
#include "device/memory.h"
#include "flow/facts.h"
#include "history_key.h"
#include "http/h1.h"
#include "onboard/site.h"

static const char scheme[] = "http://";

/* "/x" of "http://host/x". */
static const char *path_of(const char *target)
{
    if (strncasecmp(target, scheme, sizeof scheme - 1) != 0)
        return target;
    const char *path = target + sizeof scheme - 1 + strcspn(target + sizeof scheme - 1, "/?#");
    return *path ? path : "/";
}

bool self_is_asked(const struct relay *r, const char *host, uint16_t port)
{
    const struct own_address *own = relay_world(r)->own;

    return site_is_host(host) || own->is_own(own->arg, host, port);
}

/* The page at one of our own addresses may read what whytls.test answers. */
static bool is_own_origin(const struct relay *r, const char *origin)
{
    char host[HOST_CAP];
    uint16_t port;

    return origin && text_starts(origin, scheme) &&
           host_port_parse(
               origin + sizeof scheme - 1, strlen(origin) - sizeof scheme + 1, 80, host, &port) &&
           self_is_asked(r, host, port);
}

static bool own_clock_is_wrong(const struct relay *r)
{
    struct clock_view view;

    clock_witness_read(relay_world(r)->witness, clock_wall_ms(relay_world(r)->clock) / 1000, &view);
    return !strcmp(view.state, "wrong");
}

/* A resumed leg showed no certificate: it proves nothing. */
static bool proves_trust(const struct relay *r)
{
    const struct leg *leg = r->side[LEG_CLIENT].leg;

    return leg && !leg_facts(leg)->resumed;
}

static void send_answer(struct relay *r, const struct h1_head *head)
{
    struct text out = {0};
    struct history_key key = history_key_of(r);
    bool absolute = text_starts(head->target, scheme);
    char host[HOST_CAP];
    uint16_t port;

    relay_world(r)->own->find(relay_world(r)->own->arg, host, &port);
    const struct site_ask ask = {
        .method = head->method,
        .path = path_of(head->target),
        .authority = r->side[LEG_CLIENT].leg ? NULL : h1_field(head, "Host"),
        .host = host,
        .port = port,
        .agent = h1_field(head, "User-Agent"),
        .origin = h1_field(head, "Origin"),
        .through = absolute || r->side[LEG_CLIENT].leg,
        .tls = proves_trust(r),
        .own_origin = is_own_origin(r, h1_field(head, "Origin")),
        .own_clock_wrong = own_clock_is_wrong(r),
        .now_ms = clock_wall_ms(relay_world(r)->clock),
        .history = relay_world(r)->history,
        .key = &key,
    };

    site_answer(relay_world(r)->site, &ask, &out);
    evbuffer_add(side_out(&r->side[LEG_CLIENT]), text_str(&out), out.len);
    side_flush(&r->side[LEG_CLIENT]);
    text_fini(&out);
}

/* Is there a request to answer? Else the next stage is in *next. */
static bool read_request(struct relay *r, enum stage *next)
{
    struct side *client = &r->side[LEG_CLIENT];

    if (!r->h1[LEG_CLIENT])
        r->h1[LEG_CLIENT] = h1_new(H1_REQUESTS);
    switch (r->head_waits ? H1_HEAD : h1_next(r->h1[LEG_CLIENT], side_in(client), NULL)) {
    case H1_HEAD:
        r->head_waits = false;
        return true;
    case H1_BAD:
        *next = STAGE_DRAIN;
        return false;
    case H1_NEED_MORE:
    case H1_BODY:
    case H1_END:
    case H1_UPGRADED:
        break;
    }
    *next = relay_is_draining(r)     ? STAGE_DRAIN
            : side_has_ended(client) ? client_gone(r)
                                     : STAGE_SELF;
    return false;
}

enum stage stage_self(struct relay *r)
{
    enum stage next;

    if (r->side[LEG_CLIENT].leg)
        side_pump(&r->side[LEG_CLIENT]);
    if (!read_request(r, &next))
        return next;
    const struct h1_head *head = h1_head(r->h1[LEG_CLIENT]);
    r->flow->entry = "self";
    if (h1_field(head, "User-Agent"))
        flow_set_agent(r->flow, h1_field(head, "User-Agent"));
    if (!r->flow->target->host)
        flow_set_target(r->flow, SITE_HOST, 80, "url");
    if (proves_trust(r)) {
        struct history_key key = history_key_of(r);

        r->accepted = true;
        device_probe(relay_world(r)->history, &key, true, clock_wall_ms(relay_world(r)->clock));
    }
    send_answer(r, head);
    return STAGE_DRAIN;
}
