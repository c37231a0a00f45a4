/* tests/fuzz/identity_fuzz.c - hostile PKCS#12 files, with the password of the seeds. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "cert/identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROUNDS = 3000 }; /* so that no input is merely slow */

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void answer_check(const struct identity *i)
{
    must(i->chain && i->chain->n <= IDENTITY_CERTS_MOST && i->n_keys <= IDENTITY_KEYS_MOST);
    must(i->n_identities <= i->n_keys);
    must(memchr(i->detail, '\0', sizeof(i->detail)) && memchr(i->mac, '\0', sizeof(i->mac)));
    must(*identity_state_name(i->state) && *identity_crypto_name(i->crypto));
    must(i->rounds >= 0 && i->rounds <= ROUNDS);
    if (i->state == IDENTITY_OPENED) {
        must(!*i->detail);
    } else {
        must(*i->detail && i->chain->n == 0 && !i->key && !i->name);
        must(i->password == IDENTITY_PASSWORD_NONE);
    }
    must(i->key_fits == (i->key != NULL));
    must(!i->key || EVP_PKEY_eq(i->chain->at[0]->key, i->key) == 1);
}

static void read_with(const uint8_t *data, size_t size, const char *password)
{
    int64_t rounds = ROUNDS;
    struct identity *i = identity_read_within((struct cert_span){data, size}, password, &rounds);

    must(rounds >= 0 && rounds <= ROUNDS);
    answer_check(i);
    must(i->state != IDENTITY_OPENED || identity_looks_like((struct cert_span){data, size}));
    identity_free(i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_with(data, size, "secret");
    read_with(data, size, NULL);
    return 0;
}
