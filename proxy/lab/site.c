#include "site.h"

#include <stdint.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "issue.h"
#include "lab.h"
#include "pki.h"
#include "quirk.h"
#include "recipe.h"

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
    static const unsigned char h1[] = "\x08http/1.1";
    unsigned char *chosen;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_len, h1, sizeof h1 - 1, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static int choose_site(SSL *ssl, int *alert, void *arg)
{
    struct sites *s = arg;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    if (!name)
        return SSL_TLSEXT_ERR_NOACK;
    for (size_t i = 0; i < n; i++) {
        if (entries[i].way != WAY_TLS || !text_equal_caseless(entries[i].host, name))
            continue;
        struct err e = {0};
        SSL_CTX *ctx = sites_at(s, i, &e);
        if (ctx && SSL_set_SSL_CTX(ssl, ctx))
            return SSL_TLSEXT_ERR_OK;
        log_warn("%s", e.text);
        *alert = SSL_AD_INTERNAL_ERROR;
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static bool set_versions(SSL_CTX *ctx, int least, int most)
{
    return SSL_CTX_set_min_proto_version(ctx, least) && SSL_CTX_set_max_proto_version(ctx, most);
}

static bool want_client_certificate(SSL_CTX *ctx, const struct pki *pki, int how)
{
    const struct pki_item *root = pki_find(pki, PKI_ROOT);

    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | how, NULL);
    return root && SSL_CTX_add_client_CA(ctx, root->chain[0]) &&
           X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), root->chain[0]);
}

static bool set_way(SSL_CTX *ctx, enum lab_way way, const struct pki *pki)
{
    switch (way) {
    case WAY_TLS:
    case WAY_QUIRK: /* set_chain first, then quirk_put */
    case WAY_MAIL:
    case WAY_MAIL_CUT:
    case WAY_MAIL_LOGIN:
        return set_versions(ctx, TLS1_2_VERSION, TLS1_3_VERSION);
    case WAY_TLS12:
        return set_versions(ctx, TLS1_2_VERSION, TLS1_2_VERSION);
    case WAY_TLS_OLD:
        return set_versions(ctx, TLS1_VERSION, TLS1_1_VERSION);
    case WAY_TLS_NULL: /* not even "ALL" of OpenSSL has these */
        return set_versions(ctx, TLS1_2_VERSION, TLS1_2_VERSION) &&
               SSL_CTX_set_cipher_list(ctx, "NULL-SHA256:NULL-SHA");
    case WAY_MTLS:
        return set_versions(ctx, TLS1_2_VERSION, TLS1_3_VERSION) &&
               want_client_certificate(ctx, pki, SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
    case WAY_MTLS12:
        return set_versions(ctx, TLS1_2_VERSION, TLS1_2_VERSION) &&
               want_client_certificate(ctx, pki, SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
    case WAY_MTLS_403:
        return set_versions(ctx, TLS1_2_VERSION, TLS1_3_VERSION) &&
               want_client_certificate(ctx, pki, 0);
    case WAY_PLAIN:
    case WAY_RESET:
    case WAY_SILENT:
    case WAY_STALL:
    case WAY_REFUSED:
    case WAY_TIMEOUT:
    case WAY_NXDOMAIN:
    case WAY_HTTP:
    case WAY_SSH:
    case WAY_MAIL_REFUSES:
    case WAY_MAIL_OLD:
    case WAY_MAIL_INJECTED:
    case WAY_MAIL_PLAIN:
    case N_LAB_WAYS:
        break;
    }
    return false;
}

/* A copy whose notBefore is an octet string, which no reader takes for a date. */
static X509 *unreadable_copy(X509 *cert)
{
    X509 *copy = X509_dup(cert);
    ASN1_TIME *odd = ASN1_STRING_dup(X509_get0_notBefore(cert));

    if (odd)
        odd->type = V_ASN1_OCTET_STRING;
    /* The last has the signed part written anew; else the octets that were read are sent. */
    if (!copy || !odd || !X509_set1_notBefore(copy, odd) || i2d_re_X509_tbs(copy, NULL) <= 0) {
        X509_free(copy);
        copy = NULL;
    }
    ASN1_STRING_free(odd);
    return copy;
}

static bool use_leaf(SSL_CTX *ctx, const struct pki_item *item)
{
    struct recipe recipe;

    recipe_of_site(item->name, &recipe);
    if (recipe.spoils != SPOILS_FORM)
        return SSL_CTX_use_certificate(ctx, item->chain[0]);
    X509 *copy = unreadable_copy(item->chain[0]);
    bool good = copy && SSL_CTX_use_certificate(ctx, copy);
    X509_free(copy);
    return good;
}

static bool set_chain(SSL_CTX *ctx, const struct pki_item *item)
{
    if (!use_leaf(ctx, item) || !SSL_CTX_use_PrivateKey(ctx, item->key))
        return false;
    for (size_t i = 1; i < item->n_chain; i++)
        if (!SSL_CTX_add1_chain_cert(ctx, item->chain[i]))
            return false;
    return true;
}

/* Of the certificate in use; the item lives as long as the sites. */
static int staple_give(SSL *ssl, void *arg)
{
    const struct pki_item *item = arg;
    unsigned char *copy = OPENSSL_memdup(item->ocsp, item->ocsp_len);

    if (copy && SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)item->ocsp_len) == 1)
        return SSL_TLSEXT_ERR_OK;
    OPENSSL_free(copy);
    return SSL_TLSEXT_ERR_NOACK;
}

