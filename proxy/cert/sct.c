#include "sct.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/mem.h"

#include "der.h"

#define EMBEDDED_LIST "1.3.6.1.4.1.11129.2.4.2"

enum {
    VERSION_1 = 0,
    CERTIFICATE_TIMESTAMP = 0, /* SignatureType */
    X509_ENTRY = 0,            /* LogEntryType */
    PRECERT_ENTRY = 1,
    DER_HEADER_MOST = 6,
};

/* A cursor of big-endian numbers and vectors; a read that fails empties it and says so. */
struct reader {
    const uint8_t *at;
    size_t left;
    bool failed;
};

static struct cert_span take(struct reader *r, size_t n)
{
    struct cert_span part = {.at = r->at, .len = n};

    if (r->failed || n > r->left) {
        *r = (struct reader){.failed = true};
        return (struct cert_span){0};
    }
    r->at += n;
    r->left -= n;
    return part;
}

static uint64_t take_uint(struct reader *r, size_t width)
{
    struct cert_span bytes = take(r, width);
    uint64_t n = 0;

    for (size_t i = 0; i < bytes.len; i++)
        n = n << 8 | bytes.at[i];
    return n;
}

static struct cert_span take_vector16(struct reader *r)
{
    return take(r, (size_t)take_uint(r, 2));
}

bool sct_parse(struct cert_span bytes, struct sct *out)
{
    struct reader r = {.at = bytes.at, .left = bytes.len};

    *out = (struct sct){.whole = bytes};
    if (take_uint(&r, 1) != VERSION_1)
        return false;
    out->log_id = take(&r, SCT_LOG_ID_BYTES).at;
    out->timestamp_ms = take_uint(&r, 8);
    out->extensions = take_vector16(&r);
    out->hash = (uint8_t)take_uint(&r, 1);
    out->signer = (uint8_t)take_uint(&r, 1);
    out->signature = take_vector16(&r);
    return !r.failed && r.left == 0 && out->signature.len > 0;
}

bool sct_list_parse(struct cert_span bytes, struct sct_list *out)
{
    struct reader whole = {.at = bytes.at, .left = bytes.len}, r;

    *out = (struct sct_list){0};
    struct cert_span inside = take_vector16(&whole);
    if (whole.failed || whole.left || inside.len == 0)
        return false;
    for (r = (struct reader){.at = inside.at, .left = inside.len}; r.left;) {
        struct cert_span one = take_vector16(&r);

        if (r.failed || one.len == 0) {
            *out = (struct sct_list){0};
            return false;
        }
        if (out->n == SCTS_MOST)
            out->n_cut++;
        else if (sct_parse(one, &out->at[out->n]))
            out->n++;
        else
            out->n_unreadable++;
    }
    return true;
}

bool sct_list_unwrap(struct cert_span value, struct cert_span *list)
{
    struct der_item octets;

    if (!der_only(value, DER_OCTET_STRING, &octets))
        return false;
    *list = octets.body;
    return true;
}

bool sct_list_embedded(const struct cert *c, struct cert_span *list)
{
    const struct cert_extension *e = c->n_scts ? cert_extension(c, EMBEDDED_LIST) : NULL;

    return e && sct_list_unwrap(e->value, list);
}

uint8_t *sct_list_pack(const struct cert_span *scts, size_t n, size_t *len)
{
    size_t total = 0;
    uint8_t *out, *at;

    for (size_t i = 0; i < n; i++) {
        if (scts[i].len == 0 || scts[i].len > SCT_LIST_BYTES_MOST - 2 ||
            total > SCT_LIST_BYTES_MOST - 2 - scts[i].len)
            return NULL;
        total += 2 + scts[i].len;
    }
    out = at = mem_new(2 + total);
    *at++ = (uint8_t)(total >> 8);
    *at++ = (uint8_t)total;
    for (size_t i = 0; i < n; i++) {
        *at++ = (uint8_t)(scts[i].len >> 8);
        *at++ = (uint8_t)scts[i].len;
        memcpy(at, scts[i].at, scts[i].len);
        at += scts[i].len;
    }
    *len = 2 + total;
    return out;
}

/* Is this Extension the list of SCTs or the poison, 1.3.6.1.4.1.11129.2.4.2 or .3? */
static bool is_of_the_log(struct cert_span extension)
{
    static const uint8_t arc[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04};
    struct der d = der_of(extension);
    struct der_item oid;

    return der_take(&d, DER_OID, &oid) && oid.body.len == sizeof(arc) + 1 &&
           memcmp(oid.body.at, arc, sizeof(arc)) == 0 &&
           (oid.body.at[sizeof(arc)] == 2 || oid.body.at[sizeof(arc)] == 3);
}

/* The shortest header of DER (X.690 §10.1) for a body of `len` bytes; gives where the body goes. */
static uint8_t *put_header(uint8_t *at, uint8_t tag, size_t len)
{
    unsigned bytes = len < 0x80 ? 0 : len < 0x100 ? 1 : len < 0x10000 ? 2 : len < 0x1000000 ? 3 : 4;

    *at++ = tag;
    if (bytes == 0)
        *at++ = (uint8_t)len;
    else
        *at++ = (uint8_t)(0x80 | bytes);
    while (bytes--)
        *at++ = (uint8_t)(len >> (8 * bytes));
    return at;
}

static size_t header_len(size_t len)
{
    uint8_t header[DER_HEADER_MOST];

    return (size_t)(put_header(header, 0, len) - header);
}

