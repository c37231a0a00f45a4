/* relay/mirror.h - faults shown on purpose: which leaf an app is given so that one sees what it
 * does with it. What the operator ordered at the start; what a site's own fault becomes.
 *
 * Filled before the threads start, then immutable. Uses cert/, flow/. Used by app/. */
#ifndef WHYTLS_RELAY_MIRROR_H
#define WHYTLS_RELAY_MIRROR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/host.h"

struct flow;
struct leaf_fault; /* cert/leaf_fault.h */
struct text;
struct mirror_plan;

enum { MIRROR_ORDERS_MOST = 64, MIRROR_DEVICE_CAP = 64 };

struct mirror_order {
    const struct leaf_fault *fault; /* NULL: the site's own, when it has one */
    char host[HOST_CAP];            /* empty: any; "shop.example"; "*.shop.example": all below it */
    char device[MIRROR_DEVICE_CAP]; /* an address in the form of inet_ntop; empty: any */
};

struct mirror_plan *mirror_plan_new(void);
void mirror_plan_free(struct mirror_plan *p); /* NULL is fine */
/* "CAUSE", "CAUSE@HOST", "CAUSE@HOST%ADDRESS"; a HOST of `*` is any. */
bool mirror_plan_add_fault(struct mirror_plan *p, const char *text, struct err *e) MUST_USE;
/* "HOST", "HOST%ADDRESS" or NULL: any. */
bool mirror_plan_add_sites(struct mirror_plan *p, const char *text, struct err *e) MUST_USE;
size_t mirror_plan_count(const struct mirror_plan *p); /* 0 of NULL */
/* The first order, as they were given, for this device and host; NULL: none, or p is NULL. */
const struct mirror_order *mirror_plan_find(
    const struct mirror_plan *p, const char *device_ip, const char *host);
/* "cert-expired-leaf at *.shop.example, from 192.0.2.7" */
void mirror_order_say(const struct mirror_plan *p, size_t i, struct text *out);

/* The fault that a leaf can have which is nearest to what is wrong with this flow's site: by its
 * diagnosis, else by the first of its failing checks that has one; NULL: there is none. */
const struct leaf_fault *mirror_fault_of(const struct flow *f);

#endif
