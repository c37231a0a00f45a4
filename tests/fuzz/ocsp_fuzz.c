/* tests/fuzz/ocsp_fuzz.c - hostile OCSP responses, read and asked about a certificate; the same
 * bytes as what an issuer's address gave. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "cert/chain.h"
#include "cert/issuer_file.h"
#include "cert/ocsp.h"
#include "mint_chain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct mint *pair[2];

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void look(const struct ocsp *o, const uint8_t *data, size_t size)
{
    struct ocsp_answer a;

    if (!ocsp_find(o, pair[1]->cert, pair[0]->cert, &a)) {
        must(a.status == OCSP_NOTHING);
        return;
    }
    must(a.status != OCSP_NOTHING && (a.status == OCSP_REVOKED || !a.reason));
    must(a.scts.len <= size && (a.scts.at || a.scts.len == 0));
    (void)data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cert_span bytes = {data, size};
    struct err e = {0};

    if (!pair[0]) {
        pair[0] = mint_make(&(struct mint_spec){.cn = "Root", .ca = true, .serial = 1}, NULL);
        pair[1] = mint_make(&(struct mint_spec){.cn = "leaf", .serial = 2}, pair[0]);
    }
    struct ocsp *o = ocsp_read(bytes, &e);
    must(o || *e.text);
    if (o) {
        look(o, data, size);
        (void)ocsp_is_signed_by(o, pair[0]->cert, MINT_AT);
    }
    ocsp_free(o);
    e = (struct err){0};
    struct cert_chain *file = issuer_file_read(bytes, &e);
    must(file ? file->n > 0 && file->n <= ISSUER_FILE_CERTS_MOST : *e.text != '\0');
    cert_chain_free(file);
    return 0;
}
