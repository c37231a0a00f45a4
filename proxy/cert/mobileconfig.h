/* cert/mobileconfig.h - a configuration profile (.mobileconfig): a property list in XML or binary,
 * alone or inside a CMS signature (RFC 5652); read as it stands, and written.
 *
 * Hostile input: bounded before it is unfolded. Reading judges nothing: what iOS would say of it is
 * explain/'s. Home of libplist, with profile.c. Thread: any. */
#ifndef WHYTLS_CERT_MOBILECONFIG_H
#define WHYTLS_CERT_MOBILECONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"
#include "cert/chain.h"

struct evp_pkey_st;

enum {
    MOBILECONFIG_BYTES_MOST = 4 * 1024 * 1024,
    MOBILECONFIG_PAYLOADS_MOST = 200,
    MOBILECONFIG_SIGNERS_MOST = 8,
};

enum mobileconfig_payload_type {
    PAYLOAD_OTHER = 0, /* no payload of certificates */
    PAYLOAD_ROOT,      /* com.apple.security.root: DER */
    PAYLOAD_PKCS1,     /* com.apple.security.pkcs1: DER, root or not */
    PAYLOAD_PEM,       /* com.apple.security.pem */
    PAYLOAD_PKCS12,    /* com.apple.security.pkcs12: an identity */
};

enum mobileconfig_signature {
    SIGNATURE_NONE = 0,
    SIGNATURE_GOOD,   /* made by the key of `signers`' first; who that is, is another question */
    SIGNATURE_BROKEN, /* the bytes are not those that were signed, or the signer's certificate is
                         not there */
};

struct mobileconfig_payload {
    enum mobileconfig_payload_type kind;
    /* owned; NULL: absent, or not of the type that it should be */
    char *type, *identifier, *uuid, *name, *password;
    struct cert_span content; /* owned: PayloadContent, when it is data */
    bool has_version;         /* PayloadVersion is 1 */
};

struct mobileconfig {
    bool is_binary, is_encrypted; /* for one device: what is in it nobody else sees */
    enum mobileconfig_signature signature;
    struct cert_chain *signers; /* owned: of the signature, the signer first; may be empty */
    char *type, *name, *organization, *identifier, *uuid; /* owned; NULL when absent */
    bool has_version, has_payloads;                       /* PayloadContent is a list */
    int64_t removal_s;                                    /* RemovalDate; INT64_MIN: none */
    struct mobileconfig_payload *payloads;                /* owned */
    size_t n_payloads, n_cut;
};

/* Does it begin as one? A CMS message, when there is a property list in it. */
bool mobileconfig_looks_like(struct cert_span bytes);
/* NULL and *e, one line, when it is no profile at all. */
struct mobileconfig *mobileconfig_read(struct cert_span bytes, struct err *e) MUST_USE;
void mobileconfig_free(struct mobileconfig *m);

/* One identity of a profile to be written; all borrowed. */
struct mobileconfig_identity {
    struct cert_span bytes; /* PKCS#12 */
    const char *name;
    const char
        *password; /* written into the profile, for everybody to read; NULL: iOS asks for it */
};

struct mobileconfig_plan {
    const char *name, *organization; /* organization may be NULL */
    const char *identifier; /* NULL: made from the keys of the roots, so that a rebuild replaces */
    const struct cert_chain
        *certs; /* each becomes a payload of the type that iOS wants; doubles once */
    const struct mobileconfig_identity *identities;
    size_t n_identities;
};

/* XML. The same plan gives the same bytes; the identifiers of a payload come from what is in it,
 * those of the profile from its own identifier, so that iOS replaces it by a newer one. */
bool mobileconfig_write(
    const struct mobileconfig_plan *plan, struct text *out, struct err *e) MUST_USE;
/* A CMS SignedData around the bytes, in DER; `chain`: the signer's certificate first. */
bool mobileconfig_sign(struct cert_span bytes, const struct cert_chain *chain,
    struct evp_pkey_st *key, struct text *out, struct err *e) MUST_USE;

#endif
