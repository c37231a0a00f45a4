#include "chain_order.h"

#include <stdbool.h>
#include <string.h>

#include "chain.h"
#include "facts.h"
#include "name.h"

const char *chain_order_name(enum chain_order order)
{
    static const char *const names[] = {[CHAIN_IN_ORDER] = NULL,
        [CHAIN_LEAF_NOT_FIRST] = "leaf-not-first",
        [CHAIN_WRONG_ORDER] = "wrong-order"};

    return names[order];
}

/* By name: an issuer that was renewed under the same name is one too. */
static bool issued(const struct cert *issuer, const struct cert *c)
{
    const struct cert_span *a = &issuer->subject.normal, *b = &c->issuer.normal;

    return issuer != c && !cert_same(issuer, c) && a->len == b->len &&
           memcmp(a->at, b->at, a->len) == 0;
}

/* Did this one issue any of those from `from` up to `to`? */
static bool issued_any(const struct cert_chain *chain, size_t from, size_t to, size_t i)
{
    for (size_t k = from; k < to; k++)
        if (k != i && issued(chain->at[i], chain->at[k]))
            return true;
    return false;
}

static size_t looked_at(const struct cert_chain *chain)
{
    return chain->n < CHAIN_ORDER_MOST ? chain->n : CHAIN_ORDER_MOST;
}

enum chain_order chain_order(const struct cert_chain *chain)
{
    size_t n = looked_at(chain), leaf = chain_leaf(chain, NULL);

    if (n < 2)
        return CHAIN_IN_ORDER;
    if (leaf > 0 && leaf < n && (chain->at[0]->is_ca || issued_any(chain, 0, n, 0)) &&
        !chain->at[leaf]->is_ca)
        return CHAIN_LEAF_NOT_FIRST;
    /* Two of one issuer's certificates side by side, and ones that are sent twice, are no disorder.
     */
    for (size_t i = 1; i < n; i++)
        if (!issued_any(chain, 0, i, i) && issued_any(chain, i + 1, n, i))
            return CHAIN_WRONG_ORDER;
    return CHAIN_IN_ORDER;
}

/* How much this one looks like a site's own. */
static int likeness(const struct cert_chain *chain, size_t n, size_t i, const char *host)
{
    const struct cert *c = chain->at[i];

    if (n <= CHAIN_ORDER_MOST && issued_any(chain, 0, n, i))
        return c->is_ca ? 0 : 1;
    if (c->is_ca)
        return 2;
    return host && cert_covers_host(c, host) ? 4 : 3;
}

size_t chain_leaf(const struct cert_chain *chain, const char *host)
{
    size_t best = 0;
    int most = -1;

    for (size_t i = 0; i < chain->n; i++) {
        int now = likeness(chain, chain->n, i, host);

        if (now > most) {
            most = now;
            best = i;
        }
    }
    return best;
}

struct cert_chain *chain_with_first(const struct cert_chain *chain, size_t leaf)
{
    struct cert_chain *out = cert_chain_new();

    cert_chain_push(out, chain->at[leaf]);
    for (size_t i = 0; i < chain->n; i++)
        if (i != leaf)
            cert_chain_push(out, chain->at[i]);
    out->n_cut = chain->n_cut;
    return out;
}
