/* cert/extension_priv.h - the extensions of a certificate, read into its facts. */
#ifndef WHYTLS_CERT_EXTENSION_PRIV_H
#define WHYTLS_CERT_EXTENSION_PRIV_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"
#include "cert/facts.h"

/* Reads `Extensions` (the SEQUENCE inside [3]). One that does not decode is marked so; false only
 * when the list itself is no list, empty or too long. */
bool extensions_read(struct cert *c, struct cert_span sequence, struct err *e) MUST_USE;
void extensions_fini(struct cert *c);

#endif
