/* base/file.h - whole files, read with a bound and written so that nobody ever sees half of one. */
#ifndef WHYTLS_BASE_FILE_H
#define WHYTLS_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

/* The bytes of a file or pipe ("-": standard input), at most `most`; NUL follows them. Freed with
 * mem_free. */
bool file_read(const char *path, size_t most, uint8_t **bytes, size_t *len, struct err *e) MUST_USE;
/* Writes to PATH.tmp, syncs, renames. `mode` as for open(2). */
bool file_write(
    const char *path, const void *bytes, size_t len, unsigned mode, struct err *e) MUST_USE;
/* Makes a directory and its missing parents, the last one with `mode`; one that is there already is
 * fine. */
bool file_mkdirs(const char *path, unsigned mode, struct err *e) MUST_USE;
bool file_exists(const char *path);
/* "DIR/NAME", freed with mem_free. */
char *file_join(const char *dir, const char *name);

#endif
