/* flow/legs.h - what a TLS leg showed, copied into a flow's records; and the symptom that it
 * amounts to. */
#ifndef WHYTLS_FLOW_LEGS_H
#define WHYTLS_FLOW_LEGS_H

#include <stdbool.h>

#include "flow/flow.h"
#include "tls/leg.h"

/* Version, cipher, group, alpn, alert, byte counts. The leg's record must be there. */
void flow_fill_server_leg(struct flow *f, const struct leg_facts *facts);
void flow_fill_client_leg(struct flow *f, const struct leg_facts *facts);

/* server_leg.certificate_request, or client_leg's, by the leg's own side; anew at each call that
 * finds another answer. */
void flow_fill_certificate_request(struct flow *f, struct leg *leg);

/* The symptom of a leg that failed or was closed. `late`: its deadline passed. SYMPTOM_NONE: an end
 * in order. */
enum symptom leg_symptom(const struct leg_facts *facts, enum leg_side which, bool late);

/* How a transport came to its end. */
struct leg_end {
    bool eof, reset, late;
};

/* alert, timeout, rst, clean or fin; NULL while it is open. `facts` may be NULL: no TLS. */
const char *leg_ended(const struct leg_facts *facts, struct leg_end end);

#endif
