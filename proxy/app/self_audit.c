#include "self_audit.h"

#include <string.h>

#include "base/text.h"
#include "cert/ca.h"
#include "cert/chain.h"
#include "cert/facts.h"
#include "cert/leaf.h"
#include "cert/leaf_key.h"
#include "judge/judge.h"
#include "judge/verdict.h"

/* The shapes that leaf_mint gives: a name, one too long for a common name (the subject is empty
 * then, RFC 5280 §4.2.1.6), one of another script, and both kinds of address. */
static const struct {
    const char *what, *host;
} kinds[] = {
    {"a leaf for a name", "audit.whytls.test"},
    {"a leaf for a long name",
        "a-name-of-more-than-sixty-four-octets-has-no-room-in.a-common-name.whytls.test"},
    {"a leaf for a name in another script", "xn--bcher-kva.whytls.test"},
    {"a leaf for an IPv4 address", "192.0.2.1"},
    {"a leaf for an IPv6 address", "2001:db8::1"},
};

static bool accepts(const struct judge_case *c, struct text *why)
{
    struct verdict v = {0};

    judge_chain(c, &v);
    bool accepted = v.answer == VERDICT_ACCEPT;
    if (!accepted)
        text_add(why, v.text ? v.text : v.error ? v.error : "refused");
    verdict_fini(&v);
    return accepted;
}

static bool root_passes(const struct cert_chain *anchors, int64_t now_s, struct text *why)
{
    const struct cert *root = anchors->at[0];

    if (!root->is_ca || !root->self_signed || !root->subject.cn) {
        text_add(why, "iOS would offer no switch for it");
        return false;
    }
    return accepts(&(struct judge_case){.chain = anchors,
                       .anchors = anchors,
                       .anchors_are = ANCHORS_USER,
                       .policy = JUDGE_X509_BASIC,
                       .at = now_s,
                       .no_openssl = true},
        why);
}

static bool leaf_passes(const struct leaf *leaf, const char *host, const struct cert_chain *anchors,
    int64_t now_s, struct text *why)
{
    struct cert_chain *chain = cert_chain_new();

    cert_chain_push(chain, leaf_facts(leaf));
    bool good = accepts(&(struct judge_case){.chain = chain,
                            .anchors = anchors,
                            .anchors_are = ANCHORS_USER,
                            .host = host,
                            .at = now_s,
                            .no_openssl = true},
        why);
    cert_chain_free(chain);
    return good;
}

static const char *first_that_fails(const struct ca *ca, const struct leaf_keys *keys,
    const struct cert_chain *anchors, int64_t now_s, struct text *why)
{
    if (!root_passes(anchors, now_s, why))
        return "our root";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct err e = {0};
        struct leaf *leaf = leaf_mint(ca, keys, kinds[i].host, now_s, &e);

        if (!leaf)
            text_add(why, e.text);
        bool good = leaf && leaf_passes(leaf, kinds[i].host, anchors, now_s, why);
        leaf_unref(leaf);
        if (!good)
            return kinds[i].what;
    }
    return NULL;
}

void self_audit_run(struct self_audit *out, const struct ca *ca, const struct leaf_keys *keys,
    int64_t now_s, struct text *why)
{
    struct cert_chain *anchors = cert_chain_new();
    struct err e = {0};
    size_t len = 0;
    const uint8_t *der = ca_der(ca, &len);

    *out = (struct self_audit){.n_kinds = sizeof kinds / sizeof *kinds,
        .root_ends_soon = ca_until(ca) - now_s < ROOT_ENDS_SOON_S};
    if (cert_chain_add(anchors, der, len, &e)) {
        out->failed = first_that_fails(ca, keys, anchors, now_s, why);
    } else {
        out->failed = "our root";
        text_add(why, e.text);
    }
    cert_chain_free(anchors);
}
