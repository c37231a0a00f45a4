#include "roots.h"

#include <dirent.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
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
#include "base/time_text.h"
#include "cert/chain.h"
#include "cert/facts.h"
#include "cert/name.h"

#include "apple_roots.h"

/* Where a certificate of the store came from. */
enum { IN_SYSTEM = 1 << 0, IN_NAMED = 1 << 1, IN_ALSO = 1 << 2 };

/* One that is known. */
struct entry {
    const struct cert *cert; /* borrowed from `all` */
    unsigned in;
};

struct roots {
    _Atomic unsigned int refs;
    struct cert_chain *all; /* owned; no two alike */
    struct map *by_id;      /* owned: fingerprint in hex -> struct entry, owned */
    const struct cert *
        *by_subject;   /* owned; of `all`, sorted by normalised subject; made once all are there */
    X509_STORE *store; /* owned: what OpenSSL goes by, which never asks Apple */
    struct cert_chain *mozilla; /* owned: the system's bundle, whatever is gone by; NULL: none */
    struct map *mozilla_by_id,
        *mozilla_by_key;       /* owned: fingerprint, that of the key -> cert, borrowed */
    struct apple_roots *apple; /* a reference; NULL: nobody asks Apple */
    bool by_apple;             /* Apple's list decides, not the store */
    const char *name;          /* static */
    char *path;                /* owned; NULL when there was no file */
    char list[160];            /* which one Apple's is */
    uint64_t id;
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
    struct roots *r = mem_new(sizeof(*r));

    r->id = 1 + atomic_fetch_add_explicit(&made, 1, memory_order_relaxed);
    atomic_init(&r->refs, 1);
    r->all = cert_chain_new();
    r->by_id = map_new();
    r->mozilla_by_id = map_new();
    r->mozilla_by_key = map_new();
    r->store = X509_STORE_new();
    r->name = name;
    return r;
}

/* `in` 0: a parent only. */
static void add(struct roots *r, const struct cert *c, unsigned in)
{
    struct entry *entry = map_get(r->by_id, c->sha256_hex);

    if (!entry) {
        entry = mem_new(sizeof *entry);
        entry->cert = c;
        cert_chain_push(r->all, c);
        map_put(r->by_id, c->sha256_hex, entry);
    }
    if (in && !entry->in && r->store && X509_STORE_add_cert(r->store, c->x509) != 1)
        ERR_clear_error();
    entry->in |= in;
}

static bool add_file(struct roots *r, const char *path, unsigned in, struct err *e)
{
    struct cert_chain *chain = cert_chain_from_file(path, e);

    if (!chain)
        return false;
    for (size_t i = 0; i < chain->n; i++)
        add(r, chain->at[i], in);
    cert_chain_free(chain);
    return true;
}

/* Files that hold no certificate are passed over: /etc/ssl/certs has others in it. */
static bool add_directory(struct roots *r, const char *path, unsigned in, struct err *e)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    bool any = false;

    if (!dir)
        return err_sys(e, "%s", path);
    while ((entry = readdir(dir))) {
        char *file = entry->d_name[0] == '.' ? NULL : file_join(path, entry->d_name);
        struct stat st;

        if (file && stat(file, &st) == 0 && S_ISREG(st.st_mode) && add_file(r, file, in, NULL))
            any = true;
        mem_free(file);
    }
    closedir(dir);
    return any || err_set(e, ERR_INPUT, "%s: no file in this directory holds a certificate", path);
}

static bool add_path(struct roots *r, const char *path, unsigned in, struct err *e)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return err_sys(e, "%s", path);
    return S_ISDIR(st.st_mode) ? add_directory(r, path, in, e) : add_file(r, path, in, e);
}

/* The certificates of Apple's own bundle, from somebody with a Mac: the list decides which of them
 * count. */
static bool add_apples(struct roots *r, const char *data_dir, struct err *e)
{
    char *folder = data_dir ? table_folder(data_dir) : NULL,
         *path = folder ? file_join(folder, ROOTS_APPLE_BUNDLE) : NULL;
    bool ok = !path || !file_exists(path) || add_file(r, path, 0, e);

    mem_free(folder);
    mem_free(path);
    return ok;
}

static int subject_compare(const struct cert_name *a, const struct cert_name *b)
{
    if (a->normal.len != b->normal.len)
        return a->normal.len < b->normal.len ? -1 : 1;
    return a->normal.len ? memcmp(a->normal.at, b->normal.at, a->normal.len) : 0;
}

static int subject_order(const void *a, const void *b)
{
    const struct cert *const *one = a, *const *two = b;

    return subject_compare(&(*one)->subject, &(*two)->subject);
}

static void subjects_index(struct roots *r)
{
    r->by_subject = mem_array(r->all->n + 1, sizeof(const struct cert *));
    for (size_t i = 0; i < r->all->n; i++)
        r->by_subject[i] = r->all->at[i];
    qsort(r->by_subject, r->all->n, sizeof(const struct cert *), subject_order);
}

/* The public list of this computer. With a file of one's own it is a second opinion, and may be
 * absent; else it is a source of parents, and a failure when it cannot be read. */
