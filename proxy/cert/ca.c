#include "ca.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"

#include "ca_root_priv.h"
#include "crypto_err_priv.h"

enum { PEM_MOST = 64 * 1024, NAME_CAP = 128 };

struct ca {
    X509           *root;  /* owned */
    EVP_PKEY       *key;   /* owned */
    X509_EXTENSION *aki;   /* owned: the same for each leaf, so encoded once */
    uint8_t        *der;   /* owned by OpenSSL's allocator */
    char           *pem;   /* owned */
    size_t          der_len;
    int64_t         since, until;
    char            name[NAME_CAP];
    char            sha256[2 * SHA256_DIGEST_LENGTH + 1];
};

struct ca_paths {
    char *dir, *lock, *root, *key; /* owned */
};

static void paths_init(struct ca_paths *p, const char *dir)
{
    p->dir = file_join(dir, "ca");
    p->lock = file_join(p->dir, "lock");
    p->root = file_join(p->dir, "root.pem");
    p->key = file_join(p->dir, "root.key");
}

static void paths_fini(struct ca_paths *p)
{
    mem_free(p->dir);
    mem_free(p->lock);
    mem_free(p->root);
    mem_free(p->key);
}

static int64_t seconds_of(const ASN1_TIME *t)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int        days = 0, seconds = 0;

    if (epoch)
        ASN1_TIME_diff(&days, &seconds, epoch, t);
    ASN1_TIME_free(epoch);
    return (int64_t)days * 86400 + seconds;
}

/* The key id alone, equal to the root's SKI byte for byte: iOS compares them, and mitmproxy before 12.2.3 failed there. */
static X509_EXTENSION *aki_of(X509 *root)
{
    AUTHORITY_KEYID *aki = AUTHORITY_KEYID_new();
    X509_EXTENSION  *ext = NULL;

    if (aki && (aki->keyid = ASN1_OCTET_STRING_dup(X509_get0_subject_key_id(root))))
        ext = X509V3_EXT_i2d(NID_authority_key_identifier, 0, aki);
    AUTHORITY_KEYID_free(aki);
    return ext;
}

static char *pem_of(X509 *root)
{
    BIO  *bio = BIO_new(BIO_s_mem());
    char *at = NULL, *pem = NULL;

    if (bio && PEM_write_bio_X509(bio, root)) {
        long n = BIO_get_mem_data(bio, &at);
        pem = mem_new((size_t)n + 1);
        memcpy(pem, at, (size_t)n);
    }
    BIO_free(bio);
    return pem;
}

/* Takes key and root; NULL and *e when they cannot be a CA. */
static struct ca *ca_take(EVP_PKEY *key, X509 *root, struct err *e)
{
    struct ca *ca = mem_new(sizeof *ca);

    ca->key = key;
    ca->root = root;
    if (!ca_root_check(key, root, e))
        goto fail;
    ca->aki = aki_of(root);
    ca->pem = pem_of(root);
    int len = i2d_X509(root, &ca->der);
    if (!ca->aki || !ca->pem || len <= 0) {
        crypto_err(e, "encoding our root");
        goto fail;
    }
    ca->der_len = (size_t)len;
    ca->since = seconds_of(X509_get0_notBefore(root));
    ca->until = seconds_of(X509_get0_notAfter(root));
    if (X509_NAME_get_text_by_NID(X509_get_subject_name(root), NID_commonName, ca->name, NAME_CAP) < 0)
        snprintf(ca->name, sizeof ca->name, "%s", "root without a common name");

    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256(ca->der, ca->der_len, digest);
    text_hex(ca->sha256, digest, sizeof digest);
    return ca;
fail:
    ca_free(ca);
    return NULL;
}

struct ca *ca_new_in_memory(int64_t now_s, struct err *e)
{
    EVP_PKEY *key = NULL;
    X509     *root = NULL;

    return ca_root_make(now_s, &key, &root, e) ? ca_take(key, root, e) : NULL;
}

