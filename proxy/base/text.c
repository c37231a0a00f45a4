#include "text.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

void text_fini(struct text *t)
{
    mem_free(t->at);
    *t = (struct text){0};
}

const char *text_str(const struct text *t)
{
    return t->at ? t->at : "";
}

/* Room for n more bytes and the NUL. */
static void text_room(struct text *t, size_t n)
{
    if (t->cap - t->len > n)
        return;
    size_t cap = t->cap ? t->cap : 64;
    while (cap - t->len <= n)
        cap *= 2;
    t->at = mem_resize(t->at, cap);
    t->cap = cap;
}

char *text_more(struct text *t, size_t n)
{
    text_room(t, n);
    char *at = t->at + t->len;
    t->len += n;
    at[n] = '\0';
    return at;
}

void text_cut(struct text *t, size_t len)
{
    t->len = len;
    if (t->at)
        t->at[len] = '\0';
}

void text_clear(struct text *t)
{
    text_cut(t, 0);
}

void text_add_n(struct text *t, const char *s, size_t n)
{
    char *at = text_more(t, n);

    if (n)
        memcpy(at, s, n);
}

void text_add(struct text *t, const char *s)
{
    text_add_n(t, s, strlen(s));
}

void text_add_char(struct text *t, char c)
{
    *text_more(t, 1) = c;
}

void text_printf(struct text *t, const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n > 0) {
        text_room(t, (size_t)n);
        vsnprintf(t->at + t->len, (size_t)n + 1, format, again);
        t->len += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

char *text_give(struct text *t)
{
    char *at = t->at ? t->at : mem_text("");

    *t = (struct text){0};
    return at;
}

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

size_t text_utf8_len(const char *s, size_t n)
{
    const unsigned char *u = (const unsigned char *)s;

    if (n == 0)
        return 0;
    if (u[0] < 0x80)
        return 1;
    if (u[0] >= 0xc2 && u[0] <= 0xdf)
        return n >= 2 && is_tail(u[1]) ? 2 : 0;
    if (u[0] >= 0xe0 && u[0] <= 0xef) {
        unsigned char least = u[0] == 0xe0 ? 0xa0 : 0x80, most = u[0] == 0xed ? 0x9f : 0xbf;

        return n >= 3 && u[1] >= least && u[1] <= most && is_tail(u[2]) ? 3 : 0;
    }
    if (u[0] >= 0xf0 && u[0] <= 0xf4) {
        unsigned char least = u[0] == 0xf0 ? 0x90 : 0x80, most = u[0] == 0xf4 ? 0x8f : 0xbf;

        return n >= 4 && u[1] >= least && u[1] <= most && is_tail(u[2]) && is_tail(u[3]) ? 4 : 0;
    }
    return 0;
}

static uint32_t code_point(const char *s, size_t len)
{
    static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = (unsigned char)s[0] & first[len];

    for (size_t i = 1; i < len; i++)
        code = code << 6 | ((unsigned char)s[i] & 0x3f);
    return code;
}

/* Controls, direction marks (UAX #9), zero-width letters, fillers and line separators: what makes a
 * name read as another. */
static bool is_treacherous(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x034f, 0x034f}, {0x061c, 0x061c},
        {0x115f, 0x1160}, {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
        {0x3164, 0x3164}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff9, 0xfffb},
        {0xe0000, 0xe01ef}};

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

static void add_safe(struct text *t, const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t len = text_utf8_len(s + i, n - i);

        if (len == 0) {
            text_printf(t, "\\x%02X", (unsigned char)s[i++]);
            continue;
        }
        uint32_t code = code_point(s + i, len);
        if (is_treacherous(code))
            text_printf(t, "U+%04X", code);
        else
            text_add_n(t, s + i, len);
        i += len;
    }
}

void text_add_safe(struct text *t, const char *s, size_t n, size_t most)
{
    if (n <= most) {
        add_safe(t, s, n);
        return;
    }
    size_t head = most / 2, tail = n - most / 2;
    while (head > 0 && is_tail((unsigned char)s[head]))
        head--;
    while (tail < n && is_tail((unsigned char)s[tail]))
        tail++;
    add_safe(t, s, head);
    text_add(t, "…");
    add_safe(t, s + tail, n - tail);
}

