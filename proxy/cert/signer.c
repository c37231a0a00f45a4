#include "signer.h"

#include <string.h>
#include <sys/stat.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/file.h"
#include "base/mem.h"
#include "cert/chain_order.h"
#include "crypto_err_priv.h"
#include "identity.h"

/* For PEM_read_bio_PrivateKey: without a password it must never ask the terminal for one. */
static int password_give(char *out, int room, int for_writing, void *arg)
{
    const char *password = arg;
    size_t n = password ? strlen(password) : 0;

    (void)for_writing;
    if (n == 0 || n > (size_t)room)
        return -1;
    memcpy(out, password, n);
    return (int)n;
}

static EVP_PKEY *pem_key(struct cert_span bytes, const char *password, struct err *e)
{
    BIO *in = BIO_new_mem_buf(bytes.at, (int)bytes.len);

    ERR_clear_error();
    EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, password_give, (void *)(uintptr_t)password);
    BIO_free(in);
    if (!key && memmem(bytes.at, bytes.len, "ENCRYPTED", 9))
        err_set(e, ERR_INPUT, "its private key is encrypted, and %s",
            password ? "the password does not open it" : "no password was given");
    else if (!key)
        err_set(e, ERR_INPUT, "there is no private key in it");
    ERR_clear_error();
    return key;
}

static bool pem_read(
    struct cert_span bytes, const char *password, struct signer *out, struct err *e)
{
    struct cert_chain *chain = cert_chain_from_bytes(bytes.at, bytes.len, e);

    out->key = chain ? pem_key(bytes, password, e) : NULL;
    for (size_t i = 0; out->key && i < chain->n && !out->chain; i++)
        if (chain->at[i]->key && EVP_PKEY_eq(chain->at[i]->key, out->key) == 1)
            out->chain = chain_with_first(chain, i);
    if (out->key && !out->chain)
        err_set(e, ERR_INPUT, "its private key belongs to none of its certificates");
    cert_chain_free(chain);
    ERR_clear_error();
    return out->chain != NULL;
}

static bool identity_take(
    struct cert_span bytes, const char *password, struct signer *out, struct err *e)
{
    struct identity *in = identity_read(bytes, password);
    bool good = in->state == IDENTITY_OPENED && in->key_fits;

    if (good) {
        out->chain = in->chain;
        out->key = in->key;
        in->chain = NULL;
        in->key = NULL;
    } else {
        err_set(e, ERR_INPUT, "%s",
            in->state == IDENTITY_OPENED ? "it holds no private key with its certificate"
                                         : in->detail);
    }
    identity_free(in);
    return good;
}

bool signer_read(struct cert_span bytes, const char *password, struct signer *out, struct err *e)
{
    *out = (struct signer){0};
    if (bytes.len > SIGNER_BYTES_MOST)
        return err_set(
            e, ERR_INPUT, "%zu bytes are too many for a certificate and its key", bytes.len);
    bool good = identity_looks_like(bytes) ? identity_take(bytes, password, out, e)
                                           : pem_read(bytes, password, out, e);
    if (!good)
        signer_fini(out);
    return good;
}

static bool is_private(const char *path, struct err *e)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return err_sys(e, "reading it");
    if (st.st_mode & 077)
        return err_set(e, ERR_INPUT, "others may read the key in it; chmod 600 %s", path);
    return true;
}

bool signer_open(const char *path, struct signer *out, struct err *e)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    bool good = is_private(path, e) && file_read(path, SIGNER_BYTES_MOST, &bytes, &len, e) &&
                signer_read((struct cert_span){bytes, len}, NULL, out, e);

    if (bytes)
        OPENSSL_cleanse(bytes, len);
    mem_free(bytes);
    return good || err_wrap(e, "%s", path);
}

void signer_fini(struct signer *s)
{
    cert_chain_free(s->chain);
    EVP_PKEY_free(s->key);
    *s = (struct signer){0};
}
