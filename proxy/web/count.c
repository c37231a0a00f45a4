#include "count.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "flow/flow.h"
#include "flow/outcome.h"
#include "store/sink.h"
#include "web.h"

/* Causes and ways in are of our own lists; a rule package may bring more. */
enum { NAMES_MOST = 1024 };

enum result { RESULT_DONE = 0, RESULT_RESUMED, RESULT_ALERT, RESULT_BROKEN, N_RESULTS };

static const char *const result_names[N_RESULTS] = {
    [RESULT_DONE] = "done",
    [RESULT_RESUMED] = "resumed",
    [RESULT_ALERT] = "alert",
    [RESULT_BROKEN] = "broken",
};

struct web_count {
    pthread_mutex_t lock;
    uint64_t outcomes[N_OUTCOMES], client[N_RESULTS], server[N_RESULTS];
    uint64_t exchanges, bytes_in, bytes_out, notes, ms;
    struct map *causes, *entries; /* to uint64_t, owned */
    struct map *rules;            /* to struct web_rule_count, owned */
    bool came;                    /* since the last flush; the store's thread alone */
    atomic_bool news;
};

struct web_count *web_count_new(void)
{
    struct web_count *c = mem_new(sizeof *c);

    pthread_mutex_init(&c->lock, NULL);
    c->causes = map_new();
    c->entries = map_new();
    c->rules = map_new();
    return c;
}

void web_count_free(struct web_count *c)
{
    if (!c)
        return;
    map_free(c->causes, mem_free);
    map_free(c->entries, mem_free);
    map_free(c->rules, mem_free);
    pthread_mutex_destroy(&c->lock);
    mem_free(c);
}

/* --- as flows come --- */

static void add_name(struct map *names, const char *name)
{
    uint64_t *n = map_get(names, name);

    if (!n) {
        if (map_len(names) == NAMES_MOST)
            return;
        n = mem_new(sizeof *n);
        map_put(names, name, n);
    }
    ++*n;
}

static enum result result_of(bool done, bool resumed, bool alerted)
{
    if (done)
        return resumed ? RESULT_RESUMED : RESULT_DONE;
    return alerted ? RESULT_ALERT : RESULT_BROKEN;
}

static void add_legs(struct web_count *c, const struct flow *f)
{
    const struct flow_client_leg *client = f->client_leg;
    const struct flow_server_leg *server = f->server_leg;

    /* A leg without a version or an end has not begun TLS: it was passed unread, or never opened.
     */
    if (client && (client->version || client->symptom))
        c->client[result_of(client->finished, client->resumed, client->alert != NULL)]++;
    if (server && (server->version || server->symptom))
        c->server[result_of(server->version && !server->symptom, false, server->alert != NULL)]++;
    if (client) {
        c->bytes_in += (uint64_t)client->bytes_in;
        c->bytes_out += (uint64_t)client->bytes_out;
    }
}

static struct web_rule_count *rule_of(struct web_count *c, const char *by)
{
    static const char prefix[] = "rule:";
    struct web_rule_count *one;

    if (!by || !text_starts(by, prefix))
        return NULL;
    if (!(one = map_get(c->rules, by + sizeof prefix - 1)) && map_len(c->rules) < NAMES_MOST) {
        one = mem_new(sizeof *one);
        map_put(c->rules, by + sizeof prefix - 1, one);
    }
    return one;
}

static void add_hit(struct web_count *c, const char *by, int64_t at_ms)
{
    struct web_rule_count *one = rule_of(c, by);

    if (one && one->last_ms != at_ms)
        one->hits++;
    if (one)
        one->last_ms = at_ms;
}

/* Faults are told under the codes of hook/watch.c. */
static void add_rules(struct web_count *c, const struct flow *f)
{
    for (size_t i = 0; i < f->n_diagnosis; i++)
        for (size_t k = 0; k < f->diagnosis[i].by.n; k++)
            add_hit(c, f->diagnosis[i].by.at[k], f->at_ms);
    for (size_t i = 0; i < f->n_notes; i++) {
        const char *code = f->notes[i].code;
        struct web_rule_count *one;

        if (!strcmp(code, "rules/fault") && (one = rule_of(c, f->notes[i].by)))
            one->faults++;
        else if (!strcmp(code, "rules/off") && (one = rule_of(c, f->notes[i].by)))
            one->is_failed = true;
        else
            add_hit(c, f->notes[i].by, f->at_ms);
    }
}

