/* lab/issue.h - one certificate from one recipe. Thread: any. */
#ifndef WHYTLS_LAB_ISSUE_H
#define WHYTLS_LAB_ISSUE_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/attrib.h"
#include "base/err.h"
#include "recipe.h"

struct issue_order {
    const struct recipe *recipe; /* a whole one */
    EVP_PKEY *key;               /* the subject's */
    X509 *issuer;                /* NULL: signs itself */
    EVP_PKEY *issuer_key;
    int64_t now_s;
    const struct ct_log_keys *logs; /* NULL: nobody promises anything */
};

/* The signed certificate; freed with X509_free. */
X509 *issue_cert(const struct issue_order *order, struct err *e) MUST_USE;
/* err_set with the first complaint of OpenSSL's queue, which is emptied. Gives false. */
bool issue_failed(struct err *e, const char *doing);

#endif
