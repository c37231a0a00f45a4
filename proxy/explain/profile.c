/* explain/profile.c - a configuration profile: would iOS install it, show it as verified, and offer
 * to trust its roots?
 *
 * iOS installs all payloads of a profile or none, so one that is refused refuses the whole. What
 * each fault says, and how that is known, stands in profile_fault.c. */
#include <string.h>

#include "base/mem.h"
#include "cert/chain.h"
#include "cert/facts.h"
#include "cert/identity.h"
#include "cert/mobileconfig.h"
#include "cert/name.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "hook/hook.h"
#include "identity_priv.h"
#include "judge/judge.h"
#include "judge/verdict.h"
#include "profile_priv.h"

static void chain_open(struct profile_look *look, size_t i)
{
    struct cert_span content = look->in->payloads[i].content;

    look->certs[i] = content.len ? cert_chain_from_bytes(content.at, content.len, NULL) : NULL;
}

static const char *holding(const struct cert *c)
{
    if (c->self_signed)
        return "root";
    return c->is_ca ? "intermediate" : "leaf";
}

static void switch_lay(struct profile_look *look, struct flow_payload *out, const struct cert *c)
{
    bool offered;

    root_conditions(look->f, c, &out->conditions, &out->n_conditions, &offered);
    out->trust_switch = offered ? "yes" : "no";
    look->profile->switchless += !offered;
}

static void certificate_lay(struct profile_look *look, struct flow_payload *out, size_t i)
{
    const struct mobileconfig_payload *in = &look->in->payloads[i];
    const struct cert *c = look->certs[i]->at[0];

    out->holds = holding(c);
    out->certificate = FLOW_MAKE(look->f, certificate);
    flow_fill_certificate(look->f, out->certificate, c, 0, "sent");
    if (look->certs[i]->n > 1)
        fault_add(look, out, FAULT_SEVERAL_CERTIFICATES);
    if (in->kind == PAYLOAD_PKCS12)
        fault_add(look, out, FAULT_IS_A_CERTIFICATE);
    else if (in->kind == PAYLOAD_ROOT && !c->self_signed)
        fault_add(look, out, c->is_ca ? FAULT_NO_ROOT_IN_ROOT_PAYLOAD : FAULT_LEAF_IN_ROOT_PAYLOAD);
    if (in->kind != PAYLOAD_PEM && memmem(in->content.at, in->content.len, "-----BEGIN", 10))
        fault_add(look, out, FAULT_PEM_IN_DER_PAYLOAD);
    if (c->not_after < look->f->now)
        fault_add(look, out, FAULT_EXPIRED);
    else if (c->not_before > look->f->now)
        fault_add(look, out, FAULT_NOT_YET_VALID);
    if (c->self_signed)
        switch_lay(look, out, c);
}

static void identity_lay(
    struct profile_look *look, struct flow_payload *out, const struct mobileconfig_payload *in)
{
    struct identity *id = identity_read_within(in->content, in->password, &look->rounds_left);

    out->holds = "identity";
    if (in->password)
        fault_add(look, out, FAULT_PASSWORD_INSIDE);
    if (id->is_ber || id->state == IDENTITY_CORRUPT || id->state == IDENTITY_TOO_COSTLY ||
        id->state == IDENTITY_UNSUPPORTED)
        fault_add(look, out, FAULT_IDENTITY_UNREADABLE);
    else if (id->state == IDENTITY_WRONG_PASSWORD)
        fault_add(look, out, in->password ? FAULT_PASSWORD_WRONG : FAULT_ASKS_FOR_PASSWORD);
    else if (!id->key_fits)
        fault_add(look, out, FAULT_NO_KEY);
    else if (id->n_identities > 1)
        fault_add(look, out, FAULT_SEVERAL_IDENTITIES);
    if (id->chain->n) {
        out->certificate = FLOW_MAKE(look->f, certificate);
        flow_fill_certificate(look->f, out->certificate, id->chain->at[0], 0, "sent");
        if (id->chain->at[0]->not_after < look->f->now)
            fault_add(look, out, FAULT_EXPIRED);
    }
    identity_free(id);
}

