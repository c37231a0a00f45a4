/* trust/apple_roots.h - what Apple's trust store says of a CA: facts of certificates, by
 * fingerprint; no certificates.
 *
 * Three tables (certs/apple/): roots now trusted, what was removed, what was limited in the Valid
 * database. One index, built at the start, then shared; immutable; any thread. Used by roots,
 * judge/ and app/. */
#ifndef WHYTLS_TRUST_APPLE_ROOTS_H
#define WHYTLS_TRUST_APPLE_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "trust/table.h"

struct apple_roots;
struct cert; /* cert/facts.h */

/* What a root of Apple's store is good for, as far as it is known. */
enum apple_root_use {
    APPLE_ROOT_TLS = 0,     /* a site's chain may end there */
    APPLE_ROOT_OTHER,       /* the Valid database of 2023-11 allows other purposes only */
    APPLE_ROOT_LISTED_ONLY, /* only through CAs that the database lists; which, is not known here */
    APPLE_ROOT_UNLIKELY,    /* by its name it is for another purpose; not confirmed */
    APPLE_ROOT_PLATFORM,    /* Apple's own platform: software, not sites */
    N_APPLE_ROOT_USES
};

/* All texts are owned by the index. */
struct apple_root {
    char sha256[65], key[65]; /* of the certificate, of its public key: hex */
    enum apple_root_use use;
    char *name;          /* RFC 4514, as cert/facts.h writes it */
    char *ski;           /* subject key id in hex, lower case; "" when it has none */
    int64_t from, until; /* of the certificate */
};

struct apple_removed {
    char *name;
    bool root;         /* else an intermediate */
    char *last, *gone; /* dates of the source releases that last had it and first had not; NULL:
                          before 2021-10-06 */
};

struct apple_limit {
    char *name; /* of the CA; "" when it is not known */
    bool has_dates;
    int64_t from, until;                   /* certificates that it issued outside are distrusted */
    bool has_usage, server, client, email; /* what they may be for */
    bool soft;                             /* a person may go on */
};

enum { APPLE_ROWS_MOST = 20000 };

/* data_dir as for table_open. */
struct apple_roots *apple_roots_open(const char *data_dir, struct err *e) MUST_USE;
struct apple_roots *apple_roots_ref(struct apple_roots *a);
void apple_roots_unref(struct apple_roots *a); /* NULL is fine */
/* Could this table take the place of the one in use? One of the three; *e names the row. */
bool apple_roots_check(enum table_id id, const struct json_t *table, struct err *e) MUST_USE;

/* By fingerprint, hex in lower case; borrowed, or NULL. */
const struct apple_root *apple_roots_find(const struct apple_roots *a, const char *sha256_hex);
const struct apple_removed *apple_roots_removed(
    const struct apple_roots *a, const char *sha256_hex);
const struct apple_limit *apple_roots_limit(const struct apple_roots *a, const char *sha256_hex);
/* Would an iPhone end a site's chain here? Yes for a root of the list, and for another certificate
 * of the same name and key, as a cross-sign is: what the key signed, the root on the phone
 * verifies. */
bool apple_roots_vouch(const struct apple_roots *a, const struct cert *c);
/* A root with the issuer name and key id that `c` asks for: looks like Apple's, and cannot be
 * verified without its certificate. */
const struct apple_root *apple_roots_likely_issuer(
    const struct apple_roots *a, const struct cert *c);
/* How many roots there are, and how many a site's chain may end in. */
void apple_roots_count(const struct apple_roots *a, size_t *all, size_t *tls);
/* Heads of the three tables, for those who show where the data comes from; borrowed. */
const struct table_facts *apple_roots_facts(const struct apple_roots *a, enum table_id id);

#endif
