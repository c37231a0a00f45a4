/* tests/fuzz/crl_fuzz.c - hostile lists of revoked certificates, read and asked about a
 * certificate. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "cert/crl.h"
#include "mint_chain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct mint *pair[2];

static void must(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct crl_answer a;
    struct err e = {0};

    if (!pair[0]) {
        pair[0] = mint_make(&(struct mint_spec){.cn = "Root", .ca = true, .serial = 1}, NULL);
        pair[1] = mint_make(&(struct mint_spec){.cn = "leaf", .serial = 2}, pair[0]);
    }
    struct crl *l = crl_read((struct cert_span){data, size}, &e);
    must(l || *e.text);
    if (!l)
        return 0;
    must(crl_facts(l)->n_revoked <= size);
    (void)crl_covers(l, pair[1]->cert);
    crl_find(l, pair[1]->cert, &a);
    must(a.revoked || !a.reason);
    (void)crl_is_signed_by(l, pair[0]->cert);
    crl_free(l);
    return 0;
}
