/* trust/roots.h - the certificates that are trusted without proof: one store, read at the start,
 * then shared.
 *
 * Immutable after roots_load; any thread. Uses cert/facts, cert/chain. Used by judge/ and app/. */
#ifndef WHYTLS_CERT_ROOTS_H
#define WHYTLS_CERT_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct apple_roots; /* trust/apple_roots.h */
struct cert;
struct cert_chain;
struct cert_name;
struct roots;
struct x509_store_st; /* OpenSSL's X509_STORE */

#define ROOTS_APPLE_BUNDLE                                                                         \
    "apple-roots.pem" /* in the data folder: Apple's own bundle, handed in by the user */

/* `which`: NULL or "apple": what an iPhone trusts: Apple's list (trust/apple_roots.h), whose
 * certificates come from the system's bundle and, when it is there, from
 * DATA_DIR/data/apple-roots.pem; what else is in them serves as a parent, so that a chain ends at
 * its root, and is not trusted. "mozilla": the system's bundle ($SSL_CERT_FILE, else the well-known
 * places). Else a PEM bundle, a DER certificate or a directory of such files. `also` (may be NULL):
 * one more bundle on top, trusted whatever the list says, such as the lab's own public root. A file
 * without a certificate is a failure. data_dir may be NULL. */
struct roots *roots_load(
    const char *which, const char *also, const char *data_dir, struct err *e) MUST_USE;
/* A store of certificates at hand (references are taken); `name` as for roots_name, static text. */
struct roots *roots_from_chain(const struct cert_chain *chain, const char *name);
struct roots *roots_ref(struct roots *r);
void roots_unref(struct roots *r); /* NULL is fine */

size_t roots_count(const struct roots *r);
const struct cert *roots_at(const struct roots *r, size_t i); /* borrowed */
/* Whose list is gone by: "apple", "mozilla" for the system's bundle, "custom" for a file that was
 * named. */
const char *roots_name(const struct roots *r);
/* When the list was read from a file: its name; else NULL. */
const char *roots_path(const struct roots *r);
/* The one with this fingerprint, borrowed, or NULL. */
const struct cert *roots_find(const struct roots *r, const uint8_t sha256[static 32]);
/* Does a chain that ends in it end well? */
bool roots_trust(const struct roots *r, const struct cert *c);
/* Which public list would end a chain here, whichever is gone by: "both", "apple", "mozilla";
 * "custom": none of the two, but the file that was named; "neither". A store made by
 * roots_from_chain knows its own name only. */
const char *roots_trusted_by(const struct roots *r, const struct cert *c);
/* The same as Chrome, Firefox and Android would see it, who do not ask Apple: the system's bundle
 * in the place of Apple's list. */
bool roots_trust_web(const struct roots *r, const struct cert *c);
/* Apple's list; NULL for a store made by roots_from_chain. Borrowed. */
const struct apple_roots *roots_apple(const struct roots *r);
/* Which one that is: "store 2025072000 of 16 Oct 2025"; NULL when there is none. Borrowed. */
const char *roots_apple_list(const struct roots *r);
/* Those with this subject, borrowed: the first `most` into out; gives how many. */
size_t roots_find_subject(
    const struct roots *r, const struct cert_name *subject, const struct cert **out, size_t most);
/* A number that no other store of this process has, for memories of answers. */
uint64_t roots_id(const struct roots *r);
/* OpenSSL's store of the same certificates, made once; borrowed, read only. */
struct x509_store_st *roots_x509_store(const struct roots *r);

#endif
