/* flow/dial_facts.h - how the way to a site came about, as the dialer tells it, copied into a
 * flow's record. */
#ifndef WHYTLS_FLOW_DIAL_FACTS_H
#define WHYTLS_FLOW_DIAL_FACTS_H

struct dial_result; /* net/dial.h */
struct flow;

/* Makes the flow's dial, and adds the aliases that were met to its target, which must be there. */
void flow_fill_dial(struct flow *f, const struct dial_result *result);

#endif
