#include "chain.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include "der.h"

struct cert_chain *cert_chain_new(void)
{
    return mem_new(sizeof(struct cert_chain));
}

void cert_chain_free(struct cert_chain *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        cert_unref(c->at[i]);
    mem_free((void *)(uintptr_t)c->at);
    mem_free(c);
}

static void take(struct cert_chain *c, const struct cert *cert)
{
    if ((c->n & (c->n - 1)) == 0) /* full at each power of two */
        c->at = mem_resize((void *)(uintptr_t)c->at, (c->n ? c->n * 2 : 1) * sizeof(*c->at));
    c->at[c->n++] = cert;
}

void cert_chain_push(struct cert_chain *c, const struct cert *cert)
{
    take(c, cert_ref(cert));
}

bool cert_chain_add(struct cert_chain *c, const uint8_t *der, size_t len, struct err *e)
{
    const struct cert *cert;

    if (c->n == CHAIN_MOST) {
        c->n_cut++;
        return true;
    }
    cert = cert_share(der, len, e);
    if (!cert)
        return err_wrap(e, "certificate %zu", c->n);
    take(c, cert);
    return true;
}

struct cert_chain *cert_chain_from_ders(const struct cert_span *ders, size_t n, struct err *e)
{
    struct cert_chain *c = cert_chain_new();

    if (n == 0) {
        err_set(e, ERR_INPUT, "there is no certificate");
        goto bad;
    }
    for (size_t i = 0; i < n; i++)
        if (!cert_chain_add(c, ders[i].at, ders[i].len, e))
            goto bad;
    return c;
bad:
    cert_chain_free(c);
    return NULL;
}

/* A cursor over the text of a PEM file (RFC 7468). */
struct pem {
    const char *at, *end;
    size_t line; /* of `at`, from 1 */
};

static const char *find(const char *at, const char *end, const char *what)
{
    return memmem(at, (size_t)(end - at), what, strlen(what));
}

static void pem_skip_to(struct pem *p, const char *to)
{
    for (; p->at < to; p->at++)
        p->line += *p->at == '\n';
}

struct pem_block {
    struct cert_span label, base64;
    size_t line;
};

enum pem_answer { PEM_END = 0, PEM_BLOCK, PEM_BROKEN };

/* How long the item at the front of these bytes says that it is, with its header; 0 when it does
 * not say. */
static size_t der_says(const uint8_t *at, size_t left)
{
    size_t n = left > 1 && at[1] & 0x80 ? at[1] & 0x7f : 0, said = 0;

    if (left < 2 || n > 4 || left < 2 + n)
        return 0;
    for (size_t i = 0; i < n; i++)
        said = said << 8 | at[2 + i];
    return 2 + n + (n ? said : at[1]);
}

/* The next "-----BEGIN label-----" and what stands before its end line. */
static enum pem_answer pem_next(struct pem *p, struct pem_block *out)
{
    static const char begin[] = "-----BEGIN ", dashes[] = "-----", ending[] = "-----END ";
    const char *at = find(p->at, p->end, begin), *label_end, *end;

    if (!at)
        return PEM_END;
    pem_skip_to(p, at + sizeof(begin) - 1);
    out->line = p->line;
    label_end = find(p->at, p->end, dashes);
    /* Behind those dashes: in "-----BEGIN -----END" they are the end line's own. */
    end = label_end ? find(label_end + sizeof(dashes) - 1, p->end, ending) : NULL;
    if (!end || memchr(p->at, '\n', (size_t)(label_end - p->at)))
        return PEM_BROKEN;
    out->label = (struct cert_span){(const uint8_t *)p->at, (size_t)(label_end - p->at)};
    label_end += sizeof(dashes) - 1;
    out->base64 = (struct cert_span){(const uint8_t *)label_end, (size_t)(end - label_end)};
    pem_skip_to(p, end + sizeof(ending) - 1);
    return PEM_BLOCK;
}

static bool label_is(const struct pem_block *b, const char *label)
{
    return b->label.len == strlen(label) && memcmp(b->label.at, label, b->label.len) == 0;
}

