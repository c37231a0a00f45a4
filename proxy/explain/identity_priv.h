/* explain/identity_priv.h - what PKCS#12 files, profiles and single roots are looked at for alike.
 */
#ifndef WHYTLS_EXPLAIN_IDENTITY_PRIV_H
#define WHYTLS_EXPLAIN_IDENTITY_PRIV_H

#include "explain_priv.h"

struct cert;
struct cert_chain;
struct flow;
struct flow_condition;

/* Does the chain of its first certificate, along what is in `pool`, end in one that signed itself,
 * or in one whose issuer `roots` trusts? Gives "self-signed", "known" or "open"; *last is the one
 * it ends in, borrowed from the pool. */
const char *chain_end(const struct cert *first, const struct cert_chain *pool,
    const struct roots *roots, const struct cert **last);
/* Is it signed by the key of a certificate that `roots` trusts? */
bool issuer_is_known(const struct cert *c, const struct roots *roots);

/* The conditions under which Certificate Trust Settings offers a switch for it, and under which it
 * is of use afterwards, into *list and *n. True: all hold. *is_offered: those of the switch do. */
bool root_conditions(struct flow *f, const struct cert *c, struct flow_condition **list, size_t *n,
    bool *is_offered);
/* "yes", "weak", "no": does iOS use this key in an identity? */
const char *identity_key_usable(const struct cert *c);

#endif
