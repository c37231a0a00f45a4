/* hook/hours_priv.h - a window in the week: "mon-fri 08:00-18:00", with the name of a time zone
 * behind it or without. */
#ifndef WHYTLS_HOOK_HOURS_PRIV_H
#define WHYTLS_HOOK_HOURS_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct hours;

bool hours_new(const char *text, struct hours **out, struct err *e) MUST_USE;
void hours_free(struct hours *h);
bool hours_has(const struct hours *h, int64_t at);

#endif
