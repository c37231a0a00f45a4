/* explain/compare_chain.c - what two chains are as a whole, how they were shown, and the sentence
 * that sums it up. */
#include "compare_priv.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cert/facts.h"
#include "flow/flow.h"
#include "judge/verdict.h"

const struct verdict_check *compare_winner(const struct verdict *v)
{
    for (size_t i = 0; v->class != CLASS_NONE && i < v->n_checks; i++)
        if (v->checks[i].check->class == v->class && v->checks[i].check->osstatus == v->osstatus)
            return &v->checks[i];
    return NULL;
}

static const struct cert *last_of(const struct verdict *v)
{
    return v->path[v->n_path - 1];
}

static bool is_whole(const struct verdict *v)
{
    return v->anchored || last_of(v)->self_signed;
}

static bool speaks_of(const struct verdict *v, const char *cause)
{
    for (size_t i = 0; i < v->n_causes; i++)
        if (strcmp(v->causes[i], cause) == 0)
            return true;
    return false;
}

static void tell_chain(const struct verdict *v, struct text *out)
{
    const struct cert *last = last_of(v);
    const char *issuer = last->issuer.cn ? last->issuer.cn : last->issuer.text;

    text_printf(out, "%zu certificate%s", v->n_path, v->n_path == 1 ? "" : "s");
    if (v->n_path > 1 && is_whole(v))
        text_printf(out, " up to “%s”", last->summary);
    else if (is_whole(v))
        text_add(out, v->anchored ? " that is itself trusted" : " that is signed by itself");
    else if (speaks_of(v, "signature-invalid"))
        text_printf(out, ", whose signature the key of its issuer “%s” does not verify", issuer);
    else
        text_printf(out, ", and the issuer “%s” is not there", issuer);
    if (v->fetched)
        text_add(out, ", of which the phone has to fetch one");
}

static const char *trust_words(const struct verdict *v)
{
    static const char *const words[][2] = {
        {"both", "which Apple and Mozilla trust"},
        {"apple", "which Apple trusts and Mozilla does not"},
        {"mozilla", "which Mozilla trusts and Apple does not"},
        {"custom", "which the given roots hold"},
    };

    if (v->anchored && v->anchors_are == ANCHORS_USER)
        return "trusted as if installed on the phone";
    for (size_t i = 0; v->trusted_by && i < sizeof words / sizeof *words; i++)
        if (strcmp(v->trusted_by, words[i][0]) == 0)
            return words[i][1];
    return v->anchored ? "which is trusted here" : "which nobody here trusts";
}

static void tell_root(const struct verdict *v, struct text *out)
{
    if (is_whole(v))
        text_printf(out, "“%s”, %s", last_of(v)->summary, trust_words(v));
    else
        text_add(out, "not reached");
}

static void tell_ct(const struct verdict *v, struct text *out)
{
    static const char *const words[] = {[VERDICT_CT_NOT_JUDGED] = "not judged",
        [VERDICT_CT_QUALIFIED] = "enough proofs",
        [VERDICT_CT_MISSING] = "too few proofs",
        [VERDICT_CT_INVALID] = "proofs that do not count",
        [VERDICT_CT_CANNOT_TELL] = "cannot be told with our list of logs"};

    text_add(out, words[v->ct]);
}

/* Of the first certificate about which something is known to be amiss; else of the leaf. */
static void tell_revocation(const struct verdict *v, struct text *out)
{
    enum verdict_revocation r = v->revocation ? v->revocation[0] : VERDICT_REVOCATION_NOT_CHECKED;

    for (size_t i = 1; v->revocation && r <= VERDICT_REVOCATION_GOOD && i < v->n_path; i++)
        if (v->revocation[i] > VERDICT_REVOCATION_GOOD)
            r = v->revocation[i];
    text_add(out, r == VERDICT_REVOCATION_NOT_CHECKED ? "not checked" : verdict_revocation_name(r));
    if (v->revocation_source)
        text_printf(out, ", by %s", v->revocation_source);
}

