/* trust/pinned_hosts.h - the hosts whose keys iOS itself knows: whatever root is installed, an
 * intercepted connection to one of them fails, and that is no fault of anybody's.
 *
 * One table (certs/apple/pinned-hosts.json), read at the start, then shared; immutable; any thread.
 * Used by relay/ and app/. */
#ifndef WHYTLS_TRUST_PINNED_HOSTS_H
#define WHYTLS_TRUST_PINNED_HOSTS_H

#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"
#include "trust/table.h"

struct pinned_hosts;

enum {
    PINNED_ROWS_MOST = 2000,
    PINNED_PATTERN_MOST = 63, /* a label, RFC 1035 §2.3.4 */
};

/* data_dir as for table_open. NULL and *e, which names the file and the row. */
struct pinned_hosts *pinned_hosts_open(const char *data_dir, struct err *e) MUST_USE;
/* Of a table at hand. */
struct pinned_hosts *pinned_hosts_parse(const struct json_t *table, struct err *e) MUST_USE;
void pinned_hosts_free(struct pinned_hosts *p); /* NULL is fine */

/* Apple's name for the policy that pins this host (normal form of base/host.h), as "AMP"; "listed"
 * when only Apple's page of services that fail behind an intercepting proxy has it; NULL when
 * neither has. Borrowed from `p`. */
const char *pinned_hosts_policy(const struct pinned_hosts *p, const char *host);
const struct table_facts *pinned_hosts_facts(const struct pinned_hosts *p);

/* One row of the table, borrowed: a host is in it when its first label fits one of `labels` and
 * none of `but`, and the rest of it is `suffix`. `*` is anything, `#` up to three digits, `?` one
 * character. */
struct pinned_row {
    const char *suffix;
    const char *const *labels, *const *but;
    size_t n_labels, n_but;
};

/* Each row, in no order; and each name of Apple's page, "*.apple.com" for all below. */
void pinned_hosts_each_row(
    const struct pinned_hosts *p, void (*call)(void *arg, const struct pinned_row *row), void *arg);
void pinned_hosts_each_listed(
    const struct pinned_hosts *p, void (*call)(void *arg, const char *name), void *arg);

#endif
