/* tests/fuzz/compare_fuzz.c - a hostile chain beside what is left of it without its leaf: whatever
 * their certificates hold, the differences are told, and the answer is a sentence. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cert/chain.h"
#include "explain/compare.h"
#include "judge/judge.h"
#include "judge/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct cert_chain *chain, enum anchors_are anchors, struct verdict *out)
{
    struct judge_case c = {.chain = chain,
        .host = "shop.example",
        .at = 1795251600,
        .anchors_are = anchors,
        .no_openssl = true};

    *out = (struct verdict){0};
    judge_chain(&c, out);
}

static void look(const struct verdict *a, const struct verdict *b)
{
    struct comparison *c =
        compare(&(struct compare_side){.verdict = a}, &(struct compare_side){.verdict = b}, false);

    if (!c->answer || c->answer[strlen(c->answer) - 1] != '.' || c->n_matter > c->n)
        abort();
    for (size_t i = 0; i < c->n; i++)
        if (!c->at[i].what || !c->at[i].where || !c->at[i].a || !c->at[i].b ||
            c->at[i].matters != (i < c->n_matter))
            abort();
    comparison_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct cert_chain *chain = cert_chain_from_bytes(data, size, &e), *rest = cert_chain_new();
    struct verdict a, b;

    for (size_t i = 1; chain && i < chain->n; i++)
        cert_chain_push(rest, chain->at[i]);
    if (chain && rest->n) {
        judge(chain, ANCHORS_SYSTEM, &a);
        judge(rest, ANCHORS_USER, &b);
        look(&a, &b);
        look(&b, &a);
        verdict_fini(&a);
        verdict_fini(&b);
    }
    cert_chain_free(rest);
    cert_chain_free(chain);
    return 0;
}
