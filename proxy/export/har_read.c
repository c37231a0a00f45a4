#include "har_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/host.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "flow/flow.h"
#include "flow/flow_read.h"
#include "flow/spoken.h"

/* URL, METHOD and FIELD: bytes of one; FIELDS: of one head. */
enum { URL_MOST = 32 * 1024, METHOD_MOST = 64, FIELD_MOST = 64 * 1024, FIELDS_MOST = 200 };

struct har {
    json_t *whole;   /* owned */
    json_t *entries; /* borrowed from it */
};

bool har_is_one(const char *bytes, size_t len)
{
    static const char mark[] = "\"log\"";
    size_t at = 0;

    if (len > 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) /* browsers on Windows */
        at = 3;
    while (at < len && strchr(" \t\r\n{", bytes[at]) && bytes[at])
        at++;
    return len - at > strlen(mark) && !memcmp(bytes + at, mark, strlen(mark));
}

struct har *har_open(const char *bytes, size_t len, struct err *e)
{
    size_t skip = len > 3 && !memcmp(bytes, "\xef\xbb\xbf", 3) ? 3 : 0;
    json_error_t why;

    if (len > HAR_BYTES_MOST) {
        err_set(e, ERR_INPUT, "an archive of more than %d MiB", HAR_BYTES_MOST / 1024 / 1024);
        return NULL;
    }
    json_t *whole = json_loadb(bytes + skip, len - skip, 0, &why);
    if (!whole) {
        err_set(e, ERR_INPUT, "line %d, column %d: %s", why.line, why.column, why.text);
        return NULL;
    }
    json_t *entries = json_object_get(json_object_get(whole, "log"), "entries");
    if (!json_is_array(entries)) {
        err_set(e, ERR_INPUT, "an archive without log.entries");
        json_decref(whole);
        return NULL;
    }
    struct har *har = mem_new(sizeof *har);
    har->whole = whole;
    har->entries = entries;
    return har;
}

void har_close(struct har *har)
{
    if (!har)
        return;
    json_decref(har->whole);
    mem_free(har);
}

size_t har_entries(const struct har *har)
{
    return json_array_size(har->entries);
}

/* --- values --- */

/* NULL: no text, a NUL in it, or too long. */
static const char *text_of(const json_t *object, const char *key, size_t most)
{
    const json_t *value = json_object_get(object, key);
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);

    return text && strlen(text) == len && len <= most ? text : NULL;
}

static int64_t number_of(const json_t *object, const char *key, int64_t least, int64_t most)
{
    const json_t *value = json_object_get(object, key);
    double n = json_is_number(value) ? json_number_value(value) : -1;

    return n >= (double)least && n <= (double)most ? (int64_t)n : FLOW_NONE;
}

static int64_t bytes_of(const json_t *message)
{
    int64_t n = number_of(message, "bodySize", 0, INT64_C(1) << 50);

    return n == FLOW_NONE ? 0 : n;
}

/* --- heads and bodies --- */

/* What would end a line begins no new one. */
static void add_line_text(struct text *out, const char *s)
{
    for (; *s; s++)
        text_add_char(out, (unsigned char)*s < ' ' && *s != '\t' ? ' ' : *s);
}

static void add_fields(const json_t *headers, bool undone, struct text *out)
{
    size_t n = json_array_size(headers);

    for (size_t i = 0; i < n && i < FIELDS_MOST; i++) {
        const json_t *field = json_array_get(headers, i);
        const char *name = text_of(field, "name", FIELD_MOST);
        const char *value = text_of(field, "value", FIELD_MOST);

        if (!name || !value || !*name)
            continue;
        /* An archive has bodies without their codings. */
        if (undone && text_equal_caseless(name, "Content-Encoding"))
            continue;
        add_line_text(out, name);
        text_add(out, ": ");
        add_line_text(out, value);
        text_add(out, "\r\n");
    }
    text_add(out, "\r\n");
}

static void keep_text(
    struct spoken *s, size_t n, enum spoken_side side, const json_t *of, const char *encoding_key)
{
    const json_t *value = json_object_get(of, "text");
    const char *text = json_string_value(value), *encoding = text_of(of, encoding_key, 32);
    size_t len = json_string_length(value);
    uint8_t *bytes;

    if (!text)
        return;
    if (encoding && !strcmp(encoding, "base64")) {
        if (!text_from_base64(text, len, &bytes, &len))
            return;
        spoken_body(s, n, side, bytes, len);
        mem_free(bytes);
    } else {
        spoken_body(s, n, side, text, len);
    }
    if (json_object_get(of, "comment"))
        s->at[n].said[side].body_cut = true;
}

