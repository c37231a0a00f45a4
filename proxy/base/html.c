#include "html.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct range {
    uint32_t first, last;
};

/* Characters that show nothing, or turn the direction of what stands beside them (Unicode: Cc, Cf,
 * default ignorable). */
static const struct range hidden[] = {
    {0x0000, 0x001f},
    {0x007f, 0x009f},
    {0x00ad, 0x00ad},
    {0x034f, 0x034f},
    {0x061c, 0x061c},
    {0x115f, 0x1160},
    {0x17b4, 0x17b5},
    {0x180b, 0x180f},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},
    {0xe0000, 0xe0fff},
};

static bool is_hidden(uint32_t code)
{
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (code >= hidden[i].first && code <= hidden[i].last)
            return true;
    return false;
}

/* The code point of a sequence that text_utf8_len has found to be right. */
static uint32_t code_point(const char *s, size_t n)
{
    const unsigned char *u = (const unsigned char *)s;
    uint32_t code = n == 1 ? u[0] : u[0] & (0xffu >> (n + 1));

    for (size_t i = 1; i < n; i++)
        code = code << 6 | (u[i] & 0x3f);
    return code;
}

/* One character, harmless; gives its length in bytes. */
static size_t html_char(struct text *html, const char *s, size_t n)
{
    size_t len = text_utf8_len(s, n);

    if (!len) {
        text_add(html, "\xef\xbf\xbd");
        return 1;
    }
    uint32_t code = code_point(s, len);

    if (is_hidden(code))
        text_printf(html, "<span class=\"u\">U+%04" PRIX32 "</span>", code);
    else if (code == '&')
        text_add(html, "&amp;");
    else if (code == '<')
        text_add(html, "&lt;");
    else if (code == '>')
        text_add(html, "&gt;");
    else if (code == '"')
        text_add(html, "&quot;");
    else if (code == '\'')
        text_add(html, "&#39;");
    else
        text_add_n(html, s, len);
    return len;
}

static size_t char_len(const char *s, size_t n)
{
    size_t len = text_utf8_len(s, n);

    return len ? len : 1;
}

/* At most `most` characters, cut in the middle: the end of a name tells as much as its start. In
 * prose, what stands between two grave accents is code. */
static void html_cut(struct text *html, const char *s, size_t most, bool prose)
{
    bool code = false;
    size_t n = strlen(s), n_chars = 0, at = 0, place = 0;

    for (size_t i = 0; i < n; i += char_len(s + i, n - i))
        n_chars++;
    while (at < n) {
        if (n_chars > most && place == most / 2) {
            text_add(html, "…");
            for (size_t skip = n_chars - most + 1; skip; skip--, place++)
                at += char_len(s + at, n - at);
            continue;
        }
        if (prose && s[at] == '`' && (code || strchr(s + at + 1, '`'))) {
            text_add(html, code ? "</code>" : "<code>");
            code = !code;
            at++;
        } else {
            at += html_char(html, s + at, n - at);
        }
        place++;
    }
    text_add(html, code ? "</code>" : ""); /* its end was cut out */
}

void html_plain(struct text *html, const char *s, size_t most)
{
    html_cut(html, s, most, false);
}

void html_name(struct text *html, const char *s, size_t most)
{
    text_add(html, "<bdi class=\"v\">");
    html_plain(html, s, most);
    text_add(html, "</bdi>");
}

void html_prose(struct text *html, const char *s, size_t most)
{
    struct text line = {0};

    text_add(&line, s);
    for (size_t i = 0; i < line.len; i++)
        if (line.at[i] == '\n' || line.at[i] == '\t')
            line.at[i] = ' ';
    text_add(html, "<bdi>");
    html_cut(html, text_str(&line), most, true);
    text_add(html, "</bdi>");
    text_fini(&line);
}
