/* lab/play.h - the plays of the lab: what a phone in some plight does in a row, so that a proxy
 * which watches it can name that plight. Each phone has a loopback address of its own, which is how
 * a proxy tells devices apart. */
#ifndef WHYTLS_LAB_PLAY_H
#define WHYTLS_LAB_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "phone.h"

enum { PLAY_VISITS_MOST = 8, PLAY_OPTIONS_MOST = 2 };

/* A row of play.c. All text is static. */
struct lab_play {
    const char *cause;
    const char *host; /* the one that the last visit is about */
    uint16_t port;
    const char *about; /* one line for people */
    const char *leg;   /* where the cause lies: "client" or "server" */
    /* What `whytls run` has to be told for it; NULL ends them. {files}: the folder of `whytls lab
     * --files`. */
    const char *options[PLAY_OPTIONS_MOST];
    bool slow; /* ends only when a deadline of the proxy has passed */
    struct phone_visit visits[PLAY_VISITS_MOST];
};

/* The table. Shared, immutable. */
const struct lab_play *lab_plays(size_t *n);
/* NULL: none of this cause. */
const struct lab_play *lab_play_find(const char *cause);
size_t lab_play_visits(const struct lab_play *p);

/* Plays it against the proxy at this address of the machine. *from is the device's address then. */
bool lab_play(
    const struct lab_play *p, const char *proxy, char from[static 16], struct err *e) MUST_USE;

#endif
