#include "request.h"

#include <string.h>

#include "base/mem.h"
#include "http/h1.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decoded (RFC 3986 §2.1), with `plus` also the '+' of forms. NULL: it hides a control
 * character, is no UTF-8, or an escape is none. */
static const char *decode(struct arena *arena, const char *s, size_t n, bool plus)
{
    char *out = arena_new(arena, n + 1);
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        char c = s[i];

        if (c == '%') {
            int high = n - i > 2 ? hex_digit(s[i + 1]) : -1;
            int low = n - i > 2 ? hex_digit(s[i + 2]) : -1;

            if (high < 0 || low < 0)
                return NULL;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if ((unsigned char)c < 0x20 || c == 0x7f)
            return NULL;
        out[len++] = c;
    }
    for (size_t i = 0, step; i < len; i += step)
        if (!(step = text_utf8_len(out + i, len - i)))
            return NULL;
    return out;
}

static bool read_path(struct request *r, const char *path, size_t n)
{
    size_t at = 1;

    if (n == 0 || path[0] != '/')
        return false;
    while (at < n) {
        const char *end = memchr(path + at, '/', n - at);
        size_t len = end ? (size_t)(end - path) - at : n - at;
        const char *part = decode(&r->arena, path + at, len, false);

        if (!part || !*part || !strcmp(part, ".") || !strcmp(part, "..") ||
            r->n_parts == REQUEST_PARTS_MOST)
            return false;
        r->parts[r->n_parts++] = part;
        at += len + 1;
    }
    return true;
}

static bool read_args(struct request *r, const char *query)
{
    while (*query) {
        size_t len = strcspn(query, "&"), name_len = strcspn(query, "=&");

        if (len > 0) {
            bool has_value = name_len < len;
            const char *name = decode(&r->arena, query, name_len, true);
            const char *value =
                has_value ? decode(&r->arena, query + name_len + 1, len - name_len - 1, true) : "";

            if (!name || !value || r->n_args == REQUEST_ARGS_MOST)
                return false;
            r->args[r->n_args].name = name;
            r->args[r->n_args++].value = value;
        }
        query += len;
        query += *query == '&';
    }
    return true;
}

static enum method method_of(const char *name, bool *is_head)
{
    static const struct {
        const char *name;
        enum method method;
    } known[] = {
        {"GET", METHOD_GET},
        {"HEAD", METHOD_GET},
        {"POST", METHOD_POST},
        {"PUT", METHOD_PUT},
        {"PATCH", METHOD_PATCH},
        {"DELETE", METHOD_DELETE},
    };

    *is_head = !strcmp(name, "HEAD");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(name, known[i].name))
            return known[i].method;
    return METHOD_OTHER;
}

static const char *field(struct request *r, const struct h1_head *head, const char *name)
{
    return arena_text(&r->arena, h1_field(head, name));
}

/* "gzip;q=0" is a no (RFC 9110 §12.5.3); a coding that is not named is not asked for. */
static bool wants_gzip(const char *accept)
{
    const char *at = accept ? strstr(accept, "gzip") : NULL;

    if (!at)
        return false;
    at += strlen("gzip");
    at += strspn(at, " \t");
    if (*at != ';')
        return true;
    const char *q = strstr(at, "q=0");
    return !q || (q[3] == '.' && strpbrk(q + 4, "123456789") == q + 4);
}

bool request_read(struct request *r, const struct h1_head *head)
{
    const char *target = head->target;
    size_t path = strcspn(target, "?");

    *r = (struct request){0};
    arena_init(&r->arena);
    r->method = method_of(head->method, &r->is_head);
    r->host = field(r, head, "Host");
    r->origin = field(r, head, "Origin");
    r->cookie = field(r, head, "Cookie");
    r->authorization = field(r, head, "Authorization");
    r->fetch_site = field(r, head, "Sec-Fetch-Site");
    r->last_event_id = field(r, head, "Last-Event-ID");
    r->type = field(r, head, "Content-Type");
    r->takes_gzip = wants_gzip(h1_field(head, "Accept-Encoding"));
    return read_path(r, target, path) && read_args(r, target[path] ? target + path + 1 : "");
}

void request_fini(struct request *r)
{
    if (r->file)
        fclose(r->file);
    text_fini(&r->body);
    arena_fini(&r->arena);
    *r = (struct request){0};
}

const char *request_arg(const struct request *r, const char *name)
{
    for (size_t i = 0; i < r->n_args; i++)
        if (!strcmp(r->args[i].name, name))
            return r->args[i].value;
    return NULL;
}

bool request_flag(const struct request *r, const char *name)
{
    const char *value = request_arg(r, name);

    return value && !strcmp(value, "1");
}

bool request_number(
    const struct request *r, const char *name, int64_t usual, int64_t most, int64_t *out)
{
    const char *text = request_arg(r, name);

    *out = usual;
    if (!text || !*text)
        return true;
    *out = 0;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || *out > (most - (*text - '0')) / 10)
            return false;
        *out = *out * 10 + (*text - '0');
    }
    return true;
}

const char *request_cookie(const struct request *r, const char *name, size_t *len)
{
    size_t n = strlen(name);

    for (const char *at = r->cookie; at && *at;) {
        at += strspn(at, " ;");
        size_t one = strcspn(at, ";");

        if (one > n && !strncmp(at, name, n) && at[n] == '=') {
            *len = one - n - 1;
            return at + n + 1;
        }
        at += one;
    }
    return NULL;
}
