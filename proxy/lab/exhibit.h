/* lab/exhibit.h - files that people get by mail and cannot install: identities, mail certificates,
 * profiles, each with one fault. They hang from a root of their own, root.pem beside them; every
 * key of a CA is gone when they are written. */
#ifndef WHYTLS_LAB_EXHIBIT_H
#define WHYTLS_LAB_EXHIBIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

#define LAB_EXHIBITS_ROOT "root.pem"

enum { LAB_ASK_MOST = 4 };

/* A line of exhibit.def. All text is static. */
struct lab_exhibit {
    const char *file;
    const char *cause;             /* NULL: healthy */
    const char *ask[LAB_ASK_MOST]; /* further words of `whytls explain`; NULL ends them */
    const char *about;             /* one line for people */
};

/* The table. Shared, immutable. */
const struct lab_exhibit *lab_exhibits(size_t *n);
/* Writes all of them into the folder, which is made, with root.pem and the files of passwords. */
bool lab_write_exhibits(const char *folder, int64_t now_s, struct err *e) MUST_USE;

#endif
