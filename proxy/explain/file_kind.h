/* explain/file_kind.h - what is this file? From its bytes, never from its name. Pure. */
#ifndef WHYTLS_EXPLAIN_FILE_KIND_H
#define WHYTLS_EXPLAIN_FILE_KIND_H

#include <stddef.h>
#include <stdint.h>

enum file_kind {
    FILE_KIND_CERTIFICATES =
        0,              /* PEM, DER, or something that their reader says what is wrong with */
    FILE_KIND_IDENTITY, /* PKCS#12: RFC 7292 §4 */
    FILE_KIND_PROFILE,  /* a property list, in XML or binary; or signed, in a CMS message */
    FILE_KIND_MESSAGE,  /* another CMS message, such as a .p7b of certificates */
};

enum file_kind file_kind(const uint8_t *bytes, size_t len);

#endif
