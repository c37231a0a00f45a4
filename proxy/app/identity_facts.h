/* app/identity_facts.h - what a PKCS#12 file, a profile or a root comes to on an iPhone, for
 * people. */
#ifndef WHYTLS_APP_IDENTITY_FACTS_H
#define WHYTLS_APP_IDENTITY_FACTS_H

#include <stdbool.h>

#include "base/text.h"

struct flow;
struct term;

/* A file that an iPhone does not take, or takes and cannot use; false without an identity. */
bool identity_is_refused(const struct flow *f);
/* One sentence; static text. The flow has an identity. */
const char *identity_sentence(const struct flow *f);
/* Appends one row for each thing that was found, indented by two; false when there is no identity.
 */
bool identity_facts(const struct term *t, const struct flow *f, struct text *out);

#endif
