/* cert/ca_folder.c - our CA on disk: DIR/ca/{root.pem,root.key}, opened, made and renewed under a
 * lock. */
#include "ca.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cert/chain.h"
#include "cert/facts.h"

#include "ca_priv.h"
#include "ca_root_priv.h"
#include "crypto_err_priv.h"

enum { PEM_MOST = 64 * 1024, FINGERPRINT_SHOWN = 8, KEPT_MOST = 16 };

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

static bool permissions_check(const struct ca_paths *p, struct err *e)
{
    struct stat st;

    if (stat(p->key, &st) != 0)
        return err_sys(e, "%s", p->key);
    if (st.st_mode & 077)
        return err_set(e, ERR_INPUT,
            "%s can be read by others (mode %04o), and whoever has it can read your phones' "
            "traffic: chmod 600 %s",
            p->key, (unsigned)st.st_mode & 07777u, p->key);
    if (stat(p->dir, &st) != 0)
        return err_sys(e, "%s", p->dir);
    if (st.st_mode & 022)
        return err_set(e, ERR_INPUT, "%s can be written by others (mode %04o): chmod 700 %s",
            p->dir, (unsigned)st.st_mode & 07777u, p->dir);
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
    size_t len = 0;

    if (!file_read(path, PEM_MOST, &bytes, &len, e))
        return NULL;
    BIO *bio = BIO_new_mem_buf(bytes, (int)len);
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
    size_t len = 0;

    if (!file_read(path, PEM_MOST, &bytes, &len, e))
        return NULL;
    BIO *bio = BIO_new_mem_buf(bytes, (int)len);
    X509 *root = bio ? PEM_read_bio_X509(bio, NULL, no_password, NULL) : NULL;
    BIO_free(bio);
    mem_free(bytes);
    if (!root) {
        ERR_clear_error();
        err_set(e, ERR_INPUT, "%s holds no certificate in PEM form", path);
    }
    return root;
}

/* "root-1a2b3c4d.pem": what keep_old writes. */
static bool is_kept_name(const char *name)
{
    return strlen(name) == strlen("root-.pem") + FINGERPRINT_SHOWN && text_starts(name, "root-") &&
           text_ends(name, ".pem");
}

static int by_age(const void *a, const void *b)
{
    const struct cert *const *left = a, *const *right = b;

    return ((*left)->not_before > (*right)->not_before) -
           ((*left)->not_before < (*right)->not_before);
}

static const struct cert *kept_read(const char *path)
{
    uint8_t *bytes = NULL;
    size_t len = 0;

    if (!file_read(path, PEM_MOST, &bytes, &len, NULL))
        return NULL;
    struct cert_chain *chain = cert_chain_from_bytes(bytes, len, NULL);
    const struct cert *first = chain ? cert_ref(chain->at[0]) : NULL;
    cert_chain_free(chain);
    mem_free(bytes);
    return first;
}

/* The roots before this one, of which a phone may still hold any. One that cannot be read is passed
 * over: it is nobody's any more. */
static void kept_load(const struct ca_paths *p, struct ca *ca)
{
    const struct cert *kept[KEPT_MOST];
    DIR *dir = opendir(p->dir);
    size_t n = 0;

    for (struct dirent *d; dir && n < KEPT_MOST && (d = readdir(dir));) {
        char *path = is_kept_name(d->d_name) ? file_join(p->dir, d->d_name) : NULL;
        const struct cert *one = path ? kept_read(path) : NULL;

        if (one && strcmp(one->sha256_hex, ca_sha256(ca)) != 0)
            kept[n++] = one;
        else
            cert_unref(one);
        mem_free(path);
    }
    if (dir)
        closedir(dir);
    qsort(kept, n, sizeof *kept, by_age);
    for (size_t i = 0; i < n; i++) {
        ca_add_kept(ca, kept[i]);
        cert_unref(kept[i]);
    }
}

static struct ca *files_load(const struct ca_paths *p, struct err *e)
{
    bool has_root = file_exists(p->root), has_key = file_exists(p->key);

    if (!has_root && !has_key)
        return err_set(e, ERR_INPUT, "there is no root in %s yet: whytls ca init", p->dir), NULL;
    if (!has_key)
        return err_set(e, ERR_INPUT,
                   "%s is there, its key %s is not: put the key back, or remove the root to have a "
                   "new one made",
                   p->root, p->key),
               NULL;
    if (!has_root)
        return err_set(e, ERR_INPUT,
                   "%s is there, its root %s is not: put the root back, or remove the key to have "
                   "a new one made",
                   p->key, p->root),
               NULL;
    if (!permissions_check(p, e))
        return NULL;

