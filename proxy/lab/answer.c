#include "answer.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include <event2/buffer.h>
#include <openssl/crypto.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "base/host.h"
#include "base/mem.h"
#include "base/text.h"
#include "lab.h"
#include "odd_reply.h"
#include "pki.h"
#include "staple.h"

#define AIA_HOST "aia.lab.test"
#define AIA_PATH "/unsent-ca.der"

struct request {
    const char *method, *target, *host; /* NUL-terminated, in the copy of the head */
    uint64_t body;
    bool has_length, close, bad;
    bool upgrade; /* asks for another protocol */
};

struct reply {
    const char *status, *type; /* "200 OK" */
    const void *body;
    size_t len;
    const struct odd_reply *odd; /* or NULL */
};

static char *next_line(char **at)
{
    char *line = *at, *end = strstr(line, "\r\n");

    if (!end)
        return NULL;
    *end = '\0';
    *at = end + 2;
    return line;
}

static bool read_length(const char *value, uint64_t *out)
{
    uint64_t n = 0;

    if (!*value || strlen(value) > 15)
        return false;
    for (; *value; value++) {
        if (*value < '0' || *value > '9')
            return false;
        n = n * 10 + (uint64_t)(*value - '0');
    }
    *out = n;
    return true;
}

static void take_header(struct request *r, const char *name, char *value)
{
    uint64_t n;

    if (text_equal_caseless(name, "host")) {
        r->bad |= r->host != NULL;
        r->host = value;
    } else if (text_equal_caseless(name, "content-length")) {
        r->bad |= !read_length(value, &n) || (r->has_length && n != r->body);
        r->body = r->bad ? 0 : n;
        r->has_length = true;
    } else if (text_equal_caseless(name, "transfer-encoding")) {
        r->close = true; /* the end of such a body is not looked for */
    } else if (text_equal_caseless(name, "upgrade")) {
        r->upgrade = true;
    } else if (text_equal_caseless(name, "connection")) {
        r->close |= text_equal_caseless(value, "close");
    }
}

/* RFC 9112 §3 and §5, and no more lenient: the lab's visitors are whytls and curl. */
static struct request read_head(char *head)
{
    struct request r = {0};
    char *line = next_line(&head), *target = line ? strchr(line, ' ') : NULL;
    char *version = target ? strchr(target + 1, ' ') : NULL;

    r.bad = !version || target == line || !text_starts(version + 1, "HTTP/1.");
    for (const char *c = line; !r.bad && c < target; c++)
        r.bad = !isalpha((unsigned char)*c);
    if (r.bad)
        return r;
    *target = *version = '\0';
    r.method = line;
    r.target = target + 1;
    r.close = strcmp(version + 1, "HTTP/1.1") != 0;
    while ((line = next_line(&head)) && *line) {
        char *colon = strchr(line, ':');

        if (!colon || colon == line) {
            r.bad = true;
            return r;
        }
        *colon++ = '\0';
        colon += strspn(colon, " \t");
        for (size_t n = strlen(colon); n > 0 && isspace((unsigned char)colon[n - 1]); n--)
            colon[n - 1] = '\0';
        take_header(&r, line, colon);
    }
    return r;
}

static bool host_is(const char *header, const char *host)
{
    size_t n = header ? strcspn(header, ":") : 0;

    return n == strlen(host) && strncasecmp(header, host, n) == 0;
}

static const struct lab_entry *entry_of(const char *host_header)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    for (size_t i = 0; i < n; i++)
        if (host_is(host_header, entries[i].host))
            return &entries[i];
    return NULL;
}

/* Also of a host that is not the lab's: to a proxy of the lab anybody may be named. */
static const struct odd_reply *odd_of(const struct request *r)
{
    char host[HOST_CAP];
    size_t n = r->bad || !r->host ? 0 : strcspn(r->host, ":");

    if (n == 0 || n >= sizeof host)
        return NULL;
    memcpy(host, r->host, n);
    host[n] = '\0';
    return odd_reply_of(host);
}

