#include "quirk.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "quirk_wire.h"

static const struct quirk quirks[] = {
    {.host = "key-cert-mismatch.lab.test", .fault = QUIRK_OTHER_KEY},
    {.host = "record-corruption.lab.test", .fault = QUIRK_BAD_RECORDS},
    {.host = "truncation-close.lab.test", .fault = QUIRK_NO_GOODBYE},
    {.host = "legacy-renegotiation.lab.test", .most = TLS1_2_VERSION, .fault = QUIRK_NO_RFC5746},
    {.host = "weak-cipher-only.lab.test",
        .most = TLS1_2_VERSION,
        .ciphers = "AES256-GCM-SHA384:AES128-GCM-SHA256:AES128-SHA"},
    {.host = "weak-dh.lab.test",
        .most = TLS1_2_VERSION,
        .ciphers = "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384",
        .weak_dh = true},
    {.host = "no-shared-sigalg.lab.test", .most = TLS1_2_VERSION, .sigalgs = "RSA+SHA1"},
    {.host = "no-shared-group.lab.test",
        .most = TLS1_2_VERSION,
        .ciphers = "ECDHE-RSA-AES128-GCM-SHA256",
        .groups = "brainpoolP256r1"},
    {.host = "tls-version-intolerant.lab.test",
        .most = TLS1_2_VERSION,
        .fault = QUIRK_BREAKS_ON_13},
    {.host = "sni-filter-reset.lab.test", .fault = QUIRK_BREAKS_ON_NAME},
    {.host = "sni-default-cert.lab.test"}, /* listens apart: whoever is asked for, it answers */
    {.host = "mtls-rejected.lab.test", .wants_certificate = true},
    {.host = "idle-timeout.lab.test", .fault = QUIRK_FORGETS},
    {.host = "alpn-mismatch.lab.test", .protocol = "acme-tls/1"},
    {.host = "h2-protocol-error.lab.test", .protocol = "h2"},
    {.host = "sni-rejected.lab.test", .refuses_name = SSL_AD_UNRECOGNIZED_NAME},
};

const struct quirk *quirk_of(const char *host)
{
    for (size_t i = 0; i < sizeof quirks / sizeof quirks[0]; i++)
        if (text_equal_caseless(quirks[i].host, host))
            return &quirks[i];
    return NULL;
}

