#include "review.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "flow/flow.h"
#include "review_priv.h"

/* What of a record matters here. Texts are borrowed from the parsed line. */
struct seen {
    const char *device, *ip, *name, *app, *host, *action, *fault, *met, *symptom, *alert;
    json_int_t alert_number, bytes_in;
    bool resumed, ios_accepts, has_leg;
};

struct review *review_new(const struct review_filter *only)
{
    struct review *r = mem_new(sizeof *r);

    if (only)
        r->only = *only;
    r->by_key = map_new();
    r->trusting = map_new();
    return r;
}

void review_free(struct review *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++) {
        struct review_row *row = r->rows[i];
        char *const texts[] = {
            row->device, row->ip, row->name, row->app, row->host, row->fault, row->how};

        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            mem_free(texts[k]);
        mem_free(row);
    }
    mem_free(r->rows);
    map_free(r->by_key, NULL);
    map_free(r->trusting, NULL);
    mem_free(r);
}

/* --- one record --- */

/* Absent or null is "". */
static bool text_read(const json_t *o, const char *key, const char **out, struct err *e)
{
    const json_t *value = json_object_get(o, key);

    *out = "";
    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value))
        return err_set(e, ERR_INPUT, "\"%s\" is no text", key);
    if (json_string_length(value) > REVIEW_TEXT_MOST)
        return err_set(e, ERR_INPUT, "\"%s\" is longer than %d bytes", key, REVIEW_TEXT_MOST);
    *out = json_string_value(value);
    return true;
}

static bool leg_read(const json_t *leg, struct seen *out, struct err *e)
{
    const json_t *alert = json_object_get(leg, "alert");
    const char *verdict;

    out->has_leg = true;
    out->resumed = json_is_true(json_object_get(leg, "resumed"));
    out->bytes_in = json_integer_value(json_object_get(leg, "bytes_in"));
    out->alert_number = json_integer_value(json_object_get(alert, "number"));
    if (!text_read(leg, "symptom", &out->symptom, e) || !text_read(alert, "name", &out->alert, e) ||
        !text_read(json_object_get(leg, "verdict"), "verdict", &verdict, e))
        return false;
    out->ios_accepts = strcmp(verdict, "accept") == 0;
    return true;
}

static bool seen_read(const json_t *record, struct seen *out, struct err *e)
{
    const json_t *client = json_object_get(record, "client");
    const json_t *target = json_object_get(record, "target");
    const json_t *decision = json_object_get(record, "decision");
    const json_t *leg = json_object_get(record, "client_leg");

    *out = (struct seen){.symptom = "", .alert = ""};
    if (json_integer_value(json_object_get(record, "v")) != 1 || !json_is_object(client) ||
        !json_is_object(target) || !json_is_object(decision))
        return err_set(
            e, ERR_INPUT, "no record of a connection: \"v\":1, client, target and decision");
    return text_read(client, "device", &out->device, e) && text_read(client, "ip", &out->ip, e) &&
           text_read(client, "device_name", &out->name, e) &&
           text_read(client, "app", &out->app, e) && text_read(target, "host", &out->host, e) &&
           text_read(decision, "action", &out->action, e) &&
           text_read(decision, "fault", &out->fault, e) &&
           text_read(decision, "fault_met", &out->met, e) &&
           (!json_is_object(leg) || leg_read(leg, out, e));
}

