/* flow/facts.h - facts of the lower rooms, copied into a flow's records. */
#ifndef WHYTLS_FLOW_FACTS_H
#define WHYTLS_FLOW_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flow;
struct flow_certificate;
struct flow_verdict;
struct flow_hello;
struct flow_openssl;
struct cert;           /* cert/facts.h */
struct cert_chain;     /* cert/chain.h */
struct verdict;        /* judge/verdict.h */
struct fetch_evidence; /* fetch/evidence.h */
struct client_hello;   /* wire/client_hello.h */

void flow_fill_certificate(struct flow *f, struct flow_certificate *out, const struct cert *c,
    size_t depth, const char *source);
/* Keeps a reference to it beside the record, once. */
void flow_keep_certificate(struct flow *f, const struct cert *c);
/* A certificate that a record of this flow tells of, whole; borrowed from the flow. NULL: it is not
 * there. */
const struct cert *flow_certificate_kept(const struct flow *f, const char *sha256);
/* Fills server_leg->chain as sent. The leg's record must be there. */
void flow_fill_chain(struct flow *f, const struct cert_chain *chain);
/* The leaf's scts, those of the handshake and of OCSP responses with them, when CT was judged;
 * server_leg.ct_doubt. */
void flow_fill_ct(struct flow *f, const struct verdict *v);
/* server_leg.oddities: the names are static. */
void flow_fill_oddities(struct flow *f, const char *const *names, size_t n);
struct flow_verdict *flow_make_verdict(struct flow *f, const struct verdict *v);
/* "certificate has expired": what OpenSSL calls its result; static. */
const char *flow_openssl_text(const struct flow_openssl *o);
/* server_leg.staple, as judged with the handshake's evidence alone. */
void flow_fill_staple(struct flow *f, const struct verdict *v, bool stapled);
/* server_leg.revocation_fault, after the last verdict. `asked`: somebody wanted to know more than a
 * staple tells. */
void flow_fill_revocation_fault(struct flow *f, const struct verdict *v, bool asked);
/* server_leg.issuer_fetch, issuer_url, fetched, revocation_url. */
void flow_fill_evidence(struct flow *f, const struct fetch_evidence *e);
/* client_leg (made when absent) with sni and hello; client.ja4; client.app.stack. */
void flow_fill_hello(struct flow *f, const struct client_hello *hello);
/* target.*: host must be in normal form (base/host.h). */
void flow_set_target(struct flow *f, const char *host, uint16_t port, const char *learnt);
/* client.agent, client.app, client.device.family and os_version from a User-Agent; NULL when there
 * was none. */
void flow_set_agent(struct flow *f, const char *agent);
/* Does this Sec-WebSocket-Accept answer that Sec-WebSocket-Key (RFC 6455 §4.2.2)? */
bool flow_websocket_fits(const char *key, const char *accept);

#endif