static void set_staple(SSL_CTX *ctx, const struct lab_entry *entry, const struct pki_item *item)
{
    struct recipe recipe;

    recipe_of_site(entry->certificate, &recipe);
    if (!recipe.staples || !item->ocsp)
        return;
    SSL_CTX_set_tlsext_status_cb(ctx, staple_give);
    SSL_CTX_set_tlsext_status_arg(ctx, (void *)(uintptr_t)item);
}

static bool set_quirk(SSL_CTX *ctx, const struct lab_entry *entry)
{
    const struct quirk *quirk = entry->way == WAY_QUIRK ? quirk_of(entry->host) : NULL;

    return entry->way != WAY_QUIRK || (quirk && quirk_put(quirk, ctx));
}

static SSL_CTX *site_new(const struct lab_entry *entry, const struct pki_item *item,
    const struct pki *pki, struct err *e)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    if (ctx) {
        SSL_CTX_set_security_level(ctx, 0);
        SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
        /* Every conversation is a whole one, so that every record shows the chain. */
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_num_tickets(ctx, 0);
        SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
        set_staple(ctx, entry, item);
    }
    if (ctx && SSL_CTX_set_cipher_list(ctx, "HIGH:!aNULL") && set_way(ctx, entry->way, pki) &&
        set_chain(ctx, item) && set_quirk(ctx, entry))
        return ctx;
    issue_failed(e, entry->host);
    SSL_CTX_free(ctx);
    return NULL;
}

bool sites_init(struct sites *s, const struct pki *pki, struct err *e)
{
    lab_entries(&s->n);
    s->pki = pki;
    s->at = mem_array(s->n, sizeof *s->at);
    if (!sites_at(s, 0, e))
        return false;
    SSL_CTX_set_tlsext_servername_callback(s->at[0], choose_site);
    SSL_CTX_set_tlsext_servername_arg(s->at[0], s);
    return true;
}

bool sites_has(const struct sites *s, size_t i)
{
    size_t n;

    return i < s->n && pki_has(s->pki, lab_entries(&n)[i].certificate);
}

SSL_CTX *sites_at(struct sites *s, size_t i, struct err *e)
{
    size_t n;
    const struct lab_entry *entry = &lab_entries(&n)[i];

    if (!s->at[i] && sites_has(s, i)) {
        const struct pki_item *item = pki_find(s->pki, entry->certificate);

        if (item)
            s->at[i] = site_new(entry, item, s->pki, e);
        else
            err_set(e, ERR_INPUT, "the certificate of %s cannot be read", entry->host);
        ERR_clear_error(); /* else a handshake that is under way takes it for its own */
    }
    return s->at[i];
}

void sites_fini(struct sites *s)
{
    for (size_t i = 0; s->at && i < s->n; i++)
        SSL_CTX_free(s->at[i]);
    mem_free(s->at);
    *s = (struct sites){0};
}
