/* app/profile_build.h - one configuration profile out of many files of certificates. */
#ifndef WHYTLS_APP_PROFILE_BUILD_H
#define WHYTLS_APP_PROFILE_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

enum { PROFILE_IDENTITIES_MOST = 16 };

/* All borrowed; NULL: not given. */
struct profile_order {
    const char *const *files; /* certificates: PEM, DER or .p7b */
    size_t n_files;
    const char *identities[PROFILE_IDENTITIES_MOST]; /* PKCS#12 */
    size_t n_identities;
    const char *name, *organization, *identifier;
    const char *password_file; /* of all identities */
    bool embed_password;       /* write it into the profile */
    const char *sign, *sign_key, *sign_password_file;
};

/* The profile's bytes, signed when that was asked for. */
bool profile_build(const struct profile_order *order, struct text *out, struct err *e) MUST_USE;

#endif
