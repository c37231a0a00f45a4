/* explain/file_kind.h - what is this file? Pure. */
#ifndef WHYTLS_EXPLAIN_FILE_KIND_H
#define WHYTLS_EXPLAIN_FILE_KIND_H

#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct cert_chain; /* cert/chain.h */

enum file_kind {
    FILE_KIND_CERTIFICATES =
        0,              /* PEM, DER, or something that their reader says what is wrong with */
    FILE_KIND_IDENTITY, /* PKCS#12: RFC 7292 §4 */
    FILE_KIND_PROFILE,  /* a property list, in XML or binary; or signed, in a CMS message */
    FILE_KIND_MESSAGE,  /* another CMS message, such as a .p7b of certificates */
};

/* By its bytes. */
enum file_kind file_kind(const uint8_t *bytes, size_t len);
/* A file that is called *.p12, *.pfx or *.mobileconfig is meant to be one, whatever it holds: then
 * its reader says what is wrong with it. Any other by its bytes. */
enum file_kind file_kind_of(const char *name, const uint8_t *bytes, size_t len);
/* Certificates in PEM or DER, or a CMS message that holds nothing else (.p7b). The caller's. */
struct cert_chain *file_certificates(const uint8_t *bytes, size_t len, struct err *e) MUST_USE;

#endif
