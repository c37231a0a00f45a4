/* explain/identity.c - a PKCS#12 file, or a certificate for mail: does it open, what is in it, and
 * would iOS use it?
 *
 * An identity is shown to a server, and it is the server that trusts its issuer or does not: so the
 * end of its own chain stands as the anchor, and what is judged is dates, usages, keys and form.
 * Mail is judged by the one who reads it, against the roots of the phone. */
#include "cert/identity.h"

#include <string.h>

#include "cert/chain.h"
#include "cert/chain_order.h"
#include "cert/facts.h"
#include "cert/name.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "hook/hook.h"
#include "identity_priv.h"
#include "judge/judge.h"
#include "judge/verdict.h"
#include "trust/roots.h"

enum { SAME_NAME_MOST = 16 };

bool issuer_is_known(const struct cert *c, const struct roots *roots)
{
    const struct cert *named[SAME_NAME_MOST];
    size_t n = roots ? roots_find_subject(roots, &c->issuer, named, SAME_NAME_MOST) : 0;

    for (size_t i = 0; i < n && i < SAME_NAME_MOST; i++)
        if (roots_trust(roots, named[i]) && cert_is_signed_by(c, named[i]))
            return true;
    return false;
}

static const struct cert *issuer_in(const struct cert *c, const struct cert_chain *pool)
{
    for (size_t i = 0; i < pool->n; i++)
        if (!cert_same(c, pool->at[i]) && cert_name_equal(&c->issuer, &pool->at[i]->subject) &&
            cert_is_signed_by(c, pool->at[i]))
            return pool->at[i];
    return NULL;
}

const char *chain_end(const struct cert *first, const struct cert_chain *pool,
    const struct roots *roots, const struct cert **last)
{
    *last = first;
    /* A loop of cross-certificates ends with the pool's size. */
    for (size_t i = 0; i <= pool->n && !(*last)->self_signed; i++) {
        const struct cert *issuer = issuer_in(*last, pool);

        if (!issuer)
            break;
        *last = issuer;
    }
    if ((*last)->self_signed)
        return "self-signed";
    return issuer_is_known(*last, roots) ? "known" : "open";
}

const char *identity_key_usable(const struct cert *c)
{
    static const char *const curves[] = {"P-256", "P-384", "P-521"};

    if (c->key_type == CERT_KEY_RSA)
        return c->key_bits >= 2041   ? "yes"
               : c->key_bits >= 1017 ? "weak"
                                     : "no"; /* whole bytes, as iOS measures */
    for (size_t i = 0; i < sizeof curves / sizeof *curves && c->key_type == CERT_KEY_EC; i++)
        if (strcmp(c->key_text, curves[i]) == 0)
            return "yes";
    return "no";
}

static void verdict_lay(struct flow *f, const struct explain_ask *ask, const struct judge_case *c)
{
    struct verdict verdict = {0};
    struct flow_identity *id = f->identity;

    judge_chain(c, &verdict);
    id->verdict = flow_make_verdict(f, &verdict);
    id->checks = id->verdict->checks;
    id->n_checks = id->verdict->n_checks;
    id->purpose = judge_policy_name(c->policy);
    explain_keep(ask, &verdict);
    verdict_fini(&verdict);
}

/* The chain's first certificate, judged for mail when an address is asked about, else as a
 * client's. */
static void certificate_judge(
    struct flow *f, const struct explain_ask *ask, const struct cert_chain *chain)
{
    struct cert_chain *end = cert_chain_new();
    const struct cert *last;
    struct judge_case the_case = {.chain = chain,
        .at = f->now,
        .anchors_are = ask->anchors_are,
        .roots = ask->roots,
        .policy = JUDGE_TLS_CLIENT};

    f->identity->issuer = chain_end(chain->at[0], chain, ask->roots, &last);
    if (ask->email) {
        the_case.policy = JUDGE_SMIME;
        the_case.email = ask->email;
    } else {
        cert_chain_push(end, last);
        the_case.anchors = end;
        the_case.anchors_are = ANCHORS_CUSTOM;
    }
    verdict_lay(f, ask, &the_case);
    cert_chain_free(end);
}