static bool mozilla_open(struct roots *r, bool needed, struct err *e)
{
    const char *path = system_bundle();

    if (!path)
        return !needed ||
               err_set(e, ERR_CONFIG,
                   "no bundle of roots on this system (install ca-certificates, or name a file)");
    r->mozilla = cert_chain_from_file(path, needed ? e : NULL);
    for (size_t i = 0; r->mozilla && i < r->mozilla->n; i++) {
        const struct cert *c = r->mozilla->at[i];

        map_put(r->mozilla_by_id, c->sha256_hex, (void *)(uintptr_t)c);
        map_put(r->mozilla_by_key, c->spki_sha256_hex, (void *)(uintptr_t)c);
    }
    if (needed && r->mozilla) {
        r->path = mem_text(path);
        for (size_t i = 0; i < r->mozilla->n; i++)
            add(r, r->mozilla->at[i], IN_SYSTEM);
    }
    return r->mozilla || !needed;
}

static bool apple_open(struct roots *r, const char *data_dir, struct err *e)
{
    const struct table_facts *facts;
    char day[TIME_TEXT_CAP];

    r->apple = apple_roots_open(data_dir, e);
    if (!r->apple)
        return false;
    facts = apple_roots_facts(r->apple, TABLE_ROOTS);
    snprintf(r->list, sizeof(r->list), "%s%s%s", *facts->version ? "store " : "", facts->version,
        *facts->version ? " of " : "");
    snprintf(r->list + strlen(r->list), sizeof(r->list) - strlen(r->list), "%s",
        time_day(day, facts->date));
    return true;
}

static bool add_named(struct roots *r, const char *path, struct err *e)
{
    r->path = mem_text(path);
    return add_path(r, path, IN_NAMED, e);
}

struct roots *roots_load(const char *which, const char *also, const char *data_dir, struct err *e)
{
    bool apple = !which || strcmp(which, "apple") == 0,
         mozilla = which && strcmp(which, "mozilla") == 0;
    struct roots *r = roots_new(apple ? "apple" : mozilla ? "mozilla" : "custom");
    bool ok;

    r->by_apple = apple;
    ok = apple_open(r, data_dir, e) && mozilla_open(r, apple || mozilla, e) &&
         (apple || mozilla || add_named(r, which, e)) && (!apple || add_apples(r, data_dir, e)) &&
         (!also || add_path(r, also, IN_ALSO, e));
    if (ok) {
        subjects_index(r);
        return r;
    }
    err_wrap(e, "reading the roots");
    roots_unref(r);
    return NULL;
}

struct roots *roots_from_chain(const struct cert_chain *chain, const char *name)
{
    struct roots *r = roots_new(name);

    for (size_t i = 0; i < chain->n; i++)
        add(r, chain->at[i], IN_NAMED);
    subjects_index(r);
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
    map_free(r->mozilla_by_id, NULL);
    map_free(r->mozilla_by_key, NULL);
    cert_chain_free(r->mozilla);
    map_free(r->by_id, mem_free);
    mem_free(r->by_subject);
    apple_roots_unref(r->apple);
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

static unsigned lists_of(const struct roots *r, const struct cert *c)
{
    const struct entry *entry = map_get(r->by_id, c->sha256_hex);

    return entry ? entry->in : 0;
}

const struct cert *roots_find(const struct roots *r, const uint8_t sha256[static 32])
{
    char hex[65];
    const struct entry *entry;

    text_hex(hex, sha256, 32);
    entry = map_get(r->by_id, hex);
    return entry ? entry->cert : NULL;
}

bool roots_trust(const struct roots *r, const struct cert *c)
{
    unsigned in = lists_of(r, c);

    if (!r->by_apple)
        return in != 0;
    return (in & IN_ALSO) || apple_roots_vouch(r->apple, c);
}

/* What the key of one of Mozilla's roots signed is verified by that root, whichever certificate of
 * it was sent. A cross-sign that Apple's list ends at may lead on to a root of Mozilla's. */
static bool mozilla_vouches(const struct roots *r, const struct cert *c)
{
    const struct cert *twin = map_get(r->mozilla_by_key, c->spki_sha256_hex);

    if (map_get(r->mozilla_by_id, c->sha256_hex))
        return true;
    if (twin && c->is_ca && cert_name_equal(&twin->subject, &c->subject))
        return true;
    for (size_t i = 0; r->mozilla && !c->self_issued && i < r->mozilla->n; i++)
        if (cert_name_equal(&r->mozilla->at[i]->subject, &c->issuer) &&
            cert_is_signed_by(c, r->mozilla->at[i]))
            return true;
    return false;
}

const char *roots_trusted_by(const struct roots *r, const struct cert *c)
{
    unsigned in = lists_of(r, c);
    bool apple, mozilla;

    if (!r->apple)
        return in ? r->name : "neither";
    if (in & IN_ALSO)
        return "both"; /* the lab's root plays a public one */
    apple = apple_roots_vouch(r->apple, c);
    mozilla = mozilla_vouches(r, c);
    if (apple || mozilla)
        return apple && mozilla ? "both" : apple ? "apple" : "mozilla";
    return in & IN_NAMED ? "custom" : "neither";
}

bool roots_trust_web(const struct roots *r, const struct cert *c)
{
    return lists_of(r, c) != 0;
}

const struct apple_roots *roots_apple(const struct roots *r)
{
    return r->apple;
}

const char *roots_apple_list(const struct roots *r)
{
    return r->apple ? r->list : NULL;
}

size_t roots_find_subject(
    const struct roots *r, const struct cert_name *subject, const struct cert **out, size_t most)
{
    size_t low = 0, high = r->all->n, n = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (subject_compare(&r->by_subject[middle]->subject, subject) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < r->all->n && n < most && cert_name_equal(&r->by_subject[low]->subject, subject);
         low++)
        out[n++] = r->by_subject[low];
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
