/* tls/bio_priv.h - OpenSSL's view of the wire: a BIO that reads from one evbuffer and writes to
 * another.
 *
 * The end of the transport never goes through it: OpenSSL answers an end with a decode_error alert
 * of its own, and that would stand in the record as if we had complained. leg_pump handles the end
 * itself. */
#ifndef WHYTLS_TLS_BIO_PRIV_H
#define WHYTLS_TLS_BIO_PRIV_H

#include <stddef.h>

#include <openssl/bio.h>

#include "base/attrib.h"

struct evbuffer;
struct tape; /* tape.h */

/* Where the bytes lie; borrowed by the BIO for its life. */
struct bio_ends {
    struct evbuffer *in, *out;
    struct tape *tape; /* borrowed, or NULL: nothing is kept of what crosses */
    size_t may_read;   /* so many bytes of `in` are handed over, then it asks to come again */
};

BIO_METHOD *bio_method_new(void) MUST_USE; /* one for the process; BIO_meth_free */
BIO *bio_new(const BIO_METHOD *method, struct bio_ends *ends) MUST_USE;

#endif
