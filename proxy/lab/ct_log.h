/* lab/ct_log.h - the lab's own logs of Certificate Transparency: they promise everything, log
 * nothing, and their keys are gone when the certificates are signed. Thread: any. */
#ifndef WHYTLS_LAB_CT_LOG_H
#define WHYTLS_LAB_CT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/attrib.h"
#include "base/err.h"

/* Three, since a certificate of more than half a year wants three promises. */
enum lab_log { LOG_ONE = 0, LOG_TWO, LOG_THREE, LOG_RETIRED, N_LAB_LOGS };

enum { LOG_RETIRED_DAYS = 60 }; /* before the making */

/* What a site's certificate carries. */
enum ct_promises {
    PROMISES_KEPT = 0, /* of all logs that are in service */
    PROMISES_NONE,
    PROMISES_BROKEN, /* one with a wrong signature, one by the retired log */
};

struct ct_log_keys {
    EVP_PKEY *at[N_LAB_LOGS]; /* owned */
};

const char *ct_log_name(enum lab_log log);
bool ct_log_keys_make(struct ct_log_keys *keys, struct err *e) MUST_USE;
void ct_log_keys_fini(struct ct_log_keys *keys);
/* A certificate of its own about the log's key, which is how the key is kept; freed with X509_free.
 */
X509 *ct_log_card(
    const struct ct_log_keys *keys, enum lab_log log, int64_t now_s, struct err *e) MUST_USE;
/* Adds the SCTs to a certificate that is whole but for them (RFC 6962 §3.3) and signed, so that its
 * inner algorithm is there; it has to be signed again. `issuer` is the one whose key signs; at_s is
 * when it is promised. */
bool ct_log_promise(const struct ct_log_keys *keys, enum ct_promises promises, X509 *cert,
    EVP_PKEY *issuer, int64_t at_s, struct err *e) MUST_USE;

#endif
