/* store/cause_look.h - what failed how often: by cause, by hour, and by whom. Thread: the look's.
 */
#ifndef WHYTLS_STORE_CAUSE_LOOK_H
#define WHYTLS_STORE_CAUSE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct flow_look;

/* Texts are borrowed for the call. */
struct cause_row {
    const char *cause, *title;
    int64_t n, hosts, apps, devices, last_ms;
    bool expected; /* each time it was right so */
};

enum cause_by { CAUSE_BY_HOST = 0, CAUSE_BY_APP, CAUSE_BY_DEVICE, N_CAUSE_BYS };

/* What happened most first. A look at much traffic ends with what the time was enough for. */
bool cause_look_each(struct flow_look *look, int64_t since_ms, int64_t budget_ms,
    void (*each)(void *arg, const struct cause_row *row), void *arg, struct err *e) MUST_USE;
/* Hour by hour (its number since 1970), oldest first. */
bool cause_look_hours(struct flow_look *look, int64_t since_ms,
    void (*each)(void *arg, int64_t hour, const char *cause, int64_t n), void *arg,
    struct err *e) MUST_USE;
/* Whom one cause met, those whom it met most first, at most `most` of them. */
bool cause_look_by(struct flow_look *look, const char *cause, enum cause_by by, int64_t since_ms,
    size_t most, void (*each)(void *arg, const char *name, int64_t n), void *arg,
    struct err *e) MUST_USE;

#endif
