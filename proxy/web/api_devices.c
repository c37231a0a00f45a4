/* api_devices.c - the phones; declared in api.h. */
#include "api.h"

#include <inttypes.h>
#include <string.h>

#include "answer.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "body.h"
#include "desk.h"
#include "device/facts.h"
#include "device/history.h"
#include "device/memory.h"
#include "device/roll.h"
#include "device_checks.h"
#include "request.h"
#include "store/database.h"
#include "store/device_rows.h"
#include "web.h"

enum { PINS_MOST = 50, UNSEEN_DAYS = 2, DAY_MS = 24 * 3600 * 1000 };

static void put_time(struct json_out *j, const char *key, int64_t ms)
{
    char at[TIME_TEXT_CAP];

    json_put_text(j, key, ms > 0 ? time_rfc3339_ms(at, ms) : NULL);
}

/* --- what is told of one --- */

static void put_sentence(const struct device_facts *f, struct json_out *j)
{
    static const char *const words[N_DEVICE_STATES] = {
        [DEVICE_READ] = "It trusts our root: its traffic is read.",
        [DEVICE_REFUSES] = "It refuses our certificates: nothing of it can be read.",
        [DEVICE_CLOCK_WRONG] = "Its clock is wrong, so certificates look expired to it.",
        [DEVICE_SET_UP_BEGUN] = "It has the profile; nothing shows yet that it trusts our root.",
        [DEVICE_SEEN] = "It was seen, and nothing shows whether it trusts our root.",
    };
    struct text says = {0};

    text_add(&says, words[f->state]);
    if (f->n_accepted)
        text_printf(&says, " %zu host%s accepted.", f->n_accepted, f->n_accepted == 1 ? "" : "s");
    if (f->n_refused)
        text_printf(&says, " %zu refused.", f->n_refused);
    json_put_text(j, "sentence", text_str(&says));
    text_fini(&says);
}

static void put_checks(const struct device_step steps[static N_DEVICE_CHECKS], struct json_out *j)
{
    json_key(j, "checks");
    json_array(j);
    for (enum device_check i = 0; i < N_DEVICE_CHECKS; i++) {
        json_object(j);
        json_put_text(j, "name", device_check_name(i));
        json_put_text(j, "state", check_state_name(steps[i].state));
        json_put_text(j, "says", steps[i].says);
        json_object_end(j);
    }
    json_array_end(j);
}

static void put_clock(const struct device_setup *s, int64_t now_ms, struct json_out *j)
{
    json_key(j, "clock");
    json_object(j);
    json_put_text(j, "state", device_clock_state(s, now_ms));
    if (s->clock_known)
        json_put_int(j, "offset_s", s->clock_offset_ms / 1000);
    else
        json_put_null(j, "offset_s");
    json_object_end(j);
}

static void put_apps(const struct device_facts *f, struct json_out *j)
{
    json_key(j, "apps");
    json_array(j);
    for (size_t i = 0; i < f->n_apps; i++) {
        json_object(j);
        json_put_text(j, "name", f->apps[i].name);
        json_put_int(j, "hosts_accepted", (int64_t)(f->apps[i].hosts - f->apps[i].hosts_refused));
        json_put_int(j, "hosts_refused", (int64_t)f->apps[i].hosts_refused);
        json_object_end(j);
    }
    json_array_end(j);
}

/* A host that says no on a phone that trusts us has its own idea of whom to trust. */
static void put_pins(const struct device_facts *f, struct json_out *j)
{
    size_t n = 0;

    json_key(j, "pins");
    json_array(j);
    for (size_t i = 0; f->state == DEVICE_READ && i < f->n_hosts && n < PINS_MOST; i++) {
        const char *host = f->hosts[i].host;
        bool told = false;

        for (size_t k = 0; k < i && !told; k++)
            told = !strcmp(f->hosts[k].host, host) && device_host_refuses(&f->hosts[k]);
        if (!device_host_refuses(&f->hosts[i]) || told)
            continue;
        json_text(j, host);
        n++;
    }
    json_array_end(j);
}

static void put_unseen(const struct device_facts *f, int64_t now_ms, struct json_out *j)
{
    const struct device_row *row = f->row;

    json_key(j, "not_seen");
    json_array(j);
    if (row->relay_asked)
        json_text(j, "iCloud Private Relay is on: what goes that way does not come through us.");
    if (now_ms - row->last_seen_ms > UNSEEN_DAYS * (int64_t)DAY_MS)
        json_text(
            j, "Nothing was heard of it for days: iOS goes past a proxy that it cannot reach.");
    if (!f->n_hosts)
        json_text(j, "No app of it was seen yet.");
    json_text(
        j, "QUIC: most apps fall back to TLS over TCP behind a proxy, which is what is shown.");
    json_array_end(j);
}

