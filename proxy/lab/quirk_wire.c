#include "quirk_wire.h"

#include <stdint.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "base/mem.h"

enum { SCSV_HIGH = 0x00, SCSV_LOW = 0xff, GREASE = 0x0a }; /* RFC 5746 §3.3, RFC 8701 §2 */

/* OpenSSL has hashed the message by now and not yet read its suites, so that both ends agree on
 * what was said and this one has overlooked a part of it. */
static int hello_blind(SSL *ssl, int *alert, void *arg)
{
    const unsigned char *suites;
    size_t n = SSL_client_hello_get0_ciphers(ssl, &suites);
    unsigned char *at = (unsigned char *)(uintptr_t)suites;

    (void)alert;
    (void)arg;
    for (size_t i = 0; i + 1 < n; i += 2)
        if (at[i] == SCSV_HIGH && at[i + 1] == SCSV_LOW)
            at[i] = at[i + 1] = GREASE;
    return SSL_CLIENT_HELLO_SUCCESS;
}

void quirk_hide_rfc5746(SSL_CTX *ctx)
{
    SSL_CTX_set_client_hello_cb(ctx, hello_blind, NULL);
}

static int spoiled_write(BIO *filter, const char *bytes, int len)
{
    const SSL *ssl = BIO_get_data(filter);
    BIO *below = BIO_next(filter);
    int done;

    BIO_clear_retry_flags(filter);
    if (len > 0 && SSL_is_init_finished(ssl)) {
        char *copy = mem_dup(bytes, (size_t)len);

        copy[len - 1] ^= 1;
        done = BIO_write(below, copy, len);
        mem_free(copy);
    } else {
        done = BIO_write(below, bytes, len);
    }
    BIO_copy_next_retry(filter);
    return done;
}

static int plain_read(BIO *filter, char *to, int most)
{
    BIO_clear_retry_flags(filter);
    int got = BIO_read(BIO_next(filter), to, most);
    BIO_copy_next_retry(filter);
    return got;
}

static long plain_ctrl(BIO *filter, int what, long number, void *pointer)
{
    return BIO_next(filter) ? BIO_ctrl(BIO_next(filter), what, number, pointer) : 0;
}

static int filter_create(BIO *filter)
{
    BIO_set_init(filter, 1);
    return 1;
}

/* One for the life of the process: BIO types cannot be given back (BIO_get_new_index). */
static const BIO_METHOD *spoiler(void)
{
    static BIO_METHOD *method;

    if (!method)
        method = BIO_meth_new(BIO_TYPE_FILTER, "spoils records");
    if (method && BIO_meth_set_write(method, spoiled_write) &&
        BIO_meth_set_read(method, plain_read) && BIO_meth_set_ctrl(method, plain_ctrl) &&
        BIO_meth_set_create(method, filter_create))
        return method;
    return NULL;
}

bool quirk_spoil_records(SSL *ssl)
{
    const BIO_METHOD *method = spoiler();
    BIO *filter = method ? BIO_new(method) : NULL;

    if (!filter)
        return false;
    BIO_set_data(filter, ssl);
    BIO *socket = SSL_get_wbio(ssl);
    BIO_up_ref(socket);
    SSL_set0_wbio(ssl, BIO_push(filter, socket));
    return true;
}
