/* hook/match.h - matchers: lists that were made ready once, at load, and answer in linear time.
 *
 *   hosts      "example.com" and below, "=example.com" only it, ".example.com" only below
 *   networks   CIDR blocks of both families          globs   "*" any run, "?" one character;
 * caseless words      exact, caseless                       hours   "mon-fri 08:00-18:00
 * Europe/Berlin"; UTC without a zone
 *
 * Immutable once made; any thread. */
#ifndef WHYTLS_HOOK_MATCH_H
#define WHYTLS_HOOK_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

enum matcher_kind {
    MATCH_HOSTS = 0,
    MATCH_NETWORKS,
    MATCH_GLOBS,
    MATCH_WORDS,
    MATCH_HOURS,
    N_MATCHER_KINDS
};

enum {
    MATCH_ENTRIES_MOST = 1000000,
    MATCH_ENTRY_LONGEST = 256, /* bytes of a host, a word or a pattern */
    MATCH_SUBJECT_MOST =
        4096, /* bytes of what is matched against globs; longer text does not match */
};

struct matcher;

const char *matcher_kind_name(enum matcher_kind kind);
bool matcher_kind_find(const char *name, enum matcher_kind *out) MUST_USE;

bool matcher_new(enum matcher_kind kind, const char *const *entries, size_t n, struct matcher **out,
    struct err *e) MUST_USE;
void matcher_free(struct matcher *m);
size_t matcher_len(const struct matcher *m);
enum matcher_kind matcher_kind(const struct matcher *m);
/* All kinds but hours. */
bool matcher_has(const struct matcher *m, const char *text);
/* Of hours; `at` in seconds since 1970. False for other kinds. */
bool matcher_has_time(const struct matcher *m, int64_t at);

#endif