static void put_hosts(const struct device_facts *f, int64_t now_ms, struct json_out *j)
{
    json_key(j, "hosts");
    json_array(j);
    for (size_t i = 0; i < f->n_hosts; i++) {
        const struct host_row *h = &f->hosts[i];
        int64_t accepted, refused;

        roll_counts(h, now_ms, &accepted, &refused);
        json_object(j);
        json_put_text(j, "host", h->host);
        json_put_text(j, "app", h->app);
        json_put_int(j, "accepted", accepted);
        json_put_int(j, "refused", refused);
        put_time(j, "last_at", h->used_ms);
        json_put_text(j, "way", device_host_refuses(h) ? refusal_way_name(h->refusal.way) : NULL);
        json_object_end(j);
    }
    json_array_end(j);
}

static void put_device(
    const struct web_config *web, const struct device_facts *f, bool whole, struct json_out *j)
{
    const struct device_row *row = f->row;
    int64_t now_ms = clock_wall_ms(web->clock);
    struct device_step steps[N_DEVICE_CHECKS];

    device_checks_find(
        f, web->house.root_sha256 ? web->house.root_sha256(web->house.arg) : NULL, steps);
    json_put_text(j, "id", row->id);
    api_put_maybe(j, "name", row->name);
    json_put_text(j, "ip", row->ip);
    json_put_text(j, "family", row->family);
    api_put_maybe(j, "os_version", row->os_version);
    put_time(j, "first_seen", row->setup.first_seen_ms);
    put_time(j, "last_seen", row->last_seen_ms);
    json_put_text(j, "state", device_readiness(f));
    put_sentence(f, j);
    put_checks(steps, j);
    put_clock(&row->setup, now_ms, j);
    put_apps(f, j);
    put_pins(f, j);
    put_unseen(f, now_ms, j);
    json_put_text(j, "next", device_next_step(f, steps));
    if (whole)
        put_hosts(f, now_ms, j);
}

/* --- lists --- */

void api_devices(struct desk *desk, const struct request *r, struct answer *out)
{
    const struct web_config *web = desk_web(desk);
    int64_t now_ms = clock_wall_ms(web->clock);
    struct device_facts facts;
    struct json_out j;
    size_t n;
    struct device_row *rows = roll_devices(web->history, &n);

    (void)r;
    answer_json(out, &j);
    json_key(&j, "devices");
    json_array(&j);
    for (size_t i = 0; i < n; i++) {
        device_facts_read(web->history, &rows[i], now_ms, &facts);
        json_object(&j);
        put_device(web, &facts, false, &j);
        json_object_end(&j);
        device_facts_fini(&facts);
    }
    json_array_end(&j);
    mem_free(rows);
    json_key(&j, "onboarding");
    if (web->house.onboarding)
        web->house.onboarding(web->house.arg, &j);
    else
        json_null(&j);
    json_object_end(&j);
}

void api_device(struct desk *desk, const struct request *r, struct answer *out)
{
    const struct web_config *web = desk_web(desk);
    struct device_facts facts;
    struct json_out j;
    size_t n, i = 0;
    struct device_row *rows = roll_devices(web->history, &n);

    while (i < n && strcmp(rows[i].id, r->parts[3]) != 0)
        i++;
    if (i < n) {
        device_facts_read(web->history, &rows[i], clock_wall_ms(web->clock), &facts);
        answer_json(out, &j);
        put_device(web, &facts, true, &j);
        json_object_end(&j);
        device_facts_fini(&facts);
    } else {
        answer_error(out, 404, "there is no device of this id");
    }
    mem_free(rows);
}

/* --- changes --- */

/* In the file as a command would, so that it is done even if we end now; and in memory at once. */
static bool change(struct desk *desk, const char *id, const char *name, bool *known, struct err *e)
{
    struct device_history *history = desk_web(desk)->history;
    struct database *db = desk_memory(desk, e);
    bool filed = false;
    bool right = db && (name ? device_rows_name(db, id, name, &filed, e)
                             : device_rows_forget(db, id, &filed, e));

    *known = name ? device_name(history, id, name) : device_forget(history, id);
    *known = *known || filed;
    database_close(db);
    return right;
}

static void answer_change(struct desk *desk, const char *id, const char *name, struct answer *out)
{
    struct err e = {0};
    bool known;

    if (!change(desk, id, name, &known, &e))
        answer_err(out, &e);
    else if (!known)
        answer_error(out, 404, "there is no device of this id");
    else
        out->status = 204;
}

void api_device_name(struct desk *desk, const struct request *r, struct answer *out)
{
    struct body body;

    if (!body_take(&body, r, out))
        return;
    if (body_text(&body, "name"))
        answer_change(desk, r->parts[3], body_text(&body, "name"), out);
    else
        answer_error(out, 400, "{\"name\": …}; an empty one takes it away");
    body_fini(&body);
}

void api_device_forget(struct desk *desk, const struct request *r, struct answer *out)
{
    answer_change(desk, r->parts[3], NULL, out);
}
