/* flow/flow_json_priv.h - the parts of a flow's JSON that have files of their own. Each writes one
 * value; a record that is absent is null. Private to flow/. */
#ifndef WHYTLS_FLOW_FLOW_JSON_PRIV_H
#define WHYTLS_FLOW_FLOW_JSON_PRIV_H

#include <stddef.h>

#include "base/json_out.h"

struct flow;
struct flow_certificate;
struct flow_client_leg;
struct flow_identity;

/* leg_json.c */
void client_leg_json(const struct flow_client_leg *leg, struct json_out *out);
/* Where something is wrong, with its certificates in words. */
void server_leg_json(const struct flow *f, struct json_out *out);
/* What a reader needs beside the fingerprints. */
void certificates_json(const struct flow_certificate *chain, size_t n, struct json_out *out);

/* said_json.c - what rules and plugins said of it: two lists */
void diagnosis_json(const struct flow *f, struct json_out *out);
void notes_json(const struct flow *f, struct json_out *out);

/* identity_json.c - an opened file: a PKCS#12 file, a profile, a certificate; by record.def */
void identity_json(const struct flow_identity *id, struct json_out *out);

#endif
