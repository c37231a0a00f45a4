/* app/review_priv.h - the rows of a review, between who gathers them and who prints them. */
#ifndef WHYTLS_APP_REVIEW_PRIV_H
#define WHYTLS_APP_REVIEW_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "review.h"

struct map;

enum review_met { MET_NOT_SHOWN = 0, MET_ACCEPTED, MET_REFUSED, MET_UNUSED, N_MET };

/* All text is owned, none is NULL. */
struct review_row {
    char *device, *ip, *name; /* id, address, what its owner calls it or "" */
    char *app, *host, *fault; /* fault "": our usual certificate was shown */
    char *how;                /* the last refusal, in words; "" */
    size_t times[N_MET];
    bool ios_accepts; /* so does iOS, of a root that its owner installed */
};

struct review {
    struct review_filter only;
    struct review_row **rows; /* owned, each */
    size_t n, cap;
    struct map *by_key;   /* values are `rows` */
    struct map *trusting; /* devices that accepted our usual certificate somewhere */
    size_t records, broken, cut;
};

/* A finding, when it is more than 0: accepted, and iOS would not. */
bool review_is_finding(const struct review_row *row);
/* The app refuses our usual certificate here, on a device that accepts it elsewhere. */
bool review_is_pinning(const struct review *r, const struct review_row *row);

#endif
