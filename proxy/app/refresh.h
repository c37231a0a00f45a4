/* app/refresh.h - a newer list in the place of the one in use: looked at first, swapped by rename.
 * Nothing is fetched. */
#ifndef WHYTLS_APP_REFRESH_H
#define WHYTLS_APP_REFRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct refresh_ask {
    const char *what; /* "roots", "removed", "limits", "pinned-hosts", "ct-logs", or "apple-roots":
                         a PEM bundle */
    const char *file; /* "-": standard input */
    const char *sha256; /* that the file must have, in hex; NULL: any */
    const char *data_dir;
    int64_t now_s;
};

/* What came of it. */
struct refresh_done {
    char *path;   /* owned: where it is now */
    size_t rows;  /* of a table; certificates of a bundle that Apple's list has */
    int64_t date; /* of a table; 0: a bundle has none */
};

/* The file is bounded, must have the fingerprint, be what it is taken for to its last row, and not
 * be older than the list in use; only then it goes to DATA_DIR/data. False and *e, which names the
 * file and the row. */
bool refresh(const struct refresh_ask *ask, struct refresh_done *done, struct err *e) MUST_USE;
void refresh_done_fini(struct refresh_done *done);

#endif
