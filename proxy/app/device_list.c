#include "device_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "device/facts.h"
#include "device/history.h"
#include "device/memory.h"
#include "device/roll.h"
#include "term.h"
#include "wire/alert.h"

/* FEW: refusing hosts, or apps, of a device in the list of all. INDENT: of what is said of it. */
enum { FEW = 4, INDENT = 4, NAME_COLUMNS = 28, WORD_COLUMNS = 16, HOST_COLUMNS = 34 };

static const struct {
    enum term_style style;
    enum term_shape shape;
    const char *word;
} states[N_DEVICE_STATES] = {
    [DEVICE_READ] = {TERM_FINE, SHAPE_FINE, "reading"},
    [DEVICE_REFUSES] = {TERM_FAULT, SHAPE_FAILING, "refuses us"},
    [DEVICE_CLOCK_WRONG] = {TERM_WARNING, SHAPE_WARNING, "clock wrong"},
    [DEVICE_SET_UP_BEGUN] = {TERM_WARNING, SHAPE_WARNING, "set-up begun"},
    [DEVICE_SEEN] = {TERM_PLAIN, SHAPE_NOTHING, "seen only"},
};

static const char *ago(char buf[static TIME_TEXT_CAP * 2], int64_t then_ms, int64_t now_ms)
{
    char span[TIME_TEXT_CAP];
    int64_t s = (now_ms - then_ms) / 1000;

    snprintf(buf, TIME_TEXT_CAP * 2, s < 1 ? "now" : "%s ago", time_duration(span, s));
    return buf;
}

/* Prose behind a label; what came from outside has been made harmless. */
static void line(const struct term *t, struct text *out, const char *word, struct text *prose)
{
    size_t at = term_label(t, out, word, INDENT);

    term_wrap(t, out, text_str(prose), at, at);
    text_clear(prose);
}

static void head_write(
    const struct term *t, const struct device_facts *f, int64_t now_ms, struct text *out)
{
    const struct device_row *row = f->row;
    char when[TIME_TEXT_CAP * 2];
    struct text prose = {0};
    bool narrow = t->width < TERM_NARROW;

    text_add(out, "  ");
    term_style(t, out, states[f->state].style);
    text_printf(out, "%s %s", term_shape(t, states[f->state].shape), states[f->state].word);
    term_style(t, out, TERM_PLAIN);
    if (narrow) {
        text_add_char(out, '\n');
        term_pad(out, INDENT);
    } else {
        term_pad(out, WORD_COLUMNS - 2 - term_columns(states[f->state].word));
    }
    term_style(t, out, TERM_BOLD);
    size_t used = term_text_cut(t, out, *row->name ? row->name : row->ip,
        narrow ? (size_t)t->width - INDENT : NAME_COLUMNS);
    term_style(t, out, TERM_PLAIN);
    if (narrow) {
        text_add_char(out, '\n');
        term_pad(out, INDENT);
    } else {
        term_pad(out, NAME_COLUMNS + 2 - used);
    }
    term_style(t, out, TERM_FAINT);
    text_printf(out, "%s", row->id);
    term_style(t, out, TERM_PLAIN);
    text_add_char(out, '\n');

    if (*row->name)
        text_printf(&prose, "%s, ", row->ip);
    text_add_safe(&prose,
        strcmp(row->family, "unknown") ? row->family : "what it is was never said",
        strlen(strcmp(row->family, "unknown") ? row->family : "what it is was never said"), 40);
    if (*row->os_version) {
        bool ios = !strcmp(row->family, "iPhone") || !strcmp(row->family, "iPad") ||
                   !strcmp(row->family, "unknown");

        text_add(&prose, ios ? ", iOS " : ", version ");
        text_add_safe(&prose, row->os_version, strlen(row->os_version), 20);
        text_add(&prose, ", as its apps say");
    }
    text_printf(&prose, "; last seen %s", ago(when, row->last_seen_ms, now_ms));
    line(t, out, "Device", &prose);
    text_fini(&prose);
}

