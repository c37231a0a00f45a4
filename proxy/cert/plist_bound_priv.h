/* cert/plist_bound_priv.h - may this property list be given to libplist? It unfolds shared parts of
 * a binary list without end, and frees deep ones by recursion. */
#ifndef WHYTLS_CERT_PLIST_BOUND_PRIV_H
#define WHYTLS_CERT_PLIST_BOUND_PRIV_H

#include "base/attrib.h"
#include "base/err.h"
#include "cert/facts.h"

enum {
    PLIST_BYTES_MOST = 4 * 1024 * 1024,
    PLIST_CONTAINERS_MOST =
        4096,             /* dictionaries and arrays of an XML list; none lies deeper than this */
    PLIST_DEEP_MOST = 64, /* of a binary list */
    PLIST_OBJECTS_MOST = 64 * 1024,
    PLIST_UNFOLDED_MOST =
        16 * 1024 * 1024, /* bytes of a binary list, once all its parts stand for themselves */
};

bool plist_looks_binary(struct cert_span bytes);
/* False: *e says which bound it breaks, or that it is no property list. */
bool plist_is_bounded(struct cert_span bytes, struct err *e) MUST_USE;

#endif
