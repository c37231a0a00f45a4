/* flow/facts.h - facts of the lower rooms, copied into a flow's records. */
#ifndef WHYTLS_FLOW_FACTS_H
#define WHYTLS_FLOW_FACTS_H

#include <stddef.h>
#include <stdint.h>

struct flow;
struct flow_certificate;
struct flow_verdict;
struct flow_hello;
struct cert;         /* cert/facts.h */
struct cert_chain;   /* cert/chain.h */
struct verdict;      /* judge/verdict.h */
struct client_hello; /* wire/client_hello.h */

void flow_fill_certificate(struct flow *f, struct flow_certificate *out, const struct cert *c, size_t depth, const char *source);
/* Fills server_leg->chain as sent. The leg's record must be there. */
void flow_fill_chain(struct flow *f, const struct cert_chain *chain);
struct flow_verdict *flow_make_verdict(struct flow *f, const struct verdict *v);
/* client_leg (made when absent) with sni and hello; client.ja4; client.app.stack. */
void flow_fill_hello(struct flow *f, const struct client_hello *hello);
/* target.*: host must be in normal form (base/host.h). */
void flow_set_target(struct flow *f, const char *host, uint16_t port, const char *learnt);
/* client.agent, client.app, client.device.family and os_version from a User-Agent; NULL when there was none. */
void flow_set_agent(struct flow *f, const char *agent);

#endif
