#include "judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cert/chain.h"
#include "cert/facts.h"
#include "trust/roots.h"

#include "judging_priv.h"
#include "verdict.h"
#include "verdict_priv.h"

enum { DETAIL_BYTES_MOST = 400 };

static const char *const kinds[] = {
    [ANCHORS_SYSTEM] = "system", [ANCHORS_USER] = "user", [ANCHORS_CUSTOM] = "custom"};

static const char *const policies[N_JUDGE_POLICIES] = {
    [JUDGE_TLS_SERVER] = "tls-server",
    [JUDGE_TLS_CLIENT] = "tls-client",
    [JUDGE_SMIME] = "smime",
    [JUDGE_EAP_SERVER] = "eap-server",
    [JUDGE_EAP_CLIENT] = "eap-client",
    [JUDGE_IPSEC_SERVER] = "ipsec-server",
    [JUDGE_IPSEC_CLIENT] = "ipsec-client",
    [JUDGE_X509_BASIC] = "x509-basic",
    [JUDGE_WEBPKI] = "tls-server",
    [JUDGE_WEBPKI_CLIENT] = "tls-client",
};

const char *judge_policy_name(enum judge_policy p)
{
    return policies[p];
}

bool judge_policy_is_webpki(enum judge_policy p)
{
    return p == JUDGE_WEBPKI || p == JUDGE_WEBPKI_CLIENT;
}

const char *anchors_are_name(enum anchors_are a)
{
    return kinds[a];
}

bool anchors_are_find(const char *name, enum anchors_are *out)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i], name) == 0) {
            *out = (enum anchors_are)i;
            return true;
        }
    return false;
}

enum anchors_are judging_kind(const struct judging *j)
{
    return j->path.anchored ? j->c->anchors_are : ANCHORS_CUSTOM;
}

bool judging_leaf_is_user_anchor(const struct judging *j)
{
    return j->path.anchored && j->path.n == 1 && j->c->anchors_are == ANCHORS_USER;
}

void judging_fail(struct judging *j, struct finding f, const char *format, ...)
{
    struct text raw = {0}, safe = {0};
    va_list ap;
    char line[2048];
    int n;

    if (j->counting || j->n_checks == VERDICT_CHECKS_MOST) {
        j->n_checks += j->counting;
        return;
    }
    if (!j->checks)
        j->checks = mem_array(VERDICT_CHECKS_MOST, sizeof(*j->checks));
    va_start(ap, format);
    n = vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    text_add_n(&raw, line, n < 0 ? 0 : strnlen(line, sizeof(line)));
    text_add_safe(&safe, text_str(&raw), raw.len, DETAIL_BYTES_MOST);
    text_fini(&raw);
    j->checks[j->n_checks++] = (struct verdict_check){.check = judge_check(f.check),
        .cert = f.cert,
        .detail = text_give(&safe),
        .cause = f.cause,
        .also = f.also};
}

void judging_fini(struct judging *j)
{
    for (size_t i = 0; j->checks && i < j->n_checks; i++)
        mem_free(j->checks[i].detail);
    mem_free(j->checks);
    mem_free(j->revocation);
    j->checks = NULL;
    j->revocation = NULL;
    j->n_checks = 0;
}

#define BIT(policy) (1U << JUDGE_##policy)
enum {
    SERVER = BIT(TLS_SERVER),
    MAIL = BIT(SMIME),
    EAP = BIT(EAP_SERVER) | BIT(EAP_CLIENT),
    IPSEC = BIT(IPSEC_SERVER) | BIT(IPSEC_CLIENT),
    IOS = SERVER | BIT(TLS_CLIENT) | MAIL | EAP | IPSEC | BIT(X509_BASIC),
    WEB = BIT(WEBPKI) | BIT(WEBPKI_CLIENT),
    EVERY = IOS | WEB,
};
#undef BIT

static const struct {
    void (*run)(struct judging *j);
    unsigned policies;
} checks[] = {
    {check_anchor, EVERY}, {check_time, EVERY},
    {check_host, SERVER | (1U << JUDGE_TLS_CLIENT) | IPSEC | WEB}, /* when the caller names one */
    {check_eap_names, EAP}, {check_email, MAIL | WEB},             /* when the caller names one */
    {check_weak_key, EVERY}, {check_key_size, SERVER | MAIL | WEB},
    {check_system_weak_key, 1U << JUDGE_EAP_SERVER}, {check_weak_signature, EVERY},
    {check_signature_hash, SERVER | MAIL | WEB}, {check_system_weak_hash, 1U << JUDGE_EAP_SERVER},
    {check_extended_key_usage,
        EVERY & ~((1U << JUDGE_X509_BASIC) | IPSEC)}, /* VPN gateways have all sorts */
    {check_server_auth, SERVER}, {check_email_protection, MAIL}, {check_key_usage, IOS},
    {check_smime_usage, MAIL}, {check_lifetime, SERVER}, {check_smime_lifetime, MAIL},
    {check_ca, EVERY}, {check_path_length, EVERY}, {check_name_constraints, EVERY},
    {check_policies, EVERY}, {check_extensions, EVERY}, {check_subjects, EVERY}, {check_links, IOS},
    {check_pins, IOS}, {check_denied, IOS}, {check_listed, IOS}, {check_depth, EVERY},
    {check_form, WEB}, {check_web_usage, WEB}, {check_web_key, WEB}, {check_web_wildcard, WEB},
    {check_ct, SERVER | (1U << JUDGE_X509_BASIC) |
                   WEB},     /* whether it qualifies; what is demanded is check_ct's */
    {check_revocation, ~0U}, /* whatever a revoked certificate is used for */
};

void judging_run(struct judging *j)
{
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        if (checks[i].policies & (1U << j->c->policy))
            checks[i].run(j);
}

const char *judging_trusted_by(const struct judging *j)
{
    const struct roots *roots = j->c->roots;
    const char *by = roots ? roots_trusted_by(roots, judging_last(j)) : "neither";

    if (strcmp(by, "neither") != 0 || !j->path.anchored)
        return by;
    return j->c->anchors ? "custom" : "neither"; /* a root that is only supposed to be installed */
}

static void path_give(const struct judging *j, struct verdict *out)
{
    out->n_path = j->path.n;
    out->path = mem_array(j->path.n, sizeof(*out->path));
    for (size_t i = 0; i < j->path.n; i++)
        out->path[i] = cert_ref(j->path.at[i]);
}

void judge_chain(const struct judge_case *c, struct verdict *out)
{
    struct judging j = {.c = c, .name_tests = JUDGE_NAME_TESTS_MOST};
    struct judge_paths paths;

    out->anchors_are = c->anchors_are;
    out->trusted_by = "neither";
    if (!c->chain || c->chain->n == 0) {
        out->error = mem_text("there is no certificate to judge");
        return;
    }
    path_find(c, &paths);
    j.path = paths.best;
    judging_run(&j);
    path_give(&j, out);
    out->anchored = j.path.anchored;
    out->fetched = j.path.fetched;
    out->exhausted = paths.exhausted;
    detours_tell(c, &paths, out);
    out->trusted_by = judging_trusted_by(&j);
    listed_tell(&j, out);
    out->checks = j.checks; /* ownership goes over, as of the next */
    out->revocation = j.revocation;
    out->revocation_source = j.revocation_source;
    out->ct = j.ct;
    out->n_scts = j.n_scts;
    out->n_checks = j.n_checks;
    verdict_conclude(out);
    if (!c->no_openssl)
        openssl_ask(c, &j.path, &out->openssl);
}
