/* tests/judge/trial.h - a good chain of three with one difference, judged. */
#ifndef WHYTLS_TESTS_JUDGE_TRIAL_H
#define WHYTLS_TESTS_JUDGE_TRIAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "cert/chain.h"
#include "judge/judge.h"
#include "judge/verdict.h"
#include "mint_chain.h"
#include "trust/roots.h"

/* Zeroed: shop.example < Issuing CA < Root, the root in the system's store, asked for shop.example
 * at MINT_AT. */
struct trial {
    struct mint_spec leaf, ica, root;
    enum anchors_are anchors;
    enum judge_policy policy;
    const char *host; /* "": no name check */
    int64_t at;
    bool bare;                   /* the leaf has no subjectAltName */
    bool alone;                  /* the leaf signs itself and is all there is */
    bool short_one;              /* no intermediate */
    bool without_ica, with_root; /* what the server sends */
    bool untrusted;
    const char *email, *server_names[3];
    unsigned key_usage, smime_usage;
    bool ignore_expiry, denied; /* denied: the intermediate */
};

static inline void trial_run(const struct trial *given, struct verdict *v)
{
    struct trial t = *given;
    struct mint *root, *ica = NULL, *leaf;
    struct cert_chain *chain, *anchors;
    struct roots *roots = NULL;
    struct judge_case the_case;

    t.root.ca = t.ica.ca = true;
    t.root.cn = t.root.cn ? t.root.cn : "Root";
    t.ica.cn = t.ica.cn ? t.ica.cn : "Issuing CA";
    t.leaf.cn = t.leaf.cn ? t.leaf.cn : "shop.example";
    if (!t.bare && !t.leaf.dns[0] && !t.leaf.dns_hex && !t.leaf.ips[0] && !t.leaf.emails[0])
        t.leaf.dns[0] = "shop.example";
    root = mint_make(&t.root, NULL);
    if (!t.short_one && !t.alone)
        ica = mint_make(&t.ica, root);
    leaf = mint_make(&t.leaf, t.alone ? NULL : ica ? ica : root);
    chain = mint_chain(leaf,
        ica && !t.without_ica ? ica
        : t.with_root         ? root
                              : NULL,
        t.with_root && ica && !t.without_ica ? root : NULL, NULL);
    anchors = t.untrusted ? cert_chain_new() : mint_chain(t.alone ? leaf : root, NULL);
    struct cert_chain *denied = t.denied ? mint_chain(ica, NULL) : NULL;
    if (t.anchors == ANCHORS_SYSTEM)
        roots = roots_from_chain(anchors, "mozilla");
    the_case = (struct judge_case){.chain = chain,
        .host = t.host ? (*t.host ? t.host : NULL) : "shop.example",
        .at = t.at ? t.at : MINT_AT,
        .anchors_are = t.anchors,
        .policy = t.policy,
        .roots = roots,
        .anchors = t.anchors == ANCHORS_SYSTEM ? NULL : anchors,
        .email = t.email,
        .server_names = t.server_names,
        .key_usage = t.key_usage,
        .smime_usage = t.smime_usage,
        .ignore_expiry = t.ignore_expiry,
        .denied = denied};
    while (the_case.n_server_names < 3 && t.server_names[the_case.n_server_names])
        the_case.n_server_names++;
    *v = (struct verdict){0};
    judge_chain(&the_case, v);
    cert_chain_free(denied);
    roots_unref(roots);
    cert_chain_free(anchors);
    cert_chain_free(chain);
    mint_free(leaf);
    mint_free(ica);
    mint_free(root);
}

/* "TemporalValidity@0 AnchorTrusted@2", as the verdict has them. */
static inline char *trial_checks(const struct verdict *v)
{
    struct text out = {0};

    for (size_t i = 0; i < v->n_checks; i++)
        text_printf(&out, "%s%s@%zu", i ? " " : "", v->checks[i].check->name, v->checks[i].cert);
    return text_give(&out);
}

static inline char *trial_causes(const struct verdict *v)
{
    struct text out = {0};

    for (size_t i = 0; i < v->n_causes; i++)
        text_printf(&out, "%s%s", i ? " " : "", v->causes[i]);
    return text_give(&out);
}

struct trial_row {
    const char *name;
    struct trial trial;
    const char *checks, *causes;
};

static inline void trial_rows(const struct trial_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct verdict v;
        char *checks, *causes;

        trial_run(&rows[i].trial, &v);
        checks = trial_checks(&v);
        causes = trial_causes(&v);
        if (strcmp(checks, rows[i].checks) != 0 ||
            (rows[i].causes && strcmp(causes, rows[i].causes) != 0))
            fail_msg("%s: checks “%s”, causes “%s”", rows[i].name, checks, causes);
        assert_int_equal(v.answer, *rows[i].checks ? VERDICT_REJECT : VERDICT_ACCEPT);
        mem_free(checks);
        mem_free(causes);
        verdict_fini(&v);
    }
}

#define TRIAL_ROWS(rows) trial_rows(rows, sizeof(rows) / sizeof((rows)[0]))

#endif
