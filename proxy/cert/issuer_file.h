/* cert/issuer_file.h - what an issuer's address gives (RFC 5280 §4.2.2.1): one certificate in DER,
 * a CMS message that holds certificates only, or, against the letter, PEM. Hostile input, bounded.
 * Thread: any. */
#ifndef WHYTLS_CERT_ISSUER_FILE_H
#define WHYTLS_CERT_ISSUER_FILE_H

#include "base/attrib.h"
#include "base/err.h"
#include "cert/chain.h"

enum {
    ISSUER_FILE_BYTES_MOST =
        256 * 1024, /* a bridge CA's bundle of cross-certificates has some 100 KiB */
    ISSUER_FILE_CERTS_MOST = 32,
};

/* The certificates in the file's order, those that cannot be read left out; NULL and *e when there
 * is none. Freed with cert_chain_free. */
struct cert_chain *issuer_file_read(struct cert_span bytes, struct err *e) MUST_USE;

#endif
