#include "pki.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "ct_log.h"
#include "issue.h"
#include "key.h"
#include "lab.h"
#include "recipe.h"
#include "staple.h"

#define FIRST_LINE "whytls lab " WHYTLS_VERSION " format 5 made "
#define ITEM_LINE "item "
#define OCSP_LABEL "OCSP RESPONSE"

enum { FILE_MOST = 4 * 1024 * 1024, DAY_S = 86400 };

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

static struct pki_item *pki_add(struct pki *pki, const char *name)
{
    pki->items = mem_resize(pki->items, (pki->n_items + 1) * sizeof *pki->items);
    struct pki_item *item = &pki->items[pki->n_items++];
    *item = (struct pki_item){.name = mem_text(name)};
    return item;
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

static bool way_has_certificate(enum lab_way way)
{
    switch (way) {
    case WAY_TLS:
    case WAY_TLS12:
    case WAY_TLS_OLD:
    case WAY_TLS_NULL:
    case WAY_MTLS:
    case WAY_MTLS12:
    case WAY_MTLS_403:
    case WAY_QUIRK:
    case WAY_MAIL:
    case WAY_MAIL_CUT:
    case WAY_MAIL_LOGIN:
        return true;
    case WAY_HTTP:
    case WAY_SSH:
    case WAY_MAIL_REFUSES:
    case WAY_MAIL_OLD:
    case WAY_MAIL_INJECTED:
    case WAY_MAIL_PLAIN:
    case WAY_PLAIN:
    case WAY_RESET:
    case WAY_SILENT:
    case WAY_STALL:
    case WAY_REFUSED:
    case WAY_TIMEOUT:
    case WAY_NXDOMAIN:
    case N_LAB_WAYS:
        return false;
    }
    return false;
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
        if (way_has_certificate(entries[i].way) && !pki_find(pki, entries[i].certificate))
            good = pki_add_site(pki, &w, entries[i].certificate, e);
    workshop_fini(&w);
    if (good)
        return pki;
    pki_free(pki);
    return NULL;
}

void pki_free(struct pki *pki)
{
    if (!pki)
        return;
    for (size_t i = 0; i < pki->n_items; i++) {
        for (size_t k = 0; k < pki->items[i].n_chain; k++)
            X509_free(pki->items[i].chain[k]);
        EVP_PKEY_free(pki->items[i].key);
        mem_free(pki->items[i].ocsp);
        mem_free(pki->items[i].name);
    }
    mem_free(pki->items);
    mem_free(pki->root_path);
    mem_free(pki);
}

const struct pki_item *pki_find(const struct pki *pki, const char *name)
{
    for (size_t i = 0; i < pki->n_items; i++)
        if (strcmp(pki->items[i].name, name) == 0)
            return &pki->items[i];
    return NULL;
}

bool pki_ct_log(const struct pki *pki, size_t i, struct lab_ct_log *out, struct err *e)
{
    const struct pki_item *card = pki_find(pki, ct_log_name((enum lab_log)i));
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(X509_get0_pubkey(card->chain[0]), &der);

    if (len <= 0)
        return issue_failed(e, "writing the key of a log");
    *out = (struct lab_ct_log){.name = ct_log_name((enum lab_log)i),
        .key = mem_dup(der, (size_t)len),
        .key_len = (size_t)len,
        .retired = i == LOG_RETIRED,
        .retired_s = pki->made_s - (int64_t)LOG_RETIRED_DAYS * DAY_S};
    OPENSSL_free(der);
    return true;
}

static bool item_write(BIO *to, const struct pki_item *item)
{
    if (BIO_printf(to, ITEM_LINE "%s\n", item->name) < 0)
        return false;
    if (item->key && !PEM_write_bio_PrivateKey(to, item->key, NULL, NULL, 0, NULL, NULL))
        return false;
    for (size_t i = 0; i < item->n_chain; i++)
        if (!PEM_write_bio_X509(to, item->chain[i]))
            return false;
    return !item->ocsp || PEM_write_bio(to, OCSP_LABEL, "", item->ocsp, (long)item->ocsp_len) > 0;
}

static bool bio_save(BIO *from, const char *path, unsigned mode, struct err *e)
{
    char *bytes;
    long len = BIO_get_mem_data(from, &bytes);

    return file_write(path, bytes, (size_t)len, mode, e);
}

static bool pki_save(const struct pki *pki, const char *path, struct err *e)
{
    char when[TIME_TEXT_CAP];
    BIO *bio = BIO_new(BIO_s_secmem());
    bool good = bio && BIO_printf(bio, FIRST_LINE "%s\n", time_rfc3339(when, pki->made_s)) > 0;

    for (size_t i = 0; i < pki->n_items && good; i++)
        good = item_write(bio, &pki->items[i]);
    good = good ? bio_save(bio, path, 0600, e) : issue_failed(e, "writing the lab's certificates");
    BIO_free_all(bio);
    return good;
}

static bool root_save(const struct pki *pki, struct err *e)
{
    const struct pki_item *root = pki_find(pki, PKI_ROOT);
    BIO *bio = BIO_new(BIO_s_mem());
    bool good = bio && root;

    for (size_t i = 0; good && i < root->n_chain; i++)
        good = PEM_write_bio_X509(bio, root->chain[i]);
    if (!good)
        issue_failed(e, "writing the lab's roots");

    good = good && bio_save(bio, pki->root_path, 0644, e);
    BIO_free_all(bio);
    return good;
}

/* The last part of a block, where there is one; reading certificates stops at it, and has consumed
 * it. */
static bool ocsp_read(struct pki_item *item, const char *pem, size_t len)
{
    static const char begin[] = "-----BEGIN " OCSP_LABEL "-----";
    const char *at = memmem(pem, len, begin, sizeof begin - 1);
    BIO *bio = at ? BIO_new_mem_buf(at, (int)(len - (size_t)(at - pem))) : NULL;
    char *name = NULL, *header = NULL;
    unsigned char *der = NULL;
    long n = 0;
    bool good =
        bio && PEM_read_bio(bio, &name, &header, &der, &n) && n > 0 && n <= STAPLE_BYTES_MOST;

    if (good) {
        item->ocsp = mem_dup(der, (size_t)n);
        item->ocsp_len = (size_t)n;
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
    BIO_free(bio);
    return good || !at;
}

/* A block of the file: key first when there is one, then the chain, then what the issuer says. */
static bool item_read(struct pki_item *item, const char *pem, size_t len)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)len);
    bool has_key = len > 0 && strncmp(pem, "-----BEGIN PRIVATE KEY-----", 27) == 0;

    if (has_key)
        item->key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    while (bio && item->n_chain < PKI_CHAIN_MOST) {
        X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);

        if (!cert)
            break;
        item->chain[item->n_chain++] = cert;
    }
    BIO_free(bio);
    ERR_clear_error(); /* the end of the block is found by failing to read on */
    if (!ocsp_read(item, pem, len) || item->n_chain == 0 || has_key != (item->key != NULL))
        return false;
    return !item->key || X509_check_private_key(item->chain[0], item->key) == 1;
}

