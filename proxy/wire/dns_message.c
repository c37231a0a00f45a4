#include "dns_message.h"

enum { FLAG_RESPONSE = 0x8000, RCODE_BITS = 0xf };
/* RFC 1035 §4.1.4: the two high bits of a length; §3.1: a name has at most 255 octets. */
enum { POINTER = 0xc0, NAME_MOST = 255 };
static const uint32_t ttl_sign = 0x80000000u;

static void skip_name(struct cursor *c)
{
    size_t before = c->left;

    while (!c->failed && before - c->left <= NAME_MOST) {
        uint32_t n = read_uint(c, 1);

        if (n == 0)
            return;
        if ((n & POINTER) == POINTER) {
            read_uint(c, 1);
            return;
        }
        if (n & POINTER)
            break;
        read_bytes(c, n);
    }
    c->failed = true;
}

bool dns_message_open(struct dns_message *m, const uint8_t *bytes, size_t len)
{
    *m = (struct dns_message){.rest = cursor_of(bytes, len)};
    read_uint(&m->rest, 2); /* which question it answers is c-ares's to know */
    uint32_t flags = read_uint(&m->rest, 2);
    uint32_t n_questions = read_uint(&m->rest, 2);
    m->n_answers = read_uint(&m->rest, 2);
    read_uint(&m->rest, 4); /* how many authorities and additional ones */
    for (uint32_t i = 0; i < n_questions && !m->rest.failed; i++) {
        skip_name(&m->rest);
        read_uint(&m->rest, 4);
    }
    m->rcode = flags & RCODE_BITS;
    return !m->rest.failed && (flags & FLAG_RESPONSE);
}

bool dns_message_next(struct dns_message *m, struct dns_record *out)
{
    struct cursor *c = &m->rest;

    if (m->n_answers == 0)
        return false;
    m->n_answers--;
    skip_name(c);
    out->type = read_uint(c, 2);
    out->class = read_uint(c, 2);
    out->ttl_s = read_uint(c, 4);
    out->data = read_vector(c, 2);
    if (out->ttl_s & ttl_sign)
        out->ttl_s = 0; /* RFC 2181 §8 */
    return !c->failed;
}
