/* relay/transparent.c - clients that a gateway turned to us. They know of no proxy: the first bytes
 * are those for the site, and the site is dialled at the address that the client had chosen, so
 * that what its own DNS told it is what is explained. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "device/roads.h"
#include "flow/facts.h"
#include "http/h1.h"
#include "net/dial.h"
#include "onboard/site.h"
#include "wire/sniff.h"

/* SNIFF_BYTES: as wire/sniff.h needs them. GREETING_MS: of mail and SSH it is the server that
 * speaks first; HTTP and TLS clients speak at once. */
enum { SNIFF_BYTES = 32, GREETING_MS = 1500, URL_PORT = 80 };

void transparent_start(struct relay *r, const struct relay_sent_to *to)
{
    snprintf(r->sent_to, sizeof r->sent_to, "%s", to->ip);
    snprintf(r->host, sizeof r->host, "%s", to->ip);
    r->sent_to_us = to->is_us;
    r->port = r->sent_to_port = to->port;
    r->flow->entry = "transparent";
    flow_set_target(r->flow, to->ip, to->port, "origdst");
}

static bool is_own_connection(const struct relay *r)
{
    const struct relay_world *world = relay_world(r);

    return world->is_ours && world->is_ours(world->is_ours_arg, r->ip, r->client_port);
}

/* To dial on would bring the connection here again, and again. */
static enum stage refuse_loop(struct relay *r, bool is_tls)
{
    /* alert 49 access_denied, RFC 8446 §6.2 */
    static const unsigned char alert[] = {21, 3, 1, 0, 2, 2, 49};

    flow_note_add(r->flow, "relay/loop", "medium",
        r->sent_to_us
            ? "The connection was meant for this machine itself, not for a site: it was not "
              "passed on. A phone must use this machine as its gateway, not name it as its target."
            : "The firewall turned the proxy's own connection back to the proxy: it was not passed "
              "on. Leave the proxy's own traffic alone, as deploy/nftables/up.sh does.",
        "proxy");
    r->flow->refused_by_us = true;
    if (is_tls) {
        evbuffer_add(side_out(&r->side[LEG_CLIENT]), alert, sizeof alert);
        side_flush(&r->side[LEG_CLIENT]);
    }
    return STAGE_DRAIN;
}

/* The client speaks to the site: what it says in there is the site's alone. */
static enum stage to_site(struct relay *r, enum stage next)
{
    r->is_connect = true;
    return next;
}

static enum stage wait_or_tunnel(struct relay *r, bool nothing_yet)
{
    const struct side *client = &r->side[LEG_CLIENT];
    int64_t waited = clock_steady_ms(relay_world(r)->clock) - r->stage_ms;

    if (client->eof || client->reset || relay_is_draining(r))
        return STAGE_DRAIN;
    mail_begin(r);
    bool greets = nothing_yet && r->mail != MAIL_NONE && !r->implicit;
    if (!nothing_yet || (!greets && waited < GREETING_MS))
        return STAGE_SNIFF;
    if (r->sent_to_us || is_own_connection(r))
        return refuse_loop(r, false);
    return to_site(r, hello_await_greeting(r));
}

enum stage transparent_sniff(struct relay *r)
{
    static const char connect[] = "CONNECT ";
    char first[SNIFF_BYTES] = "";
    ssize_t n = evbuffer_copyout(r->side[LEG_CLIENT].pipe->in, first, sizeof first);

    enum sniff what = sniff_bytes((const unsigned char *)first, n > 0 ? (size_t)n : 0);
    if (what == SNIFF_NEED_MORE)
        return wait_or_tunnel(r, n <= 0);
    if ((r->sent_to_us && what != SNIFF_HTTP) || is_own_connection(r))
        return refuse_loop(r, what == SNIFF_TLS);
    if (what != SNIFF_HTTP)
        return to_site(r, STAGE_HELLO);
    if (memcmp(first, connect, sizeof connect - 1) != 0 || r->sent_to_us)
        return STAGE_ENTRY;
    r->tunnel = true; /* to another proxy, which is asked in its own words */
    return to_site(r, STAGE_DECIDE);
}

void transparent_record(struct relay *r)
{
    struct roads *roads = relay_world(r)->roads;
    int64_t now_ms = clock_wall_ms(relay_world(r)->clock);
    struct flow_client *client = r->flow->client;
    struct roads_view view;

    if (!roads || r->road_recorded)
        return;
    r->road_recorded = true;
    if (!r->sent_to[0]) {
        roads_note_proxied(roads, r->ip, now_ms);
        return;
    }
    roads_read(roads, r->ip, r->sent_to, now_ms, &view);
    if (view.quic_ago_ms >= 0) {
        client->quic = view.quic_refused ? "refused" : "passed";
        client->quic_ago = view.quic_ago_ms;
    }
    int64_t proxied_ms = roads_take_bypass(roads, r->ip, now_ms);
    if (proxied_ms)
        client->proxied = proxied_ms / 1000;
}

/* RFC 9110 §7.2: the authority is that of an absolute target, else what Host says; a client of
 * HTTP/1.0 need not say it. False: it says something else than a host. */
static bool asked_host(
    const struct relay *r, const struct h1_head *head, char host[static HOST_CAP])
{
    static const char scheme[] = "http://";
    const char *authority = h1_field(head, "Host");
    uint16_t port;

    if (strncasecmp(head->target, scheme, sizeof scheme - 1) == 0)
        authority = head->target + sizeof scheme - 1;
    if (!authority || !*authority) {
        snprintf(host, HOST_CAP, "%s", r->sent_to);
        return true;
    }
    return host_port_parse(authority, strcspn(authority, "/?#"), URL_PORT, host, &port);
}

enum stage transparent_entry(struct relay *r, const struct h1_head *head)
{
    char host[HOST_CAP];

    if (!asked_host(r, head, host))
        return entry_refuse(r, "The Host field names no valid host (RFC 9112 3.2).");
    flow_set_agent(r->flow, h1_field(head, "User-Agent"));
    r->head_waits = true;
    if (r->sent_to_us || site_is_host(host))
        return STAGE_SELF;
    if (!host_is_ip(host)) {
        snprintf(r->named, sizeof r->named, "%s", host);
        flow_set_target(r->flow, host, r->port, "url");
    }
    return STAGE_DECIDE;
}

bool transparent_is_for_another(const struct relay *r, const struct h1_head *head)
{
    char host[HOST_CAP];

    return !asked_host(r, head, host) || strcmp(host, r->asked) != 0;
}

const char *transparent_dial_host(const struct relay *r)
{
    struct dialer *dialer = relay_world(r)->dialer;

    if (dialer->answers && dialer->answers(dialer, r->asked, r->port))
        return r->asked;
    return r->sent_to;
}
