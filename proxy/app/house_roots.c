/* house_roots.c - the roots that are at hand, for the web UI: which stores have them. */
#include "house_priv.h"

#include "cert/facts.h"
#include "trust/roots.h"

static bool sha256_read(const char *hex, uint8_t out[static 32])
{
    for (size_t i = 0; i < 64; i++) {
        char c = hex[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

        if (digit < 0)
            return false;
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | digit : digit << 4);
    }
    return !hex[64];
}

static bool root(void *arg, const char *sha256, struct web_root *out)
{
    const struct house *h = arg;
    uint8_t bytes[32];
    const struct cert *c = sha256_read(sha256, bytes) ? roots_find(h->roots, bytes) : NULL;

    if (!c)
        return false;
    *out = (struct web_root){.subject = c->subject.text,
        .key = c->key_text,
        .stores = roots_trusted_by(h->roots, c),
        .not_before = c->not_before,
        .not_after = c->not_after,
        .der = c->der.at,
        .der_len = c->der.len};
    return true;
}

void house_give_roots(struct web_house *out)
{
    out->root = root;
}
