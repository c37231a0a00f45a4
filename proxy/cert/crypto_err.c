#include "crypto_err_priv.h"

#include <openssl/err.h>

bool crypto_err(struct err *e, const char *what)
{
    unsigned long code = ERR_peek_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;

    if (reason)
        err_set(e, ERR_CRYPTO, "%s: %s", what, reason);
    else
        err_set(e, ERR_CRYPTO, "%s", what);
    if (e)
        e->lib = code;
    ERR_clear_error();
    return false;
}
