#include "known_key_priv.h"

#include <stddef.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "cert/facts.h"

/* SHA-256 of public keys whose private halves are in everybody's hands. */
static const char *const public_keys[] = {
    /* RFC 9500 §2.3: test keys on P-256, P-384 and P-521 */
    "b2b04340cfaee616ec9c2c62d261b208e54bb197498df52e8cadede23ac0ba5e",
    "c4c10105a0be0ed4dd3354428dc38a9bfee64da141ce16e75c94eda272f9dd3a",
    "acb1b8327fef995e2458fdf5e3c33b2dc0749feabd6a894cb9bda9d70ac06c24",
    /* ssl/server.pem of webpack-dev-server, 2017 */
    "3617a8ec380a5cf08b08e94b309f2d19ecffc6c7cbef3ec220220d09d78ee8ff",
    /* the localhost certificate of Go's net/http tests */
    "64eebde4d94a861ca1b062a103ef51d4d8a2c1b0a2133838198230e9c85407ed",
};

/* Authorities that came with software together with their private key, by the common name of their
 * root: Superfish (2015-02, CVE-2015-2077), Dell (2015-11, CVE-2015-7755 and VU#925497), the
 * developer servers of webpack and preact-cli. */
static const char *const public_roots[] = {
    "Superfish, Inc.", "eDellRoot", "DSDTestProvider", "webpack-dev-server", "preact-cli"};

bool known_key_is_public(const struct cert *c)
{
    for (size_t i = 0; i < sizeof public_keys / sizeof *public_keys; i++)
        if (strcmp(public_keys[i], c->spki_sha256_hex) == 0)
            return true;
    return false;
}

bool known_root_is_public(const struct cert_name *name)
{
    for (size_t i = 0; name->cn && i < sizeof public_roots / sizeof *public_roots; i++)
        if (strcmp(public_roots[i], name->cn) == 0)
            return true;
    return false;
}

/* Is it a power of 65537 modulo this prime? */
static bool is_power(BN_ULONG rest, unsigned prime)
{
    BN_ULONG power = 1;

    do {
        if (power == rest)
            return true;
        power = power * (65537 % prime) % prime;
    } while (power != 1);
    return false;
}

/* The library made its primes as k·M + 65537^a mod M, M being the product of the first primes, so
 * the modulus is a power of 65537 modulo each of them (Nemec et al., CCS 2017, §2.2). Those that
 * tell most stand first. */
bool known_key_is_roca(const struct cert *c)
{
    static const unsigned char primes[] = {157, 151, 127, 109, 107, 103, 101, 97, 83, 79, 73, 71,
        61, 59, 53, 37, 31, 29, 23, 19, 17, 13, 11, 167, 163, 149, 139, 137, 131, 113, 89, 67, 47,
        43, 41, 7, 5, 3};
    BIGNUM *n = NULL;
    bool is = c->key_type == CERT_KEY_RSA && c->key &&
              EVP_PKEY_get_bn_param(c->key, OSSL_PKEY_PARAM_RSA_N, &n) == 1;

    for (size_t i = 0; is && i < sizeof primes; i++)
        is = is_power(BN_mod_word(n, primes[i]), primes[i]);
    BN_free(n);
    return is;
}
