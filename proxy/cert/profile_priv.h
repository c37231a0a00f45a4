/* cert/profile_priv.h - what every profile that we write has: keys, and identifiers that stay the
 * same. */
#ifndef WHYTLS_CERT_PROFILE_PRIV_H
#define WHYTLS_CERT_PROFILE_PRIV_H

#include <stdbool.h>

#include <plist/plist.h>

#include "base/err.h"
#include "base/text.h"

enum { PROFILE_UUID_CAP = 37 };

/* A UUID that is the same for the same seed, so that installing again replaces instead of adding a
 * second one: RFC 9562 §5.8, custom bits from SHA-256. */
void profile_uuid(char out[static PROFILE_UUID_CAP], const char *seed);
void profile_put(plist_t dict, const char *key, const char *value);
/* The four keys that iOS wants of a profile and of each payload. */
void profile_put_head(plist_t dict, const char *type, const char *identifier, const char *uuid);
bool profile_to_xml(plist_t profile, struct text *out, struct err *e);

#endif
