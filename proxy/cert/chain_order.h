/* cert/chain_order.h - in which order are the certificates of a chain, and which of them is the
 * site's? By names alone: no signature is verified. Pure. */
#ifndef WHYTLS_CERT_CHAIN_ORDER_H
#define WHYTLS_CERT_CHAIN_ORDER_H

#include <stddef.h>

struct cert_chain; /* cert/chain.h */

enum chain_order {
    CHAIN_IN_ORDER = 0,   /* every issuer stands behind one that it issued (RFC 8446 §4.4.2) */
    CHAIN_LEAF_NOT_FIRST, /* the first issued another one that is there, or is a CA beside one that
                             is none */
    CHAIN_WRONG_ORDER,    /* the leaf is first, and an issuer stands before all that it issued */
};

enum { CHAIN_ORDER_MOST = 16 }; /* of this many certificates; nobody honest sends more than 6 */

enum chain_order chain_order(const struct cert_chain *chain);
/* NULL for CHAIN_IN_ORDER; "leaf-not-first", "wrong-order". */
const char *chain_order_name(enum chain_order order);
/* The place of the one that a site would show: it is no CA, and issued none of the others. Where
 * several are, the one that names `host` (may be NULL), else the first; where none is, the first
 * that issued none of the others, else 0. */
size_t chain_leaf(const struct cert_chain *chain, const char *host);
/* The same certificates with this one first, the others as they stood. The caller's. */
struct cert_chain *chain_with_first(const struct cert_chain *chain, size_t leaf);

#endif
