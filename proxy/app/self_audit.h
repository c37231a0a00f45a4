/* app/self_audit.h - our own root and a leaf of each kind that we mint, judged as a phone does that
 * trusts the root: before an app is blamed for refusing them. */
#ifndef WHYTLS_APP_SELF_AUDIT_H
#define WHYTLS_APP_SELF_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ca;
struct leaf_keys;
struct text;

/* The end of the root is told so long before. */
#define ROOT_ENDS_SOON_S (INT64_C(90) * 86400)

struct self_audit {
    size_t n_kinds;      /* of leaves that were tried */
    const char *failed;  /* static: "root", "a leaf for an address"; NULL: all are accepted */
    bool root_ends_soon; /* within ROOT_ENDS_SOON_S, or it has ended */
};

/* `why` is filled when one failed: what the phone would say. */
void self_audit_run(struct self_audit *out, const struct ca *ca, const struct leaf_keys *keys,
    int64_t now_s, struct text *why);

#endif