static uint8_t *put(uint8_t *at, struct cert_span bytes)
{
    memcpy(at, bytes.at, bytes.len);
    return at + bytes.len;
}

/* A TBSCertificate in two: what stands before its extensions, and the SEQUENCE of these. */
struct tbs {
    struct cert_span before, extensions;
};

static bool tbs_split(const struct cert *c, struct tbs *out)
{
    struct der_item whole, tbs, item, list;
    struct der d;

    if (!der_only(c->der, DER_SEQUENCE, &whole))
        return false;
    d = der_of(whole.body);
    if (!der_take(&d, DER_SEQUENCE, &tbs))
        return false;
    for (d = der_of(tbs.body); der_next(&d, &item);) {
        if (item.tag != (DER_CONTEXT_CONSTRUCTED | 3))
            continue;
        if (d.left || !der_only(item.body, DER_SEQUENCE, &list))
            return false;
        out->before.at = tbs.body.at;
        out->before.len = (size_t)(item.whole.at - tbs.body.at);
        out->extensions = list.body;
        return true;
    }
    return false;
}

/* The extensions that stay, into `out` (as large as they were); gives their length. */
static size_t extensions_filter(struct cert_span extensions, uint8_t *out)
{
    struct der d = der_of(extensions);
    struct der_item item;
    uint8_t *at = out;

    while (der_next(&d, &item))
        if (!is_of_the_log(item.body))
            at = put(at, item.whole);
    return (size_t)(at - out);
}

static uint8_t *tbs_join(struct cert_span before, struct cert_span kept, size_t *len)
{
    size_t list = header_len(kept.len) + kept.len;
    size_t field = kept.len ? header_len(list) + list : 0; /* RFC 5280 §4.1: never an empty one */
    size_t body = before.len + field;
    uint8_t *out = mem_new(header_len(body) + body), *at;

    at = put(put_header(out, DER_SEQUENCE, body), before);
    if (kept.len) {
        at = put_header(at, DER_CONTEXT_CONSTRUCTED | 3, list);
        at = put(put_header(at, DER_SEQUENCE, kept.len), kept);
    }
    *len = (size_t)(at - out);
    return out;
}

uint8_t *sct_precert_tbs(const struct cert *c, size_t *len)
{
    struct tbs tbs;
    uint8_t *kept, *out = NULL;
    size_t kept_len;

    if (!tbs_split(c, &tbs))
        return NULL;
    kept = mem_new(tbs.extensions.len);
    kept_len = extensions_filter(tbs.extensions, kept);
    if (kept_len < tbs.extensions.len)
        out = tbs_join(tbs.before, (struct cert_span){.at = kept, .len = kept_len}, len);
    mem_free(kept);
    return out;
}

static const EVP_MD *hash_of(const struct sct *s)
{
    switch (s->hash) {
    case SCT_SHA1:
        return EVP_sha1();
    case SCT_SHA256:
        return EVP_sha256();
    case SCT_SHA384:
        return EVP_sha384();
    default:
        return NULL;
    }
}

static bool signer_fits(const struct sct *s, EVP_PKEY *key)
{
    int type = EVP_PKEY_get_base_id(key);

    return (s->signer == SCT_RSA && type == EVP_PKEY_RSA) ||
           (s->signer == SCT_ECDSA && type == EVP_PKEY_EC);
}

/* What stands before the entry's body in the bytes that are signed (RFC 6962 §3.2). */
static size_t put_prefix(uint8_t *out, const struct sct *s, const struct sct_entry *entry)
{
    uint8_t *at = out;

    *at++ = VERSION_1;
    *at++ = CERTIFICATE_TIMESTAMP;
    for (unsigned shift = 64; shift; shift -= 8)
        *at++ = (uint8_t)(s->timestamp_ms >> (shift - 8));
    *at++ = 0;
    *at++ = entry->precert ? PRECERT_ENTRY : X509_ENTRY;
    if (entry->precert)
        at = put(at, (struct cert_span){.at = entry->issuer_key, .len = sizeof(entry->issuer_key)});
    for (unsigned shift = 24; shift; shift -= 8)
        *at++ = (uint8_t)(entry->body.len >> (shift - 8));
    return (size_t)(at - out);
}

bool sct_is_signed_by(const struct sct *s, const struct sct_entry *entry, struct evp_pkey_st *key)
{
    uint8_t prefix[64], extensions_len[2];
    const EVP_MD *hash = hash_of(s);
    EVP_MD_CTX *ctx;
    bool good;

    if (!hash || !signer_fits(s, key) || entry->body.len == 0 || entry->body.len > 0xffffff)
        return false;
    extensions_len[0] = (uint8_t)(s->extensions.len >> 8);
    extensions_len[1] = (uint8_t)s->extensions.len;
    ctx = EVP_MD_CTX_new();
    good = ctx && EVP_DigestVerifyInit(ctx, NULL, hash, NULL, key) == 1 &&
           EVP_DigestVerifyUpdate(ctx, prefix, put_prefix(prefix, s, entry)) == 1 &&
           EVP_DigestVerifyUpdate(ctx, entry->body.at, entry->body.len) == 1 &&
           EVP_DigestVerifyUpdate(ctx, extensions_len, sizeof(extensions_len)) == 1 &&
           EVP_DigestVerifyUpdate(ctx, s->extensions.at, s->extensions.len) == 1 &&
           EVP_DigestVerifyFinal(ctx, s->signature.at, s->signature.len) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return good;
}