    EVP_PKEY *key = key_read(p->key, e);
    X509 *root = key ? root_read(p->root, e) : NULL;
    if (!root) {
        EVP_PKEY_free(key);
        return NULL;
    }
    struct ca *ca = ca_take(key, root, e);
    if (ca)
        kept_load(p, ca);
    else
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

static bool key_write(const char *path, const struct ca *ca, struct err *e)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *at = NULL;

    if (!bio || !PEM_write_bio_PKCS8PrivateKey(bio, ca_key(ca), NULL, NULL, 0, NULL, NULL)) {
        BIO_free(bio);
        return crypto_err(e, "encoding our root's key");
    }
    long n = BIO_get_mem_data(bio, &at);
    bool ok = file_write(path, at, (size_t)n, 0600, e);
    OPENSSL_cleanse(at, (size_t)n);
    BIO_free(bio);
    return ok;
}

static bool root_write(const char *path, const struct ca *ca, struct err *e)
{
    return file_write(path, ca_pem(ca), strlen(ca_pem(ca)), 0644, e);
}

/* The key goes first: a root without its key would be installed on phones in vain. */
static bool files_write(const struct ca_paths *p, const struct ca *ca, struct err *e)
{
    return key_write(p->key, ca, e) && root_write(p->root, ca, e);
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
    if (ca && ca_until(ca) <= now_s) {
        char day[TIME_TEXT_CAP];

        err_set(e, ERR_INPUT, "our root \"%s\" in %s expired on %s: whytls ca renew", ca_name(ca),
            p->dir, time_date(day, ca_until(ca)));
        ca_free(ca);
        return NULL;
    }
    return ca;
}

struct ca *ca_open(const char *dir, int64_t now_s, bool *made, struct err *e)
{
    struct ca_paths p;
    struct ca *ca = NULL;
    bool fresh = false;

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

/* "root-1a2b3c4d.pem" in our folder; freed with mem_free. */
static char *kept_name(const struct ca_paths *p, const struct ca *ca, const char *ending)
{
    struct text name = {0};
    char *path;

    text_printf(&name, "root-%.*s.%s", FINGERPRINT_SHOWN, ca_sha256(ca), ending);
    path = file_join(p->dir, text_str(&name));
    text_fini(&name);
    return path;
}

/* What a phone may still hold is never thrown away. */
static bool keep_old(const struct ca_paths *p, const struct ca *old, bool key_too, struct err *e)
{
    char *root = kept_name(p, old, "pem"), *key = kept_name(p, old, "key");
    bool ok = root_write(root, old, e) && (!key_too || key_write(key, old, e));

    mem_free(root);
    mem_free(key);
    return ok;
}

static struct ca *successor(const struct ca *old, int64_t now_s, bool new_key, struct err *e)
{
    X509 *root = NULL;

    if (new_key)
        return ca_new_in_memory(now_s, e);
    if (!ca_root_renew(now_s, ca_key(old), ca_certificate(old), &root, e))
        return NULL;
    EVP_PKEY_up_ref(ca_key(old));
    return ca_take(ca_key(old), root, e);
}

static struct ca *ca_renew_locked(
    const struct ca_paths *p, int64_t now_s, bool new_key, struct err *e)
{
    struct ca *old = files_load(p, e), *ca = old ? successor(old, now_s, new_key, e) : NULL;

    if (ca && !(keep_old(p, old, new_key, e) &&
                  (new_key ? files_write(p, ca, e) : root_write(p->root, ca, e)))) {
        ca_free(ca);
        ca = NULL;
    }
    ca_free(old);
    return ca;
}

struct ca *ca_renew(const char *dir, int64_t now_s, bool new_key, struct err *e)
{
    struct ca_paths p;
    struct ca *ca = NULL;
    int fd;

    paths_init(&p, dir);
    if (!file_exists(p.root) && !file_exists(p.key)) {
        err_set(e, ERR_INPUT, "there is no root in %s yet: whytls ca init", p.dir);
    } else if ((fd = lock_take(&p, e)) >= 0) {
        ca = ca_renew_locked(&p, now_s, new_key, e);
        close(fd);
    }
    paths_fini(&p);
    return ca;
}
