/* tests/fuzz/chain_fuzz.c - hostile chains: as a file (PEM or DER), or as the list of a TLS
 * Certificate message; each is read into facts and judged. First byte: even a file, odd a list with
 * lengths of three bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cert/chain.h"
#include "cert/name.h"
#include "judge/judge.h"
#include "judge/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct cert_chain *from_list(const uint8_t *data, size_t size)
{
    struct cert_chain *chain = cert_chain_new();
    struct err e;

    while (size >= 3) {
        size_t len = (size_t)(data[0] << 16 | data[1] << 8 | data[2]);

        if (len > size - 3)
            len = size - 3;
        if (!cert_chain_add(chain, data + 3, len, &e) && !*e.text)
            abort(); /* a refusal says why */
        data += 3 + len;
        size -= 3 + len;
    }
    return chain;
}

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void look(const struct cert *c)
{
    must(c->subject.text && c->issuer.text && c->summary && c->serial && c->key_text &&
         c->signature);
    must(c->eku_oids.n == c->eku_names.n && c->ips.n == c->n_raw_ips &&
         c->n_extensions <= CERT_EXTENSIONS_MOST);
    for (size_t i = 0; i < c->n_extensions; i++)
        must(c->extensions[i].value.at >= c->der.at &&
             c->extensions[i].value.at + c->extensions[i].value.len <= c->der.at + c->der.len);
    (void)cert_covers_host(c, "shop.example");
    (void)cert_covers_host(c, "192.0.2.1");
}

static void judge(
    const struct cert_chain *chain, enum anchors_are anchors, enum judge_policy policy)
{
    struct judge_case c = {.chain = chain,
        .host = "shop.example",
        .at = 1795251600,
        .anchors_are = anchors,
        .policy = policy};
    struct verdict v = {0};

    judge_chain(&c, &v);
    must((v.answer == VERDICT_REJECT) == (v.n_checks > 0) && v.n_path >= 1);
    must(v.answer != VERDICT_REJECT ||
         (v.text && v.class != CLASS_NONE && v.n_causes <= VERDICT_CAUSES_MOST));
    mem_free(verdict_long_text(&v));
    verdict_fini(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cert_chain *chain;
    struct err e = {0};

    if (size < 1)
        return 0;
    chain =
        data[0] & 1 ? from_list(data + 1, size - 1) : cert_chain_from_bytes(data + 1, size - 1, &e);
    if (!chain)
        must(*e.text);
    for (size_t i = 0; chain && i < chain->n; i++)
        look(chain->at[i]);
    if (chain && chain->n) {
        judge(chain, ANCHORS_SYSTEM, JUDGE_TLS_SERVER);
        judge(chain, ANCHORS_USER, JUDGE_TLS_SERVER);
        judge(chain, ANCHORS_USER, JUDGE_WEBPKI);
    }
    cert_chain_free(chain);
    return 0;
}
