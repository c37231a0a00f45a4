/* lab/pki_priv.h - what pki_make.c, which makes the lab's certificates, and pki.c, which keeps
 * them, share. */
#ifndef WHYTLS_LAB_PKI_PRIV_H
#define WHYTLS_LAB_PKI_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "lab.h"
#include "pki.h"

/* An empty one of this name, at the end. Valid until the next call. */
struct pki_item *pki_add(struct pki *pki, const char *name);
/* Does a site of this way show a certificate? */
bool pki_way_has_certificate(enum lab_way way);
/* What this file keeps; NULL: nothing that can be used, which is an answer. */
struct pki *pki_load(const char *path, int64_t now_s);

#endif
