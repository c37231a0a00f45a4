/* script/spec.h - runs the specs of a rule package: describe, it, play, expect_….
 *
 * A spec says only what differs from a flow on which nothing is wrong; `play` lets that flow live
 * from `hello` to `finish` under the rules of the package, in the sandbox and the budgets of
 * production. Time stands still. Uses rules.h. Used by app/ (`whytls rules test`). */
#ifndef WHYTLS_SCRIPT_SPEC_H
#define WHYTLS_SCRIPT_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"
#include "script/rules.h"

struct spec_tally {
    size_t files, passed, failed;
};

/* Adds to the tally and to the report: a line for each failure, and with `verbose` for each that
 * passed. False when the package or a spec file is wrong as such. */
bool spec_test(const struct rules_config *config, const char *package, bool verbose,
    struct spec_tally *tally, struct text *report, struct err *e) MUST_USE;

/* Names of the packages in all folders, sorted, each once; freed with mem_free, the array too. */
bool spec_packages(
    const struct rules_config *config, char ***names, size_t *n, struct err *e) MUST_USE;

#endif
