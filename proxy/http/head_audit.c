#include "head_audit.h"

#include <string.h>
#include <strings.h>

enum head_scan_result head_scan(struct head_scan *scan, const char *bytes, size_t n, bool trailer)
{
    for (size_t i = 0; i < n; i++) {
        char c = bytes[i];

        scan->len++;
        if (c == '\0')
            return HEAD_SCAN_NUL;
        if (scan->after_cr != (c == '\n'))
            return scan->after_cr ? HEAD_SCAN_BARE_CR : HEAD_SCAN_BARE_LF;
        if (c == '\r') {
            scan->after_cr = true;
        } else if (c != '\n') {
            scan->line_len++;
        } else {
            scan->after_cr = false;
            if (scan->line_len > 0)
                scan->line_len = 0;
            else if (trailer || scan->lead + 2 < scan->len)
                return HEAD_SCAN_END;
            else
                scan->lead = scan->len;
        }
    }
    return HEAD_SCAN_MORE;
}

const char *head_scan_why(enum head_scan_result result)
{
    switch (result) {
    case HEAD_SCAN_MORE:
    case HEAD_SCAN_END:
        return NULL;
    case HEAD_SCAN_BARE_CR:
        return "a bare CR in the head (RFC 9112 §2.2)";
    case HEAD_SCAN_BARE_LF:
        return "a line that ends in LF without CR (RFC 9112 §2.2)";
    case HEAD_SCAN_NUL:
        return "a NUL in the head (RFC 9110 §5.5)";
    }
    return NULL;
}

bool head_is_token(const char *s, size_t n)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (!alnum && (c == '\0' || !strchr(others, c)))
            return false;
    }
    return n > 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t line_end(const char *head, size_t len, size_t from)
{
    const char *cr = memchr(head + from, '\r', len - from);

    return cr ? (size_t)(cr - head) : len;
}

bool head_next_line(const char *head, size_t len, size_t *at, const char **line, size_t *line_len)
{
    size_t end = line_end(head, len, *at);

    if (*at == 0 || *at >= len || end == *at)
        return false;
    while (end + 2 < len && is_blank(head[end + 2]))
        end = line_end(head, len, end + 2);
    *line = head + *at;
    *line_len = end - *at;
    *at = end + 2;
    return true;
}

static void find(struct head_audit *out, const char *text)
{
    for (size_t i = 0; i < out->n_findings; i++)
        if (out->findings[i] == text)
            return;
    if (out->n_findings < HEAD_FINDINGS_MOST)
        out->findings[out->n_findings++] = text;
}

static void refuse(struct head_audit *out, const char *text)
{
    if (!out->refused)
        out->refused = text;
}

/* llhttp's list; any other token is a legal method all the same (RFC 9110 §9.1). */
static bool is_usual_method(const char *s, size_t n)
{
    static const char *const usual[] = {
        "GET", "POST", "HEAD", "PUT", "DELETE", "CONNECT", "OPTIONS", "PATCH", "TRACE"};

    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (strlen(usual[i]) == n && memcmp(usual[i], s, n) == 0)
            return true;
    return false;
}

static void audit_request_line(const char *line, size_t n, struct head_audit *out)
{
    const char *space = memchr(line, ' ', n);
    size_t method = space ? (size_t)(space - line) : n;

    if (!head_is_token(line, method))
        refuse(out, "a method that is no token (RFC 9110 §9.1)");
    const char *target = line + method + 1, *end = line + n;
    const char *version =
        space && target < end ? memchr(target, ' ', (size_t)(end - target)) : NULL;
    if (!version || version == target) {
        refuse(out, "a request line that is not method, target and version with one blank between "
                    "(RFC 9112 §3)");
        return;
    }
    out->plain_method = is_usual_method(line, method);
    out->plain_target = true;
    for (const char *c = target; c < version; c++) {
        unsigned char byte = (unsigned char)*c;

        if (byte < 0x21 || byte == 0x7f)
            refuse(out, "a control character in the target (RFC 9112 §3.2)");
        else if (byte > 0x7f)
            out->plain_target = false;
    }
    if (!out->plain_target)
        find(out,
            "bytes above 7 bits in the target, which should be percent-encoded (RFC 3986 §2.1)");
    if (memchr(version + 1, ' ', (size_t)(end - version - 1)))
        refuse(out, "a blank inside the target (RFC 9112 §3.2)");
}

/* llhttp takes any number for a status. */
static void audit_status_line(const char *line, size_t n, struct head_audit *out)
{
    static const char version[] = "HTTP/1.x ";
    size_t at = sizeof version - 1, digits = 0;

    while (at + digits < n && line[at + digits] >= '0' && line[at + digits] <= '9')
        digits++;
    if (n >= at && memcmp(line, version, 7) == 0 &&
        (digits != 3 || line[at] == '0' || (n > at + 3 && line[at + 3] != ' ')))
        refuse(out, "a status that is no number of three digits (RFC 9112 §4)");
}

static bool is_named(const char *name, size_t n, const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == n && strncasecmp(*names, name, n) == 0)
            return true;
    return false;
}

