/* cert/leaf_fault.h - leaves with exactly one fault, for whoever wants to know what an app does
 * when it is shown one. Also the one table of how each of these faults is made: the lab's sites
 * take theirs from it.
 *
 * Thread: any. Uses base/. Used by relay/, script/, lab/, app/. */
#ifndef WHYTLS_CERT_LEAF_FAULT_H
#define WHYTLS_CERT_LEAF_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct ca;
struct leaf;
struct leaf_keys;

enum leaf_signer { LEAF_BY_ITS_CA = 0, LEAF_BY_ITSELF, LEAF_BY_A_STRANGER };
enum leaf_names { LEAF_NAMES_ITS_HOST = 0, LEAF_NAMES_ANOTHER, LEAF_NAMES_IN_CN_ONLY };

/* What is out of the ordinary; 0 and NULL stand for the usual. */
struct leaf_fault {
    const char *cause;    /* its id: diagnosis/cause.def */
    int from_day, to_day; /* counted from the making */
    int rsa_bits;         /* 0: P-256 */
    const char *digest;   /* NULL: SHA-256 */
    enum leaf_signer signer;
    enum leaf_names names;
    bool no_usage; /* extendedKeyUsage is left out */
};

/* NULL when nobody knows how to make a leaf with this fault. */
const struct leaf_fault *leaf_fault_find(const char *cause);
/* The i-th, in the order of the table; NULL behind the last. */
const struct leaf_fault *leaf_fault_at(size_t i);

/* As leaf_mint (cert/leaf.h), all right under our root but for the one fault. Such a leaf is to be
 * shown for a day at most, then made anew. A host of more than 64 bytes fits no CN, so that
 * san-missing-cn-only cannot be made for it. */
struct leaf *leaf_mint_faulty(const struct ca *ca, const struct leaf_keys *keys, const char *host,
    const struct leaf_fault *fault, int64_t now_s, struct err *e) MUST_USE;

#endif
