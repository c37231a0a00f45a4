/* judge/known_key_priv.h - keys that are no secret: weak by their making, or published. */
#ifndef WHYTLS_JUDGE_KNOWN_KEY_PRIV_H
#define WHYTLS_JUDGE_KNOWN_KEY_PRIV_H

#include <stdbool.h>

struct cert;      /* cert/facts.h */
struct cert_name; /* cert/facts.h */

/* Has its RSA modulus the mark of the Infineon library (CVE-2017-15361, ROCA)? One in 2^30 others
 * has it by chance. */
bool known_key_is_roca(const struct cert *c);
/* Can its private key be read by everybody? */
bool known_key_is_public(const struct cert *c);
/* Is this the name of an authority whose private key everybody can read? */
bool known_root_is_public(const struct cert_name *name);

#endif
