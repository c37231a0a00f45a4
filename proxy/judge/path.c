/* judge/path.c - many certificates, one path: parents by name, links by signature, backtracking,
 * and iOS's scores. */
#include "judging_priv.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "cert/name.h"
#include "trust/roots.h"

enum {
    PARENTS_MOST = 256,        /* of one certificate: a pool of namesakes is an attack */
    ACCEPTED_SCORE = 10000000, /* and more: every check passes */
};

/* A partial path is its end and the way back. */
struct node {
    const struct cert *cert;
    size_t child; /* index of the node below; unused at depth 0 */
    size_t depth; /* 0: the leaf */
};

struct queue {
    size_t at[JUDGE_PATHS_MOST]; /* nodes */
    size_t from, to;
};

struct search {
    const struct judge_case *c;
    size_t n;                           /* nodes */
    unsigned signatures_us, name_tests; /* that may still be computed */
    size_t judged;
    long best_score;
    size_t best;
    bool best_anchored, done;
    size_t n_ends;
    bool with_fetched;
    /* What follows is written before it is read, and too much to be zeroed for each connection. */
    bool end_anchored[VERDICT_DETOURS_MOST + 1];
    size_t ends[VERDICT_DETOURS_MOST + 1]; /* nodes at which a path ended, the first ones */
    struct queue good, aside; /* aside: a CA check failed, so only when nothing is accepted */
    struct node nodes[JUDGE_PATHS_MOST];
};

static bool chain_has(const struct cert_chain *chain, const struct cert *c)
{
    for (size_t i = 0; chain && i < chain->n; i++)
        if (cert_same(chain->at[i], c))
            return true;
    return false;
}

/* With an app's own anchors nothing else is trusted. */
static bool roots_are_trusted(const struct judge_case *jc)
{
    return jc->roots && !(jc->anchors_are == ANCHORS_CUSTOM && jc->anchors);
}

bool case_trusts(const struct judge_case *jc, const struct cert *c)
{
    if (jc->anchors_are == ANCHORS_USER && !jc->anchors && c->self_signed)
        return true;
    if (chain_has(jc->anchors, c))
        return true;
    return roots_are_trusted(jc) &&
           (judge_policy_is_webpki(jc->policy) ? roots_trust_web : roots_trust)(jc->roots, c);
}

static void queue_put(struct queue *q, size_t node)
{
    q->at[q->to++] = node;
}

static void unroll(const struct search *s, size_t node, struct judge_path *out)
{
    out->n = s->nodes[node].depth + 1;
    for (size_t i = out->n; i-- > 0; node = s->nodes[node].child)
        out->at[i] = s->nodes[node].cert;
}

/* The same bytes, or the same name and key again, which leads in circles. */
static bool is_on_path(const struct search *s, size_t node, const struct cert *c)
{
    for (;; node = s->nodes[node].child) {
        const struct cert *on = s->nodes[node].cert;

        if (cert_same(on, c) || (cert_name_equal(&on->subject, &c->subject) &&
                                    memcmp(on->spki_sha256, c->spki_sha256, 32) == 0))
            return true;
        if (s->nodes[node].depth == 0)
            return false;
    }
}

static bool hash_is_weak(const struct cert *c)
{
    return c->hash == CERT_HASH_MD2 || c->hash == CERT_HASH_MD4 || c->hash == CERT_HASH_MD5 ||
           c->hash == CERT_HASH_SHA1;
}

static bool key_is_strong(const struct cert *c)
{
    if (c->key_type == CERT_KEY_RSA)
        return (c->key_bits + 7) / 8 * 8 >= 2048;
    return c->key_type == CERT_KEY_EC && c->key_bits >= 224;
}

static bool has_weak_hash(const struct judge_path *p)
{
    for (size_t i = 0; i < p->n - (p->anchored && p->n > 1); i++)
        if (hash_is_weak(p->at[i]) && !p->at[i]->self_signed)
            return true;
    return false;
}

static long score_of(const struct judge_path *p, int64_t at)
{
    const struct cert *last = p->at[p->n - 1];
    bool in_time = true, strong = true;
    long score = p->anchored ? 10000 : 0;

    for (size_t i = 0; i < p->n; i++) {
        in_time = in_time && p->at[i]->not_before <= at && at <= p->at[i]->not_after;
        strong = strong && key_is_strong(p->at[i]);
    }
    score += last->self_signed ? 1000 - (long)p->n : (long)p->n;
    return score + (in_time ? 100 : 0) + (has_weak_hash(p) ? 0 : 10) + (strong ? 10 : 0);
}

static bool passes_all(struct search *s, const struct judge_path *p)
{
    struct judging j = {.c = s->c, .path = *p, .counting = true, .name_tests = s->name_tests};

    if (s->judged++ >= JUDGE_CANDIDATES_MOST)
        return false;
    judging_run(&j);
    s->name_tests = j.name_tests;
    return j.n_checks == 0;
}

/* A path that ends here: anchored, self-signed, or without a parent. */
static void consider(struct search *s, size_t node, bool anchored)
{
    struct judge_path p = {.anchored = anchored};
    bool accepted;
    long score;

    unroll(s, node, &p);
    accepted = anchored && passes_all(s, &p);
    if (s->n_ends <= VERDICT_DETOURS_MOST) {
        s->ends[s->n_ends] = node;
        s->end_anchored[s->n_ends++] = anchored;
    }
    score = score_of(&p, s->c->at) + (accepted ? ACCEPTED_SCORE : 0);
    if (score > s->best_score) {
        s->best_score = score;
        s->best = node;
        s->best_anchored = anchored;
    }
    /* A weak hash above a good leaf: there may be a better way up. */
    if (accepted && (!has_weak_hash(&p) || hash_is_weak(p.at[0])))
        s->done = true;
}

