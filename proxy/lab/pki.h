/* lab/pki.h - the keys and certificates of the lab: made, kept in two files, read again.
 *
 * DATA/lab/pki.pem (0600) holds what the servers need, DATA/lab/root.pem the roots to trust. No
 * CA key is written down: when the leaves are signed they are gone, so the root that a proxy trusts
 * can sign nothing more. */
#ifndef WHYTLS_LAB_PKI_H
#define WHYTLS_LAB_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/attrib.h"
#include "base/err.h"

enum { PKI_CHAIN_MOST = 64, PKI_KEPT_DAYS = 7 };

/* A site's: key and chain as it is sent. Those of certificates alone ("root", "unsent") have no
 * key. */
struct pki_item {
    char *name;
    EVP_PKEY *key;
    X509 *chain[PKI_CHAIN_MOST]; /* leaf first */
    size_t n_chain;
    unsigned char *ocsp; /* owned: what the issuer says of it; NULL: nothing */
    size_t ocsp_len;
    const char *pem; /* borrowed from the file: all this, not read yet */
    size_t pem_len;
};

struct pki {
    int64_t made_s;
    struct pki_item *items;
    size_t n_items;
    char *root_path;
    char *file; /* owned: what was read; NULL: it was made */
    size_t file_len;
};

struct lab_ct_log; /* lab.h */

#define PKI_ROOT "root"     /* those that are trusted: the root, and one that has expired */
#define PKI_UNSENT "unsent" /* the issuer that missing-intermediate-… leave out */

/* Reads the PKI under data_dir/lab, or makes it: when it is missing, broken, of another version or
 * older than PKI_KEPT_DAYS. One process at a time does so. Freed with pki_free. */
struct pki *pki_open(const char *data_dir, int64_t now_s, struct err *e) MUST_USE;
void pki_free(struct pki *pki);
bool pki_has(const struct pki *pki, const char *name);
/* NULL when there is none of this name. A site's is read from the file when it is first asked for:
 * thread: one at a time. */
const struct pki_item *pki_find(const struct pki *pki, const char *name);
/* A log's name, key and state: see lab.h. */
bool pki_ct_log(const struct pki *pki, size_t i, struct lab_ct_log *out, struct err *e) MUST_USE;
/* Makes it in memory only. */
struct pki *pki_make(int64_t now_s, struct err *e) MUST_USE;

#endif
