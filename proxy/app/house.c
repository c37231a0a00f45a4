#include "house_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/host.h"
#include "base/json_out.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cert/ca.h"
#include "cert/leaf_cache.h"
#include "device/clock_witness.h"
#include "net/addr.h"
#include "pool.h"
#include "qr.h"
#include "reach.h"
#include "rule_set.h"
#include "script/rules.h"
#include "self_audit.h"
#include "store/writer.h"
#include "vitals.h"

void house_init(struct house *h)
{
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->served_now, NULL);
}

void house_close(struct house *h)
{
    pthread_mutex_lock(&h->lock);
    h->is_closing = true;
    pthread_cond_broadcast(&h->served_now);
    pthread_mutex_unlock(&h->lock);
}

void house_fini(struct house *h)
{
    text_fini(&h->says);
    pthread_cond_destroy(&h->served_now);
    pthread_mutex_destroy(&h->lock);
}

/* --- health --- */

static enum web_state put_line(
    struct json_out *lines, const char *name, enum web_state state, const char *says)
{
    static const char *const names[] = {
        [WEB_FINE] = "fine", [WEB_WARNING] = "warning", [WEB_FAILING] = "failing"};

    json_object(lines);
    json_put_text(lines, "name", name);
    json_put_text(lines, "state", names[state]);
    json_put_text(lines, "says", says);
    json_object_end(lines);
    return state;
}

static enum web_state put_listening(const struct house *h, struct json_out *lines)
{
    char where[ADDR_TEXT_CAP];
    struct text says = {0};

    for (size_t i = 0; i < h->reach->n_listeners; i++)
        text_printf(&says, "%s%s", i ? ", " : "",
            addr_port_text(where, (const struct sockaddr *)&h->reach->listeners[i]));
    put_line(lines, "listening", WEB_FINE, text_str(&says));
    text_fini(&says);
    return WEB_FINE;
}

static enum web_state put_clock(const struct house *h, struct json_out *lines)
{
    char off[TIME_TEXT_CAP], says[120];
    struct clock_view view;

    clock_witness_read(h->witness, clock_wall_ms(h->clock) / 1000, &view);
    if (!strcmp(view.state, "right"))
        return put_line(lines, "clock", WEB_FINE, "This machine's clock agrees with other sites'.");
    if (strcmp(view.state, "wrong") != 0)
        return put_line(lines, "clock", WEB_FINE,
            "This machine's clock has not been compared with enough sites yet.");
    snprintf(says, sizeof says, "This machine's clock is off by %s: certificates look wrong.",
        time_duration(off, view.offset_s));
    return put_line(lines, "clock", WEB_FAILING, says);
}

static enum web_state put_root(const struct house *h, struct json_out *lines)
{
    int64_t now = clock_wall_ms(h->clock) / 1000, left = ca_until(h->ca) - now;
    char day[TIME_TEXT_CAP], says[120];

    snprintf(says, sizeof says, "Our root is valid to %s%s.", time_day(day, ca_until(h->ca)),
        left < ROOT_ENDS_SOON_S ? ": whytls ca renew, then install the new one on the phones" : "");
    return put_line(lines, "root",
        left < 0                  ? WEB_FAILING
        : left < ROOT_ENDS_SOON_S ? WEB_WARNING
                                  : WEB_FINE,
        says);
}

static enum web_state put_store(const struct house *h, struct json_out *lines)
{
    uint64_t refused = store_refused(h->store);
    char says[120];

    if (refused) {
        snprintf(says, sizeof says, "The disk is too slow: %" PRIu64 " connections were not kept.",
            refused);
        return put_line(lines, "store", WEB_WARNING, says);
    }
    return put_line(lines, "store", WEB_FINE,
        h->keeps_flows ? "Connections are kept." : "Connections are not kept (--keep-days 0).");
}

