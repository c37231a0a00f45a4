/* cert/name.h - when two names are the same: issuer and subject, certificate and host.
 *
 * Pure; any thread. The rules are those of iOS, not of RFC 5280 or OpenSSL. */
#ifndef WHYTLS_CERT_NAME_H
#define WHYTLS_CERT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"

struct cert;
struct cert_name;
struct cert_span;

/* Same attributes, same types, same bytes; only PrintableString ignores case and needless blanks.
 * UTF8String never equals PrintableString. */
bool cert_name_equal(const struct cert_name *a, const struct cert_name *b);
/* The form that cert_name_equal compares, of a DER Name; false when it is no Name. *out is freed
 * with mem_free. */
bool cert_name_normalise(struct cert_span der, struct cert_span *out) MUST_USE;

/* What iOS calls a host name: labels of 1..63 letters, digits, - _ *, none starting or ending with
 * -, no trailing dot, a letter or * in the last label, no address. */
bool cert_dns_is_host(const char *dns);
/* Does this dNSName match the host? One trailing dot of the host is ignored. `*` is a whole
 * left-most label before at least two more that are no public suffix. */
bool cert_dns_matches(const char *dns, const char *host);
/* Does an entry of the subjectAltName match, by iOS's rules? Never the common name. */
bool cert_covers_host(const struct cert *c, const char *host);
/* An address literal as its 4 or 16 bytes; false for anything else. */
bool cert_ip_parse(const char *host, uint8_t out[static 16], size_t *len) MUST_USE;

#endif
