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
#include "lab.h"
#include "pki_priv.h"
#include "staple.h"

/* … TIME " sum " SHA-256 of all that follows. */
#define FIRST_LINE "whytls lab " WHYTLS_VERSION " format 6 made "
#define SUM_WORD " sum "
#define ITEM_LINE "item "
#define OCSP_LABEL "OCSP RESPONSE"

enum { FILE_MOST = 4 * 1024 * 1024, DAY_S = 86400, SUM_BYTES = 32, SUM_CAP = SUM_BYTES * 2 + 1 };

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
    OPENSSL_cleanse(pki->file, pki->file_len);
    mem_free(pki->file);
    mem_free(pki);
}

static bool item_read(struct pki_item *item);

static struct pki_item *item_of(const struct pki *pki, const char *name)
{
    for (size_t i = 0; i < pki->n_items; i++)
        if (strcmp(pki->items[i].name, name) == 0)
            return &pki->items[i];
    return NULL;
}

bool pki_has(const struct pki *pki, const char *name)
{
    return item_of(pki, name) != NULL;
}

const struct pki_item *pki_find(const struct pki *pki, const char *name)
{
    struct pki_item *item = item_of(pki, name);

    return item && item_read(item) && item->n_chain ? item : NULL;
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

struct pki_item *pki_add(struct pki *pki, const char *name)
{
    pki->items = mem_resize(pki->items, (pki->n_items + 1) * sizeof *pki->items);
    struct pki_item *item = &pki->items[pki->n_items++];
    *item = (struct pki_item){.name = mem_text(name)};
    return item;
}

bool pki_way_has_certificate(enum lab_way way)
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

static bool sum_of(char sum[static SUM_CAP], const void *bytes, size_t n)
{
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (EVP_Digest(bytes, n, digest, NULL, EVP_sha256(), NULL) != 1)
        return false;
    text_hex(sum, digest, SUM_BYTES);
    return true;
}

static bool pki_save(const struct pki *pki, const char *path, struct err *e)
{
    char when[TIME_TEXT_CAP], sum[SUM_CAP], *bytes = NULL;
    BIO *body = BIO_new(BIO_s_secmem()), *file = BIO_new(BIO_s_secmem());
    bool good = body && file;

    for (size_t i = 0; i < pki->n_items && good; i++)
        good = item_write(body, &pki->items[i]);
    long len = good ? BIO_get_mem_data(body, &bytes) : 0;
    good = good && sum_of(sum, bytes, (size_t)len) &&
           BIO_printf(file, FIRST_LINE "%s" SUM_WORD "%s\n", time_rfc3339(when, pki->made_s), sum) >
               0 &&
           BIO_write(file, bytes, (int)len) == len;
    good = good ? bio_save(file, path, 0600, e) : issue_failed(e, "writing the lab's certificates");
    BIO_free_all(body);
    BIO_free_all(file);
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

static bool has_key(const struct pki_item *item)
{
    static const char begin[] = "-----BEGIN PRIVATE KEY-----";

    return item->pem_len >= sizeof begin - 1 && memcmp(item->pem, begin, sizeof begin - 1) == 0;
}

/* A block of the file: key first when there is one, then the chain, then what the issuer says. To
 * decode all the keys of a lab takes OpenSSL a tenth of a second; few are wanted. */
static bool item_read(struct pki_item *item)
{
    const char *pem = item->pem;

    if (!pem)
        return true;
    bool with_key = has_key(item);
    BIO *bio = BIO_new_mem_buf(pem, (int)item->pem_len);
    item->pem = NULL;

    if (with_key)
        item->key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    while (bio && item->n_chain < PKI_CHAIN_MOST) {
        X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);

        if (!cert)
            break;
        item->chain[item->n_chain++] = cert;
    }
    BIO_free(bio);
    ERR_clear_error(); /* the end of the block is found by failing to read on */
    bool good =
        ocsp_read(item, pem, item->pem_len) && item->n_chain > 0 && with_key == (item->key != NULL);

    while (!good && item->n_chain)
        X509_free(item->chain[--item->n_chain]);
    return good;
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
        item->pem = line + 1;
        item->pem_len = (size_t)(end - line - 1);
        /* Certificates alone are asked for by any thread, and so are ready. */
        if (!has_key(item) && !item_read(item))
            return false;
        at = end;
    }
    return true;
}

static bool pki_is_whole(const struct pki *pki)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    if (!pki_has(pki, PKI_ROOT) || !pki_has(pki, PKI_UNSENT))
        return false;
    for (enum lab_log log = LOG_ONE; log < N_LAB_LOGS; log++)
        if (!pki_has(pki, ct_log_name(log)))
            return false;
    for (size_t i = 0; i < n; i++)
        if (pki_way_has_certificate(entries[i].way) && !pki_has(pki, entries[i].certificate))
            return false;
    return true;
}

static bool first_line_read(struct pki *pki, const char *line, const char *end)
{
    char when[TIME_TEXT_CAP] = {0}, sum[SUM_CAP];
    const char *from = line + strlen(FIRST_LINE);
    const char *word = text_starts(line, FIRST_LINE) ? strstr(from, SUM_WORD) : NULL;

    if (!word || word - from >= TIME_TEXT_CAP || !sum_of(sum, end + 1, strlen(end + 1)))
        return false;
    memcpy(when, from, (size_t)(word - from));
    word += strlen(SUM_WORD);
    return end - word == SUM_CAP - 1 && memcmp(word, sum, SUM_CAP - 1) == 0 &&
           time_parse_rfc3339(when, &pki->made_s);
}

static bool pki_parse(struct pki *pki, int64_t now_s)
{
    const char *end = strchr(pki->file, '\n');

    if (strlen(pki->file) != pki->file_len || !end || !first_line_read(pki, pki->file, end))
        return false;
    if (pki->made_s > now_s + DAY_S || pki->made_s < now_s - (int64_t)PKI_KEPT_DAYS * DAY_S)
        return false;
    return items_read(pki, end + 1) && pki_is_whole(pki);
}

struct pki *pki_load(const char *path, int64_t now_s)
{
    struct pki *pki = mem_new(sizeof *pki);

    if (file_exists(path) &&
        file_read(path, FILE_MOST, (uint8_t **)&pki->file, &pki->file_len, NULL) &&
        pki_parse(pki, now_s))
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
