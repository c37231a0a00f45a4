#include "filter_said.h"

#include <ctype.h>
#include <string.h>

#include <sqlite3.h>

#include "exchange_rows.h"
#include "filter.h"
#include "flow/spoken.h"
#include "said.h"

/* Which messages of an exchange are meant. */
enum { SIDE_REQUEST = 1, SIDE_RESPONSE = 2 };
/* CHARS: arguments of one call (SQLite takes 100 in any build). REPLACEMENT: U+FFFD. */
enum { CHARS_MOST = 100, REPLACEMENT = 0xfffd };

/* ASCII letters alike, as everywhere in a filter. */
static bool has_part(const struct text *in, const char *part)
{
    size_t len = strlen(part);

    for (size_t at = 0; at + len <= in->len; at++) {
        size_t n = 0;

        while (n < len && tolower((unsigned char)in->at[at + n]) == tolower((unsigned char)part[n]))
            n++;
        if (n == len)
            return true;
    }
    return false;
}

static bool heads_have(const struct spoken *s, int sides, const char *part)
{
    for (size_t i = 0; i < s->n; i++)
        if (((sides & SIDE_REQUEST) && has_part(&s->at[i].said[SPOKEN_REQUEST].head, part)) ||
            ((sides & SIDE_RESPONSE) && has_part(&s->at[i].said[SPOKEN_RESPONSE].head, part)))
            return true;
    return false;
}

static bool body_has(const struct spoken_message *m, const char *part)
{
    struct text body = {0};

    if (!m->body_kept)
        return false;
    said_body(m, &body);
    bool has = has_part(&body, part);
    text_fini(&body);
    return has;
}

static bool bodies_have(const struct spoken *s, const char *part)
{
    for (size_t i = 0; i < s->n; i++)
        if (body_has(&s->at[i].said[SPOKEN_REQUEST], part) ||
            body_has(&s->at[i].said[SPOKEN_RESPONSE], part))
            return true;
    return false;
}

static bool add_heads(struct squeeze *squeeze, sqlite3_value *packed, struct spoken *s)
{
    return exchange_heads_unpack(
        squeeze, sqlite3_value_blob(packed), (size_t)sqlite3_value_bytes(packed), s, NULL);
}

static bool add_bodies(struct squeeze *squeeze, sqlite3_value *packed, struct spoken *s)
{
    return exchange_bodies_unpack(
        squeeze, sqlite3_value_blob(packed), (size_t)sqlite3_value_bytes(packed), s, NULL);
}

/* NULL: the time is over, which the statement is told, or nothing can be unpacked. */
static struct squeeze *squeeze_of(sqlite3_context *context)
{
    const struct filter_said_host *host = sqlite3_user_data(context);

    if (!host->is_late(host->arg))
        return host->squeeze(host->arg);
    sqlite3_result_error_code(context, SQLITE_INTERRUPT);
    return NULL;
}

/* said_in_heads(packed heads, sides, part) */
static void in_heads(sqlite3_context *context, int n, sqlite3_value **values)
{
    struct squeeze *squeeze = squeeze_of(context);
    const char *part = (const char *)sqlite3_value_text(values[2]);

    (void)n;
    if (!squeeze || !part)
        return;
    struct spoken *s = spoken_new();
    bool has =
        add_heads(squeeze, values[0], s) && heads_have(s, sqlite3_value_int(values[1]), part);
    spoken_free(s);
    sqlite3_result_int(context, has);
}

/* said_in_bodies(packed heads, packed bodies, part): heads tell how bodies are coded. */
static void in_bodies(sqlite3_context *context, int n, sqlite3_value **values)
{
    struct squeeze *squeeze = squeeze_of(context);
    const char *part = (const char *)sqlite3_value_text(values[2]);

    (void)n;
    if (!squeeze || !part)
        return;
    struct spoken *s = spoken_new();
    bool has = add_heads(squeeze, values[0], s) && add_bodies(squeeze, values[1], s) &&
               bodies_have(s, part);
    spoken_free(s);
    sqlite3_result_int(context, has);
}

/* SQLite hands its user data back without const; it is only read. */
static void *without_const(const struct filter_said_host *host)
{
    void *arg;

    memcpy(&arg, &host, sizeof arg);
    return arg;
}

void filter_said_begin(struct sqlite3 *db, const struct filter_said_host *host)
{
    int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;
    void *arg = without_const(host);

    sqlite3_create_function(db, "said_in_heads", 3, flags, arg, in_heads, NULL, NULL);
    sqlite3_create_function(db, "said_in_bodies", 3, flags, arg, in_bodies, NULL, NULL);
}

/* The code point of a sequence that text_utf8_len has found to be right. */
static unsigned code_point(const char *s, size_t n)
{
    const unsigned char *u = (const unsigned char *)s;
    unsigned code = n == 1 ? u[0] : u[0] & (0xffu >> (n + 1));

    for (size_t i = 1; i < n; i++)
        code = code << 6 | (u[i] & 0x3fu);
    return code;
}

/* As char(97,98)||char(…): no text of a filter becomes SQL. A byte that is no UTF-8 finds
 * nothing. */
static void add_text(const char *s, struct text *out)
{
    size_t len = strlen(s), n_chars = 0;

    text_add(out, "(char(");
    for (size_t i = 0; i < len; n_chars++) {
        size_t n = text_utf8_len(s + i, len - i);

        if (n_chars)
            text_add(out, n_chars % CHARS_MOST ? "," : ")||char(");
        text_printf(out, "%u", n ? code_point(s + i, n) : REPLACEMENT);
        i += n ? n : 1;
    }
    text_add(out, "))");
}

void filter_said_sql(const struct filter_node *node, struct text *out)
{
    const char *name = node->atom->name;
    int sides = !strcmp(name, "hq")   ? SIDE_REQUEST
                : !strcmp(name, "hs") ? SIDE_RESPONSE
                                      : SIDE_REQUEST | SIDE_RESPONSE;

    if (node->atom->value == FILTER_HEADS)
        text_printf(out,
            "EXISTS (SELECT 1 FROM heads AS h WHERE h.seq = flow.seq AND"
            " said_in_heads(h.packed, %d, ",
            sides);
    else
        text_add(out, "EXISTS (SELECT 1 FROM bodies AS b, heads AS h WHERE b.seq = flow.seq AND"
                      " h.seq = flow.seq AND said_in_bodies(h.packed, b.packed, ");
    add_text(node->text, out);
    text_add(out, "))");
}
