#include "leg_priv.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "cert/ca.h"
#include "cert/leaf.h"

#include "contexts_priv.h"

/* Sessions are taken up only under the context that they were made in, so a digest of the scope
 * keeps a ticket of one host from opening another (CVE-2025-23419 was this). No scope, no tickets.
 */
static bool scope_put(SSL *ssl, const char *scope)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];

    _Static_assert(sizeof digest <= SSL_MAX_SID_CTX_LENGTH, "a digest fits a session id context");
    if (!scope) {
        SSL_set_options(ssl, SSL_OP_NO_TICKET);
        return SSL_set_num_tickets(ssl, 0) == 1;
    }
    SHA256((const uint8_t *)scope, strlen(scope), digest);
    return SSL_set_session_id_context(ssl, digest, sizeof digest) == 1;
}

static bool leaf_put(SSL *ssl, const struct leaf *leaf)
{
    const struct ca *issuer = leaf_issuer(leaf);
    X509 *behind = NULL;
    size_t len;

    if (SSL_use_cert_and_key(ssl, leaf_certificate(leaf), leaf_key(leaf), NULL, 1) != 1)
        return false;
    if (!issuer)
        return true;
    const uint8_t *der = ca_der(issuer, &len);
    behind = d2i_X509(NULL, &der, (long)len);
    if (behind && SSL_add0_chain_cert(ssl, behind) == 1)
        return true;
    X509_free(behind);
    return false;
}

struct leg *leg_client_new(
    const struct tls_contexts *contexts, const struct leg_client_show *show, struct err *e)
{
    const char *alpn = show->alpn ? show->alpn : show->h1_only ? "http/1.1" : "";
    struct leg *l = leg_new(contexts, LEG_CLIENT, e);

    if (!l)
        return NULL;
    if (strlen(alpn) < sizeof l->alpn)
        snprintf(l->alpn, sizeof l->alpn, "%s", alpn);
    l->leaf = leaf_ref(show->leaf);
    if (show->weak)
        SSL_set_security_level(l->ssl, 0);
    if (show->asks_certificate)
        SSL_set_verify(l->ssl, SSL_VERIFY_PEER, NULL);
    if (!leaf_put(l->ssl, l->leaf) || !scope_put(l->ssl, show->scope)) {
        tls_err(e, "putting a leaf on a TLS leg");
        leg_free(l);
        return NULL;
    }
    return l;
}

/* The one protocol that the site chose, when the client offers it; otherwise none is named (RFC
 * 7301 §3.2). */
int leg_alpn_choose(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
    const struct leg *l = SSL_get_app_data(ssl);
    size_t want = strlen(l->alpn);

    (void)arg;
    for (unsigned at = 0; want > 0 && at < in_len; at += 1u + in[at]) {
        if (in[at] == want && want <= in_len - at - 1 && memcmp(in + at + 1, l->alpn, want) == 0) {
            *out = in + at + 1;
            *out_len = in[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}
