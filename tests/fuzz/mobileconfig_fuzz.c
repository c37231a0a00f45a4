/* tests/fuzz/mobileconfig_fuzz.c - hostile profiles: XML, binary, and inside a signature. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "cert/mobileconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cert_span bytes = {data, size};
    struct err e = {0};
    struct mobileconfig *m = mobileconfig_read(bytes, &e);

    (void)mobileconfig_looks_like(bytes);
    must(m || *e.text);
    if (!m)
        return 0;
    must(m->n_payloads <= MOBILECONFIG_PAYLOADS_MOST && m->signers->n <= CHAIN_MOST);
    must(m->signature != SIGNATURE_GOOD || m->signers->n);
    must(m->has_payloads || m->n_payloads == 0);
    for (size_t n = 0; n < m->n_payloads; n++) {
        const struct mobileconfig_payload *p = &m->payloads[n];

        must(!p->content.at == !p->content.len);
        must(p->kind == PAYLOAD_OTHER || p->type);
        must(p->kind == PAYLOAD_PKCS12 || !p->password);
    }
    mobileconfig_free(m);
    return 0;
}
