/* cert/crypto_err_priv.h - what OpenSSL said, as a failure of ours. */
#ifndef WHYTLS_CERT_CRYPTO_ERR_PRIV_H
#define WHYTLS_CERT_CRYPTO_ERR_PRIV_H

#include <stdbool.h>

#include "base/err.h"

/* "what: OpenSSL's innermost reason", and an empty error queue: a stale entry would make the next
 * call on this thread look as if it had failed (openssl#11889). Always false. */
bool crypto_err(struct err *e, const char *what);

#endif