static bool is_wanted(const struct review_filter *only, const struct seen *s)
{
    if (only->app && !text_equal_caseless(only->app, s->app))
        return false;
    return !only->device || strcmp(only->device, s->ip) == 0 ||
           strcmp(only->device, s->device) == 0 || text_equal_caseless(only->device, s->name);
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

/* What a client made of the certificate. Only what was shown and answered speaks of anything. */
static enum review_met met_of(const struct seen *s)
{
    static const char *const refusals[] = {"alert-after-certificate", "alert-after-finish",
        "close-after-certificate", "close-after-finish-unused", NULL};

    if (*s->fault) {
        if (strcmp(s->met, "accepted") == 0)
            return MET_ACCEPTED;
        if (strcmp(s->met, "refused") == 0)
            return MET_REFUSED;
        return strcmp(s->met, "unused") == 0 ? MET_UNUSED : MET_NOT_SHOWN;
    }
    if (!s->has_leg || s->resumed || strcmp(s->action, "intercept") != 0)
        return MET_NOT_SHOWN;
    if (s->bytes_in > 0)
        return MET_ACCEPTED;
    return is_one_of(s->symptom, refusals) ? MET_REFUSED : MET_NOT_SHOWN;
}

/* --- the rows --- */

static struct review_row *row_add(struct review *r, const struct seen *s, const char *key)
{
    if (r->n == REVIEW_ROWS_MOST)
        return NULL;
    if (r->n == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 64;
        r->rows = mem_resize(r->rows, r->cap * sizeof *r->rows);
    }
    struct review_row *row = r->rows[r->n++] = mem_new(sizeof *row);
    *row = (struct review_row){.device = mem_text(s->device),
        .ip = mem_text(s->ip),
        .name = mem_text(s->name),
        .app = mem_text(s->app),
        .host = mem_text(s->host),
        .fault = mem_text(s->fault),
        .how = mem_text("")};
    map_put(r->by_key, key, row);
    return row;
}

/* Separated by what no text of JSON holds once U+0000 is turned down: 0x1f is written escaped. */
static struct review_row *row_of(struct review *r, const struct seen *s)
{
    struct text key = {0};

    text_printf(
        &key, "%s\x1f%s\x1f%s\x1f%s", *s->device ? s->device : s->ip, s->app, s->host, s->fault);
    struct review_row *row = map_get(r->by_key, text_str(&key));

    if (!row)
        row = row_add(r, s, text_str(&key));
    text_fini(&key);
    return row;
}

static void how_put(struct review_row *row, const struct seen *s)
{
    char how[96];

    if (*s->alert)
        snprintf(how, sizeof how, "alert %lld %.60s", (long long)s->alert_number, s->alert);
    else
        snprintf(how, sizeof how, "%.80s", s->symptom);
    mem_free(row->how);
    row->how = mem_text(how);
}

static void name_put(struct review_row *row, const struct seen *s)
{
    if (!*s->name || strcmp(row->name, s->name) == 0)
        return;
    mem_free(row->name);
    row->name = mem_text(s->name);
}

static void count(struct review *r, const struct seen *s)
{
    enum review_met met = met_of(s);
    const char *device = *s->device ? s->device : s->ip;

    if (met == MET_ACCEPTED && !*s->fault && map_len(r->trusting) < REVIEW_ROWS_MOST)
        map_put(r->trusting, device, r);
    if (met == MET_NOT_SHOWN || !is_wanted(&r->only, s))
        return;
    struct review_row *row = row_of(r, s);
    if (!row) {
        r->cut++;
        return;
    }
    row->times[met]++;
    name_put(row, s);
    if (met == MET_ACCEPTED)
        row->ios_accepts = s->ios_accepts;
    if (met == MET_REFUSED)
        how_put(row, s);
}

bool review_take(struct review *r, const char *line, size_t len, struct err *e)
{
    json_error_t why;
    struct seen seen;
    json_t *record = json_loadb(line, len, JSON_REJECT_DUPLICATES, &why);
    bool good = record ? seen_read(record, &seen, e)
                       : err_set(e, ERR_INPUT, "no JSON at byte %d: %s", why.position, why.text);

    if (good) {
        r->records++;
        count(r, &seen);
    } else {
        r->broken++;
    }
    json_decref(record);
    return good;
}

/* --- what it comes to --- */

bool review_is_finding(const struct review_row *row)
{
    return *row->fault && row->times[MET_ACCEPTED] > 0 && !row->ios_accepts;
}

bool review_is_pinning(const struct review *r, const struct review_row *row)
{
    return !*row->fault && row->times[MET_REFUSED] > 0 && row->times[MET_ACCEPTED] == 0 &&
           map_get(r->trusting, *row->device ? row->device : row->ip);
}

size_t review_findings(const struct review *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++)
        n += review_is_finding(r->rows[i]);
    return n;
}

size_t review_records(const struct review *r)
{
    return r->records;
}
