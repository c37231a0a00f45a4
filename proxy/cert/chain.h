/* cert/chain.h - certificates in the order in which somebody handed them over: leaf first, the rest
 * a pool.
 *
 * Bounded: at most CHAIN_MOST are looked at, `cut` tells of more. Thread: any; immutable once
 * built. */
#ifndef WHYTLS_CERT_CHAIN_H
#define WHYTLS_CERT_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "cert/facts.h"

enum {
    CHAIN_MOST = 100, /* OpenSSL's own default depth; nobody honest sends more than 6 */
    CHAIN_FILE_MOST = 16 * 1024 * 1024, /* bytes of a file of certificates */
    CHAIN_FILE_CERTS_MOST = 2000,       /* a bundle of roots has 150 */
};

struct cert_chain {
    const struct cert **at; /* owned, with a reference each */
    size_t n;
    size_t n_cut; /* more were handed over and not looked at */
};

struct cert_chain *cert_chain_new(void);
void cert_chain_free(struct cert_chain *c);
/* Adds a certificate to the end, as in a TLS Certificate message. Past CHAIN_MOST it is counted and
 * passed over (true). False: not readable; *e says "certificate N: …" (0 is the leaf), the chain is
 * as before. */
bool cert_chain_add(struct cert_chain *c, const uint8_t *der, size_t len, struct err *e) MUST_USE;
/* Adds one that is already read; takes a reference of its own. No limit: for anchors and tests. */
void cert_chain_push(struct cert_chain *c, const struct cert *cert);
/* All at once; NULL and *e when one of them cannot be read, or none is there. */
struct cert_chain *cert_chain_from_ders(
    const struct cert_span *ders, size_t n, struct err *e) MUST_USE;
/* The certificates of a file's bytes: PEM (text around the blocks is passed over, other blocks as
 * well) or DER, one after another. In the file's order, up to CHAIN_FILE_CERTS_MOST. NULL and *e,
 * which names the position, when one cannot be read or there is none. */
struct cert_chain *cert_chain_from_bytes(const uint8_t *bytes, size_t len, struct err *e) MUST_USE;
/* The same of a file ("-": standard input); *e names the file. */
struct cert_chain *cert_chain_from_file(const char *path, struct err *e) MUST_USE;

#endif
