/* export/curl.c - the requests of a flow as commands of curl, for a POSIX shell. */
#include "export_priv.h"

#include <string.h>

#include "base/text.h"
#include "flow/flow.h"
#include "flow/spoken.h"

/* In single quotes nothing means anything but the quote itself (POSIX, Shell Command Language
 * §2.2.2). Bytes that would steer a terminal have no place in a command that is pasted into one. */
static void quote(struct text *out, const char *s, size_t len)
{
    text_add_char(out, '\'');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c == '\'')
            text_add(out, "'\\''");
        else if (c >= ' ' && c != 0x7f)
            text_add_char(out, (char)c);
        else if (c == '\t' || c == '\n' || c == '\r')
            text_add_char(out, (char)c);
    }
    text_add_char(out, '\'');
}

static void quote_text(struct text *out, const char *s)
{
    quote(out, s, strlen(s));
}

/* curl says these by itself, by what it sends. */
static bool is_curls_own(const char *name)
{
    static const char *const own[] = {"Host", "Content-Length", "Connection", "Transfer-Encoding",
        "Proxy-Connection", "Keep-Alive", "TE", "Trailer", "Upgrade", "HTTP2-Settings",
        "Accept-Encoding"};

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (text_equal_caseless(name, own[i]))
            return true;
    return *name == ':';
}

static void put_field(void *arg, const char *name, const char *value)
{
    struct text *out = arg, field = {0};

    if (is_curls_own(name))
        return;
    /* "name;" is how curl is told of a field without a value. */
    text_printf(&field, *value ? "%s: %s" : "%s;", name, value);
    text_add(out, " \\\n  -H ");
    quote(out, text_str(&field), field.len);
    text_fini(&field);
}

/* False: these bytes cannot stand in a command. */
static bool put_body(const struct leaving *l, const struct spoken_message *m, struct text *out)
{
    struct text body = {0};
    bool whole;

    message_body(m, l->raw, &body, &whole);
    bool fine = whole && bytes_are_text(&body);
    if (fine && body.len) {
        text_add(out, " \\\n  --data-raw ");
        quote(out, text_str(&body), body.len);
    }
    text_fini(&body);
    return fine;
}

static void put_request(const struct leaving *l, size_t n, struct text *out)
{
    const struct flow_exchange *x = &l->flow->exchanges[n];
    const struct spoken_message *m = leaving_message(l, n, SPOKEN_REQUEST);
    struct text coding = {0};

    text_add(out, "curl --globoff --path-as-is");
    if (message_field(leaving_message(l, n, SPOKEN_RESPONSE), "Content-Encoding", true, &coding))
        text_add(out, " --compressed");
    text_fini(&coding);
    if (strcmp(x->method, "HEAD") == 0) {
        text_add(out, " --head ");
    } else {
        text_add(out, " -X ");
        quote_text(out, x->method);
        text_add_char(out, ' ');
    }
    quote_text(out, x->url);
    message_fields(m, l->raw, put_field, out);
    if (m && m->body_kept && !put_body(l, m, out))
        text_add(out, "\n# Its body is not text, or was not kept whole: it is left out");
    else if (!(m && m->body_kept) && x->request_bytes > 0)
        text_add(out, "\n# Its body was not kept: it is left out");
    text_add(out, "\n");
}

static bool write_flow(void *state, const struct leaving *l, struct text *out, struct err *e)
{
    (void)state;
    (void)e;
    for (size_t n = 0; n < l->flow->n_exchanges; n++)
        put_request(l, n, out);
    return true;
}

const struct export_writer export_writer_curl = {
    .name = "curl",
    .type = "text/plain; charset=utf-8",
    .suffix = ".sh",
    .wants_spoken = true,
    .flow = write_flow,
};
