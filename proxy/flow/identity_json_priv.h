/* flow/identity_json_priv.h - the opened file as JSON: a PKCS#12 file, a profile, a certificate. */
#ifndef WHYTLS_FLOW_IDENTITY_JSON_PRIV_H
#define WHYTLS_FLOW_IDENTITY_JSON_PRIV_H

#include "base/json_out.h"

struct flow_identity;

void identity_json(const struct flow_identity *id, struct json_out *out);

#endif