static int protocol_choose(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
    const char *speaks = arg;
    unsigned n = (unsigned)strlen(speaks);

    (void)ssl;
    for (unsigned at = 0; at < in_len; at += 1u + in[at])
        if (in[at] == n && n < in_len - at && memcmp(in + at + 1, speaks, n) == 0) {
            *out = in + at + 1;
            *out_len = (unsigned char)n;
            return SSL_TLSEXT_ERR_OK;
        }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static int name_refuse(SSL *ssl, int *alert, void *arg)
{
    const struct quirk *q = arg;

    (void)ssl;
    *alert = q->refuses_name;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* Oakley group 2 (RFC 2409 §6.2), which servers ship as their default of old. */
static bool dh_put(SSL_CTX *ctx)
{
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    OSSL_PARAM_BLD *built = OSSL_PARAM_BLD_new();
    BIGNUM *p = BN_get_rfc2409_prime_1024(NULL), *g = BN_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY *group = NULL;

    bool good = maker && built && p && g && BN_set_word(g, 2) &&
                OSSL_PARAM_BLD_push_BN(built, OSSL_PKEY_PARAM_FFC_P, p) &&
                OSSL_PARAM_BLD_push_BN(built, OSSL_PKEY_PARAM_FFC_G, g) &&
                (params = OSSL_PARAM_BLD_to_param(built)) && EVP_PKEY_fromdata_init(maker) > 0 &&
                EVP_PKEY_fromdata(maker, &group, EVP_PKEY_KEY_PARAMETERS, params) > 0 &&
                SSL_CTX_set0_tmp_dh_pkey(ctx, group);

    if (!good)
        EVP_PKEY_free(group);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(built);
    EVP_PKEY_CTX_free(maker);
    BN_free(p);
    BN_free(g);
    return good;
}

/* OpenSSL takes a key that does not fit as long as its public half does, so only that is kept. */
static EVP_PKEY *key_forge(const EVP_PKEY *fitting)
{
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM_BLD *built = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY *other = EVP_EC_gen("P-256"), *forged = NULL;
    BIGNUM *secret = NULL;
    unsigned char point[133];
    size_t len = 0;

    bool good = maker && built && other &&
                EVP_PKEY_get_bn_param(other, OSSL_PKEY_PARAM_PRIV_KEY, &secret) &&
                EVP_PKEY_get_octet_string_param(
                    fitting, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) &&
                OSSL_PARAM_BLD_push_utf8_string(built, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
                OSSL_PARAM_BLD_push_octet_string(built, OSSL_PKEY_PARAM_PUB_KEY, point, len) &&
                OSSL_PARAM_BLD_push_BN(built, OSSL_PKEY_PARAM_PRIV_KEY, secret) &&
                (params = OSSL_PARAM_BLD_to_param(built)) && EVP_PKEY_fromdata_init(maker) > 0 &&
                EVP_PKEY_fromdata(maker, &forged, EVP_PKEY_KEYPAIR, params) > 0;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(built);
    EVP_PKEY_CTX_free(maker);
    BN_clear_free(secret);
    EVP_PKEY_free(other);
    return good ? forged : NULL;
}

static bool key_swap(SSL_CTX *ctx)
{
    EVP_PKEY *forged = key_forge(SSL_CTX_get0_privatekey(ctx));
    bool good = forged && SSL_CTX_use_PrivateKey(ctx, forged);

    EVP_PKEY_free(forged);
    return good;
}

static bool fault_put(enum quirk_fault fault, SSL_CTX *ctx)
{
    switch (fault) {
    case QUIRK_OTHER_KEY:
        return key_swap(ctx);
    case QUIRK_NO_RFC5746:
        quirk_hide_rfc5746(ctx);
        break;
    case QUIRK_NO_GOODBYE:
        SSL_CTX_set_quiet_shutdown(ctx, 1);
        break;
    case QUIRK_NONE:
    case QUIRK_FORGETS:
    case QUIRK_BAD_RECORDS:
    case QUIRK_BREAKS_ON_13:
    case QUIRK_BREAKS_ON_NAME:
        break;
    }
    return true;
}

bool quirk_put(const struct quirk *q, SSL_CTX *ctx)
{
    if (q->protocol)
        SSL_CTX_set_alpn_select_cb(ctx, protocol_choose, (void *)(uintptr_t)q->protocol);
    if (q->refuses_name) {
        SSL_CTX_set_tlsext_servername_callback(ctx, name_refuse);
        SSL_CTX_set_tlsext_servername_arg(ctx, (void *)(uintptr_t)q);
    }
    if (q->wants_certificate)
        SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return SSL_CTX_set_min_proto_version(ctx, q->least ? q->least : TLS1_2_VERSION) &&
           SSL_CTX_set_max_proto_version(ctx, q->most ? q->most : TLS1_3_VERSION) &&
           (!q->ciphers || SSL_CTX_set_cipher_list(ctx, q->ciphers)) &&
           (!q->groups || SSL_CTX_set1_groups_list(ctx, q->groups)) &&
           (!q->sigalgs || SSL_CTX_set1_sigalgs_list(ctx, q->sigalgs)) &&
           (!q->weak_dh || dh_put(ctx)) && fault_put(q->fault, ctx);
}

bool quirk_dress(const struct quirk *q, SSL *ssl)
{
    return !q || q->fault != QUIRK_BAD_RECORDS || quirk_spoil_records(ssl);
}

/* supported_versions (RFC 8446 §4.2.1) with 0x0304 in it. Its number may stand elsewhere in a hello
 * by chance; then this box breaks on that one too, as such boxes do. */
static bool offers_13(const uint8_t *hello, size_t len)
{
    enum { TYPE = 43, BEFORE_LIST = 5 };

    for (size_t at = 0; at + BEFORE_LIST < len; at++) {
        const uint8_t *e = hello + at;
        size_t list = e[4];

        if (e[0] != 0 || e[1] != TYPE || e[2] != 0 || e[3] != list + 1 ||
            at + BEFORE_LIST + list > len)
            continue;
        for (size_t i = 0; i + 1 < list; i += 2)
            if (e[BEFORE_LIST + i] == 3 && e[BEFORE_LIST + i + 1] == 4)
                return true;
    }
    return false;
}

bool quirk_resets(const struct quirk *q, const uint8_t *hello, size_t len)
{
    if (!q)
        return false;
    if (q->fault == QUIRK_BREAKS_ON_13)
        return offers_13(hello, len);
    return q->fault == QUIRK_BREAKS_ON_NAME && memmem(hello, len, q->host, strlen(q->host)) != NULL;
}
