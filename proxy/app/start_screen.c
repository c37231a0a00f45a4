#include "start_screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cert/ca.h"
#include "net/addr.h"
#include "net/upstream.h"
#include "qr.h"
#include "reach.h"
#include "relay/guests.h"
#include "relay/mirror.h"
#include "term.h"
#include "web/web.h"

enum { LABEL = 10, VALUE = 26 };

static void find_proxy_address(const struct start_facts *facts, char *out, size_t cap)
{
    char host[HOST_CAP];
    uint16_t port;

    reach_find_own(facts->reach, host, &port);
    host_port_text(out, cap, host, port);
}

static void fact(
    const struct term *t, struct text *out, const char *label, const char *value, const char *more)
{
    term_style(t, out, TERM_FINE);
    text_add(out, term_shape(t, SHAPE_FINE));
    term_style(t, out, TERM_PLAIN);
    text_printf(out, " %-*s", LABEL, label);
    size_t used = term_name(t, out, value, 80);
    if (*more)
        term_pad(out, used < VALUE ? VALUE - used : 1);
    text_printf(out, "%s\n", more);
}

static void roots_line(const struct term *t, const struct start_facts *facts, struct text *out)
{
    bool apple = strcmp(facts->roots, "apple") == 0, mozilla = strcmp(facts->roots, "mozilla") == 0;
    struct text more = {0};

    if (!apple)
        text_printf(&more, "%zu roots in ", facts->n_roots);
    text_add_safe(&more, facts->roots_from, strlen(facts->roots_from), 200);
    if (apple && facts->roots_old)
        text_add(&more, ", getting old: whytls doctor");
    fact(t, out, "Judged by",
        apple     ? "Apple's roots"
        : mozilla ? "Mozilla's roots"
                  : "your own roots",
        text_str(&more));
    text_fini(&more);
}

/* Who has to pass what on the way in and out. */
static void roads_lines(const struct term *t, const struct start_facts *facts, struct text *out)
{
    const struct reach *reach = facts->reach;
    char text[ADDR_TEXT_CAP];

    for (size_t i = 0; i < reach->n_listeners; i++)
        if (reach->behind_balancer[i])
            fact(t, out, "Balanced",
                addr_port_text(text, (const struct sockaddr *)&reach->listeners[i]),
                "the PROXY protocol alone");
    if (facts->guests) {
        snprintf(text, sizeof text, "%zu user%s", guests_count(facts->guests),
            guests_count(facts->guests) == 1 ? "" : "s");
        fact(t, out, "Login", text, "HTTP Basic, or SOCKS5");
    }
    for (size_t i = 0; facts->upstreams && i < upstreams_count(facts->upstreams); i++) {
        const struct upstream *one = upstreams_at(facts->upstreams, i);

        fact(t, out, i ? "" : "Upstream", one->name, *one->pattern ? one->pattern : "every host");
    }
    if (reach_name_servers(reach))
        fact(t, out, "Names", reach_name_servers(reach), "instead of the system's resolver");
}

static void facts_lines(
    const struct term *t, const struct start_facts *facts, const char *proxy, struct text *out)
{
    char day[TIME_TEXT_CAP], more[160], value[64];

    snprintf(more, sizeof more, "%s, %zu thread%s",
        facts->reach->any_client ? "any client" : "private addresses only", facts->threads,
        facts->threads == 1 ? "" : "s");
    fact(t, out, "Proxy", proxy, more);
    roads_lines(t, facts, out);
    for (size_t i = 0; i < facts->reach->n_gates; i++) {
        const struct reach_gate *gate = &facts->reach->gates[i];

        fact(t, out, "Gateway", addr_port_text(value, (const struct sockaddr *)&gate->at),
            gate->how == TRANSPARENT_TPROXY ? "as tproxy rules turn to it"
                                            : "as redirect rules turn to it");
    }
    snprintf(more, sizeof more, "valid to %s, key 0600%s", time_day(day, ca_until(facts->ca)),
        facts->root_made ? ", new" : "");
    fact(t, out, "Root", ca_name(facts->ca), more);
    roots_line(t, facts, out);
    snprintf(value, sizeof value, "%zu of %zu on", facts->rules_awake, facts->rules);
    fact(t, out, "Rules", value, "");
    fact(t, out, "Data", facts->data_dir, "");
    if (facts->log)
        fact(t, out, "Log", facts->log, "");
    if (facts->web) {
        struct text url = {0};

        web_url(facts->web, &url);
        term_style(t, out, TERM_FINE);
        text_add(out, term_shape(t, SHAPE_FINE));
        term_style(t, out, TERM_PLAIN);
        text_printf(out, " %-*s%s\n", LABEL, "Look", text_str(&url));
        text_fini(&url);
    }
    if (facts->lab)
        fact(t, out, "Lab", "*.lab.test", "each site with one fault: whytls lab --list");
}

