/* explain/explain_priv.h - the frame of every explanation: a flow that nobody's phone made. */
#ifndef WHYTLS_EXPLAIN_EXPLAIN_PRIV_H
#define WHYTLS_EXPLAIN_EXPLAIN_PRIV_H

#include "explain.h"

struct flow *explain_begin(const struct explain_ask *ask);
/* Fires `finish` and seals it. */
void explain_end(const struct explain_ask *ask, struct flow *f);
/* Moves it to whoever asked for it; what lay there before was the verdict on less evidence. */
void explain_keep(const struct explain_ask *ask, struct verdict *v);

#endif