static const char *version_of(const json_t *message)
{
    const char *version = text_of(message, "httpVersion", 16);

    return version && strcasestr(version, "http/") == version ? version : "HTTP/1.1";
}

static void keep_request(struct spoken *s, size_t n, const json_t *request)
{
    const char *url = text_of(request, "url", URL_MOST);
    const char *method = text_of(request, "method", METHOD_MOST);
    const char *host = url ? strstr(url, "://") : NULL;
    const char *path = host ? strpbrk(host + 3, "/?#") : NULL;
    const json_t *headers = json_object_get(request, "headers");
    struct text head = {0};

    if (!json_array_size(headers))
        return;
    add_line_text(&head, method ? method : "GET");
    text_add_char(&head, ' ');
    text_add(&head, path && *path == '/' ? "" : "/");
    add_line_text(&head, path ? path : "");
    text_add_char(&head, ' ');
    add_line_text(&head, version_of(request));
    text_add(&head, "\r\n");
    add_fields(headers, true, &head);
    spoken_head(s, n, SPOKEN_REQUEST, text_str(&head), head.len);
    text_fini(&head);
    keep_text(s, n, SPOKEN_REQUEST, json_object_get(request, "postData"), "_encoding");
}

static void keep_response(struct spoken *s, size_t n, const json_t *response)
{
    const json_t *headers = json_object_get(response, "headers");
    int64_t status = number_of(response, "status", 100, 999);
    const char *reason = text_of(response, "statusText", FIELD_MOST);
    struct text head = {0};

    if (status == FLOW_NONE || !json_array_size(headers))
        return;
    add_line_text(&head, version_of(response));
    text_printf(&head, " %" PRId64 " ", status);
    add_line_text(&head, reason ? reason : "");
    text_add(&head, "\r\n");
    add_fields(headers, true, &head);
    spoken_head(s, n, SPOKEN_RESPONSE, text_str(&head), head.len);
    text_fini(&head);
    keep_text(s, n, SPOKEN_RESPONSE, json_object_get(response, "content"), "encoding");
}

/* --- times --- */

/* FLOW_NONE: no such time. */
static int64_t started(const json_t *entry)
{
    const char *at = text_of(entry, "startedDateTime", TIME_TEXT_CAP);
    int64_t ms;

    return at && time_parse_rfc3339_ms(at, &ms) ? ms : FLOW_NONE;
}

static int64_t part_of(const json_t *timings, const char *key)
{
    int64_t ms = number_of(timings, key, 0, INT32_MAX);

    return ms == FLOW_NONE ? 0 : ms;
}

/* From the beginning of the entry until a connection stood to send the request on. */
static int64_t until_sent(const json_t *entry)
{
    const json_t *timings = json_object_get(entry, "timings");

    return part_of(timings, "blocked") + part_of(timings, "dns") + part_of(timings, "connect");
}

/* What a browser tells of the making of a connection, in our words. */
static void time_line_read(struct flow *f, const json_t *entry)
{
    const json_t *timings = json_object_get(entry, "timings");
    int64_t ssl = part_of(timings, "ssl"), sent = until_sent(entry);
    int64_t connect = part_of(timings, "dns") + part_of(timings, "connect");

    if (connect)
        flow_tick(f, sent - connect, "dial");
    if (connect && ssl)
        flow_tick(f, ssl < connect ? sent - ssl : sent - connect, "server_tls");
    flow_tick(f, sent, "talk");
}

static void keep_spoken(struct flow *f, size_t n, const json_t *entry)
{
    int64_t at_ms = started(entry);
    int64_t since = at_ms == FLOW_NONE ? 0 : at_ms + until_sent(entry) - f->at_ms;

    if (n >= FLOW_EXCHANGES_MOST)
        return;
    if (!f->spoken)
        f->spoken = spoken_new();
    spoken_at(f->spoken, n)->at_ms = since > 0 ? since : 0;
    keep_request(f->spoken, n, json_object_get(entry, "request"));
    keep_response(f->spoken, n, json_object_get(entry, "response"));
}

/* --- entries of ours --- */

static const json_t *ours_of(const json_t *entry)
{
    const json_t *ours = json_object_get(entry, "_whytls");

    return text_of(ours, "flow", 128) ? ours : NULL;
}

static struct flow *record_of(const json_t *ours, struct err *e)
{
    char *line = json_dumps(json_object_get(ours, "record"), JSON_COMPACT);
    struct flow *f = line ? flow_read(line, strlen(line), e) : NULL;