static void setup_write(
    const struct term *t, const struct device_row *row, int64_t now_ms, struct text *out)
{
    const struct device_setup *s = &row->setup;
    char when[TIME_TEXT_CAP * 2], span[TIME_TEXT_CAP];
    struct text prose = {0};

    if (s->profile_fetched_ms) {
        text_printf(&prose, "profile fetched %s", ago(when, s->profile_fetched_ms, now_ms));
        if (*s->root_sha256_hex)
            text_printf(&prose, ", root %.4s…", s->root_sha256_hex);
    } else {
        text_add(&prose, "profile never fetched from here");
    }
    if (s->probe != DEVICE_PROBE_UNKNOWN)
        text_printf(&prose, "; test page %s %s",
            s->probe == DEVICE_PROBE_TRUSTED ? "trusted" : "refused",
            ago(when, s->probe_ms, now_ms));
    line(t, out, "Set-up", &prose);
    if (s->clock_known) {
        int64_t off_s = s->clock_offset_ms / 1000;

        if (off_s == 0)
            text_add(&prose, "right to the second");
        else
            text_printf(
                &prose, "%s %s", time_duration(span, off_s), off_s < 0 ? "behind" : "ahead");
        text_printf(&prose, ", read by the set-up page %s", ago(when, s->clock_read_ms, now_ms));
        line(t, out, "Clock", &prose);
    }
    text_fini(&prose);
}

/* "alert 46 (certificate_unknown)", "closed", "reset", "fell silent" */
static void how_write(const struct refusal *how, struct text *out)
{
    static const char *const words[N_REFUSAL_WAYS] = {
        [REFUSAL_UNKNOWN] = "refused",
        [REFUSAL_FIN] = "closed",
        [REFUSAL_RST] = "reset",
        [REFUSAL_TIMEOUT] = "fell silent",
    };

    if (how->way == REFUSAL_ALERT)
        text_printf(out, "alert %d %s", how->alert, alert_name(how->alert));
    else
        text_add(out, words[how->way]);
    if (how->version > 0x0300)
        text_printf(out, ", TLS 1.%d", how->version - 0x0301);
    if (how->finished)
        text_add(out, ", after the handshake");
}

static void refusal_write(
    const struct term *t, const struct host_row *row, int64_t now_ms, struct text *out)
{
    char when[TIME_TEXT_CAP * 2];
    struct text prose = {0};

    size_t at = term_label(t, out, "", INDENT), room = (size_t)t->width - at - 2;
    term_style(t, out, TERM_FAULT);
    text_printf(out, "%s ", term_shape(t, SHAPE_FAILING));
    term_style(t, out, TERM_PLAIN);
    size_t used = term_name(t, out, row->host, room < HOST_COLUMNS ? room : HOST_COLUMNS);
    text_add_char(out, ' ');
    how_write(&row->refusal, &prose);
    text_add(&prose, "; ");
    text_add_safe(&prose, row->app, strlen(row->app), 40);
    text_printf(&prose, ", %s", ago(when, row->last_refused_ms, now_ms));
    if (row->streak > 1)
        text_printf(&prose, ", %" PRIu32 " in a row", row->streak);
    if (row->tunnel_ms != HISTORY_NEVER)
        text_add(&prose, "; works when passed unread");
    term_wrap(t, out, text_str(&prose), at + 3 + used, at + 2);
    text_fini(&prose);
}

static void hosts_write(const struct term *t, const struct device_facts *f, size_t most,
    int64_t now_ms, struct text *out)
{
    struct text prose = {0};
    size_t told = 0, refusals = 0;

    text_printf(&prose, "%zu accepted us, %zu refused us", f->n_accepted, f->n_refused);
    line(t, out, "Hosts", &prose);
    for (size_t i = 0; i < f->n_hosts; i++) {
        if (!device_host_refuses(&f->hosts[i]))
            continue;
        refusals++;
        if (told == most)
            continue;
        told++;
        refusal_write(t, &f->hosts[i], now_ms, out);
    }
    if (refusals > told) {
        text_printf(&prose, "and %zu more: whytls devices show %s", refusals - told, f->row->id);
        line(t, out, "", &prose);
    }
    text_fini(&prose);
}

