/* store/cause_look.h - what failed how often: by cause, by hour, and by whom. Thread: the look's.
 */
#ifndef WHYTLS_STORE_CAUSE_LOOK_H
#define WHYTLS_STORE_CAUSE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "flow/outcome.h"

struct flow_look;

/* One cause, as far as it ended in one outcome. Texts are borrowed for the call. */
struct cause_row {
    const char *cause, *title;
    enum outcome outcome;
    int64_t n, hosts, apps, devices, last_ms;
};

enum cause_by { CAUSE_BY_HOST = 0, CAUSE_BY_APP, CAUSE_BY_DEVICE, N_CAUSE_BYS };

/* What happened most first. Counts are whole or an error: what takes longer than the budget is
 * ERR_INPUT and says that a shorter time is to be asked for. */
bool cause_look_each(struct flow_look *look, int64_t since_ms, int64_t budget_ms,
    void (*each)(void *arg, const struct cause_row *row), void *arg, struct err *e) MUST_USE;
/* How many of an outcome had a cause, hour by hour (its number since 1970), oldest first; bounded
 * in the same way. */
bool cause_look_hours(struct flow_look *look, int64_t since_ms, int64_t budget_ms,
    void (*each)(void *arg, int64_t hour, enum outcome outcome, int64_t n), void *arg,
    struct err *e) MUST_USE;
/* Whom one cause met, those whom it met most first, at most `most` of them. */
bool cause_look_by(struct flow_look *look, const char *cause, enum cause_by by, int64_t since_ms,
    size_t most, void (*each)(void *arg, const char *name, int64_t n), void *arg,
    struct err *e) MUST_USE;

#endif