    if (!line)
        err_set(e, ERR_INPUT, "no record in it");
    free(line);
    return f;
}

/* The first entry has the record; those that follow are further exchanges of the same flow. */
static struct flow *read_ours(const struct har *har, size_t *entry, struct err *e)
{
    const json_t *first = json_array_get(har->entries, *entry);
    const char *id = text_of(ours_of(first), "flow", 128);
    struct flow *f = record_of(ours_of(first), e);

    for (size_t n = 0;; n++) {
        const json_t *one = json_array_get(har->entries, *entry);
        const char *of = text_of(ours_of(one), "flow", 128);

        if (!of || strcmp(of, id) || (n && json_object_get(ours_of(one), "record")))
            return f;
        if (f && n < f->n_exchanges)
            keep_spoken(f, n, one);
        ++*entry;
    }
}

/* --- entries of others --- */

/* An id that is the same whenever the same entry is read (FNV-1a, 64 bits, from two ends). */
static void name_flow(const json_t *entry, char out[static 48])
{
    static const uint64_t begins[] = {UINT64_C(0xcbf29ce484222325), UINT64_C(0x84222325cbf29ce4)};
    char *text = json_dumps(entry, JSON_COMPACT | JSON_SORT_KEYS);
    uint64_t hash[2] = {begins[0], begins[1]};

    for (const char *c = text ? text : ""; *c; c++)
        for (int i = 0; i < 2; i++)
            hash[i] = (hash[i] ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    free(text);
    snprintf(out, 48, "har-%016" PRIx64 "%016" PRIx64, hash[0], hash[1]);
}

static bool target_read(struct flow *f, const char *url, struct err *e)
{
    const char *authority = strstr(url, "://");
    char host[HOST_CAP];
    uint16_t port;

    if (!authority)
        return err_set(e, ERR_INPUT, "its URL has no host");
    bool tls = !strncmp(url, "https:", 6) || !strncmp(url, "wss:", 4);
    authority += 3;
    if (!host_port_parse(authority, strcspn(authority, "/?#"), tls ? 443 : 80, host, &port))
        return err_set(e, ERR_INPUT, "its URL has no host that can be read");
    f->target->host = flow_text(f, host);
    f->target->port = port;
    f->target->learnt = "url";
    return true;
}

static void exchange_read(struct flow *f, const json_t *entry, const char *method, const char *url)
{
    const json_t *request = json_object_get(entry, "request");
    const json_t *response = json_object_get(entry, "response");
    struct flow_exchange *x = flow_exchange_add(f);

    x->method = flow_text(f, method);
    x->url = flow_text(f, url);
    x->status = number_of(response, "status", 100, 999);
    x->ms = f->ms > until_sent(entry) ? f->ms - until_sent(entry) : 0;
    x->request_bytes = bytes_of(request);
    x->response_bytes = bytes_of(response);
    keep_spoken(f, 0, entry);
}

static void failure_read(struct flow *f, const json_t *entry)
{
    const char *why = text_of(json_object_get(entry, "response"), "_error", 400);

    if (why && *why)
        flow_note_add(f, "har/failed", "medium", why, "import");
}

static struct flow *read_theirs(const json_t *entry, struct err *e)
{
    const json_t *request = json_object_get(entry, "request");
    const char *url = text_of(request, "url", URL_MOST);
    const char *method = text_of(request, "method", METHOD_MOST);
    int64_t at_ms = started(entry), ms = number_of(entry, "time", 0, INT32_MAX);
    char id[48];

    if (!url || !method || at_ms == FLOW_NONE) {
        err_set(e, ERR_INPUT, "it lacks %s",
            !url      ? "request.url"
            : !method ? "request.method"
                      : "a startedDateTime (RFC 3339)");
        return NULL;
    }
    name_flow(entry, id);
    struct flow *f = flow_new(id, at_ms);
    f->ms = ms == FLOW_NONE ? 0 : ms;
    f->entry = "import";
    f->sealed = true;
    if (!target_read(f, url, e)) {
        flow_free(f);
        return NULL;
    }
    time_line_read(f, entry);
    exchange_read(f, entry, method, url);
    failure_read(f, entry);
    return f;
}

struct flow *har_next(struct har *har, size_t *entry, struct err *e)
{
    const json_t *one = json_array_get(har->entries, *entry);
    struct flow *f;

    if (ours_of(one) && json_is_object(json_object_get(ours_of(one), "record"))) {
        f = read_ours(har, entry, e);
    } else {
        ++*entry;
        f = read_theirs(one, e);
    }
    return f;
}