static enum web_state put_rules(const struct house *h, struct json_out *lines)
{
    struct rules *rules = rule_set_hold(h->rules);
    char says[120];
    size_t all, awake;

    rules_count(rules, &all, &awake);
    rules_unref(rules);
    snprintf(says, sizeof says, "%zu of %zu rules are on.", awake, all);
    return put_line(lines, "rules", WEB_FINE, says);
}

static enum web_state health(void *arg, struct json_out *lines)
{
    static enum web_state (*const all[])(const struct house *h, struct json_out *lines) = {
        put_listening, put_clock, put_root, put_store, put_rules};
    enum web_state worst = WEB_FINE;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        enum web_state state = all[i](arg, lines);

        worst = state > worst ? state : worst;
    }
    return worst;
}

/* --- figures --- */

static void family(
    struct text *out, const char *name, const char *kind, const char *about, uint64_t value)
{
    text_printf(out, "# HELP whytls_%s %s\n# TYPE whytls_%s %s\nwhytls_%s %" PRIu64 "\n", name,
        about, name, kind, name, value);
}

static void put_pool(struct pool *pool, struct text *out)
{
    struct pool_figures f;

    pool_figures(pool, &f);
    family(out, "threads", "gauge", "Traffic threads.", f.threads);
    family(out, "connections_open", "gauge", "Connections that are open now.", f.open);
    family(out, "rule_visits_total", "counter", "Calls of rules and plugins.", f.visits);
    family(
        out, "rule_faults_total", "counter", "Calls of rules and plugins that failed.", f.faults);
}

static void metrics(void *arg, struct text *out)
{
    struct house *h = arg;
    struct rules *rules = rule_set_hold(h->rules);
    struct leaf_cache_figures leaves;
    size_t all, awake;

    rules_count(rules, &all, &awake);
    rules_unref(rules);
    leaf_cache_figures(h->leaves, &leaves);
    family(out, "leaves_minted_total", "counter", "Certificates that were minted.", leaves.minted);
    family(
        out, "leaf_cache_hits_total", "counter", "Certificates that were at hand.", leaves.found);
    family(out, "leaf_cache_entries", "gauge", "Certificates that are kept at hand.", leaves.kept);
    family(out, "store_waiting", "gauge", "Connections that wait for the store.",
        store_waiting(h->store));
    family(out, "store_refused_total", "counter", "Connections that found no room in its queue.",
        store_refused(h->store));
    family(out, "store_stripped_total", "counter",
        "Connections of which the store had to let go what was said.", store_stripped(h->store));
    family(out, "rules", "gauge", "Rules that there are.", all);
    family(out, "rules_awake", "gauge", "Rules that are called.", awake);
    put_pool(h->pool, out);
    vitals_metrics("/proc/self", out);
}

/* --- what is shown of the rest --- */

static void onboarding(void *arg, struct json_out *j)
{
    const struct house *h = arg;
    char host[HOST_CAP], where[HOST_CAP + 8], url[HOST_CAP + 32];
    struct text path = {0};
    size_t size = 0;
    uint16_t port;

    reach_find_own(h->reach, host, &port);
    snprintf(url, sizeof url, "http://%s/", host_port_text(where, sizeof where, host, port));
    json_object(j);
    json_put_text(j, "url", url);
    json_key(j, "qr");
    json_object(j);
    qr_path(url, &path, &size);
    json_put_int(j, "size", (int64_t)size);
    json_put_text(j, "path", text_str(&path));
    json_object_end(j);
    json_object_end(j);
    text_fini(&path);
}

static const char *root_sha256(void *arg)
{
    const struct house *h = arg;

    return ca_sha256(h->ca);
}

struct web_house house_of(struct house *h)
{
    struct web_house house = {.arg = h,
        .health = health,
        .metrics = metrics,
        .onboarding = onboarding,
        .root_sha256 = root_sha256};

    house_give_roots(&house);
    house_give_rules(&house);
    house_give_explain(&house);
    return house;
}
