#include "certificate.h"

#include <string.h>

#include "base/mem.h"
#include "cert/chain.h"

#include "judging_priv.h"
#include "verdict.h"
#include "verdict_priv.h"

static const char *const questions[] = {[CERTIFICATE_READABLE] = "cert-parse",
    [CERTIFICATE_KEY] = "cert-key",
    [CERTIFICATE_EXTENSIONS] = "cert-extension"};

enum certificate_question certificate_question_find(const char *kind)
{
    for (size_t i = CERTIFICATE_READABLE; i < sizeof(questions) / sizeof(questions[0]); i++)
        if (strcmp(questions[i], kind) == 0)
            return (enum certificate_question)i;
    return CERTIFICATE_NONE;
}

/* A critical extension that iOS knows and that does not decode spoils the whole certificate, and so
 * do a version field that says neither 2 nor 3 and dates that are none. */
static bool decodes(const struct cert *c)
{
    if (!c || c->version_odd || !c->dates_readable)
        return false;
    for (size_t i = 0; i < c->n_extensions; i++)
        if (c->extensions[i].critical && c->extensions[i].known && !c->extensions[i].ios_reads)
            return false;
    return true;
}

static bool key_is_usable(const struct cert *c)
{
    switch (c->key_type) {
    case CERT_KEY_RSA:
    case CERT_KEY_ED25519:
    case CERT_KEY_ED448:
        return true;
    case CERT_KEY_EC: /* NIST's prime curves: P-192 to P-521 */
        return !c->key_explicit && strncmp(c->key_text, "P-", 2) == 0;
    case CERT_KEY_OTHER: /* X25519, X448: iOS makes a key of them, whatever it is good for */
        return c->key != NULL;
    case CERT_KEY_UNREADABLE:
    case CERT_KEY_RSA_PSS:
    case CERT_KEY_DSA:
        return false;
    }
    return false;
}

static void refuse(struct verdict *out, const char *cause, const char *text)
{
    out->answer = VERDICT_REJECT;
    out->severity = SEVERITY_FATAL;
    out->text = mem_text(text);
    out->causes[out->n_causes++] = cause;
}

static void extensions_judge(const struct cert *c, struct verdict *out)
{
    struct judge_case the_case = {.policy = JUDGE_X509_BASIC, .anchors_are = out->anchors_are};
    struct judging j = {.c = &the_case, .path = {.at = {c}, .n = 1}};

    check_extensions(&j);
    out->checks = j.checks; /* ownership goes over */
    out->n_checks = j.n_checks;
    verdict_conclude(out);
}

void certificate_judge(enum certificate_question q, const struct cert *c, struct verdict *out)
{
    out->anchors_are = ANCHORS_CUSTOM;
    out->trusted_by = "neither";
    if (!decodes(c)) {
        refuse(out, "cert-unparsable", "The certificate cannot be read");
        return;
    }
    out->path = mem_array(1, sizeof(*out->path));
    out->path[out->n_path++] = cert_ref(c);
    if (q == CERTIFICATE_KEY && !key_is_usable(c))
        refuse(out, "issuer-key-malformed", "The certificate has no public key that iOS can use");
    else if (q == CERTIFICATE_EXTENSIONS)
        extensions_judge(c, out);
    else
        out->answer = VERDICT_ACCEPT;
}
