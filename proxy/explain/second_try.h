/* explain/second_try.h - a site that refused us before it showed anything of itself is asked once
 * more, otherwise, to learn why. Private to explain/. */
#ifndef WHYTLS_EXPLAIN_SECOND_TRY_H
#define WHYTLS_EXPLAIN_SECOND_TRY_H

struct flow;
struct probe;

/* `first` has come to an end. Tells server_leg.retry and .retry_found of the flow, if it was worth
 * a try. */
void second_try(const struct probe *first, struct flow *f);

#endif