static void take_flow(void *arg, const struct flow *f)
{
    struct web_count *c = arg;

    pthread_mutex_lock(&c->lock);
    c->outcomes[flow_outcome(f)]++;
    c->exchanges += f->n_exchanges + (uint64_t)f->n_exchanges_cut;
    c->notes += f->n_notes;
    c->ms += f->ms > 0 ? (uint64_t)f->ms : 0;
    add_legs(c, f);
    add_rules(c, f);
    if (f->entry)
        add_name(c->entries, f->entry);
    if (f->n_diagnosis)
        add_name(c->causes, f->diagnosis[0].cause);
    pthread_mutex_unlock(&c->lock);
    c->came = true;
}

/* The keeper, which stands before, has committed. */
static void flush(void *arg)
{
    struct web_count *c = arg;

    if (c->came)
        atomic_store(&c->news, true);
    c->came = false;
}

void web_count_open(struct web_count *c, struct sink *out)
{
    *out = (struct sink){.flow = take_flow, .flush = flush, .arg = c};
}

void web_count_rule(struct web_count *c, const char *id, struct web_rule_count *out)
{
    pthread_mutex_lock(&c->lock);
    const struct web_rule_count *one = map_get(c->rules, id);
    *out = one ? *one : (struct web_rule_count){0};
    pthread_mutex_unlock(&c->lock);
}

static bool work_again(void *arg, const char *key, void *value)
{
    (void)arg, (void)key;
    ((struct web_rule_count *)value)->is_failed = false;
    return true;
}

void web_count_rules_anew(struct web_count *c)
{
    pthread_mutex_lock(&c->lock);
    map_each(c->rules, work_again, NULL);
    pthread_mutex_unlock(&c->lock);
}

bool count_has_news(struct web_count *c)
{
    return atomic_exchange(&c->news, false);
}

/* --- as text --- */

static void family(struct text *out, const char *name, const char *kind, const char *about)
{
    text_printf(out, "# HELP whytls_%s %s\n# TYPE whytls_%s %s\n", name, about, name, kind);
}

struct labelled {
    struct text *out;
    const char *metric, *label;
};

/* Values of labels: \ " and line feeds are escaped (the text format, 0.0.4). */
static bool put_name(void *arg, const char *key, void *value)
{
    const struct labelled *l = arg;

    text_printf(l->out, "whytls_%s{%s=\"", l->metric, l->label);
    for (; *key; key++) {
        if (*key == '\\' || *key == '"')
            text_add_char(l->out, '\\');
        text_add_char(l->out, *key == '\n' ? ' ' : *key);
    }
    text_printf(l->out, "\"} %" PRIu64 "\n", *(const uint64_t *)value);
    return true;
}

static void put_names(
    struct text *out, const char *metric, const char *label, const struct map *names)
{
    struct labelled l = {.out = out, .metric = metric, .label = label};

    map_each(names, put_name, &l);
}

static void put_legs(struct text *out, const char *leg, const uint64_t counts[static N_RESULTS])
{
    for (size_t i = 0; i < N_RESULTS; i++)
        text_printf(out, "whytls_handshakes_total{leg=\"%s\",result=\"%s\"} %" PRIu64 "\n", leg,
            result_names[i], counts[i]);
}

void count_metrics(struct web_count *c, struct text *out)
{
    pthread_mutex_lock(&c->lock);
    family(out, "connections_total", "counter", "Connections that have ended, by outcome.");
    for (size_t i = 0; i < N_OUTCOMES; i++)
        text_printf(out, "whytls_connections_total{outcome=\"%s\"} %" PRIu64 "\n",
            outcome_name((enum outcome)i), c->outcomes[i]);
    family(out, "entries_total", "counter", "Connections that have ended, by the way they came.");
    put_names(out, "entries_total", "entry", c->entries);
    family(out, "handshakes_total", "counter", "TLS handshakes, by leg and result.");
    put_legs(out, "client", c->client);
    put_legs(out, "server", c->server);
    family(out, "causes_total", "counter", "Connections with a diagnosis, by its first cause.");
    put_names(out, "causes_total", "cause", c->causes);
    family(out, "exchanges_total", "counter", "Requests that were read.");
    text_printf(out, "whytls_exchanges_total %" PRIu64 "\n", c->exchanges);
    family(out, "notes_total", "counter", "Notes of rules and plugins.");
    text_printf(out, "whytls_notes_total %" PRIu64 "\n", c->notes);
    family(out, "bytes_total", "counter", "Bytes inside TLS, as clients sent and got them.");
    text_printf(out, "whytls_bytes_total{way=\"from-client\"} %" PRIu64 "\n", c->bytes_in);
    text_printf(out, "whytls_bytes_total{way=\"to-client\"} %" PRIu64 "\n", c->bytes_out);
    family(out, "connection_seconds_total", "counter", "How long connections were open, in all.");
    text_printf(out, "whytls_connection_seconds_total %.3f\n", (double)c->ms / 1000);
    pthread_mutex_unlock(&c->lock);
}
