#include "proof_priv.h"

#include <stdio.h>

#include <openssl/objects.h>

#include "wire/tls_names.h"

static void sigalg_set(struct leg *l, const uint8_t *at)
{
    char buf[TLS_NAME_CAP];

    snprintf(l->facts.sigalg, sizeof l->facts.sigalg, "%s",
        tls_sigalg_name((uint16_t)(at[0] << 8 | at[1]), buf));
}

/* What is left of a message. */
struct rest {
    const uint8_t *at;
    size_t len;
};

/* opaque x<1..2^16-1> */
static bool take_number(struct rest *from, struct rest *out)
{
    if (from->len < 2)
        return false;
    size_t n = (size_t)from->at[0] << 8 | from->at[1];
    if (from->len - 2 < n)
        return false;
    *out = (struct rest){from->at + 2, n};
    *from = (struct rest){from->at + 2 + n, from->len - 2 - n};
    return true;
}

static unsigned bits_of(struct rest number)
{
    while (number.len > 0 && number.at[0] == 0)
        number = (struct rest){number.at + 1, number.len - 1};
    unsigned bits = (unsigned)number.len * 8;

    for (unsigned top = 0x80; number.len > 0 && !(number.at[0] & top); top >>= 1)
        bits--;
    return bits;
}

/* ServerDHParams: p, g, Ys. */
static bool skip_dh(struct leg *l, struct rest *r)
{
    struct rest p, other;

    if (!take_number(r, &p) || !take_number(r, &other) || !take_number(r, &other))
        return false;
    l->facts.dh_bits = bits_of(p);
    return true;
}

/* ServerECDHParams: named_curve (3), the curve, a point. */
static bool skip_ecdh(struct rest *r)
{
    enum { BEFORE_POINT = 4, NAMED_CURVE = 3 };

    if (r->len < BEFORE_POINT || r->at[0] != NAMED_CURVE || r->len - BEFORE_POINT < r->at[3])
        return false;
    size_t n = (size_t)BEFORE_POINT + r->at[3];
    *r = (struct rest){r->at + n, r->len - n};
    return true;
}

void proof_see_key_exchange(struct leg *l, const uint8_t *body, size_t len)
{
    const SSL_CIPHER *cipher = SSL_get_pending_cipher(l->ssl);
    int kx = cipher ? SSL_CIPHER_get_kx_nid(cipher) : NID_undef;
    struct rest rest = {body, len};
    bool signs = kx == NID_kx_dhe ? skip_dh(l, &rest) : kx == NID_kx_ecdhe && skip_ecdh(&rest);

    /* Before TLS 1.2 the algorithm is not said (RFC 5246 §4.7). */
    if (signs && rest.len > 2 && SSL_version(l->ssl) == TLS1_2_VERSION)
        sigalg_set(l, rest.at);
}

void proof_see_verify(struct leg *l, const uint8_t *body, size_t len)
{
    if (len > 2)
        sigalg_set(l, body);
}