static void tell_openssl(const struct verdict *v, struct text *out)
{
    if (!v->openssl.asked)
        text_add(out, "not asked");
    else if (v->openssl.accept)
        text_add(out, "accepts");
    else
        text_printf(out, "refuses, result %d at depth %d", v->openssl.code, v->openssl.depth);
}

static const struct {
    const char *what;
    void (*tell)(const struct verdict *v, struct text *out);
    const char *checks[3];
} of_chains[] = {
    {"chain", tell_chain, {"MissingIntermediate", "ChainDepth"}},
    {"root", tell_root, {"AnchorTrusted", "AnchorSHA256", "AnchorApple"}},
    {"Certificate Transparency", tell_ct, {"SystemTrustedCTRequired", "CTRequired"}},
    {"revocation", tell_revocation, {"Revocation", "RevocationResponseRequired"}},
    {"opinion of OpenSSL", tell_openssl, {NULL}},
};

void compare_whole_chains(struct compare_work *w)
{
    static const size_t anywhere[2] = {SIZE_MAX, SIZE_MAX};

    for (size_t i = 0; i < sizeof of_chains / sizeof *of_chains; i++) {
        struct text told[2] = {{0}, {0}};

        for (int s = 0; s < 2; s++)
            of_chains[i].tell(w->side[s]->verdict, &told[s]);
        if (strcmp(text_str(&told[0]), text_str(&told[1])) != 0) {
            struct difference *d = compare_add(w, of_chains[i].what, "chain");

            compare_settle(
                w, d, &(struct compare_checks){.names = of_chains[i].checks, .n = 3}, anywhere);
            d->a = text_give(&told[0]);
            d->b = text_give(&told[1]);
        }
        text_fini(&told[0]);
        text_fini(&told[1]);
    }
}

static const char *of_leg(const struct flow *f, int field)
{
    const struct flow_server_leg *leg = f->server_leg;

    if (!leg)
        return NULL;
    switch (field) {
    case 0:
        return leg->version;
    case 1:
        return leg->cipher;
    case 2:
        return leg->alpn;
    case 3:
        return leg->staple;
    case 4:
        return leg->version ? (leg->wants_client_certificate ? "wanted" : "not wanted") : NULL;
    default:
        return f->mail ? f->mail->starttls : NULL;
    }
}

/* Only when both were asked over the network: a file has no TLS version that could differ. */
static void compare_connections(struct compare_work *w)
{
    static const char *const names[] = {"TLS version", "cipher", "protocol (ALPN)",
        "stapled OCSP answer", "client certificate", "STARTTLS"};
    const struct flow *a = w->side[0]->flow, *b = w->side[1]->flow;

    if (!of_leg(a, 0) || !of_leg(b, 0))
        return;
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
        const char *here = of_leg(a, i) ? of_leg(a, i) : "none",
                   *there = of_leg(b, i) ? of_leg(b, i) : "none";

        if (strcmp(here, there) == 0)
            continue;
        struct difference *d = compare_add(w, names[i], "connection");
        d->a = mem_text(here);
        d->b = mem_text(there);
    }
}

static void tell_web(const struct flow_verdict *v, struct text *out)
{
    const struct flow_check *check = v->n_checks ? v->checks : NULL;

    if (strcmp(v->verdict, "reject") != 0)
        text_add(out, "accept it");
    else
        text_printf(out, "refuse it%s%s", check ? ", by " : "", check ? check->check : "");
    if (check && check->detail)
        text_printf(out, ": %s", check->detail);
}

static const struct flow_verdict *web_of(const struct compare_side *side)
{
    return side->flow->server_leg ? side->flow->server_leg->verdict_webpki : NULL;
}

