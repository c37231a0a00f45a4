/* export/import.h - HAR and JSON Lines back into a store.
 *
 * The file may come from anywhere: it is bounded, parsed strictly, and what is wrong with it is
 * said with its position; what is right is taken. Flows that the store has already (by their id)
 * are left out. Thread: the database's. */
#ifndef WHYTLS_EXPORT_IMPORT_H
#define WHYTLS_EXPORT_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

struct database;

/* FAULTS: that are told; the others are counted. */
enum { IMPORT_BYTES_MOST = 256 * 1024 * 1024, IMPORT_FAULTS_MOST = 20 };

struct import_result {
    size_t added, skipped; /* skipped: there already */
    size_t n_faults;
    struct text faults[IMPORT_FAULTS_MOST]; /* "line 12: …", "entry 3: …" */
};

/* False and *e: nothing could be read, or the store cannot be written; what was added before
 * stays. */
bool import_bytes(struct database *db, const char *bytes, size_t len,
    void (*progress)(void *arg, size_t done, size_t of), void *progress_arg,
    struct import_result *out, struct err *e) MUST_USE;
void import_result_fini(struct import_result *r);

#endif