static void apps_write(
    const struct term *t, const struct device_facts *f, size_t most, struct text *out)
{
    struct text prose = {0};

    for (size_t i = 0; i < f->n_apps && i < most; i++) {
        const struct device_app *a = &f->apps[i];

        text_add(&prose, i ? "; " : "");
        text_add_safe(&prose, a->name, strlen(a->name), 40);
        if (*a->version) {
            text_add_char(&prose, ' ');
            text_add_safe(&prose, a->version, strlen(a->version), 20);
        }
        if (a->hosts_refused)
            text_printf(&prose, " (refuses at %zu of %zu)", a->hosts_refused, a->hosts);
    }
    if (f->n_apps > most)
        text_printf(&prose, "; and %zu more", f->n_apps - most);
    if (f->n_apps)
        line(t, out, "Apps", &prose);
    text_fini(&prose);
}

static void device_write(
    const struct term *t, const struct device_facts *f, bool all, int64_t now_ms, struct text *out)
{
    char when[TIME_TEXT_CAP * 2];
    struct text prose = {0};

    head_write(t, f, now_ms, out);
    setup_write(t, f->row, now_ms, out);
    hosts_write(t, f, all ? SIZE_MAX : FEW, now_ms, out);
    apps_write(t, f, all ? SIZE_MAX : FEW, out);
    if (f->row->apple_passed) {
        term_number(&prose, f->row->apple_passed);
        text_printf(&prose, " %s to Apple services passed through unread; they refuse any proxy",
            f->row->apple_passed == 1 ? "connection" : "connections");
        line(t, out, "Apple", &prose);
    }
    if (f->row->relay_asked) {
        text_add(&prose, "Private Relay was asked for ");
        term_number(&prose, f->row->relay_asked);
        text_printf(&prose, " %s, last %s: some Safari traffic may go round whytls",
            f->row->relay_asked == 1 ? "time" : "times", ago(when, f->row->relay_asked_ms, now_ms));
        line(t, out, "Not seen", &prose);
    }
    text_fini(&prose);
}

static void sum_write(
    const struct term *t, const size_t counts[static N_DEVICE_STATES], size_t n, struct text *out)
{
    struct text line = {0};
    size_t steps =
        counts[DEVICE_REFUSES] + counts[DEVICE_CLOCK_WRONG] + counts[DEVICE_SET_UP_BEGUN];

    text_printf(&line, "%zu %s: %zu read, %zu %s a step, %zu seen only.", n,
        n == 1 ? "device" : "devices", counts[DEVICE_READ], steps, steps == 1 ? "needs" : "need",
        counts[DEVICE_SEEN]);
    term_wrap(t, out, text_str(&line), 0, 0);
    text_fini(&line);
}

void device_list_write(const struct term *t, struct device_history *h, const char *id,
    int64_t now_ms, struct text *out)
{
    size_t n, counts[N_DEVICE_STATES] = {0};
    struct device_row *rows = roll_devices(h, &n);
    struct text cards = {0};

    for (size_t i = 0; i < n; i++) {
        struct device_facts f;

        if (id && strcmp(rows[i].id, id) != 0)
            continue;
        device_facts_read(h, &rows[i], now_ms, &f);
        counts[f.state]++;
        text_add(&cards, id ? "" : "\n");
        device_write(t, &f, id != NULL, now_ms, &cards);
        device_facts_fini(&f);
    }
    if (!id && n == 0)
        text_add(out, "No device yet. Start the proxy with whytls run, and point a phone's Wi-Fi "
                      "proxy at it.\n");
    else if (!id)
        sum_write(t, counts, n, out);
    text_add(out, text_str(&cards));
    text_fini(&cards);
    mem_free(rows);
}

static void put_time(struct json_out *j, const char *key, int64_t ms)
{
    char when[TIME_TEXT_CAP];

    json_put_text(j, key, ms > 0 ? time_rfc3339_ms(when, ms) : NULL);
}

static void put_some(struct json_out *j, const char *key, const char *s)
{
    json_put_text(j, key, *s ? s : NULL);
}

static void setup_json(struct json_out *j, const struct device_setup *s, int64_t now_ms)
{
    static const char *const probes[] = {[DEVICE_PROBE_UNKNOWN] = NULL,
        [DEVICE_PROBE_TRUSTED] = "trusted",
        [DEVICE_PROBE_REFUSED] = "refused"};

    json_key(j, "setup");
    json_object(j);
    put_time(j, "profile_fetched", s->profile_fetched_ms);
    put_some(j, "root_sha256", s->root_sha256_hex);
    json_put_text(j, "probe", probes[s->probe]);
    put_time(j, "probe_at", s->probe_ms);
    put_time(j, "accepted", s->accepted_ms);
    json_object_end(j);
    json_key(j, "clock");
    json_object(j);
    json_put_text(j, "state", device_clock_state(s, now_ms));
    if (s->clock_known)
        json_put_int(j, "offset_ms", s->clock_offset_ms);
    else
        json_put_null(j, "offset_ms");
    put_time(j, "read", s->clock_read_ms);
    json_object_end(j);
}