static bool items_read(struct pki *pki, const char *at)
{
    while (*at) {
        const char *name = at + strlen(ITEM_LINE), *line = strchr(at, '\n');

        if (!text_starts(at, ITEM_LINE) || !line)
            return false;
        const char *next = strstr(line, "\n" ITEM_LINE);
        const char *end = next ? next + 1 : line + strlen(line);
        char *copy = mem_dup(name, (size_t)(line - name) + 1);
        copy[line - name] = '\0';
        struct pki_item *item = pki_add(pki, copy);
        mem_free(copy);
        if (!item_read(item, line + 1, (size_t)(end - line - 1)))
            return false;
        at = end;
    }
    return true;
}

static bool pki_is_whole(const struct pki *pki)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    if (!pki_find(pki, PKI_ROOT) || !pki_find(pki, PKI_UNSENT))
        return false;
    for (enum lab_log log = LOG_ONE; log < N_LAB_LOGS; log++)
        if (!pki_find(pki, ct_log_name(log)))
            return false;
    for (size_t i = 0; i < n; i++) {
        const struct pki_item *item = pki_find(pki, entries[i].certificate);

        if (way_has_certificate(entries[i].way) && (!item || !item->key))
            return false;
    }
    return true;
}

static bool pki_parse(struct pki *pki, const char *file, int64_t now_s)
{
    char when[TIME_TEXT_CAP] = {0};
    const char *line = strchr(file, '\n');
    const char *from = file + strlen(FIRST_LINE);

    if (!line || !text_starts(file, FIRST_LINE) || line - from >= TIME_TEXT_CAP)
        return false;
    memcpy(when, from, (size_t)(line - from));
    if (!time_parse_rfc3339(when, &pki->made_s))
        return false;
    if (pki->made_s > now_s + DAY_S || pki->made_s < now_s - (int64_t)PKI_KEPT_DAYS * DAY_S)
        return false;
    return items_read(pki, line + 1) && pki_is_whole(pki);
}

/* NULL: there is none that can be used, which is an answer. */
static struct pki *pki_load(const char *path, int64_t now_s)
{
    uint8_t *bytes;
    size_t len;

    if (!file_exists(path) || !file_read(path, FILE_MOST, &bytes, &len, NULL))
        return NULL;
    struct pki *pki = mem_new(sizeof *pki);
    bool good = strlen((char *)bytes) == len && pki_parse(pki, (char *)bytes, now_s);
    OPENSSL_cleanse(bytes, len);
    mem_free(bytes);
    if (good)
        return pki;
    pki_free(pki);
    return NULL;
}

static struct pki *pki_open_locked(const char *dir, int64_t now_s, struct err *e)
{
    char *path = file_join(dir, "pki.pem");
    struct pki *pki = pki_load(path, now_s);
    bool good = true;

    if (!pki) {
        pki = pki_make(now_s, e);
        good = pki && pki_save(pki, path, e);
    }
    mem_free(path);
    if (good) {
        pki->root_path = file_join(dir, "root.pem");
        good = root_save(pki, e);
    }
    if (good)
        return pki;
    pki_free(pki);
    return NULL;
}

struct pki *pki_open(const char *data_dir, int64_t now_s, struct err *e)
{
    char *dir = file_join(data_dir, "lab");
    char *lock_path = file_join(dir, "lock");
    struct pki *pki = NULL;
    int lock = -1;

    if (!file_mkdirs(data_dir, 0700, e) || !file_mkdirs(dir, 0700, e))
        goto out;
    lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0 || chmod(dir, 0700) != 0 || flock(lock, LOCK_EX) != 0) {
        err_sys(e, "%s", lock_path);
        goto out;
    }
    pki = pki_open_locked(dir, now_s, e);
out:
    if (!pki)
        err_wrap(e, "the lab's certificates");
    if (lock >= 0)
        close(lock); /* and with it the lock */
    mem_free(lock_path);
    mem_free(dir);
    return pki;
}
