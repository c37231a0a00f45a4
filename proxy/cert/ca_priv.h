/* cert/ca_priv.h - a CA put together from its parts, for those who keep it on disk. */
#ifndef WHYTLS_CERT_CA_PRIV_H
#define WHYTLS_CERT_CA_PRIV_H

#include "base/attrib.h"
#include "base/err.h"

struct ca;
struct cert; /* cert/facts.h */
struct evp_pkey_st;
struct x509_st;

/* Takes key and root; NULL and *e when they cannot be a CA. */
struct ca *ca_take(struct evp_pkey_st *key, struct x509_st *root, struct err *e) MUST_USE;
struct evp_pkey_st *ca_key(const struct ca *ca); /* borrowed */
/* A root that this one took the place of; the oldest is added first. */
void ca_add_kept(struct ca *ca, const struct cert *older);

#endif
