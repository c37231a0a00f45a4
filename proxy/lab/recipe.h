/* lab/recipe.h - what each certificate of the lab is made of. A recipe says only what is out of the
 * ordinary: NULL and 0 stand for the usual of its kind, "" for an extension that is left out. Pure.
 */
#ifndef WHYTLS_LAB_RECIPE_H
#define WHYTLS_LAB_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "ct_log.h"

enum recipe_key {
    KEY_P256 = 0,
    KEY_RSA2048,
    KEY_RSA1024,
    KEY_RSA_PSS, /* RSA-2048 for RSA-PSS alone */
    KEY_P224,
    KEY_P256_SPELT, /* its curve by parameters, not by name */
    KEY_ED25519,
    KEY_DSA,
    KEY_RSA2052,
    KEY_ROCA,      /* made as the library of CVE-2017-15361 made them */
    KEY_PUBLISHED, /* of RFC 9500 */
    N_RECIPE_KEYS
};

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
    CA_UPPER, /* allows one */
    CA_LOWER,
    CA_EXPIRED_ROOT, /* trusted, and out of date */
    CA_P224,
    CA_SPELT,
    CA_ED25519,
    CA_DSA,
    CA_RSA_PSS,
    CA_FOREIGN_ADDRESSES, /* may not sign for the addresses of RFC 5737 */
    CA_ODD_SUBTREES,
    CA_POLICIES, /* wants a policy that it does not say */
    CA_NAMELESS,
    CA_REVOKED,
    CA_CROSSED,
    CA_CROSSED_OLD, /* the same name and key, signed by another root, and out of date */
    CA_CIRCLE_BEGIN,
    CA_CIRCLE_ABOVE,
    CA_CIRCLE, /* signed by the one above, which signed it */
    CA_MAZE_TOP,
    CA_MAZE_ABOVE,
    CA_MAZE,
    CA_PUBLIC_ROOT,
    CA_BAD_KEY,
    CA_ODD_TYPE,
    CA_TWICE,
    CA_TWICE_OLD, /* the same name, key and serial number */
    CA_VERSION_1,
    CA_FILTER, /* of an interceptor; nobody trusts it */
    N_RECIPE_CAS,
    CA_ITSELF, /* a site's certificate that signs itself */
};

/* What follows a site's certificate in its Certificate message. */
enum recipe_sends {
    SENDS_ISSUERS = 0,
    SENDS_ROOT_TOO,
    SENDS_LEAF_ONLY,
    SENDS_TOP_DOWN,
    SENDS_MAZE, /* MAZE_COPIES of each issuer, all different, and all of one name and key */
};
enum { MAZE_COPIES = 18 };

/* What its issuer says to who asks whether a site's certificate is revoked; it names that responder
 * then. */
enum recipe_says {
    SAYS_NOTHING = 0,
    SAYS_GOOD,
    SAYS_REVOKED,
    SAYS_OLD,
    SAYS_UNKNOWN,
    SAYS_ISSUER_REVOKED, /* not of the site: the root speaks, of its issuer */
};

/* What is broken in a certificate that is otherwise whole. */
enum recipe_spoils {
    SPOILS_NOTHING = 0,
    SPOILS_SIGNATURE, /* its last octet */
    SPOILS_DATES,     /* written as no certificate writes them */
    SPOILS_ALGORITHM, /* the one beside the signature is another than the one that is signed */
    SPOILS_KEY,       /* its point is on no curve */
    SPOILS_FORM,      /* a date is no date, so that nobody can read it; done where it is shown */
};

/* Values of extensions are in the notation of openssl x509v3_config(5). */
struct recipe {
    const char
        *subject; /* the CN; for a site its host name. All text is static but a site's subject */
    enum recipe_ca issuer;
    int from_day, to_day; /* of the making; both 0: the usual */
    enum recipe_key key;
    const char *digest;
    const char *basic_constraints, *key_usage, *extended_key_usage, *authority_key_id;
    const char *common_name;              /* NULL: the subject */
    const char *serial;                   /* decimal; NULL: random */
    enum recipe_ca twin;                  /* of a CA: whose key it has; CA_ROOT: its own */
    enum recipe_ca also;                  /* of a site: sent before its issuers; CA_ROOT: none */
    int more_names;                       /* so many besides */
    bool old_version;                     /* 1, without extensions */
    const char *alt_name;                 /* NULL even in a whole recipe: DNS and the subject */
    const char *extra_name, *extra_value; /* one more extension */
    bool extra_twice;
    bool nameless; /* no subject */
    enum recipe_spoils spoils;
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
