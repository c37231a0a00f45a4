/* lab/recipe.h - what each certificate of the lab is made of. A recipe says only what is out of the
 * ordinary: NULL and 0 stand for the usual of its kind, "" for an extension that is left out. Pure.
 */
#ifndef WHYTLS_LAB_RECIPE_H
#define WHYTLS_LAB_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "ct_log.h"

enum recipe_key { KEY_P256 = 0, KEY_RSA2048, KEY_RSA1024, N_RECIPE_KEYS };

/* In an order in which each issuer stands before what it signs. */
enum recipe_ca {
    CA_ROOT = 0,  /* the one that is trusted; signs itself */
    CA_ELSEWHERE, /* a root that nobody trusts */
    CA_ISSUING,
    CA_RSA,
    CA_EXPIRED,
    CA_ELSEWHERE_ISSUING,
    CA_UNSENT,
    CA_MAIL_ONLY,
    CA_NOT_A_CA,
    CA_NO_BASIC,
    CA_NO_CERT_SIGN,
    CA_CONSTRAINED,
    CA_SHORT, /* allows no CA below */
    CA_BELOW_SHORT,
    N_RECIPE_CAS,
    CA_ITSELF, /* a site's certificate that signs itself */
};

/* What follows a site's certificate in its Certificate message. */
enum recipe_sends { SENDS_ISSUERS = 0, SENDS_ROOT_TOO, SENDS_LEAF_ONLY };

/* What its issuer says to who asks whether a site's certificate is revoked; it names that responder
 * then. */
enum recipe_says { SAYS_NOTHING = 0, SAYS_GOOD, SAYS_REVOKED, SAYS_OLD };

/* Values of extensions are in the notation of openssl x509v3_config(5). */
struct recipe {
    const char
        *subject; /* the CN; for a site its host name. All text is static but a site's subject */
    enum recipe_ca issuer;
    int from_day, to_day; /* of the making; both 0: the usual */
    enum recipe_key key;
    const char *digest;
    const char *basic_constraints, *key_usage, *extended_key_usage, *authority_key_id;
    const char *alt_name;                 /* NULL even in a whole recipe: DNS and the subject */
    const char *extra_name, *extra_value; /* one more extension */
    bool extra_twice;
    enum recipe_sends sends;
    enum ct_promises promises; /* of sites only: a CA or what signs itself has none */
    enum recipe_says says;
    bool staples; /* and sends that along */
    bool is_ca;
};

/* The whole recipe, the usual filled in. */
void recipe_of_ca(enum recipe_ca ca, struct recipe *out);
/* The same for a site; *out borrows `host`. */
void recipe_of_site(const char *host, struct recipe *out);

#endif
