#include "roots.h"

#include <dirent.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/chain.h"
#include "cert/facts.h"
#include "cert/name.h"

struct roots {
    _Atomic unsigned int refs;
    struct cert_chain   *all;   /* owned; no two alike */
    struct map          *by_id; /* owned: fingerprint in hex -> cert, borrowed from `all` */
    X509_STORE          *store; /* owned */
    const char          *name;  /* static */
    char                *path;  /* owned; NULL when there was no file */
    uint64_t             id;
};

/* Debian, Red Hat, macOS with Homebrew, the BSDs. */
static const char *const system_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/opt/homebrew/etc/ca-certificates/cert.pem",
};

static const char *system_bundle(void)
{
    const char *named = getenv("SSL_CERT_FILE");

    if (named && *named)
        return named;
    for (size_t i = 0; i < sizeof(system_bundles) / sizeof(system_bundles[0]); i++)
        if (file_exists(system_bundles[i]))
            return system_bundles[i];
    return NULL;
}

static struct roots *roots_new(const char *name)
{
    static _Atomic uint64_t made;
    struct roots           *r = mem_new(sizeof(*r));

    r->id = 1 + atomic_fetch_add_explicit(&made, 1, memory_order_relaxed);
    atomic_init(&r->refs, 1);
    r->all = cert_chain_new();
    r->by_id = map_new();
    r->store = X509_STORE_new();
    r->name = name;
    return r;
}

static void add(struct roots *r, const struct cert *c)
{
    if (map_get(r->by_id, c->sha256_hex))
        return;
    cert_chain_push(r->all, c);
    map_put(r->by_id, c->sha256_hex, (void *)(uintptr_t)c);
    if (r->store && X509_STORE_add_cert(r->store, c->x509) != 1)
        ERR_clear_error();
}

static bool add_file(struct roots *r, const char *path, struct err *e)
{
    struct cert_chain *chain = cert_chain_from_file(path, e);

    if (!chain)
        return false;
    for (size_t i = 0; i < chain->n; i++)
        add(r, chain->at[i]);
    cert_chain_free(chain);
    return true;
}

/* Files that hold no certificate are passed over: /etc/ssl/certs has others in it. */
static bool add_directory(struct roots *r, const char *path, struct err *e)
{
    DIR           *dir = opendir(path);
    struct dirent *entry;

    if (!dir)
        return err_sys(e, "%s", path);
    while ((entry = readdir(dir))) {
        char       *file = entry->d_name[0] == '.' ? NULL : file_join(path, entry->d_name);
        struct stat st;

        if (file && stat(file, &st) == 0 && S_ISREG(st.st_mode))
            (void)!add_file(r, file, NULL);
        mem_free(file);
    }
    closedir(dir);
    return r->all->n
           || err_set(e, ERR_INPUT, "%s: no file in this directory holds a certificate", path);
}

static bool add_path(struct roots *r, const char *path, struct err *e)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return err_sys(e, "%s", path);
    return S_ISDIR(st.st_mode) ? add_directory(r, path, e) : add_file(r, path, e);
}

struct roots *roots_load(const char *path, const char *also, struct err *e)
{
    const char   *from = path ? path : system_bundle();
    struct roots *r = roots_new(path ? "custom" : "mozilla");

    if (!from) {
        err_set(e, ERR_CONFIG,
            "no bundle of roots on this system (install ca-certificates, or name a file)");
        goto bad;
    }
    if (!add_path(r, from, e) || (also && !add_path(r, also, e))) {
        err_wrap(e, "reading the roots");
        goto bad;
    }
    r->path = mem_text(from);
    return r;
bad:
    roots_unref(r);
    return NULL;
}

struct roots *roots_from_chain(const struct cert_chain *chain, const char *name)
{
    struct roots *r = roots_new(name);

    for (size_t i = 0; i < chain->n; i++)
        add(r, chain->at[i]);
    return r;
}

struct roots *roots_ref(struct roots *r)
{
    atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
    return r;
}

void roots_unref(struct roots *r)
{
    if (!r || atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) != 1)
        return;
    X509_STORE_free(r->store);
    map_free(r->by_id, NULL);
    cert_chain_free(r->all);
    mem_free(r->path);
    mem_free(r);
}

size_t roots_count(const struct roots *r)
{
    return r->all->n;
}

const struct cert *roots_at(const struct roots *r, size_t i)
{
    return r->all->at[i];
}

const char *roots_name(const struct roots *r)
{
    return r->name;
}

const char *roots_path(const struct roots *r)
{
    return r->path;
}

const struct cert *roots_find(const struct roots *r, const uint8_t sha256[static 32])
{
    char hex[65];

    text_hex(hex, sha256, 32);
    return map_get(r->by_id, hex);
}

size_t roots_find_subject(
    const struct roots *r, const struct cert_name *subject, const struct cert **out, size_t most)
{
    size_t n = 0;

    for (size_t i = 0; i < r->all->n && n < most; i++)
        if (cert_name_equal(&r->all->at[i]->subject, subject))
            out[n++] = r->all->at[i];
    return n;
}

uint64_t roots_id(const struct roots *r)
{
    return r->id;
}

struct x509_store_st *roots_x509_store(const struct roots *r)
{
    return r->store;
}