/* What the others say of it, when both were asked beside iOS's answer. */
static void compare_web(struct compare_work *w)
{
    const struct flow_verdict *a = web_of(w->side[0]), *b = web_of(w->side[1]);
    struct text told[2] = {{0}, {0}};

    if (w->webpki || !a || !b)
        return;
    tell_web(a, &told[0]);
    tell_web(b, &told[1]);
    if (strcmp(text_str(&told[0]), text_str(&told[1])) != 0) {
        struct difference *d = compare_add(w, "what Chrome, Firefox and Android say", "chain");

        d->a = text_give(&told[0]);
        d->b = text_give(&told[1]);
    }
    text_fini(&told[0]);
    text_fini(&told[1]);
}

static bool has_cause(const struct flow *f, const char *cause)
{
    for (size_t i = 0; f && i < f->n_diagnosis; i++)
        if (strcmp(f->diagnosis[i].cause, cause) == 0)
            return true;
    return false;
}

/* What the rules found on one side only. Of a refused chain the checks tell it already. */
static void compare_diagnoses(struct compare_work *w, int s)
{
    const struct flow *f = w->side[s]->flow, *other = w->side[!s]->flow;
    bool refused = w->side[s]->verdict->answer == VERDICT_REJECT;

    for (size_t i = 0; i < f->n_diagnosis; i++) {
        const struct flow_diagnosis *found = &f->diagnosis[i];
        bool of_identity = found->leg && strcmp(found->leg, "identity") == 0;

        if ((refused && !of_identity) || has_cause(other, found->cause))
            continue;
        struct difference *d =
            compare_add(w, found->title, of_identity ? "identity" : "connection");
        const char *why = found->why && *found->why ? found->why : "so it is";

        d->a = mem_text(s ? "not so" : why);
        d->b = mem_text(s ? why : "not so");
        d->matters = true;
        d->fails = s ? FAILS_ON_B : FAILS_ON_A;
        d->cause = found->cause;
    }
}

void compare_flows(struct compare_work *w)
{
    if (!w->side[0]->flow || !w->side[1]->flow)
        return;
    compare_web(w);
    compare_connections(w);
    compare_diagnoses(w, 0);
    compare_diagnoses(w, 1);
}

/* Who judges, and the verbs that agree with it. */
struct judge_words {
    const char *who, *accept, *refuse, *it;
};

static const struct judge_words *words_of(const struct compare_work *w)
{
    static const struct judge_words ios = {"An iPhone", "accepts", "refuses", "it"},
                                    web = {
                                        "Chrome, Firefox and Android", "accept", "refuse", "them"};

    return w->webpki ? &web : &ios;
}

static const char letters[2] = {'A', 'B'};

/* The first difference that this side fails by. */
static const struct difference *reason_of(const struct compare_work *w, int s)
{
    for (size_t i = 0; i < w->out->n_matter; i++)
        if (w->out->at[i].fails == (s ? FAILS_ON_B : FAILS_ON_A))
            return &w->out->at[i];
    return NULL;
}

static const struct difference *common_of(const struct compare_work *w)
{
    for (size_t i = 0; i < w->out->n; i++)
        if (w->out->at[i].fails == FAILS_ON_BOTH)
            return &w->out->at[i];
    return NULL;
}

static bool is_plural(const char *what)
{
    if (text_starts(what, "extension "))
        return false;
    return (text_ends(what, "s") && !text_ends(what, "ss")) || text_ends(what, "s)");
}

/* A row of the table of checks, told by its own words; not one of an aspect. */
static bool is_bare(const struct difference *d)
{
    const struct judge_check *check = d->check ? judge_check_find(d->check) : NULL;

    return check && strcmp(check->text, d->what) == 0;
}

/* After `before`: "the extended key usage of A's intermediate “Mail CA” is emailProtection; that of
 * B's is not set (ServerAuthEKU)" */
