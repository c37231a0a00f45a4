#include "leaf_fault.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "ca.h"
#include "ca_root_priv.h"
#include "crypto_err_priv.h"
#include "leaf_key.h"
#include "leaf_key_priv.h"
#include "leaf_priv.h"

enum { DAY_S = 86400, USUAL_DAYS = 45, SHOWN_S = 2 * DAY_S };

/* Under .test (RFC 6761 §6.2), so that it is nobody's. */
#define ANOTHER_HOST "another-host.whytls.test"
/* The CN where one is needed and the host fits none. */
#define LONG_HOST "a host with a long name"

static const struct leaf_fault faults[] = {
    {"cert-expired-leaf", .from_day = -100, .to_day = -10},
    {"cert-not-yet-valid", .from_day = 30, .to_day = 75},
    {"name-mismatch", .names = LEAF_NAMES_ANOTHER},
    {"self-signed-leaf", .signer = LEAF_BY_ITSELF},
    {"untrusted-root", .signer = LEAF_BY_A_STRANGER},
    /* More than the 398 days of public roots, and than the 825 of any other (HT210176). */
    {"validity-too-long", .from_day = -10, .to_day = 890},
    {"weak-key-rsa", .rsa_bits = 1024},
    {"weak-signature-sha1", .digest = "SHA1"},
    {"san-missing-cn-only", .names = LEAF_NAMES_IN_CN_ONLY},
    {"eku-missing", .no_usage = true},
};

enum { N_FAULTS = sizeof faults / sizeof *faults };

const struct leaf_fault *leaf_fault_at(size_t i)
{
    return i < N_FAULTS ? &faults[i] : NULL;
}

const struct leaf_fault *leaf_fault_find(const char *cause)
{
    for (size_t i = 0; i < N_FAULTS; i++)
        if (strcmp(faults[i].cause, cause) == 0)
            return &faults[i];
    return NULL;
}

/* Who signs, and with what. */
struct signing {
    const struct leaf_fault *fault;
    const struct ca *ca;
    struct evp_pkey_st *own_key;
};

static bool sign_faulty(const void *arg, struct x509_st *leaf, struct err *e)
{
    const struct signing *s = arg;

    if (s->fault->signer != LEAF_BY_ITSELF)
        return ca_sign_with(s->ca, s->fault->digest ? s->fault->digest : "SHA256", leaf, e);
    return (X509_set_issuer_name(leaf, X509_get_subject_name(leaf)) &&
               X509_sign(leaf, s->own_key, EVP_sha256()) > 0) ||
           crypto_err(e, "signing a leaf with its own key");
}

static bool name_it(
    const char *host, const struct leaf_fault *fault, struct leaf_plan *plan, struct err *e)
{
    bool fits = strlen(host) <= CN_MOST;

    plan->cn = fits ? host : NULL;
    plan->alt_name = host;
    switch (fault->names) {
    case LEAF_NAMES_ITS_HOST:
        break;
    case LEAF_NAMES_ANOTHER:
        plan->cn = plan->alt_name = ANOTHER_HOST;
        break;
    case LEAF_NAMES_IN_CN_ONLY:
        plan->alt_name = NULL;
        if (!fits)
            return err_set(e, ERR_INPUT, "no common name holds %zu bytes", strlen(host));
        break;
    }
    if (fault->signer == LEAF_BY_ITSELF && !fits)
        plan->cn = LONG_HOST; /* it is the issuer's name as well, which must not be empty */
    return true;
}

static void date_it(
    const struct ca *ca, const struct leaf_fault *fault, int64_t now_s, struct leaf_plan *plan)
{
    plan->good_until = now_s + SHOWN_S;
    if (fault->from_day || fault->to_day) {
        plan->since = now_s + (int64_t)fault->from_day * DAY_S;
        plan->until = now_s + (int64_t)fault->to_day * DAY_S;
        return;
    }
    plan->since = now_s - BACKDATED_S;
    plan->until = plan->since + (int64_t)USUAL_DAYS * DAY_S;
    if (plan->until > ca_until(ca))
        plan->until = ca_until(ca);
}

struct leaf *leaf_mint_faulty(const struct ca *ca, const struct leaf_keys *keys, const char *host,
    const struct leaf_fault *fault, int64_t now_s, struct err *e)
{
    struct signing signing = {.fault = fault, .ca = ca, .own_key = leaf_keys_p256(keys)};
    struct leaf_plan plan = {.no_usage = fault->no_usage, .sign = sign_faulty, .arg = &signing};

    if (!leaf_host_is_fit(host, e) || !name_it(host, fault, &plan, e))
        return NULL;
    date_it(ca, fault, now_s, &plan);
    if (fault->rsa_bits && !(plan.key = leaf_keys_weak(keys, fault->rsa_bits, e)))
        return NULL;
    if (fault->signer == LEAF_BY_A_STRANGER) {
        signing.ca = plan.issuer = leaf_keys_stranger(keys, now_s, e);
        if (!signing.ca)
            return NULL;
    }
    return leaf_make(keys, &plan, e);
}