static void host_json(struct json_out *j, const struct host_row *row, int64_t now_ms)
{
    int64_t accepted, refused;
    char version[16];

    roll_counts(row, now_ms, &accepted, &refused);
    json_object(j);
    json_put_text(j, "host", row->host);
    json_put_text(j, "app", row->app);
    put_time(j, "accepted", row->last_accepted_ms);
    put_time(j, "refused", row->last_refused_ms);
    put_time(j, "tunnel_worked", row->tunnel_ms);
    json_put_int(j, "accepted_24h", accepted);
    json_put_int(j, "refused_24h", refused);
    json_put_int(j, "streak", row->streak);
    json_key(j, "how");
    if (row->last_refused_ms == HISTORY_NEVER) {
        json_null(j);
    } else {
        json_object(j);
        json_put_text(j, "ended", refusal_way_name(row->refusal.way));
        if (row->refusal.way == REFUSAL_ALERT) {
            json_put_int(j, "alert", row->refusal.alert);
            json_put_text(j, "alert_name", alert_name(row->refusal.alert));
        }
        snprintf(version, sizeof version, "TLSv1.%d", row->refusal.version - 0x0301);
        json_put_text(j, "version", row->refusal.version > 0x0300 ? version : NULL);
        json_put_bool(j, "after_handshake", row->refusal.finished);
        json_object_end(j);
    }
    json_object_end(j);
}

static void app_json(struct json_out *j, const struct device_app *a)
{
    json_object(j);
    json_put_text(j, "name", a->name);
    put_some(j, "version", a->version);
    json_put_bool(j, "browser", a->is_browser);
    json_put_int(j, "hosts", (int64_t)a->hosts);
    json_put_int(j, "hosts_refused", (int64_t)a->hosts_refused);
    put_time(j, "last_used", a->used_ms);
    json_object_end(j);
}

static void device_json(struct json_out *j, const struct device_facts *f, int64_t now_ms)
{
    const struct device_row *row = f->row;

    json_object(j);
    json_put_text(j, "id", row->id);
    put_some(j, "name", row->name);
    json_put_text(j, "ip", row->ip);
    json_put_text(j, "family", row->family);
    put_some(j, "os_version", row->os_version);
    json_put_text(j, "state", device_state_name(f->state));
    put_time(j, "first_seen", row->setup.first_seen_ms);
    put_time(j, "last_seen", row->last_seen_ms);
    setup_json(j, &row->setup, now_ms);
    json_put_int(j, "hosts_accepted", (int64_t)f->n_accepted);
    json_put_int(j, "hosts_refused", (int64_t)f->n_refused);
    json_put_int(j, "streak", row->streak);
    json_put_int(j, "apple_passed", row->apple_passed);
    put_time(j, "apple_passed_last", row->apple_passed_ms);
    json_put_int(j, "relay_asked", row->relay_asked);
    put_time(j, "relay_asked_last", row->relay_asked_ms);
    json_key(j, "apps");
    json_array(j);
    for (size_t i = 0; i < f->n_apps; i++)
        app_json(j, &f->apps[i]);
    json_array_end(j);
    json_key(j, "hosts");
    json_array(j);
    for (size_t i = 0; i < f->n_hosts; i++)
        host_json(j, &f->hosts[i], now_ms);
    json_array_end(j);
    json_object_end(j);
}

void device_list_json(struct device_history *h, const char *id, int64_t now_ms, struct json_out *j)
{
    size_t n;
    struct device_row *rows = roll_devices(h, &n);

    json_key(j, "devices");
    json_array(j);
    for (size_t i = 0; i < n; i++) {
        struct device_facts f;

        if (id && strcmp(rows[i].id, id) != 0)
            continue;
        device_facts_read(h, &rows[i], now_ms, &f);
        device_json(j, &f, now_ms);
        device_facts_fini(&f);
    }
    json_array_end(j);
    mem_free(rows);
}
