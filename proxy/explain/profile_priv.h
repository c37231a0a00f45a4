/* explain/profile_priv.h - one look at a configuration profile, and the faults that it may have. */
#ifndef WHYTLS_EXPLAIN_PROFILE_PRIV_H
#define WHYTLS_EXPLAIN_PROFILE_PRIV_H

#include <stddef.h>
#include <stdint.h>

struct cert_chain;
struct explain_ask;
struct flow;
struct flow_payload;
struct flow_profile;
struct mobileconfig;

enum profile_fault {
    /* of one payload */
    FAULT_NO_TYPE = 0,
    FAULT_NO_IDENTIFIER,
    FAULT_NO_UUID,
    FAULT_NO_VERSION,
    FAULT_UUID_TWICE,
    FAULT_IDENTIFIER_TWICE,
    FAULT_CERTIFICATE_TWICE,
    FAULT_NO_CONTENT,
    FAULT_NOT_A_CERTIFICATE,
    FAULT_SEVERAL_CERTIFICATES,
    FAULT_IS_AN_IDENTITY,
    FAULT_IS_A_CERTIFICATE,
    FAULT_LEAF_IN_ROOT_PAYLOAD,
    FAULT_NO_ROOT_IN_ROOT_PAYLOAD,
    FAULT_PEM_IN_DER_PAYLOAD,
    FAULT_EXPIRED,
    FAULT_NOT_YET_VALID,
    FAULT_IDENTITY_UNREADABLE,
    FAULT_PASSWORD_WRONG,
    FAULT_PASSWORD_INSIDE,
    FAULT_ASKS_FOR_PASSWORD,
    FAULT_NO_KEY,
    FAULT_SEVERAL_IDENTITIES,
    /* of the whole */
    FAULT_SIGNATURE_BROKEN,
    FAULT_ENCRYPTED,
    FAULT_NO_CONFIGURATION,
    FAULT_NO_HEAD,
    FAULT_NO_PAYLOADS,
    FAULT_REMOVED_AT_ONCE,
    FAULT_MANY_PAYLOADS,
    N_PROFILE_FAULTS
};

struct profile_look {
    const struct explain_ask *ask;
    struct flow *f;
    const struct mobileconfig *in;
    struct cert_chain **certs; /* owned: of each payload, NULL when it holds none */
    struct flow_profile *profile;
    int64_t rounds_left; /* of key derivation, for all identities in it */
};

void fault_add(struct profile_look *look, struct flow_payload *to, enum profile_fault what);
void profile_fault_add(struct profile_look *look, enum profile_fault what);
/* The first that blocks, else the first: into profile.first_fault. */
void profile_first_fault(struct profile_look *look);

#endif