void ca_free(struct ca *ca)
{
    if (!ca)
        return;
    X509_free(ca->root);
    EVP_PKEY_free(ca->key);
    X509_EXTENSION_free(ca->aki);
    OPENSSL_free(ca->der);
    mem_free(ca->pem);
    mem_free(ca);
}

static bool permissions_check(const struct ca_paths *p, struct err *e)
{
    struct stat st;

    if (stat(p->key, &st) != 0)
        return err_sys(e, "%s", p->key);
    if (st.st_mode & 077)
        return err_set(e, ERR_INPUT,
            "%s can be read by others (mode %04o), and whoever has it can read your phones' traffic: chmod 600 %s",
            p->key, (unsigned)st.st_mode & 07777u, p->key);
    if (stat(p->dir, &st) != 0)
        return err_sys(e, "%s", p->dir);
    if (st.st_mode & 022)
        return err_set(e, ERR_INPUT, "%s can be written by others (mode %04o): chmod 700 %s", p->dir,
            (unsigned)st.st_mode & 07777u, p->dir);
    return true;
}

/* Never asks on the terminal: a service has none. */
static int no_password(char *buf, int size, int writing, void *arg)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)arg;
    return -1;
}

static EVP_PKEY *key_read(const char *path, struct err *e)
{
    uint8_t *bytes = NULL;
    size_t   len = 0;

    if (!file_read(path, PEM_MOST, &bytes, &len, e))
        return NULL;
    BIO      *bio = BIO_new_mem_buf(bytes, (int)len);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
    BIO_free(bio);
    OPENSSL_cleanse(bytes, len);
    mem_free(bytes);
    if (!key) {
        ERR_clear_error();
        err_set(e, ERR_INPUT, "%s holds no private key in PEM form without a password", path);
    }
    return key;
}

static X509 *root_read(const char *path, struct err *e)
{
    uint8_t *bytes = NULL;
    size_t   len = 0;

    if (!file_read(path, PEM_MOST, &bytes, &len, e))
        return NULL;
    BIO  *bio = BIO_new_mem_buf(bytes, (int)len);
    X509 *root = bio ? PEM_read_bio_X509(bio, NULL, no_password, NULL) : NULL;
    BIO_free(bio);
    mem_free(bytes);
    if (!root) {
        ERR_clear_error();
        err_set(e, ERR_INPUT, "%s holds no certificate in PEM form", path);
    }
    return root;
}

static struct ca *files_load(const struct ca_paths *p, struct err *e)
{
    bool has_root = file_exists(p->root), has_key = file_exists(p->key);

    if (!has_root && !has_key)
        return err_set(e, ERR_INPUT, "there is no root in %s yet: whytls ca init", p->dir), NULL;
    if (!has_key)
        return err_set(e, ERR_INPUT,
                   "%s is there, its key %s is not: put the key back, or remove the root to have a new one made",
                   p->root, p->key), NULL;
    if (!has_root)
        return err_set(e, ERR_INPUT,
                   "%s is there, its root %s is not: put the root back, or remove the key to have a new one made",
                   p->key, p->root), NULL;
    if (!permissions_check(p, e))
        return NULL;

    EVP_PKEY *key = key_read(p->key, e);
    X509     *root = key ? root_read(p->root, e) : NULL;
    if (!root) {
        EVP_PKEY_free(key);
        return NULL;
    }
    struct ca *ca = ca_take(key, root, e);
    if (!ca)
        err_wrap(e, "%s", p->dir);
    return ca;
}

struct ca *ca_load(const char *dir, struct err *e)
{
    struct ca_paths p;

