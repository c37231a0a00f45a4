/* app/identity_list.h - --identity FILE[=HOST]: certificates with their keys, for sites that ask.
 */
#ifndef WHYTLS_APP_IDENTITY_LIST_H
#define WHYTLS_APP_IDENTITY_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"
#include "tls/identities.h"

/* As rows of an option table. */
/* clang-format off */
#define IDENTITY_ROWS \
    {"identity", 0, "FILE[=HOST]", "a client certificate with its key (PKCS#12, or PEM) for sites that ask for one: HOST, *.HOST, or any; may be given again"}, \
    {"identity-password-file", 0, "FILE", "its first line is the password of those files"}
/* clang-format on */

/* As given on the command line; borrowed. Zeroed: none. */
struct identity_list {
    const char *files[IDENTITIES_MOST];
    size_t n;
    const char *password_file;
};

/* One of IDENTITY_ROWS; *taken tells whether it was. */
bool identity_list_take(struct identity_list *list, const char *name, const char *value,
    bool *taken, struct err *e) MUST_USE;
/* Reads them all. *out is NULL where none was given. */
bool identity_list_open(
    const struct identity_list *list, struct identities **out, struct err *e) MUST_USE;

#endif
