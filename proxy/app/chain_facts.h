/* app/chain_facts.h - what is said of a chain besides its certificates: the ways that were turned
 * down, Certificate Transparency, revocation, what other programs than an iPhone's say, and the
 * notes of rules. */
#ifndef WHYTLS_APP_CHAIN_FACTS_H
#define WHYTLS_APP_CHAIN_FACTS_H

#include <stdbool.h>

#include "base/text.h"

struct flow;
struct term;

/* Appends one row for each, indented by two; false when there is nothing to say. */
bool chain_facts(const struct term *t, const struct flow *f, struct text *out);

#endif
