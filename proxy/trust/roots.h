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

struct cert;
struct cert_chain;
struct cert_name;
struct roots;
struct x509_store_st; /* OpenSSL's X509_STORE */

/* Reads a PEM bundle, a DER certificate or a directory of such files. `path` NULL: the system's
 * bundle, which is Mozilla's list ($SSL_CERT_FILE, else the well-known places). `also` (may be
 * NULL): one more bundle on top, such as the lab's own public root. A file without a certificate is
 * a failure. */
struct roots *roots_load(const char *path, const char *also, struct err *e) MUST_USE;
/* A store of certificates at hand (references are taken); `name` as for roots_name, static text. */
struct roots *roots_from_chain(const struct cert_chain *chain, const char *name);
struct roots *roots_ref(struct roots *r);
void          roots_unref(struct roots *r); /* NULL is fine */

size_t             roots_count(const struct roots *r);
const struct cert *roots_at(const struct roots *r, size_t i); /* borrowed */
/* Whose list it is: "mozilla" for the system's bundle, "custom" for a file that was named. */
const char *roots_name(const struct roots *r);
/* When the list was read from a file: its name; else NULL. */
const char *roots_path(const struct roots *r);
/* The one with this fingerprint, borrowed, or NULL. */
const struct cert *roots_find(const struct roots *r, const uint8_t sha256[static 32]);
/* Those with this subject, borrowed: the first `most` into out; gives how many. */
size_t roots_find_subject(
    const struct roots *r, const struct cert_name *subject, const struct cert **out, size_t most);
/* A number that no other store of this process has, for memories of answers. */
uint64_t roots_id(const struct roots *r);
/* OpenSSL's store of the same certificates, made once; borrowed, read only. */
struct x509_store_st *roots_x509_store(const struct roots *r);

#endif