    paths_init(&p, dir);
    /* Waits for one that is being made just now; a folder that never had a lock needs none. */
    int fd = open(p.lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    while (fd >= 0 && flock(fd, LOCK_SH) != 0 && errno == EINTR)
        continue;
    struct ca *ca = files_load(&p, e);
    if (fd >= 0)
        close(fd);
    paths_fini(&p);
    return ca;
}

/* The key goes first: a root without its key would be installed on phones in vain. */
static bool files_write(const struct ca_paths *p, const struct ca *ca, struct err *e)
{
    BIO  *bio = BIO_new(BIO_s_mem());
    char *at = NULL;

    if (!bio || !PEM_write_bio_PKCS8PrivateKey(bio, ca->key, NULL, NULL, 0, NULL, NULL)) {
        BIO_free(bio);
        return crypto_err(e, "encoding our root's key");
    }
    long n = BIO_get_mem_data(bio, &at);
    bool ok = file_write(p->key, at, (size_t)n, 0600, e) && file_write(p->root, ca->pem, strlen(ca->pem), 0644, e);
    OPENSSL_cleanse(at, (size_t)n);
    BIO_free(bio);
    return ok;
}

static struct ca *files_make(const struct ca_paths *p, int64_t now_s, struct err *e)
{
    struct ca *ca = ca_new_in_memory(now_s, e);

    if (ca && !files_write(p, ca, e)) {
        ca_free(ca);
        return NULL;
    }
    return ca;
}

/* Held while we look and make, so that two that start at once end with the same root. */
static int lock_take(const struct ca_paths *p, struct err *e)
{
    int fd = open(p->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return err_sys(e, "%s", p->lock), -1;
    while (flock(fd, LOCK_EX) != 0) {
        if (errno == EINTR)
            continue;
        err_sys(e, "locking %s", p->lock);
        close(fd);
        return -1;
    }
    return fd;
}

static struct ca *ca_open_locked(const struct ca_paths *p, int64_t now_s, bool *made, struct err *e)
{
    if (!file_exists(p->root) && !file_exists(p->key)) {
        *made = true;
        return files_make(p, now_s, e);
    }
    struct ca *ca = files_load(p, e);
    if (ca && ca->until <= now_s) {
        char day[TIME_TEXT_CAP];

        err_set(e, ERR_INPUT, "our root \"%s\" in %s expired on %s: move the folder away to have a new one made",
            ca->name, p->dir, time_date(day, ca->until));
        ca_free(ca);
        return NULL;
    }
    return ca;
}

struct ca *ca_open(const char *dir, int64_t now_s, bool *made, struct err *e)
{
    struct ca_paths p;
    struct ca      *ca = NULL;
    bool            fresh = false;

    paths_init(&p, dir);
    if (file_mkdirs(p.dir, 0700, e)) {
        int fd = lock_take(&p, e);

        if (fd >= 0) {
            ca = ca_open_locked(&p, now_s, &fresh, e);
            close(fd);
        }
    }
    paths_fini(&p);
    if (!ca)
        err_wrap(e, "opening our CA");
    if (made)
        *made = ca && fresh;
    return ca;
}

const struct x509_st *ca_certificate(const struct ca *ca)
{
    return ca->root;
}

const char *ca_name(const struct ca *ca)
{
    return ca->name;
}

const char *ca_sha256(const struct ca *ca)
{
    return ca->sha256;
}

int64_t ca_since(const struct ca *ca)
{
    return ca->since + BACKDATED_S;
}

int64_t ca_until(const struct ca *ca)
{
    return ca->until;
}

const uint8_t *ca_der(const struct ca *ca, size_t *len)
{
    *len = ca->der_len;
    return ca->der;
}

const char *ca_pem(const struct ca *ca)
{
    return ca->pem;
}

bool ca_sign(const struct ca *ca, struct x509_st *leaf, struct err *e)
{
    /* X509_NAME keeps the bytes that it was parsed from or encoded to, so a copy is the subject byte for byte. */
    if (!X509_set_issuer_name(leaf, X509_get_subject_name(ca->root)) || !X509_add_ext(leaf, ca->aki, -1)
        || X509_sign(leaf, ca->key, EVP_sha256()) <= 0)
        return crypto_err(e, "signing a leaf");
    return true;
}
