/* export/jsonl_read.h - a line of JSON Lines as a flow: the way back from jsonl.c. Private to
 * export/. */
#ifndef WHYTLS_EXPORT_JSONL_READ_H
#define WHYTLS_EXPORT_JSONL_READ_H

#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"

struct flow;

/* The flow, with the certificates that stand beside its record kept in it; those that cannot be
 * read are left out. NULL and *e: the line is no record. */
struct flow *jsonl_read(const char *line, size_t len, struct err *e) MUST_USE;

#endif