const char *text_safe(char *buf, size_t cap, const char *s)
{
    struct text t = {0};

    text_add_safe(&t, s, strlen(s), cap / 2);
    if (t.len >= cap) { /* never half a character at the end */
        size_t n = cap - 1;

        while (n > 0 && is_tail((unsigned char)t.at[n]))
            n--;
        t.at[n] = '\0';
    }
    snprintf(buf, cap, "%s", text_str(&t));
    text_fini(&t);
    return buf;
}

/* Not tolower(3) and strcasecmp(3): a locale may have its own idea of what an I is. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool text_equal_caseless(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

void text_lower(char *s)
{
    for (; *s; s++)
        *s = lower(*s);
}

bool text_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && strcmp(s + n - m, suffix) == 0;
}

void text_hex(char *out, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_add_base64(struct text *t, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        uint32_t word = (uint32_t)bytes[i] << 16 | (have > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                        (have > 2 ? bytes[i + 2] : 0u);

        text_add_char(t, base64[word >> 18]);
        text_add_char(t, base64[word >> 12 & 63]);
        text_add_char(t, have > 1 ? base64[word >> 6 & 63] : '=');
        text_add_char(t, have > 2 ? base64[word & 63] : '=');
    }
}

void text_add_pem(struct text *t, const char *label, const uint8_t *bytes, size_t n)
{
    enum { LINE_BYTES = 48 }; /* which are 64 characters */

    text_printf(t, "-----BEGIN %s-----\n", label);
    for (size_t i = 0; i < n; i += LINE_BYTES) {
        text_add_base64(t, bytes + i, n - i < LINE_BYTES ? n - i : LINE_BYTES);
        text_add_char(t, '\n');
    }
    text_printf(t, "-----END %s-----\n", label);
}

static int base64_value(char c)
{
    const char *at = c ? strchr(base64, c) : NULL;

    return at ? (int)(at - base64) : -1;
}

bool text_from_base64(const char *s, size_t n, uint8_t **out, size_t *len)
{
    uint8_t *bytes = mem_new(n / 4 * 3 + 3);
    uint32_t word = 0;
    size_t digits = 0, pads = 0, made = 0;

    for (size_t i = 0; i < n; i++) {
        int value = base64_value(s[i]);

        if (s[i] == ' ' || s[i] == '\n' || s[i] == '\r' || s[i] == '\t')
            continue;
        if (s[i] == '=' && digits % 4 >= 2)
            pads++;
        else if (value < 0 || pads)
            goto bad;
        word = word << 6 | (uint32_t)(value < 0 ? 0 : value);
        if (++digits % 4)
            continue;
        for (size_t k = 0; k < 3 - (pads < 3 ? pads : 2); k++)
            bytes[made++] = (uint8_t)(word >> (16 - 8 * k));
    }
    if (digits % 4 || pads > 2)
        goto bad;
    *out = bytes;
    *len = made;
    return true;
bad:
    mem_free(bytes);
    return false;
}

enum { WORD_MOST = 63 };

/* Edit distance with neighbours swapped counted once (optimal string alignment). */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MOST + 2], n = strlen(a), m = strlen(b);

    if (n > WORD_MOST || m > WORD_MOST)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3], *up = rows[(i - 1) % 3], *up2 = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = up[j - 1] + (a[i - 1] != b[j - 1]);

            best = up[j] + 1 < best ? up[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                up2[j - 2] + 1 < best)
                best = up2[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[n % 3][m];
}

const char *text_nearest(const char *word, const char *const *names)
{
    const char *nearest = NULL;
    size_t best = strlen(word) / 3 + 1;

    for (; *names; names++) {
        size_t d = distance(word, *names);

        if (d <= best && (!nearest || d < best)) {
            best = d;
            nearest = *names;
        }
    }
    return nearest;
}
