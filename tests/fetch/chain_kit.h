/* tests/fetch/chain_kit.h - a site's leaf under two intermediates and a root, of which the site
 * sends the leaf alone; a web server has the rest. */
#ifndef WHYTLS_TESTS_FETCH_CHAIN_KIT_H
#define WHYTLS_TESTS_FETCH_CHAIN_KIT_H

#include "base/clock.h"
#include "base/mem.h"
#include "fetch/evidence.h"
#include "fetch/fetch.h"
#include "judge/verdict.h"
#include "mint_chain.h"
#include "mint_revocation.h"
#include "trust/roots.h"
#include "web.h"

/* AuthorityInfoAccess with one responder, http://ocsp.web.test/o (RFC 5280 §4.2.2.1). */
#define KIT_OCSP_HEX "3024302206082b060105050730018616687474703a2f2f6f6373702e7765622e746573742f6f"
/* CRLDistributionPoints with http://crl.web.test/l */
#define KIT_CRL_HEX "301d301ba019a0178615687474703a2f2f63726c2e7765622e746573742f6c"

struct kit {
    struct mint *root, *upper, *lower, *leaf, *stranger;
    struct cert_chain *chain, *anchors;
    struct roots *roots;
    struct cert_span upper_der, lower_der, stranger_der, ocsp, crl;
    struct clock clock;
    struct web web;
    struct fetcher *f;
    struct judge_case the_case;
    struct verdict first;
};

static inline struct cert_span kit_der(const struct mint *m)
{
    struct cert_span out;

    out.at = mint_der(m, &out.len);
    return out;
}

/* How the leaf points at its issuer and its revocation. */
struct kit_spec {
    const char *aia, *upper_aia;
    const struct mint_extension *extensions; /* of the leaf */
    bool sends_all;
    struct mint_ocsp_spec ocsp; /* of the leaf */
    bool crl_lists_leaf;
};

static inline void kit_judge(struct kit *k, const struct fetch_evidence *e, struct verdict *out)
{
    struct evidence_bundle bundle;
    struct judge_case c = k->the_case;

    evidence_bundle(&bundle, (struct cert_span){0}, (struct cert_span){0}, e);
    c.evidence = &bundle.judge;
    c.fetched = e ? e->fetched : NULL;
    judge_chain(&c, out);
}

static inline void kit_init(struct kit *k, const struct kit_spec *spec)
{
    struct mint_ocsp_spec ocsp = spec->ocsp;
    struct mint_crl_spec crl = {.issuer = NULL};
    struct err e = {0};

    *k = (struct kit){.f = NULL};
    k->root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    k->stranger = mint_make(&(struct mint_spec){.cn = "Lower CA", .ca = true}, k->root);
    k->upper = mint_make(&(struct mint_spec){.cn = "Upper CA", .ca = true}, k->root);
    k->lower = mint_make(
        &(struct mint_spec){.cn = "Lower CA", .ca = true, .aia = spec->upper_aia}, k->upper);
    k->leaf = mint_make(&(struct mint_spec){.cn = "shop.example",
                            .dns = {"shop.example"},
                            .aia = spec->aia,
                            .extensions = spec->extensions},
        k->lower);
    k->chain =
        spec->sends_all ? mint_chain(k->leaf, k->lower, k->upper, NULL) : mint_chain(k->leaf, NULL);
    k->anchors = mint_chain(k->root, NULL);
    k->roots = roots_from_chain(k->anchors, "mozilla");
    k->upper_der = kit_der(k->upper);
    k->lower_der = kit_der(k->lower);
    k->stranger_der = kit_der(k->stranger);
    ocsp.about = k->leaf;
    ocsp.issuer = k->lower;
    k->ocsp = mint_ocsp(&ocsp);
    crl.issuer = k->lower;
    crl.revoked[0] = spec->crl_lists_leaf ? k->leaf : NULL;
    k->crl = mint_crl(&crl);
    web_page(&k->web, "/lower", "200 OK", NULL, k->lower_der);
    web_page(&k->web, "/upper", "200 OK", NULL, k->upper_der);
    web_page(&k->web, "/stranger", "200 OK", NULL, k->stranger_der);
    web_page(&k->web, "/o", "200 OK", NULL, k->ocsp);
    web_page(&k->web, "/l", "200 OK", NULL, k->crl);
    web_start(&k->web);
    clock_fake_init(&k->clock, MINT_AT * 1000);
    k->f = fetcher_start(&(struct fetch_config){.clock = &k->clock, .dial = &k->web.dial}, &e);
    assert_non_null(k->f);
    k->the_case = (struct judge_case){.chain = k->chain,
        .host = "shop.example",
        .at = MINT_AT,
        .roots = k->roots,
        .no_openssl = true};
    judge_chain(&k->the_case, &k->first);
}

static inline void kit_fini(struct kit *k)
{
    verdict_fini(&k->first);
    fetcher_free(k->f);
    web_stop(&k->web);
    mem_free((void *)(uintptr_t)k->upper_der.at);
    mem_free((void *)(uintptr_t)k->lower_der.at);
    mem_free((void *)(uintptr_t)k->stranger_der.at);
    mem_free((void *)(uintptr_t)k->ocsp.at);
    mem_free((void *)(uintptr_t)k->crl.at);
    roots_unref(k->roots);
    cert_chain_free(k->chain);
    cert_chain_free(k->anchors);
    mint_free(k->leaf);
    mint_free(k->lower);
    mint_free(k->upper);
    mint_free(k->stranger);
    mint_free(k->root);
}

static inline struct evidence_ask kit_ask(const struct kit *k)
{
    return (struct evidence_ask){.the_case = &k->the_case, .first = &k->first, .issuers = true};
}

#endif
