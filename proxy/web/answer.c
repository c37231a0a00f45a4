#include "answer.h"

#include <stdarg.h>
#include <string.h>

#include "base/err.h"
#include "base/json_out.h"
#include "http/message.h"

static const char json_type[] = "application/json; charset=utf-8";

/* Nothing but what we serve ourselves; positions are set by script, never by a style attribute. */
static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'";
/* A report is one file that is handed on: its style stands in it, and it has no script. */
static const char report_policy[] =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox";

void answer_fini(struct answer *a)
{
    text_fini(&a->body);
    text_fini(&a->fields);
    if (a->file)
        fclose(a->file);
    *a = (struct answer){0};
}

void answer_json(struct answer *a, struct json_out *j)
{
    a->status = 200;
    a->type = json_type;
    text_clear(&a->body);
    json_init(j, &a->body);
    json_object(j);
    json_put_int(j, "v", 1);
}

static void error_begin(struct answer *a, struct json_out *j, int status, const char *text)
{
    answer_json(a, j);
    a->status = status;
    json_key(j, "error");
    json_object(j);
    json_put_text(j, "text", text);
}

static void error_end(struct json_out *j)
{
    json_object_end(j);
    json_object_end(j);
}

void answer_error(struct answer *a, int status, const char *format, ...)
{
    struct json_out j;
    char text[480];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    error_begin(a, &j, status, text);
    error_end(&j);
}

void answer_filter_error(struct answer *a, const char *text, size_t column, bool incomplete)
{
    struct json_out j;

    error_begin(a, &j, 400, text);
    json_put_int(&j, "column", (int64_t)column);
    json_put_bool(&j, "incomplete", incomplete);
    error_end(&j);
}

void answer_err(struct answer *a, const struct err *e)
{
    bool theirs = e->kind == ERR_INPUT || e->kind == ERR_USAGE || e->kind == ERR_CONFIG ||
                  e->kind == ERR_RULE;

    answer_error(a, theirs ? 400 : 500, "%s", e->text);
}

void answer_attachment(struct answer *a, const char *type, const char *name)
{
    a->status = 200;
    a->type = type;
    text_printf(&a->fields, "Content-Disposition: attachment; filename=\"%s\"\r\n", name);
}

size_t answer_len(const struct answer *a)
{
    return a->file ? (size_t)a->file_len : a->bytes ? a->len : a->body.len;
}

void answer_safe_fields(const struct answer *a, struct text *out)
{
    text_printf(out,
        "Content-Security-Policy: %s\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Referrer-Policy: no-referrer\r\n"
        "Cross-Origin-Opener-Policy: same-origin\r\n"
        "Cross-Origin-Resource-Policy: same-origin\r\n"
        "Cache-Control: %s\r\n",
        a->is_report ? report_policy : page_policy,
        a->is_lasting ? "private, max-age=31536000, immutable" : "no-store");
}

void answer_head(const struct answer *a, bool keep_alive, struct text *out)
{
    struct text fields = {0};

    answer_safe_fields(a, &fields);
    text_add_n(&fields, text_str(&a->fields), a->fields.len);
    if (a->is_gzip)
        text_add(&fields, "Content-Encoding: gzip\r\n");
    if (a->is_lasting)
        text_add(&fields, "Vary: Accept-Encoding\r\n");
    if (!keep_alive)
        text_add(&fields, "Connection: close\r\n");
    if (a->status == 204) /* has no length to tell (RFC 9110 §8.6) */
        text_printf(out, "HTTP/1.1 204 %s\r\n%s\r\n", http_reason(204), text_str(&fields));
    else
        http_response_head(out, a->status, NULL, a->type, answer_len(a), text_str(&fields));
    text_fini(&fields);
}