static void certificates_lay(struct flow *f, const struct cert_chain *chain)
{
    struct flow_identity *id = f->identity;

    for (size_t i = 0; i < chain->n; i++) {
        struct flow_certificate *c =
            flow_list_add(f, &id->chain, &id->n_chain, flow_type_certificate());

        flow_fill_certificate(f, c, chain->at[i], i, "sent");
    }
    id->certificates = (int64_t)(chain->n + chain->n_cut);
    if (chain->n == 0)
        return;
    id->leaf = FLOW_MAKE(f, certificate);
    flow_fill_certificate(f, id->leaf, chain->at[0], 0, "sent");
    id->key_usable = identity_key_usable(chain->at[0]);
}

static const char *some(struct flow *f, const char *text)
{
    return text && *text ? flow_text(f, text) : NULL;
}

static void file_lay(struct flow *f, const struct identity *in, bool password_given)
{
    struct flow_identity *id = f->identity;

    id->state = identity_state_name(in->state);
    id->detail = some(f, in->detail);
    id->form = in->is_ber ? "ber" : "der";
    id->password = identity_password_name(in->password);
    id->password_given = password_given;
    id->crypto = identity_crypto_name(in->crypto);
    id->mac = some(f, in->mac);
    id->key_cipher = some(f, in->key_cipher);
    id->certs_cipher = some(f, in->certs_cipher);
    if (in->rounds)
        id->rounds = in->rounds;
    if (in->state != IDENTITY_OPENED)
        return;
    id->name = some(f, in->name);
    id->keys = (int64_t)in->n_keys;
    id->identities = (int64_t)in->n_identities;
    id->key_fits = in->key_fits;
    certificates_lay(f, in->chain);
    if (in->odd_key)
        id->key_usable = "no";
}

static bool is_rejected(const struct flow_identity *id)
{
    return id->verdict && strcmp(id->verdict->verdict, "accept") != 0;
}

/* What comes of it on the phone. A file without a key installs as a certificate. */
static const char *file_result(const struct flow_identity *id)
{
    if (strcmp(id->state, "opened") != 0 || strcmp(id->form, "ber") == 0 || !id->n_chain)
        return "refused";
    if (!id->key_fits || strcmp(id->key_usable, "no") == 0 || is_rejected(id))
        return "limited";
    return "installs";
}

static bool identity_file(
    const struct explain_ask *ask, struct cert_span bytes, const char *password, struct flow **out)
{
    struct identity *in = identity_read(bytes, password);
    struct flow *f = explain_begin(ask);

    f->identity = FLOW_MAKE(f, identity);
    f->identity->kind = "pkcs12";
    f->identity->email = flow_text(f, ask->email);
    file_lay(f, in, password && *password);
    if (in->state == IDENTITY_OPENED && in->chain->n)
        certificate_judge(f, ask, in->chain);
    f->identity->result = file_result(f->identity);
    identity_free(in);
    hook_fire(ask->hooks, MOMENT_IDENTITY, f, NULL);
    explain_end(ask, f);
    *out = f;
    return true;
}

/* Certificates alone: those of a signed message, or what a correspondent sent. */
static bool certificate_file(
    const struct explain_ask *ask, struct cert_chain *chain, struct flow **out)
{
    struct flow *f = explain_begin(ask);
    struct cert_chain *sorted = chain_with_first(chain, chain_leaf(chain, NULL));

    f->identity = FLOW_MAKE(f, identity);
    f->identity->kind = "certificate";
    f->identity->email = flow_text(f, ask->email);
    certificates_lay(f, sorted);
    certificate_judge(f, ask, sorted);
    f->identity->result = is_rejected(f->identity) ? "limited" : "installs";
    cert_chain_free(sorted);
    cert_chain_free(chain);
    hook_fire(ask->hooks, MOMENT_IDENTITY, f, NULL);
    explain_end(ask, f);
    *out = f;
    return true;
}

bool explain_identity(const struct explain_ask *ask, const uint8_t *bytes, size_t len,
    const char *password, struct flow **out, struct err *e)
{
    struct cert_span file = {bytes, len};

    if (len > IDENTITY_BYTES_MOST)
        return err_set(e, ERR_INPUT, "%zu bytes are too many for an identity; the limit is %d", len,
            IDENTITY_BYTES_MOST);
    struct cert_chain *chain =
        ask->email && !identity_looks_like(file) ? cert_chain_from_bytes(bytes, len, NULL) : NULL;

    return chain ? certificate_file(ask, chain, out) : identity_file(ask, file, password, out);
}