/* Fields that decide where a message ends or to whom it goes: with these nothing odd may pass. */
static bool is_framing(const char *name, size_t n)
{
    static const char *const names[] = {"content-length", "transfer-encoding", "connection", "host",
        "upgrade", "trailer", "te", NULL};

    return is_named(name, n, names);
}

bool head_has_odd_name(const char *line, size_t n)
{
    const char *colon = memchr(line, ':', n);

    return !colon || !head_is_token(line, (size_t)(colon - line));
}

static void audit_field(const char *line, size_t n, bool request, struct head_audit *out)
{
    const char *colon = memchr(line, ':', n);

    if (!colon) {
        refuse(out, "a field line without a colon (RFC 9112 §5)");
        return;
    }
    size_t name = (size_t)(colon - line), blanks = 0;
    while (name > 0 && is_blank(line[name - 1])) {
        name--;
        blanks++;
    }
    bool framing = is_framing(line, name);
    if (blanks > 0) {
        if (framing || request)
            refuse(out, "a blank before the colon of a field (RFC 9112 §5.1)");
        else
            find(out, "a blank before the colon of a response field, taken away (RFC 9112 §5.1)");
        out->mended = true;
    }
    if (!head_is_token(line, name) && request)
        refuse(out, "a field name that is no token (RFC 9110 §5.1)");
    else if (!head_is_token(line, name))
        find(out, "a field name that is no token (RFC 9110 §5.1)");
    for (size_t i = 0; i < name; i++)
        if (line[i] > 0 && line[i] < ' ')
            refuse(out, "a control character in a field name (RFC 9110 §5.1)");
    out->odd_names = out->odd_names || (!request && head_has_odd_name(line, n));
    if (memchr(colon, '\r', n - (size_t)(colon - line))) {
        if (framing || request)
            refuse(out, "a field value folded over several lines (RFC 9112 §5.2)");
        else
            find(out, "a field value folded over several lines, put on one (RFC 9112 §5.2)");
        out->mended = true;
    }
}

struct counts {
    size_t hosts, lengths, codings;
};

static void count_field(const char *line, size_t n, struct counts *counts)
{
    static const char *const host[] = {"host", NULL}, *const length[] = {"content-length", NULL},
                             *const coding[] = {"transfer-encoding", NULL};
    const char *colon = memchr(line, ':', n);
    size_t name = colon ? (size_t)(colon - line) : 0;

    counts->hosts += is_named(line, name, host);
    counts->lengths += is_named(line, name, length);
    counts->codings += is_named(line, name, coding);
}

static bool ends_in_10(const char *line, size_t n, bool request)
{
    static const char version[] = "HTTP/1.0";
    size_t m = sizeof version - 1;

    return n >= m && memcmp(request ? line + n - m : line, version, m) == 0;
}

static void audit_counts(
    const struct counts *counts, bool request, bool http10, struct head_audit *out)
{
    if (request && counts->hosts > 1)
        refuse(out, "more than one Host (RFC 9112 §3.2)");
    if (request && counts->hosts == 0 && !http10)
        find(out, "no Host (RFC 9112 §3.2)");
    if (counts->lengths > 1)
        refuse(out, "more than one Content-Length (RFC 9112 §6.3)");
    if (counts->lengths > 0 && counts->codings > 0)
        refuse(out, "Content-Length together with Transfer-Encoding (RFC 9112 §6.3)");
    /* Recipients differ in which of several lines they believe (CVE-2022-32215). */
    if (request && counts->codings > 1)
        refuse(out, "more than one Transfer-Encoding (RFC 9112 §6.1)");
    else if (counts->codings > 1)
        find(out, "more than one Transfer-Encoding (RFC 9112 §6.1)");
    if (counts->codings > 0 && http10)
        find(out, "Transfer-Encoding in HTTP/1.0 (RFC 9112 §6.1)");
}

void head_audit(const char *head, size_t len, bool request, struct head_audit *out)
{
    size_t first = line_end(head, len, 0), at = first + 2, n;
    const char *line;
    struct counts counts = {0};

    *out = (struct head_audit){0};
    if (request)
        audit_request_line(head, first, out);
    else
        audit_status_line(head, first, out);
    /* A first field line that begins with a blank could be taken for a part of the first line. */
    if (at < len && is_blank(head[at]))
        refuse(out, "a field section that begins with a blank (RFC 9112 §2.2)");
    while (head_next_line(head, len, &at, &line, &n)) {
        audit_field(line, n, request, out);
        count_field(line, n, &counts);
    }
    audit_counts(&counts, request, ends_in_10(head, first, request), out);
}

void head_audit_trailer(const char *trailer, size_t len, struct head_audit *out)
{
    static const char *const never[] = {
        "content-length", "transfer-encoding", "connection", "host", NULL};
    size_t at = 2, n;
    const char *line;

    *out = (struct head_audit){0};
    while (head_next_line(trailer, len, &at, &line, &n)) {
        const char *colon = memchr(line, ':', n);

        audit_field(line, n, true, out);
        if (colon && is_named(line, (size_t)(colon - line), never))
            refuse(out, "a field in a trailer that frames or routes the message (RFC 9110 §6.5.1)");
    }
}
