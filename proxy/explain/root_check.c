/* explain/root_check.c - would Certificate Trust Settings offer a switch for this root?
 *
 * A root that was installed by hand is trusted by nobody until that switch is on, and iOS lists
 * only what it holds to be a root: https://support.apple.com/102390 tells of the switch, and
 * reports of mkcert (#47, #233) and bitwarden's server
 * (#327) of the roots that do not appear. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/time_text.h"
#include "cert/chain.h"
#include "cert/facts.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "hook/hook.h"
#include "identity_priv.h"
#include "judge/judge.h"
#include "judge/verdict.h"

static const char source[] = "Apple source", observed[] = "observed";

struct conditions {
    struct flow *f;
    struct flow_condition **list;
    size_t *n;
    bool all;
};

static void add(
    struct conditions *c, const char *name, bool holds, const char *says, const char *grade)
{
    struct flow_condition *one = flow_list_add(c->f, c->list, c->n, flow_type_condition());

    one->name = name;
    one->holds = holds;
    one->says = flow_text(c->f, says);
    one->grade = grade;
    c->all &= holds;
}

static void add_self_signed(struct conditions *c, const struct cert *root)
{
    struct text says = {0};

    if (root->self_signed)
        text_add(&says, "it signed itself");
    else if (root->self_issued)
        text_add(&says, "its issuer has its own name, and its own key does not verify it");
    else
        text_printf(&says, "“%s” issued it, so it is no root",
            root->issuer.cn ? root->issuer.cn : root->issuer.text);
    add(c, "self-signed", root->self_signed, text_str(&says), source);
    text_fini(&says);
}

static void add_dates(struct conditions *c, const struct cert *root)
{
    char from[TIME_TEXT_CAP], until[TIME_TEXT_CAP], says[2 * TIME_TEXT_CAP + 40];
    bool now = root->not_before <= c->f->now && c->f->now <= root->not_after;

    snprintf(says, sizeof says, "valid from %s to %s", time_date(from, root->not_before),
        time_date(until, root->not_after));
    add(c, "in-date", now && root->dates_readable,
        root->dates_readable ? says : "its dates cannot be read", source);
}

static bool key_is_fit(const struct cert *root)
{
    return root->key_type == CERT_KEY_RSA
               ? root->key_bits >= 2041
               : root->key_type == CERT_KEY_EC && root->key_bits >= 256 && !root->key_explicit;
}

bool root_conditions(struct flow *f, const struct cert *root, struct flow_condition **list,
    size_t *n, bool *is_offered)
{
    struct conditions c = {.f = f, .list = list, .n = n, .all = true};
    bool signs = !root->has_key_usage || root->key_usage & CERT_USE_CERT_SIGN;
    char key[96];

    add_self_signed(&c, root);
    add(&c, "ca", root->has_basic_constraints && root->is_ca,
        !root->has_basic_constraints ? "it has no basicConstraints, which would say CA:TRUE"
        : root->is_ca                ? "its basicConstraints say CA:TRUE"
                                     : "its basicConstraints say CA:FALSE: it is no authority",
        observed);
    add(&c, "common-name", root->subject.cn && *root->subject.cn,
        root->subject.cn && *root->subject.cn
            ? "it has a common name"
            : "it has no common name, by which the list would show it",
        observed);
    *is_offered = c.all;
    add_dates(&c, root);
    add(&c, "key-usage", signs,
        signs ? "it may sign certificates" : "its key usage leaves out keyCertSign", source);
    snprintf(key, sizeof key, "its key is %.60s%s", root->key_text,
        key_is_fit(root) ? "" : "; RSA of 2048 bits or P-256 is wanted");
    add(&c, "key", key_is_fit(root), key, source);
    add(&c, "version", root->version == 3,
        root->version == 3 ? "it is of version 3"
                           : "it is of an old version, which cannot say that it is an authority",
        source);
    return c.all;
}

/* The chain of one, judged with itself as what the owner of the phone trusts. */
static void judge_it(const struct explain_ask *ask, struct flow *f, const struct cert_chain *chain)
{
    struct flow_identity *id = f->identity;
    struct verdict verdict = {0};
    struct judge_case the_case = {.chain = chain,
        .at = f->now,
        .anchors_are = ANCHORS_USER,
        .anchors = chain,
        .policy = JUDGE_X509_BASIC};

    judge_chain(&the_case, &verdict);
    id->verdict = flow_make_verdict(f, &verdict);
    id->checks = id->verdict->checks;
    id->n_checks = id->verdict->n_checks;
    id->purpose = judge_policy_name(the_case.policy);
    explain_keep(ask, &verdict);
    verdict_fini(&verdict);
}

bool explain_root(const struct explain_ask *ask, const uint8_t *bytes, size_t len,
    struct flow **out, struct err *e)
{
    struct cert_chain *chain = cert_chain_from_bytes(bytes, len, e);

    if (!chain)
        return false;
    if (chain->n != 1) {
        err_set(e, ERR_INPUT, "%zu certificates; one is looked at as a root", chain->n);
        cert_chain_free(chain);
        return false;
    }
    struct flow *f = explain_begin(ask);
    struct flow_identity *id = f->identity = FLOW_MAKE(f, identity);

    id->kind = "root";
    id->certificates = 1;
    flow_fill_certificate(f, flow_list_add(f, &id->chain, &id->n_chain, flow_type_certificate()),
        chain->at[0], 0, "sent");
    id->leaf = &id->chain[0];
    id->issuer = chain->at[0]->self_signed                   ? "self-signed"
                 : issuer_is_known(chain->at[0], ask->roots) ? "known"
                                                             : "open";
    bool offered,
        all = root_conditions(f, chain->at[0], &id->conditions, &id->n_conditions, &offered);
    id->trust_switch = offered ? "yes" : "no";
    id->result = all ? "installs" : "limited";
    judge_it(ask, f, chain);
    cert_chain_free(chain);
    hook_fire(ask->hooks, MOMENT_IDENTITY, f, NULL);
    explain_end(ask, f);
    *out = f;
    return true;
}
