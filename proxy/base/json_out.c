#include "json_out.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MOST = 32 };

void json_init(struct json_out *j, struct text *to)
{
    *j = (struct json_out){.to = to};
}

/* The comma before a value, unless it follows its key or is the first. */
static void separate(struct json_out *j)
{
    uint32_t bit = (uint32_t)1 << j->depth;

    if (j->keyed)
        j->keyed = false;
    else if (j->started & bit)
        text_add_char(j->to, ',');
    j->started |= bit;
}

static void open_with(struct json_out *j, char c)
{
    separate(j);
    text_add_char(j->to, c);
    assert(j->depth + 1 < DEPTH_MOST);
    j->depth++;
    j->started &= ~((uint32_t)1 << j->depth);
}

static void close_with(struct json_out *j, char c)
{
    assert(j->depth > 0);
    j->depth--;
    text_add_char(j->to, c);
}

void json_object(struct json_out *j)
{
    open_with(j, '{');
}

void json_object_end(struct json_out *j)
{
    close_with(j, '}');
}

void json_array(struct json_out *j)
{
    open_with(j, '[');
}

void json_array_end(struct json_out *j)
{
    close_with(j, ']');
}

/* One byte that does not stand for itself. */
static void add_escaped(struct text *to, unsigned char c)
{
    switch (c) {
    case '"':
        text_add(to, "\\\"");
        break;
    case '\\':
        text_add(to, "\\\\");
        break;
    case '\n':
        text_add(to, "\\n");
        break;
    case '\r':
        text_add(to, "\\r");
        break;
    case '\t':
        text_add(to, "\\t");
        break;
    default:
        text_printf(to, "\\u%04x", c);
    }
}

/* A bit for each byte that stands for itself: printable ASCII without " & < > and \. */
static const uint64_t plain[4] = {0xafffffbb00000000, 0x7fffffffefffffff};

static size_t plain_run(const char *s, size_t n)
{
    size_t run = 0;

    for (; run < n; run++) {
        unsigned char c = (unsigned char)s[run];

        if (!(plain[c / 64] >> c % 64 & 1))
            break;
    }
    return run;
}

static void quote_plain(struct text *to, const char *s, size_t n)
{
    char *at = text_more(to, n + 2);

    at[0] = '"';
    if (n)
        memcpy(at + 1, s, n);
    at[n + 1] = '"';
}

static void quote(struct text *to, const char *s, size_t n)
{
    size_t run = plain_run(s, n);

    if (run == n) {
        quote_plain(to, s, n);
        return;
    }
    text_add_char(to, '"');
    for (size_t i = 0; i < n; run = plain_run(s + i, n - i)) {
        text_add_n(to, s + i, run);
        i += run;
        if (i == n)
            break;
        size_t len = text_utf8_len(s + i, n - i);
        if (len == 0)
            text_add(to, "\\ufffd");
        else if (len == 1)
            add_escaped(to, (unsigned char)s[i]);
        else if (len == 3 && memcmp(s + i, "\xe2\x80\xa8", 3) == 0)
            text_add(to, "\\u2028");
        else if (len == 3 && memcmp(s + i, "\xe2\x80\xa9", 3) == 0)
            text_add(to, "\\u2029");
        else
            text_add_n(to, s + i, len);
        i += len ? len : 1;
    }
    text_add_char(to, '"');
}

void json_key(struct json_out *j, const char *key)
{
    separate(j);
    quote(j->to, key, strlen(key));
    text_add_char(j->to, ':');
    j->keyed = true;
}

void json_text_n(struct json_out *j, const char *s, size_t n)
{
    separate(j);
    quote(j->to, s, n);
}

void json_text(struct json_out *j, const char *s)
{
    if (s)
        json_text_n(j, s, strlen(s));
    else
        json_null(j);
}

void json_int(struct json_out *j, int64_t n)
{
    char digits[24], *end = digits + sizeof digits, *at = end;
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (n < 0)
        *--at = '-';
    separate(j);
    text_add_n(j->to, at, (size_t)(end - at));
}

/* JSON has no NaN and no infinity (RFC 8259 §6). */
void json_double(struct json_out *j, double n)
{
    char digits[32];

    if (!isfinite(n)) {
        json_null(j);
        return;
    }
    snprintf(digits, sizeof digits, "%.15g", n);
    if (strtod(digits, NULL) !=
        n) /* rounded: the largest double would become one that no reader takes */
        snprintf(digits, sizeof digits, "%.17g", n);
    separate(j);
    text_add(j->to, digits);
}

void json_bool(struct json_out *j, bool b)
{
    separate(j);
    text_add(j->to, b ? "true" : "false");
}

void json_null(struct json_out *j)
{
    separate(j);
    text_add(j->to, "null");
}

void json_verbatim(struct json_out *j, const char *json, size_t n)
{
    separate(j);
    text_add_n(j->to, json, n);
}

void json_put_text(struct json_out *j, const char *key, const char *s)
{
    json_key(j, key);
    json_text(j, s);
}

void json_put_int(struct json_out *j, const char *key, int64_t n)
{
    json_key(j, key);
    json_int(j, n);
}

void json_put_bool(struct json_out *j, const char *key, bool b)
{
    json_key(j, key);
    json_bool(j, b);
}

void json_put_null(struct json_out *j, const char *key)
{
    json_key(j, key);
    json_null(j);
}