/* RFC 9110 §5.6.7; strftime would follow the locale. */
static void add_date(struct text *to, const struct clock *clock)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = (time_t)(clock_wall_ms(clock) / 1000);
    struct tm tm;

    if (gmtime_r(&now, &tm))
        text_printf(to, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", days[tm.tm_wday],
            tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void send_reply(const struct answer *a, const struct request *r, const struct reply *reply,
    struct evbuffer *out)
{
    struct text head = {0};

    text_printf(&head, "HTTP/1.1 %s\r\n", reply->status);
    add_date(&head, a->clock);
    text_printf(&head, "Content-Type: %s\r\nContent-Length: %zu\r\n", reply->type,
        reply->len + (reply->odd && reply->odd->breaks_off ? ODD_MISSING : 0));
    if (reply->odd && reply->odd->headers)
        text_add(&head, reply->odd->headers);
    text_add(&head, r->close ? "Connection: close\r\n\r\n" : "\r\n");
    evbuffer_add(out, text_str(&head), head.len);
    if (!r->method || strcmp(r->method, "HEAD") != 0)
        evbuffer_add(out, reply->body, reply->len);
    text_fini(&head);
}

static void send_page(
    const struct answer *a, const struct request *r, const char *status, struct evbuffer *out)
{
    const struct lab_entry *entry = r->bad ? NULL : entry_of(r->host);
    const struct odd_reply *odd = odd_of(r);
    struct text page = {0};

    if (odd && odd->body)
        text_add(&page, odd->body);
    else if (entry)
        text_printf(&page, "<!doctype html><title>%s</title><p>%s: %s (%s)</p>\n", entry->host,
            entry->host, entry->cause ? entry->cause : "healthy", entry->about);
    else
        text_printf(&page, "<!doctype html><title>%s</title><p>%s</p>\n", status, status);
    send_reply(a, r,
        &(struct reply){.status = odd && odd->status ? odd->status : status,
            .type = "text/html; charset=utf-8",
            .body = text_str(&page),
            .len = page.len,
            .odd = odd},
        out);
    text_fini(&page);
}

static bool send_issuer(const struct answer *a, const struct request *r, struct evbuffer *out)
{
    const struct pki_item *item = pki_find(a->pki, PKI_UNSENT);
    unsigned char *der = NULL;
    int len = item ? i2d_X509(item->chain[0], &der) : -1;

    if (len <= 0)
        return false;
    send_reply(a, r,
        &(struct reply){
            .status = "200 OK", .type = "application/pkix-cert", .body = der, .len = (size_t)len},
        out);
    OPENSSL_free(der);
    return true;
}

/* http://ocsp.lab.test/SITE/REQUEST: the request itself is not read, its answer is the site's. */
static bool send_status(const struct answer *a, const struct request *r, struct evbuffer *out)
{
    struct text name = {0};
    const struct pki_item *item = NULL;

    if (r->bad || !host_is(r->host, STAPLE_HOST) || r->target[0] != '/')
        return false;
    text_add_n(&name, r->target + 1, strcspn(r->target + 1, "/"));
    item = pki_find(a->pki, text_str(&name));
    text_fini(&name);
    if (!item || !item->ocsp)
        return false;
    send_reply(a, r,
        &(struct reply){.status = "200 OK",
            .type = "application/ocsp-response",
            .body = item->ocsp,
            .len = item->ocsp_len},
        out);
    return true;
}

/* Nobody has a certificate of the lab's own root, so nobody is let in where one is wanted. */
static const char *status_of(const struct request *r)
{
    const struct lab_entry *entry = r->bad ? NULL : entry_of(r->host);

    if (!entry)
        return r->bad ? "400 Bad Request" : "404 Not Found";
    bool wants_socket = r->upgrade && text_starts(entry->host, "websocket-upgrade-failed.");
    return entry->way == WAY_MTLS_403 || wants_socket ? "403 Forbidden" : "200 OK";
}

static void answer_one(const struct answer *a, const struct request *r, struct evbuffer *out)
{
    bool issuer = !r->bad && host_is(r->host, AIA_HOST) && strcmp(r->target, AIA_PATH) == 0;

    if ((issuer && send_issuer(a, r, out)) || send_status(a, r, out))
        return;
    send_page(a, r, status_of(r), out);
}

static bool breaks_off(const struct request *r)
{
    const struct odd_reply *odd = odd_of(r);

    return odd && odd->breaks_off;
}

/* Drops what `in` holds of a body that is not looked at. */
static void skip_body(struct answer *a, struct evbuffer *in)
{
    size_t n = evbuffer_get_length(in);

    n = n < a->skip ? n : (size_t)a->skip;
    evbuffer_drain(in, n);
    a->skip -= n;
}

enum answer_state answer_requests(struct answer *a, struct evbuffer *in, struct evbuffer *out)
{
    for (;;) {
        skip_body(a, in);
        if (evbuffer_get_length(out) >= ANSWER_OUT_MOST)
            return ANSWER_FULL;
        struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
        struct request r = {.bad = true};
        char *head = NULL;
        if (end.pos < 0 && evbuffer_get_length(in) < ANSWER_HEAD_MOST)
            return ANSWER_HUNGRY;
        if (end.pos >= 0 && end.pos < ANSWER_HEAD_MOST) {
            size_t len = (size_t)end.pos + 4;
            head = mem_new(len + 1);
            evbuffer_remove(in, head, len);
            if (strlen(head) == len)
                r = read_head(head);
        }
        r.close |= r.bad;
        answer_one(a, &r, out);
        a->skip = r.body;
        bool ends = r.close || breaks_off(&r);
        mem_free(head);
        if (ends)
            return ANSWER_END;
    }
}
