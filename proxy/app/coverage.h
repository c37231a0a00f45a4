/* app/coverage.h - from the catalogue to what speaks for it: each cause, the rules that recognise
 * it, the entry of the lab that shows it, and the spec that tries the rule; and, of a cause without
 * a rule, why. */
#ifndef WHYTLS_APP_COVERAGE_H
#define WHYTLS_APP_COVERAGE_H

#include "base/attrib.h"
#include "base/err.h"

struct json_out;
struct rules;
struct term;
struct text;

/* "rules", "causes", "causes_with_rule", "causes_in_lab", "without_rule": members of the object
 * that is open. */
bool coverage_json(const struct rules *rules, struct json_out *out, struct err *e) MUST_USE;
/* For people: one line a cause, those without a rule with their reasons at the end. */
bool coverage_print(
    const struct rules *rules, const struct term *t, struct text *out, struct err *e) MUST_USE;

#endif
