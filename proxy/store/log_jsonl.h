/* store/log_jsonl.h - the traffic log: one flow a line, as JSON (flow/flow_json.h). */
#ifndef WHYTLS_STORE_LOG_JSONL_H
#define WHYTLS_STORE_LOG_JSONL_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"

struct sink;

/* Opens PATH for appending (made with 0600), or standard output for "-". Lines are gathered and
 * written with one write(2) at each flush, so lines are whole and a reader that follows the file is
 * at most STORE_FLUSH_MS behind. A write that fails later (the disk is full) loses its lines, which
 * are counted and told; traffic goes on. */
bool log_jsonl_open(const char *path, struct sink *out, struct err *e) MUST_USE;

#endif
