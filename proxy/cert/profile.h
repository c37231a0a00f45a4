/* cert/profile.h - our root as a configuration profile (.mobileconfig): an XML property list with
 * one root payload, with identifiers that stay the same for the same root, and through its
 * renewals: then the roots before it are in it as well. Home of libplist, with mobileconfig.c. */
#ifndef WHYTLS_CERT_PROFILE_H
#define WHYTLS_CERT_PROFILE_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

struct ca;

bool profile_write(const struct ca *ca, struct text *out, struct err *e) MUST_USE;

#endif
