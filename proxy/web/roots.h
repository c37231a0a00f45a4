/* web/roots.h - the roots that chains ended in: those that sites sent, and those that they did not
 * send, which the trust store has. Private to web/. */
#ifndef WHYTLS_WEB_ROOTS_H
#define WHYTLS_WEB_ROOTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/host.h"
#include "store/certificate_look.h"

struct desk;
struct filter;
struct flow_look;
struct json_out;
struct text;

enum { ROOT_HOSTS = 3, ROOT_TOPS = 8, ROOTS_MOST = 200, ROOT_HEX_CAP = 65 };

/* Who had a chain that ended in this root. */
struct root_use {
    char sha256[ROOT_HEX_CAP];
    struct certificate_use use; /* n: of the certificates below it, each for itself */
    char hosts[ROOT_HOSTS][HOST_CAP];
    char tops[ROOT_TOPS][ROOT_HEX_CAP]; /* certificates below it, the newest first */
    size_t n_hosts, n_tops;
    bool is_told; /* in a list that is being made */
};

struct roots_used {
    struct root_use at[ROOTS_MOST];
    size_t n;
    bool is_part; /* the time was over before all were found */
};

/* Of what was seen last, freed with mem_free; NULL and *e. `ours` as in certificate_look.h. */
struct roots_used *roots_used_find(
    struct flow_look *look, const char *ours, struct err *e) MUST_USE;
/* NULL: no chain ended in it. */
struct root_use *roots_used_get(struct roots_used *all, const char *sha256);

/* A root that the trust store has, as a row of the store of flows; false: it has none of this
 * fingerprint. */
bool root_row(struct desk *desk, const char *sha256, struct certificate_row *out);
/* "both" and so on of web.h; NULL when nobody can tell. */
const char *root_stores(struct desk *desk, const char *sha256);
/* A filter of flows: those that had it, or a certificate below it. */
void root_expression(const struct root_use *use, struct text *out);
/* The members of an array that is open, what ends first first. *complete: the time was enough for
 * all of them. */
bool roots_list(struct desk *desk, struct flow_look *look, const struct filter *filter,
    struct json_out *j, bool *complete, struct err *e) MUST_USE;

#endif
