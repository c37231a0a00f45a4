#include "svcb.h"

#include <string.h>

/* RFC 9460 §14.3.2 */
enum {
    KEY_MANDATORY = 0,
    KEY_ALPN = 1,
    KEY_NO_DEFAULT_ALPN = 2,
    KEY_PORT = 3,
    KEY_IPV4HINT = 4,
    KEY_ECH = 5,
    KEY_IPV6HINT = 6,
    KEYS_KNOWN = 7,
};

enum { LABEL_MOST = 63, NAME_MOST = 255 };

/* What a reader of one record keeps in mind besides the answer. */
struct reader {
    struct svcb *out;
    struct cursor mandatory; /* the list of keys that have to be there */
    unsigned seen;           /* bits of the known keys */
};

static bool is_of_names(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool read_label(struct cursor label, char *to)
{
    while (label.left) {
        uint32_t c = read_uint(&label, 1);

        c = c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
        if (!is_of_names(c))
            return false;
        *to++ = (char)c;
    }
    return true;
}

/* §2.2: never compressed. Only what can be a name of a host. */
static bool read_name(struct cursor *c, char out[static SVCB_NAME_CAP])
{
    size_t len = 0;

    for (;;) {
        struct cursor label = read_vector(c, 1);

        if (c->failed || label.left > LABEL_MOST || len + label.left + 2 > NAME_MOST)
            return false;
        if (label.left == 0)
            break;
        if (len)
            out[len++] = '.';
        if (!read_label(label, out + len))
            return false;
        len += label.left;
    }
    out[len] = '\0';
    return true;
}

static void keep_alpn(struct svcb *out, struct cursor id)
{
    bool text = id.left < SVCB_ALPN_CAP && out->n_alpns < SVCB_ALPNS_MOST;

    for (size_t i = 0; i < id.left && text; i++)
        text = id.at[i] > ' ' && id.at[i] < 0x7f;
    if (text)
        memcpy(out->alpns[out->n_alpns++], id.at, id.left);
}

/* §7.1.1 */
static bool read_alpn(struct svcb *out, struct cursor value)
{
    if (value.left == 0)
        return false;
    while (value.left) {
        struct cursor id = read_vector(&value, 1);

        if (value.failed || id.left == 0)
            return false;
        keep_alpn(out, id);
    }
    return true;
}

/* §7.3 */
static bool read_addresses(struct cursor value, size_t width, uint8_t *to, size_t *n)
{
    if (value.left == 0 || value.left % width)
        return false;
    for (*n = 0; *n < SVCB_HINTS_MOST && value.left; ++*n)
        memcpy(to + *n * width, read_bytes(&value, width).at, width);
    return true;
}

/* RFC 9848 §3: an ECHConfigList, whose length stands before it. Its keys are no concern of ours. */
static bool read_ech(struct svcb *out, struct cursor value)
{
    struct cursor list = read_vector(&value, 2);

    out->ech = true;
    return !value.failed && value.left == 0 && list.left > 0;
}

static bool read_parameter(struct reader *r, uint32_t key, struct cursor value)
{
    struct svcb *out = r->out;

    if (key < KEYS_KNOWN)
        r->seen |= 1u << key;
    switch (key) {
    case KEY_MANDATORY:
        r->mandatory = value;
        return value.left > 0 && value.left % 2 == 0;
    case KEY_ALPN:
        return read_alpn(out, value);
    case KEY_NO_DEFAULT_ALPN:
        return value.left == 0;
    case KEY_PORT:
        out->port = (uint16_t)read_uint(&value, 2);
        return !value.failed && value.left == 0;
    case KEY_IPV4HINT:
        return read_addresses(value, 4, out->v4[0], &out->n_v4);
    case KEY_ECH:
        return read_ech(out, value);
    case KEY_IPV6HINT:
        return read_addresses(value, 16, out->v6[0], &out->n_v6);
    default:
        return true;
    }
}

/* §8: ascending, never itself, and all there; those that we do not know cannot be looked for. */
static bool check_mandatory(struct reader *r)
{
    uint32_t before = KEY_MANDATORY;

    while (r->mandatory.left) {
        uint32_t key = read_uint(&r->mandatory, 2);

        if (key <= before || (key < KEYS_KNOWN && !(r->seen & 1u << key)))
            return false;
        r->out->needs_more = r->out->needs_more || key >= KEYS_KNOWN;
        before = key;
    }
    return true;
}

/* §2.2: the keys ascend, so none comes twice. */
static bool read_parameters(struct cursor *c, struct reader *r)
{
    for (uint32_t least = 0; c->left;) {
        uint32_t key = read_uint(c, 2);
        struct cursor value = read_vector(c, 2);

        if (c->failed || key < least || !read_parameter(r, key, value))
            return false;
        least = key + 1;
    }
    /* §7.1.1: without the default there has to be another one. */
    bool alpn = r->seen & 1u << KEY_ALPN, no_default = r->seen & 1u << KEY_NO_DEFAULT_ALPN;
    return check_mandatory(r) && (alpn || !no_default);
}

bool svcb_read(struct cursor data, struct svcb *out)
{
    struct reader r = {.out = out};

    *out = (struct svcb){0};
    out->priority = (uint16_t)read_uint(&data, 2);
    if (!read_name(&data, out->target))
        return false;
    return out->priority == 0 || read_parameters(&data, &r); /* §2.4.2: an alias's are ignored */
}
