#include "pki.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/mem.h"
#include "ct_log.h"
#include "issue.h"
#include "key.h"
#include "lab.h"
#include "pki_priv.h"
#include "recipe.h"
#include "staple.h"

/* What exists only while the PKI is made. */
struct workshop {
    int64_t now_s;
    EVP_PKEY *ca_key[N_RECIPE_CAS];
    X509 *ca[N_RECIPE_CAS];
    struct ct_log_keys logs;
    EVP_PKEY *rsa2048; /* one for all that want such: it takes long to find */
};

static void workshop_fini(struct workshop *w)
{
    for (size_t i = 0; i < N_RECIPE_CAS; i++) {
        EVP_PKEY_free(w->ca_key[i]);
        X509_free(w->ca[i]);
    }
    EVP_PKEY_free(w->rsa2048);
    ct_log_keys_fini(&w->logs);
}

static EVP_PKEY *workshop_key(struct workshop *w, enum recipe_key kind, struct err *e)
{
    if (kind != KEY_RSA2048)
        return key_make(kind, e);
    if (!w->rsa2048)
        w->rsa2048 = key_make(kind, e);
    if (w->rsa2048)
        EVP_PKEY_up_ref(w->rsa2048);
    return w->rsa2048;
}

static bool workshop_make_cas(struct workshop *w, struct err *e)
{
    for (enum recipe_ca ca = CA_ROOT; ca < N_RECIPE_CAS; ca++) {
        struct recipe recipe;

        recipe_of_ca(ca, &recipe);
        if (recipe.twin != CA_ROOT && EVP_PKEY_up_ref(w->ca_key[recipe.twin]))
            w->ca_key[ca] = w->ca_key[recipe.twin];
        else
            w->ca_key[ca] = workshop_key(w, recipe.key, e);
        struct issue_order order = {.recipe = &recipe, .key = w->ca_key[ca], .now_s = w->now_s};
        if (recipe.issuer != ca) {
            order.issuer = w->ca[recipe.issuer];
            order.issuer_key = w->ca_key[recipe.issuer];
        }
        w->ca[ca] = order.key ? issue_cert(&order, e) : NULL;
        if (!w->ca[ca])
            return false;
    }
    return true;
}

static void item_push(struct pki_item *item, X509 *cert)
{
    X509_up_ref(cert);
    item->chain[item->n_chain++] = cert;
}

/* More of one CA: other certificates of its name and key. */
static bool push_copies(
    struct pki_item *item, const struct workshop *w, enum recipe_ca ca, struct err *e)
{
    struct recipe recipe;

    recipe_of_ca(ca, &recipe);
    struct issue_order order = {.recipe = &recipe,
        .key = w->ca_key[ca],
        .issuer = w->ca[recipe.issuer],
        .issuer_key = w->ca_key[recipe.issuer],
        .now_s = w->now_s};
    for (int i = 1; i < MAZE_COPIES && item->n_chain < PKI_CHAIN_MOST; i++) {
        X509 *copy = issue_cert(&order, e);

        if (!copy)
            return false;
        item->chain[item->n_chain++] = copy;
    }
    return true;
}

static bool push_issuers(
    struct pki_item *item, const struct workshop *w, const struct recipe *site, struct err *e)
{
    enum recipe_ca ca = site->issuer;
    if (site->also != CA_ROOT)
        item_push(item, w->ca[site->also]);
    size_t first = item->n_chain;

    while (ca != CA_ITSELF && item->n_chain < PKI_CHAIN_MOST) {
        struct recipe above;

        recipe_of_ca(ca, &above);
        bool is_root = above.issuer == ca;
        if (!is_root || site->sends == SENDS_ROOT_TOO)
            item_push(item, w->ca[ca]);
        if (is_root)
            break;
        if (site->sends == SENDS_MAZE && !push_copies(item, w, ca, e))
            return false;
        ca = above.issuer;
    }
    for (size_t i = first, k = item->n_chain; site->sends == SENDS_TOP_DOWN && i + 1 < k; i++) {
        X509 *top = item->chain[--k];

        item->chain[k] = item->chain[i];
        item->chain[i] = top;
    }
    return true;
}

static bool pki_add_site(struct pki *pki, struct workshop *w, const char *host, struct err *e)
{
    struct recipe recipe;

    recipe_of_site(host, &recipe);
    struct pki_item *item = pki_add(pki, host);
    struct issue_order order = {.recipe = &recipe, .now_s = w->now_s, .logs = &w->logs};
    item->key = order.key = workshop_key(w, recipe.key, e);
    if (!item->key)
        return false;
    if (recipe.issuer != CA_ITSELF) {
        order.issuer = w->ca[recipe.issuer];
        order.issuer_key = w->ca_key[recipe.issuer];
    }
    X509 *leaf = issue_cert(&order, e);
    if (!leaf)
        return false;
    item->chain[item->n_chain++] = leaf;
    if (recipe.sends != SENDS_LEAF_ONLY && !push_issuers(item, w, &recipe, e))
        return false;
    struct staple_order said = {.says = recipe.says,
        .leaf = leaf,
        .issuer = order.issuer,
        .issuer_key = order.issuer_key,
        .now_s = w->now_s};
    if (recipe.says == SAYS_ISSUER_REVOKED) {
        said.leaf = order.issuer;
        said.issuer = w->ca[CA_ROOT];
        said.issuer_key = w->ca_key[CA_ROOT];
    }
    return !recipe.says || staple_make(&said, &item->ocsp, &item->ocsp_len, e);
}

/* A log's key is kept as a certificate without its private key: the file has a place for that. */
static bool pki_add_logs(struct pki *pki, struct workshop *w, struct err *e)
{
    if (!ct_log_keys_make(&w->logs, e))
        return false;
    for (enum lab_log log = LOG_ONE; log < N_LAB_LOGS; log++) {
        X509 *card = ct_log_card(&w->logs, log, w->now_s, e);

        if (!card)
            return false;
        item_push(pki_add(pki, ct_log_name(log)), card);
        X509_free(card);
    }
    return true;
}

struct pki *pki_make(int64_t now_s, struct err *e)
{
    struct workshop w = {.now_s = now_s};
    struct pki *pki = mem_new(sizeof *pki);
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    pki->made_s = now_s;
    bool good = workshop_make_cas(&w, e);
    if (good) {
        struct pki_item *roots = pki_add(pki, PKI_ROOT);

        item_push(roots, w.ca[CA_ROOT]);
        item_push(roots, w.ca[CA_EXPIRED_ROOT]);
        item_push(pki_add(pki, PKI_UNSENT), w.ca[CA_UNSENT]);
        good = pki_add_logs(pki, &w, e);
    }
    for (size_t i = 0; i < n && good; i++)
        if (pki_way_has_certificate(entries[i].way) && !pki_find(pki, entries[i].certificate))
            good = pki_add_site(pki, &w, entries[i].certificate, e);
    workshop_fini(&w);
    if (good)
        return pki;
    pki_free(pki);
    return NULL;
}