static void add_reason(const char *before, const struct difference *d, int s, struct text *out)
{
    const char *here = s ? d->b : d->a, *there = s ? d->a : d->b, *name = s ? d->b_name : d->a_name;
    bool of_one = strcmp(d->where, "chain") != 0;
    bool plural = is_plural(d->what);

    text_add(out, before);
    if (d->cause) {
        text_printf(out, "of %c alone, %s", letters[s], here);
        return;
    }
    if (is_bare(d)) {
        text_printf(out, "%c%s%s fails %s: %s", letters[s], of_one ? "'s " : "",
            of_one ? d->where : "", d->check, here);
        return;
    }
    text_printf(out, "the %s of %c", d->what, letters[s]);
    if (of_one)
        text_printf(
            out, "'s %s%s%s%s", d->where, name ? " “" : "", name ? name : "", name ? "”" : "");
    text_printf(out, " %s %s; %s of %c%s %s %s (%s)", plural ? "are" : "is", here,
        plural ? "those" : "that", letters[!s], of_one ? "'s" : "", plural ? "are" : "is", there,
        d->check);
}

static void answer_both_accepted(struct compare_work *w, struct text *out)
{
    const struct judge_words *say = words_of(w);
    const struct comparison *c = w->out;

    text_printf(out, "%s %s A and B alike", say->who, say->accept);
    if (c->n_matter)
        add_reason(", but ", &c->at[0], c->at[0].fails == FAILS_ON_B, out);
    else if (!c->n)
        text_add(out, ": they are the same");
    else if (c->n == 1)
        text_printf(out, ": they differ in 1 way, which does not matter to %s", say->it);
    else
        text_printf(out, ": they differ in %zu ways, and none matters to %s", c->n, say->it);
}

static void answer_one_refused(struct compare_work *w, int s, struct text *out)
{
    const struct judge_words *say = words_of(w);
    const struct difference *d = reason_of(w, s);

    text_printf(
        out, "%s %s %c and %s %c: ", say->who, say->refuse, letters[s], say->accept, letters[!s]);
    if (d)
        add_reason("", d, s, out);
    else
        text_add(
            out, w->side[s]->verdict->text ? w->side[s]->verdict->text : "it does not say why");
}

static void answer_both_refused(struct compare_work *w, struct text *out)
{
    const struct judge_words *say = words_of(w);
    const struct difference *a = reason_of(w, 0), *b = reason_of(w, 1), *common = common_of(w);
    const struct judge_check *check = common ? judge_check_find(common->check) : NULL;

    text_printf(out, "%s %s A and B", say->who, say->refuse);
    if (common && (a || b))
        text_printf(out, ": both fail %s", common->check);
    else if (common)
        text_printf(out, " for the same reason: %s (%s)", check ? check->text : common->what,
            common->check);
    else if (a && b)
        text_add(out, ", each for a reason of its own");
    if (a)
        add_reason(common ? "; and " : ": ", a, 0, out);
    if (b)
        add_reason(common || a ? "; and " : ": ", b, 1, out);
}

static const char *why_unjudged(const struct compare_side *side)
{
    if (side->verdict->error)
        return side->verdict->error;
    return side->no_chain ? side->no_chain : "it showed no certificate";
}

static void answer_unjudged(struct compare_work *w, const bool judged[static 2], struct text *out)
{
    for (int s = 0; s < 2; s++)
        if (!judged[s])
            text_printf(out, "%s%c cannot be judged: %s", out->len ? "; " : "", letters[s],
                why_unjudged(w->side[s]));
}

void compare_answer(struct compare_work *w)
{
    const bool judged[2] = {
        w->side[0]->verdict->answer != VERDICT_ERROR, w->side[1]->verdict->answer != VERDICT_ERROR};
    const bool refused[2] = {w->side[0]->verdict->answer == VERDICT_REJECT,
        w->side[1]->verdict->answer == VERDICT_REJECT};
    struct text out = {0};

    if (!judged[0] || !judged[1])
        answer_unjudged(w, judged, &out);
    else if (refused[0] && refused[1])
        answer_both_refused(w, &out);
    else if (refused[0] || refused[1])
        answer_one_refused(w, refused[1], &out);
    else
        answer_both_accepted(w, &out);
    text_add_char(&out, '.');
    w->out->answer = text_give(&out);
}
