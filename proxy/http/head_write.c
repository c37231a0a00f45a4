#include "head_write.h"

#include <event2/buffer.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "h1.h"
#include "head_audit.h"

static const char scheme[] = "http://";

static bool is_in(const char *name, size_t n, const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == n && strncasecmp(*names, name, n) == 0)
            return true;
    return false;
}

/* Never taken away by what Connection says: a client could hide a body from the site, or who it
 * speaks to. */
static bool is_kept(const char *name, size_t n)
{
    static const char *const names[] = {"Host", "Content-Length", "Transfer-Encoding", NULL};

    return is_in(name, n, names);
}

static bool is_for_proxy(const char *name, size_t n)
{
    static const char *const names[] = {
        "Proxy-Connection", "Proxy-Authorization", "Keep-Alive", "TE", NULL};

    return is_in(name, n, names);
}

/* Calls `each` for every option of every Connection field until it gives true. */
static bool each_option(const struct h1_head *head,
    bool (*each)(const char *option, size_t n, const void *arg), const void *arg)
{
    for (size_t i = 0; i < head->n_fields; i++) {
        const char *at = head->fields[i].value;

        if (!text_equal_caseless(head->fields[i].name, "Connection"))
            continue;
        while (*at) {
            at += strspn(at, ", \t");
            size_t n = strcspn(at, ", \t");
            if (n && each(at, n, arg))
                return true;
            at += n;
        }
    }
    return false;
}

struct name {
    const char *at;
    size_t len;
};

static bool is_same(const char *option, size_t n, const void *arg)
{
    const struct name *name = arg;

    return n == name->len && strncasecmp(option, name->at, n) == 0;
}

static bool is_option(const struct h1_head *head, const char *name, size_t n)
{
    return each_option(head, is_same, &(struct name){.at = name, .len = n});
}

/* What is left of Connection: whether the site may keep this connection, and whether it may change
 * the protocol. */
static void add_connection(const struct h1_head *head, struct evbuffer *out)
{
    static const char *const ours[] = {"close", "keep-alive", "upgrade"};
    const char *before = "Connection: ";

    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        if (!is_option(head, ours[i], strlen(ours[i])))
            continue;
        evbuffer_add_printf(out, "%s%s", before, ours[i]);
        before = ", ";
    }
    if (before[0] == ',')
        evbuffer_add(out, "\r\n", 2);
}

static bool is_dropped(const struct h1_head *head, const char *name, size_t n)
{
    static const char *const upgrade[] = {"Upgrade", NULL};

    if (is_kept(name, n))
        return false;
    if (is_for_proxy(name, n))
        return true;
    if (is_in(name, n, upgrade))
        return !is_option(head, name, n);
    return is_option(head, name, n);
}

struct target {
    const char *authority, *path; /* authority NULL: not in absolute form */
    size_t authority_len;
};

static struct target target_of(const struct h1_head *head)
{
    struct target t = {.path = head->target};

    if (strncasecmp(head->target, scheme, sizeof scheme - 1) != 0)
        return t;
    t.authority = head->target + sizeof scheme - 1;
    t.authority_len = strcspn(t.authority, "/?#");
    t.path = t.authority + t.authority_len;
    const char *at = memchr(t.authority, '@', t.authority_len);
    if (at) { /* RFC 9110 §4.2.4: userinfo is not passed on */
        t.authority_len -= (size_t)(at + 1 - t.authority);
        t.authority = at + 1;
    }
    return t;
}

static void add_first_line(const struct h1_head *head, const struct target *t, struct evbuffer *out)
{
    const char *path = t->path, *slash = "";

    if (t->authority && *path != '/') /* RFC 9112 §3.2.1, and §3.2.4 for OPTIONS */
        slash = !*path && strcmp(head->method, "OPTIONS") == 0 ? "*" : "/";
    evbuffer_add_printf(out, "%s %s%.*s HTTP/%u.%u\r\n", head->method, slash,
        (int)strcspn(path, "#"), path, head->major, head->minor);
}

static void add_host(const struct target *t, struct evbuffer *out)
{
    evbuffer_add(out, "Host: ", 6);
    evbuffer_add(out, t->authority, t->authority_len);
    evbuffer_add(out, "\r\n", 2);
}

static void add_field(const struct h1_head *head, const struct target *t, const char *line,
    size_t n, struct evbuffer *out)
{
    static const char *const host[] = {"Host", NULL}, *const connection[] = {"Connection", NULL};
    const char *colon = memchr(line, ':', n);
    size_t name = colon ? (size_t)(colon - line) : n;

    while (name > 0 && (line[name - 1] == ' ' || line[name - 1] == '\t'))
        name--;
    if (t->authority && is_in(line, name, host)) {
        add_host(t, out);
    } else if (!is_in(line, name, connection) && !is_dropped(head, line, name)) {
        evbuffer_add(out, line, n);
        evbuffer_add(out, "\r\n", 2);
    }
}

void head_forward_request(const struct h1_head *head, struct evbuffer *out)
{
    const char *line, *first = memchr(head->raw, '\r', head->raw_len);
    size_t n, at = first ? (size_t)(first - head->raw) + 2 : head->raw_len;
    struct target t = target_of(head);

    add_first_line(head, &t, out);
    if (t.authority && !h1_field(head, "Host"))
        add_host(&t, out);
    while (head_next_line(head->raw, head->raw_len, &at, &line, &n))
        add_field(head, &t, line, n, out);
    add_connection(head, out);
    evbuffer_add(out, "\r\n", 2);
}

void head_write_response(const struct h1_head *head, struct evbuffer *out)
{
    const char *end = memchr(head->raw, '\r', head->raw_len);

    if (!head->mended || !end) {
        evbuffer_add(out, head->raw, head->raw_len);
        return;
    }
    evbuffer_add(out, head->raw, (size_t)(end - head->raw));
    for (size_t i = 0; i < head->n_fields; i++)
        evbuffer_add_printf(out, "\r\n%s: %s", head->fields[i].name, head->fields[i].value);
    evbuffer_add(out, "\r\n\r\n", 4);
}