static void content_lay(struct profile_look *look, struct flow_payload *out, size_t i)
{
    const struct mobileconfig_payload *in = &look->in->payloads[i];

    out->holds = "other";
    if (in->kind == PAYLOAD_OTHER)
        return;
    out->holds = "unreadable";
    if (!in->content.len) {
        fault_add(look, out, FAULT_NO_CONTENT);
        return;
    }
    if (in->kind != PAYLOAD_PKCS12 && identity_looks_like(in->content)) {
        out->holds = "identity";
        fault_add(look, out, FAULT_IS_AN_IDENTITY);
    } else if (look->certs[i]) {
        certificate_lay(look, out, i);
    } else if (in->kind == PAYLOAD_PKCS12) {
        identity_lay(look, out, in);
    } else {
        fault_add(look, out, FAULT_NOT_A_CERTIFICATE);
    }
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* What iOS tells payloads apart by. */
static void head_lay(struct profile_look *look, struct flow_payload *out, size_t i)
{
    const struct mobileconfig_payload *all = look->in->payloads, *in = &all[i];
    bool same_uuid = false, same_identifier = false, same_cert = false;

    for (size_t k = 0; k < i; k++) {
        same_uuid |= same_text(in->uuid, all[k].uuid);
        same_identifier |= same_text(in->identifier, all[k].identifier);
        same_cert |= look->certs[i] && look->certs[k] &&
                     cert_same(look->certs[i]->at[0], look->certs[k]->at[0]);
    }
    if (!in->type)
        fault_add(look, out, FAULT_NO_TYPE);
    if (!in->identifier)
        fault_add(look, out, FAULT_NO_IDENTIFIER);
    if (!in->uuid)
        fault_add(look, out, FAULT_NO_UUID);
    if (!in->has_version)
        fault_add(look, out, FAULT_NO_VERSION);
    if (same_uuid || same_text(in->uuid, look->in->uuid))
        fault_add(look, out, FAULT_UUID_TWICE);
    if (same_identifier)
        fault_add(look, out, FAULT_IDENTIFIER_TWICE);
    if (same_cert)
        fault_add(look, out, FAULT_CERTIFICATE_TWICE);
}

static void payload_lay(struct profile_look *look, size_t i)
{
    const struct mobileconfig_payload *in = &look->in->payloads[i];
    struct flow_profile *p = look->profile;
    struct flow_payload *out =
        flow_list_add(look->f, &p->payloads, &p->n_payloads, flow_type_payload());
    bool blocks = false;

    out->number = (int64_t)i + 1;
    out->type = flow_text(look->f, in->type);
    out->name = flow_text(look->f, in->name);
    out->identifier = flow_text(look->f, in->identifier);
    out->uuid = flow_text(look->f, in->uuid);
    head_lay(look, out, i);
    content_lay(look, out, i);
    for (size_t k = 0; k < out->n_faults; k++)
        blocks |= out->faults[k].blocks;
    p->rejected += blocks;
    p->warned += out->n_faults && !blocks;
}

/* --- the profile as a whole --- */

static bool is_inside(const struct profile_look *look, const struct cert *issued)
{
    for (size_t i = 0; i < look->in->n_payloads; i++) {
        const struct cert *one = look->certs[i] ? look->certs[i]->at[0] : NULL;

        if (one && cert_name_equal(&issued->issuer, &one->subject) &&
            cert_is_signed_by(issued, one))
            return true;
    }
    return false;
}

/* Issuers of which neither the profile nor the phone has the certificate. */
static void missing_lay(struct profile_look *look)
{
    for (size_t i = 0; i < look->in->n_payloads; i++) {
        const struct cert *c = look->certs[i] ? look->certs[i]->at[0] : NULL;
        bool told = false;

        if (!c || c->self_signed || is_inside(look, c) || issuer_is_known(c, look->ask->roots))
            continue;
        for (size_t k = 0; k < look->profile->missing.n; k++)
            told |= strcmp(look->profile->missing.at[k], c->issuer.text) == 0;
        if (!told)
            flow_texts_add(look->f, &look->profile->missing, c->issuer.text);
    }
}

static void signature_lay(struct profile_look *look)
{
    const struct cert_chain *signers = look->in->signers;
    struct flow_profile *p = look->profile;
    struct verdict verdict = {0};

    p->signature = look->in->signature == SIGNATURE_NONE     ? "none"
                   : look->in->signature == SIGNATURE_BROKEN ? "broken"
                                                             : "untrusted";
    if (look->in->signature == SIGNATURE_BROKEN)
        profile_fault_add(look, FAULT_SIGNATURE_BROKEN);
    if (!signers->n || look->in->signature == SIGNATURE_NONE)
        return;
    p->signer = flow_text(look->f, signers->at[0]->summary);
    judge_chain(&(struct judge_case){.chain = signers,
                    .at = look->f->now,
                    .roots = look->ask->roots,
                    .policy = JUDGE_X509_BASIC},
        &verdict);
    p->signer_verdict = flow_make_verdict(look->f, &verdict);
    if (look->in->signature == SIGNATURE_GOOD && verdict.answer == VERDICT_ACCEPT)
        p->signature = "trusted";
    verdict_fini(&verdict);
}

static void whole_lay(struct profile_look *look)
{
    const struct mobileconfig *in = look->in;
    struct flow_profile *p = look->profile;

    p->form = in->is_binary ? "binary" : "xml";
    p->name = flow_text(look->f, in->name);
    p->organization = flow_text(look->f, in->organization);
    p->identifier = flow_text(look->f, in->identifier);
    p->uuid = flow_text(look->f, in->uuid);
    p->expires = in->removal_s == INT64_MIN ? FLOW_NONE : in->removal_s;
    signature_lay(look);
    if (in->is_encrypted)
        profile_fault_add(look, FAULT_ENCRYPTED);
    else if (!in->type || strcmp(in->type, "Configuration") != 0)
        profile_fault_add(look, FAULT_NO_CONFIGURATION);
    if (!in->is_encrypted && (!in->identifier || !in->uuid || !in->has_version))
        profile_fault_add(look, FAULT_NO_HEAD);
    if (!in->is_encrypted && !in->has_payloads)
        profile_fault_add(look, FAULT_NO_PAYLOADS);
    if (in->removal_s != INT64_MIN && in->removal_s <= look->f->now)
        profile_fault_add(look, FAULT_REMOVED_AT_ONCE);
    if (in->n_cut)
        profile_fault_add(look, FAULT_MANY_PAYLOADS);
}

static bool is_of_date(const char *code)
{
    return strcmp(code, "expired") == 0 || strcmp(code, "not-yet-valid") == 0;
}

/* A payload that installs, and of which nothing is of use: its certificate is out of date. */
static bool has_useless(const struct flow_profile *p)
{
    for (size_t i = 0; i < p->n_payloads; i++)
        for (size_t k = 0; k < p->payloads[i].n_faults; k++)
            if (is_of_date(p->payloads[i].faults[k].code))
                return true;
    return false;
}

static const char *result_of(const struct flow_profile *p)
{
    for (size_t i = 0; i < p->n_faults; i++)
        if (p->faults[i].blocks)
            return "refused";
    if (p->rejected)
        return "refused";
    return p->switchless || p->missing.n || p->n_faults || has_useless(p) ? "limited" : "installs";
}

static void look_at(struct profile_look *look)
{
    look->certs = mem_array(look->in->n_payloads + 1, sizeof *look->certs);
    for (size_t i = 0; i < look->in->n_payloads; i++)
        if (look->in->payloads[i].kind != PAYLOAD_OTHER)
            chain_open(look, i);
    whole_lay(look);
    for (size_t i = 0; i < look->in->n_payloads; i++)
        payload_lay(look, i);
    missing_lay(look);
    profile_first_fault(look);
    for (size_t i = 0; i < look->in->n_payloads; i++)
        cert_chain_free(look->certs[i]);
    mem_free(look->certs);
}

bool explain_profile(const struct explain_ask *ask, const uint8_t *bytes, size_t len,
    struct flow **out, struct err *e)
{
    struct mobileconfig *in = mobileconfig_read((struct cert_span){bytes, len}, e);

    if (!in)
        return false;
    struct flow *f = explain_begin(ask);
    struct profile_look look = {.ask = ask, .f = f, .in = in, .rounds_left = IDENTITY_ROUNDS_MOST};

    f->identity = FLOW_MAKE(f, identity);
    f->identity->kind = "profile";
    f->identity->profile = look.profile = FLOW_MAKE(f, profile);
    look_at(&look);
    f->identity->result = result_of(look.profile);
    mobileconfig_free(in);
    hook_fire(ask->hooks, MOMENT_IDENTITY, f, NULL);
    explain_end(ask, f);
    *out = f;
    return true;
}