static const char *next_line(const char **at, size_t *n)
{
    const char *line = *at, *end = strchr(line, '\n');

    *n = end ? (size_t)(end - line) : strlen(line);
    *at = end ? end + 1 : line + *n;
    return line;
}

static size_t widest(const char *const *lines, size_t n)
{
    size_t most = 0;

    for (size_t i = 0; i < n; i++)
        most = term_columns(lines[i]) > most ? term_columns(lines[i]) : most;
    return most;
}

static void steps(
    const struct term *t, const struct start_facts *facts, const char *proxy, struct text *out)
{
    char url[128], set_up[200], settings[200], fetch[200], try_it[240];
    struct text square = {0};
    size_t columns = 0, n;

    snprintf(url, sizeof url, "http://%s/", proxy);
    snprintf(set_up, sizeof set_up, "   2  Settings > Wi-Fi > (i) > Configure Proxy > Manual: %s",
        proxy);
    snprintf(settings, sizeof settings, "   1  Join it to this Wi-Fi; open %s in Safari.", url);
    snprintf(fetch, sizeof fetch, "   curl %swhytls.pem > root.pem", url);
    snprintf(try_it, sizeof try_it, "   curl -x http://%s --cacert root.pem https://%s/", proxy,
        facts->lab ? "good.lab.test" : "www.example.org");
    const char *const right[] = {"", "Set up a phone", "", settings, set_up,
        "   3  Install the profile, then switch on full trust:",
        "      General > About > Certificate Trust Settings.", "", "No phone at hand?", "", fetch,
        try_it};
    const size_t n_right = sizeof right / sizeof right[0];
    bool shown = t->utf8 && t->width >= TERM_USUAL && qr_write(url, t->colour, &square, &columns);
    /* A line that the terminal breaks would tear the square apart: then it stands above the steps.
     */
    bool beside = shown && columns + 2 + widest(right, n_right) <= (size_t)t->width;
    const char *at = text_str(&square);
    if (shown && !beside)
        text_add(out, at);
    for (size_t i = 0; (beside && *at) || i < n_right; i++) {
        if (beside && *at) {
            const char *line = next_line(&at, &n);

            text_add_n(out, line, n);
        } else if (beside) {
            term_pad(out, columns);
        }
        text_printf(out, "%s%s\n", beside ? "  " : "", i < n_right ? right[i] : "");
    }
    text_fini(&square);
}

/* Loud: whoever browses through this proxy would take such a certificate for an attack. */
static void faults(const struct term *t, const struct start_facts *facts, struct text *out)
{
    size_t n = mirror_plan_count(facts->mirror);

    if (!n)
        return;
    text_add_char(out, '\n');
    term_style(t, out, TERM_WARNING);
    text_printf(out, "%s FAULTS ARE SHOWN ON PURPOSE to apps that use this proxy:\n",
        term_shape(t, SHAPE_WARNING));
    term_style(t, out, TERM_PLAIN);
    for (size_t i = 0; i < n; i++) {
        text_add(out, "     ");
        mirror_order_say(facts->mirror, i, out);
        text_add_char(out, '\n');
    }
    text_add(out, "  Use it for tests alone. Hosts that Apple pins are left out.\n"
                  "  What the apps made of it: whytls review LOG (of --log FILE).\n");
}

void start_screen_write(const struct term *t, const struct start_facts *facts, struct text *out)
{
    char proxy[ADDR_TEXT_CAP + 16];

    find_proxy_address(facts, proxy, sizeof proxy);
    term_style(t, out, TERM_BOLD);
    text_add(out, "whytls " WHYTLS_VERSION);
    term_style(t, out, TERM_PLAIN);
    text_printf(out, " %s the proxy that says why\n\n", term_shape(t, SHAPE_DOT));
    facts_lines(t, facts, proxy, out);
    text_add_char(out, '\n');
    steps(t, facts, proxy, out);
    faults(t, facts, out);
    text_add(out, "\nWaiting for the first connection.  Ctrl-C ends.\n\n");
}

void start_screen(const struct term *t, const struct start_facts *facts)
{
    struct text out = {0};

    start_screen_write(t, facts, &out);
    fputs(text_str(&out), stderr);
    text_fini(&out);
}