struct parents {
    const struct cert *at[PARENTS_MOST];
    size_t n;
};

static void parent_add(struct parents *p, const struct cert *child, const struct cert *c)
{
    if (p->n == PARENTS_MOST || !cert_name_equal(&c->subject, &child->issuer))
        return;
    for (size_t i = 0; i < p->n; i++)
        if (cert_same(p->at[i], c))
            return;
    p->at[p->n++] = c;
}

/* Anchors, then what was presented, then roots that are parents only, then what was fetched. */
static void parents_find(
    const struct judge_case *jc, const struct cert *child, bool with_fetched, struct parents *p)
{
    const struct cert *roots[PARENTS_MOST];
    size_t n = jc->roots ? roots_find_subject(jc->roots, &child->issuer, roots, PARENTS_MOST) : 0;
    bool trusted = roots_are_trusted(jc);

    p->n = 0;
    for (size_t i = 0; jc->anchors && i < jc->anchors->n; i++)
        parent_add(p, child, jc->anchors->at[i]);
    for (size_t i = 0; trusted && i < n; i++)
        parent_add(p, child, roots[i]);
    for (size_t i = 0; i < jc->chain->n; i++)
        parent_add(p, child, jc->chain->at[i]);
    for (size_t i = 0; !trusted && i < n; i++)
        parent_add(p, child, roots[i]);
    for (size_t i = 0; with_fetched && jc->fetched && i < jc->fetched->n; i++)
        parent_add(p, child, jc->fetched->at[i]);
}

static bool extend(struct search *s, size_t node, bool aside)
{
    const struct node *end = &s->nodes[node];
    struct parents parents;
    bool any = false;

    if (end->depth + 1 == JUDGE_DEPTH_MOST || s->n == JUDGE_PATHS_MOST)
        return false;
    parents_find(s->c, end->cert, s->with_fetched, &parents);
    for (size_t i = 0; i < parents.n && s->n < JUDGE_PATHS_MOST; i++) {
        const struct cert *parent = parents.at[i];

        if (is_on_path(s, node, parent) || !link_is_good(end->cert, parent, &s->signatures_us))
            continue;
        s->nodes[s->n] = (struct node){parent, node, end->depth + 1};
        queue_put(aside || !ca_is_fit(parent) ? &s->aside : &s->good, s->n++);
        any = true;
    }
    return any;
}

static void step(struct search *s, size_t node, bool aside)
{
    const struct cert *end = s->nodes[node].cert;

    if (case_trusts(s->c, end))
        consider(s, node, true);
    else if (end->self_signed || !extend(s, node, aside))
        consider(s, node, false);
}

/* From the leaf up; what may be computed is left over from one run to the next. */
static void search_run(struct search *s, bool with_fetched)
{
    s->with_fetched = with_fetched;
    s->n = s->judged = s->n_ends = 0;
    s->good.from = s->good.to = s->aside.from = s->aside.to = 0;
    s->best_score = -1;
    s->nodes[s->n++] = (struct node){.cert = s->c->chain->at[0]};
    queue_put(&s->good, 0);
    while (!s->done && s->good.from < s->good.to)
        step(s, s->good.at[s->good.from++], false);
    while (!s->done && s->best_score < ACCEPTED_SCORE && s->aside.from < s->aside.to)
        step(s, s->aside.at[s->aside.from++], true);
}

static bool needs_fetched(const struct judge_case *c, const struct judge_path *p)
{
    for (size_t i = 0; c->fetched && i < p->n; i++)
        if (chain_has(c->fetched, p->at[i]) && !chain_has(c->chain, p->at[i]) &&
            !case_trusts(c, p->at[i]))
            return true;
    return false;
}

static void paths_give(const struct search *s, struct judge_paths *out)
{
    unroll(s, s->best, &out->best);
    out->best.anchored = s->best_anchored;
    out->best.fetched = s->with_fetched && needs_fetched(s->c, &out->best);
    out->exhausted =
        s->n == JUDGE_PATHS_MOST || s->judged > JUDGE_CANDIDATES_MOST || s->signatures_us == 0;
    out->n_others = 0;
    for (size_t i = 0; i < s->n_ends && out->n_others < VERDICT_DETOURS_MOST; i++)
        if (s->ends[i] != s->best) {
            struct judge_path *other = &out->others[out->n_others++];

            unroll(s, s->ends[i], other);
            other->anchored = s->end_anchored[i];
            other->fetched = false;
        }
}

/* The basic policy and EAP, which judges before there is a network, never fetch. */
static bool may_fetch(const struct judge_case *c)
{
    return c->fetched && c->fetched->n && c->policy != JUDGE_X509_BASIC &&
           c->policy != JUDGE_EAP_SERVER && c->policy != JUDGE_EAP_CLIENT;
}

void path_find(const struct judge_case *c, struct judge_paths *out)
{
    struct search *s = mem_resize(NULL, sizeof(*s));

    memset(s, 0, offsetof(struct search, end_anchored));
    s->c = c;
    s->signatures_us = JUDGE_SIGNATURES_US;
    s->name_tests = JUDGE_NAME_TESTS_MOST;
    search_run(s, false);
    if (s->best_score < ACCEPTED_SCORE && may_fetch(c))
        search_run(s, true);
    paths_give(s, out);
    mem_free(s);
}

bool path_has_bad_link(const struct judge_case *c, const struct judge_path *path)
{
    const struct cert *last = path->at[path->n - 1];
    struct parents parents;
    unsigned budget = 0; /* the search has computed them, or had no more time */

    parents_find(c, last, path->fetched, &parents);
    for (size_t i = 0; i < parents.n; i++)
        if (!cert_same(parents.at[i], last) && !link_is_good(last, parents.at[i], &budget))
            return true;
    return false;
}
