#include "identities.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include "base/host_pattern.h"
#include "base/mem.h"
#include "cert/chain.h"
#include "cert/signer.h"

#include "identities_priv.h"
#include "leg_priv.h"

struct identities {
    struct identity_item at[IDENTITIES_MOST];
    size_t n;
};

struct identities *identities_new(void)
{
    return mem_new(sizeof(struct identities));
}

static void item_fini(struct identity_item *item)
{
    cert_unref(item->cert);
    X509_free(item->leaf);
    sk_X509_pop_free(item->behind, X509_free);
    EVP_PKEY_free(item->key);
    *item = (struct identity_item){0};
}

void identities_free(struct identities *all)
{
    for (size_t i = 0; all && i < all->n; i++)
        item_fini(&all->at[i]);
    mem_free(all);
}

static X509 *x509_of(const struct cert *cert)
{
    const uint8_t *at = cert->der.at;

    return d2i_X509(NULL, &at, (long)cert->der.len);
}

static bool is_root(const struct cert *cert)
{
    return cert->subject.normal.len == cert->issuer.normal.len &&
           memcmp(cert->subject.normal.at, cert->issuer.normal.at, cert->issuer.normal.len) == 0;
}

/* The site has its root; it need not be sent (RFC 8446 §4.4.2). */
static bool behind_fill(struct identity_item *item, const struct cert_chain *chain)
{
    item->behind = sk_X509_new_null();
    for (size_t i = 1; item->behind && i < chain->n; i++) {
        if (is_root(chain->at[i]))
            continue;
        X509 *x = x509_of(chain->at[i]);
        if (!x || !sk_X509_push(item->behind, x)) {
            X509_free(x);
            return false;
        }
    }
    return item->behind != NULL;
}

static bool item_init(
    struct identity_item *item, struct signer *signer, const char *hosts, struct err *e)
{
    snprintf(item->hosts, sizeof item->hosts, "%s", hosts);
    item->cert = cert_ref(signer->chain->at[0]);
    item->leaf = x509_of(item->cert);
    item->key = signer->key;
    signer->key = NULL;
    return (item->leaf && behind_fill(item, signer->chain)) ||
           tls_err(e, "its certificate cannot be used for TLS");
}

bool identities_take(
    struct identities *all, struct signer *signer, const char *hosts, struct err *e)
{
    bool good = all->n < IDENTITIES_MOST ||
                err_set(e, ERR_USAGE, "more than %d identities", IDENTITIES_MOST);

    if (good) {
        good = item_init(&all->at[all->n], signer, hosts, e);
        if (good)
            all->n++;
        else
            item_fini(&all->at[all->n]);
    }
    signer_fini(signer);
    return good;
}

size_t identities_count(const struct identities *all)
{
    return all ? all->n : 0;
}

size_t identities_for(const struct identities *all, const char *host)
{
    size_t n = 0;

    for (size_t i = 0; i < identities_count(all); i++)
        n += host_pattern_matches(all->at[i].hosts, host);
    return n;
}

static bool is_accepted(const X509_NAME *issuer, const STACK_OF(X509_NAME) * accepted)
{
    for (int i = 0; i < sk_X509_NAME_num(accepted); i++)
        if (X509_NAME_cmp(sk_X509_NAME_value(accepted, i), issuer) == 0)
            return true;
    return false;
}

static bool fits(const struct identity_item *item, const STACK_OF(X509_NAME) * accepted)
{
    if (sk_X509_NAME_num(accepted) <= 0 || is_accepted(X509_get_issuer_name(item->leaf), accepted))
        return true;
    for (int i = 0; i < sk_X509_num(item->behind); i++)
        if (is_accepted(X509_get_issuer_name(sk_X509_value(item->behind, i)), accepted))
            return true;
    return false;
}

const struct identity_item *identities_find(
    const struct identities *all, const char *host, const STACK_OF(X509_NAME) * accepted)
{
    for (size_t i = 0; i < identities_count(all); i++)
        if (host_pattern_matches(all->at[i].hosts, host) && fits(&all->at[i], accepted))
            return &all->at[i];
    return NULL;
}