/* A file may hold more than a server may send: a bundle of roots. */
static bool file_add(struct cert_chain *c, struct cert_span der, struct err *e)
{
    const struct cert *cert;

    if (c->n == CHAIN_FILE_CERTS_MOST) {
        c->n_cut++;
        return true;
    }
    cert = cert_share(der.at, der.len, e);
    if (cert)
        take(c, cert);
    return cert != NULL;
}

static bool pem_add(struct cert_chain *c, const struct pem_block *b, struct err *e)
{
    bool trusted =
        label_is(b, "TRUSTED CERTIFICATE"); /* OpenSSL's: settings follow the certificate */
    struct der_item first;
    struct der d;
    uint8_t *der = NULL;
    size_t len = 0;
    bool ok;

    if (!trusted && !label_is(b, "CERTIFICATE") && !label_is(b, "X509 CERTIFICATE"))
        return true;
    if (!text_from_base64((const char *)b->base64.at, b->base64.len, &der, &len)) {
        err_set(e, ERR_INPUT, "its Base64 is broken");
        return err_wrap(e, "certificate %zu (line %zu)", c->n + c->n_cut + 1, b->line);
    }
    d = (struct der){der, len};
    if (trusted && der_next(&d, &first))
        len = first.whole.len;
    ok = file_add(c, (struct cert_span){der, len}, e);
    mem_free(der);
    return ok || err_wrap(e, "certificate %zu (line %zu)", c->n + c->n_cut + 1, b->line);
}

static bool pem_read(struct cert_chain *c, const uint8_t *bytes, size_t len, struct err *e)
{
    struct pem p = {(const char *)bytes, (const char *)bytes + len, 1};
    struct pem_block b = {0};
    enum pem_answer answer;

    while ((answer = pem_next(&p, &b)) == PEM_BLOCK)
        if (!pem_add(c, &b, e))
            return false;
    if (answer == PEM_BROKEN)
        return err_set(
            e, ERR_INPUT, "the PEM block that begins on line %zu has no end line", b.line);
    return c->n || err_set(e, ERR_INPUT, "it is PEM, but holds no CERTIFICATE block");
}

static bool der_read(struct cert_chain *c, const uint8_t *bytes, size_t len, struct err *e)
{
    struct der d = {bytes, len};
    struct der_item item;

    if (!der_peek(&d, DER_SEQUENCE))
        return err_set(e, ERR_INPUT, "it holds no certificate: it is neither PEM nor DER");
    while (d.left) {
        size_t at = len - d.left, said = der_says(d.at, d.left);

        if (said > d.left && der_peek(&d, DER_SEQUENCE))
            return err_set(e, ERR_INPUT,
                "cut off at byte %zu: the certificate that begins at byte %zu has %zu bytes", len,
                at, said);
        if (!der_take(&d, DER_SEQUENCE, &item))
            return err_set(e, ERR_INPUT, "no complete certificate in DER at byte %zu", at);
        if (!file_add(c, item.whole, e))
            return err_wrap(e, "certificate %zu (byte %zu)", c->n + c->n_cut + 1, at);
    }
    return true;
}

struct cert_chain *cert_chain_from_bytes(const uint8_t *bytes, size_t len, struct err *e)
{
    struct cert_chain *c = cert_chain_new();
    bool ok;

    if (len == 0)
        ok = err_set(e, ERR_INPUT, "it is empty");
    else if (len > CHAIN_FILE_MOST)
        ok = err_set(e, ERR_INPUT, "it has %zu bytes, the limit is %d", len, CHAIN_FILE_MOST);
    else if (memmem(bytes, len, "-----BEGIN ", 11))
        ok = pem_read(c, bytes, len, e);
    else
        ok = der_read(c, bytes, len, e);
    if (ok)
        return c;
    cert_chain_free(c);
    return NULL;
}

struct cert_chain *cert_chain_from_file(const char *path, struct err *e)
{
    struct cert_chain *c;
    uint8_t *bytes = NULL;
    size_t len = 0;

    if (!file_read(path, CHAIN_FILE_MOST, &bytes, &len, e))
        return NULL;
    c = cert_chain_from_bytes(bytes, len, e);
    mem_free(bytes);
    if (!c)
        err_wrap(e, "%s", path);
    return c;
}
