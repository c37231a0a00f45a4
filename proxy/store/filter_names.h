/* store/filter_names.h - the names that a filter speaks of and flows.db does not know: those of
 * devices, which the owner gives and takes away (whytls.db). */
#ifndef WHYTLS_STORE_FILTER_NAMES_H
#define WHYTLS_STORE_FILTER_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct database;
struct filter;

/* Lets each ~dev mean the devices, too, whose name has its text in it. `memory` is open on
 * schema_memory. */
bool filter_name_devices(struct filter *f, struct database *memory, struct err *e) MUST_USE;
/* The same with the file of this folder, which may be missing. */
bool filter_name_devices_of(
    struct filter *f, const char *folder, int64_t now_s, struct err *e) MUST_USE;

#endif
