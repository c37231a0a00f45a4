#include "spoken.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"

enum { FIRST_CAP = 4 };

struct spoken *spoken_new(void)
{
    return mem_new(sizeof(struct spoken));
}

static void message_fini(struct spoken_message *m)
{
    text_fini(&m->head);
    text_fini(&m->body);
}

void spoken_free(struct spoken *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++) {
        message_fini(&s->at[i].said[SPOKEN_REQUEST]);
        message_fini(&s->at[i].said[SPOKEN_RESPONSE]);
    }
    mem_free(s->at);
    mem_free(s);
}

/* Grown to a power of two, so `n` tells the room there is. */
static bool is_full(size_t n)
{
    return n == 0 || (n >= FIRST_CAP && (n & (n - 1)) == 0);
}

struct spoken_exchange *spoken_at(struct spoken *s, size_t n)
{
    while (s->n <= n) {
        if (is_full(s->n))
            s->at = mem_resize(s->at, (s->n ? 2 * s->n : FIRST_CAP) * sizeof *s->at);
        s->at[s->n++] = (struct spoken_exchange){0};
    }
    return &s->at[n];
}

void spoken_head(struct spoken *s, size_t n, enum spoken_side side, const char *head, size_t len)
{
    struct spoken_message *m = &spoken_at(s, n)->said[side];

    s->heads_len -= m->head.len;
    text_clear(&m->head);
    m->head_cut = len > SPOKEN_HEADS_MOST - s->heads_len;
    if (m->head_cut) {
        s->n_heads_cut++;
        return;
    }
    text_add_n(&m->head, head, len);
    s->heads_len += len;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

bool spoken_body(struct spoken *s, size_t n, enum spoken_side side, const void *bytes, size_t len)
{
    struct spoken_message *m = &spoken_at(s, n)->said[side];
    size_t room = least(SPOKEN_BODY_MOST - m->body.len, SPOKEN_BODIES_MOST - s->bodies_len);
    size_t taken = least(room, len);

    m->body_kept = true;
    text_add_n(&m->body, bytes, taken);
    s->bodies_len += taken;
    if (taken == len)
        return true;
    s->n_bodies_cut += !m->body_cut;
    m->body_cut = true;
    return false;
}

static void drop_body(struct spoken *s, struct spoken_message *m)
{
    s->bodies_len -= m->body.len;
    text_fini(&m->body);
    m->body = (struct text){0};
    m->body_kept = false;
    m->body_cut = false;
}

void spoken_drop_bodies_of(struct spoken *s, size_t n)
{
    if (n >= s->n)
        return;
    drop_body(s, &s->at[n].said[SPOKEN_REQUEST]);
    drop_body(s, &s->at[n].said[SPOKEN_RESPONSE]);
}

void spoken_drop_bodies(struct spoken *s)
{
    for (size_t i = 0; i < s->n; i++)
        spoken_drop_bodies_of(s, i);
    s->bodies_dropped = true;
}

/* --- heads --- */

static size_t line_len(const char *at, size_t most)
{
    const char *end = memchr(at, '\n', most);

    return end ? (size_t)(end - at) : most;
}

static size_t without_cr(const char *at, size_t len)
{
    return len && at[len - 1] == '\r' ? len - 1 : len;
}

bool spoken_start_line(const struct text *head, const char **line, size_t *len)
{
    if (!head->len)
        return false;
    *line = head->at;
    *len = without_cr(head->at, line_len(head->at, head->len));
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool field_read(const char *line, size_t len, struct spoken_field *out)
{
    const char *colon = memchr(line, ':', len);

    if (!colon)
        return false;
    out->name = line;
    out->name_len = (size_t)(colon - line);
    out->value = colon + 1;
    out->value_len = len - out->name_len - 1;
    for (; out->value_len && is_blank(*out->value); out->value_len--)
        out->value++;
    while (out->value_len && is_blank(out->value[out->value_len - 1]))
        out->value_len--;
    return true;
}

bool spoken_next_field(const struct text *head, size_t *at, struct spoken_field *out)
{
    if (!*at && head->len)
        *at = line_len(head->at, head->len) + 1;
    while (*at < head->len) {
        const char *line = head->at + *at;
        size_t len = line_len(line, head->len - *at);

        *at += len + 1;
        if (field_read(line, without_cr(line, len), out))
            return true;
    }
    return false;
}

bool spoken_field_find(const struct text *head, const char *name, struct spoken_field *out)
{
    size_t at = 0, len = strlen(name);

    while (spoken_next_field(head, &at, out))
        if (out->name_len == len && strncasecmp(out->name, name, len) == 0)
            return true;
    return false;
}
