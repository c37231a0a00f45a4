/* tests/fuzz/sct_fuzz.c - promises of logs from whoever sends them. First byte: even a list as a
 * handshake brings it, odd a certificate that may have one embedded. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cert/chain.h"
#include "cert/der.h"
#include "cert/sct.h"
#include "judge/judge.h"
#include "judge/verdict.h"
#include "trust/ct_logs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static bool is_inside(struct cert_span part, struct cert_span whole)
{
    return part.len == 0 || (part.at >= whole.at && part.at + part.len <= whole.at + whole.len);
}

static void look_at_list(struct cert_span bytes)
{
    struct cert_span spans[SCTS_MOST];
    struct sct_list list, again;
    size_t len;

    if (!sct_list_parse(bytes, &list)) {
        must(list.n == 0 && list.n_unreadable == 0);
        return;
    }
    must(list.n + list.n_unreadable + list.n_cut > 0 && list.n <= SCTS_MOST);
    for (size_t i = 0; i < list.n; i++) {
        const struct sct *s = &list.at[i];

        must(is_inside(s->whole, bytes) && is_inside(s->extensions, s->whole) &&
             is_inside(s->signature, s->whole) && s->signature.len > 0);
        spans[i] = s->whole;
    }
    uint8_t *packed = sct_list_pack(spans, list.n, &len);
    must(packed != NULL);
    must(sct_list_parse((struct cert_span){.at = packed, .len = len}, &again) == (list.n > 0));
    must(again.n == list.n);
    mem_free(packed);
}

/* By a list whose one log is nobody's: whatever the leaf promises, it does not qualify. */
static void judge(const struct cert *leaf, struct cert_span scts)
{
    static const uint8_t key[] = {0x30, 0x03, 0x02, 0x01, 0x05};
    struct ct_logs *logs = ct_logs_new();
    struct cert_chain *chain = cert_chain_new();
    struct judge_evidence evidence = {.scts = scts};
    struct verdict v = {0};

    must(ct_logs_add(logs, &(struct ct_log_order){.key = key, .key_len = sizeof(key)}, NULL));
    cert_chain_push(chain, leaf);
    judge_chain(&(struct judge_case){.chain = chain,
                    .at = 1795251600,
                    .evidence = &evidence,
                    .ct_logs = logs,
                    .ct = CT_ENFORCED,
                    .no_openssl = true},
        &v);
    must(v.ct != VERDICT_CT_QUALIFIED && v.ct != VERDICT_CT_NOT_JUDGED);
    verdict_fini(&v);
    cert_chain_free(chain);
    ct_logs_unref(logs);
}

static void look_at_certificate(const uint8_t *der, size_t len)
{
    struct cert *c = cert_parse(der, len, NULL);
    struct cert_span list;
    struct der_item tbs;
    uint8_t *bytes;

    if (!c)
        return;
    bytes = sct_precert_tbs(c, &len);
    if (bytes)
        must(der_only((struct cert_span){.at = bytes, .len = len}, DER_SEQUENCE, &tbs) &&
             len < c->der.len);
    mem_free(bytes);
    if (sct_list_embedded(c, &list))
        look_at_list(list);
    judge(c, (struct cert_span){0});
    cert_unref(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    if (data[0] & 1)
        look_at_certificate(data + 1, size - 1);
    else
        look_at_list((struct cert_span){.at = data + 1, .len = size - 1});
    return 0;
}
