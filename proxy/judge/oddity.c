#include "oddity.h"

#include <string.h>

#include <openssl/x509_vfy.h>

#include "base/text.h"
#include "cert/name.h"
#include "judging_priv.h"
#include "known_key_priv.h"

enum {
    DAY_S = 86400,
    SHORT_DAYS = 10,           /* CA/Browser Forum BR §1.6.1, short-lived, until 2026 */
    SOON_DAYS = 14,            /* who renews at a third of 45 days has 15 */
    NAMES_USUAL = 250,         /* what public CAs allow at most */
    CERTIFICATE_USUAL = 16384, /* one TLS record, RFC 8446 §5.1 */
    RSA_BITS_HUGE = 8192,
    SERIAL_DIGITS_MOST = 40, /* 20 octets in hex, RFC 5280 §4.1.2.2 */
};

/* What is looked at: the path but for its anchor, which stands in a store and is nobody's to mend.
 */
struct look {
    const struct judge_case *c;
    const struct verdict *v;
    const struct cert *leaf;
    size_t n;
};

typedef bool test_fn(const struct look *l);

static bool any_of_path(const struct look *l, bool (*is)(const struct look *l, size_t i))
{
    for (size_t i = 0; i < l->n; i++)
        if (is(l, i))
            return true;
    return false;
}

/* --- dates --- */

static bool is_short_lived(const struct look *l)
{
    return l->leaf->dates_readable && cert_lifetime(l->leaf) <= (int64_t)SHORT_DAYS * DAY_S;
}

static bool is_expiring_soon(const struct look *l)
{
    int64_t left = l->leaf->not_after - l->c->at;

    return l->leaf->dates_readable && l->leaf->not_before <= l->c->at && left >= 0 &&
           !is_short_lived(l) &&
           (left < (int64_t)SOON_DAYS * DAY_S || left < cert_lifetime(l->leaf) / 10);
}

static bool same_name_and_key(const struct cert *a, const struct cert *b)
{
    return cert_name_equal(&a->subject, &b->subject) &&
           memcmp(a->spki_sha256, b->spki_sha256, sizeof a->spki_sha256) == 0;
}

static bool is_on_path(const struct look *l, const struct cert *c)
{
    for (size_t i = 0; i < l->v->n_path; i++)
        if (cert_same(l->v->path[i], c))
            return true;
    return false;
}

/* An expired certificate that was sent, and that iOS could go around by another of the same name
 * and key. */
static bool is_cross_sign_expired(const struct look *l)
{
    for (size_t i = 1; l->v->answer == VERDICT_ACCEPT && i < l->c->chain->n; i++) {
        const struct cert *sent = l->c->chain->at[i];

        if (l->c->at <= sent->not_after || !sent->dates_readable || is_on_path(l, sent))
            continue;
        for (size_t k = 1; k < l->v->n_path; k++)
            if (same_name_and_key(l->v->path[k], sent))
                return true;
    }
    return false;
}

/* --- names --- */

static bool has_text(const struct cert_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->n; i++)
        if (strcmp(texts->at[i], text) == 0)
            return true;
    return false;
}

/* A common name that looks like a host and is none of the alternative names, letter for letter. */
static bool is_cn_astray(const struct look *l)
{
    const char *cn = l->leaf->subject.cn;

    return cn && l->leaf->dns.n + l->leaf->ips.n > 0 && strpbrk(cn, ".:") && !strchr(cn, ' ') &&
           !strchr(cn, '@') && !has_text(&l->leaf->dns, cn) && !has_text(&l->leaf->ips, cn);
}

static bool has_no_cn(const struct look *l)
{
    return l->leaf->has_san && !l->leaf->subject.cn;
}

/* RFC 1034 §3.5: letters, digits and hyphens. Asked of the name by which the host is found. */
static bool has_underscore(const struct look *l)
{
    return l->c->host && (strchr(l->c->host, '_') || l->c->host[0] == '.') &&
           cert_covers_host(l->leaf, l->c->host);
}

static bool has_many_names(const struct look *l)
{
    size_t n = l->leaf->dns.n + l->leaf->ips.n;

    return n > NAMES_USUAL || (l->leaf->der.len > CERTIFICATE_USUAL && n > 1);
}

/* --- what was sent --- */

static bool issued(const struct cert *issuer, const struct cert *c)
{
    return !cert_same(issuer, c) && cert_name_equal(&issuer->subject, &c->issuer);
}

/* Sent twice, or nobody's issuer. A root, or a second certificate of an authority by which older
 * phones find theirs, is no such. */
static bool is_unneeded(const struct cert_chain *chain, size_t i)
{
    bool useful = false;

    for (size_t k = 0; k < i; k++)
        if (cert_same(chain->at[k], chain->at[i]))
            return true;
    for (size_t k = 0; k < chain->n && !useful; k++)
        useful = issued(chain->at[i], chain->at[k]);
    return !useful;
}

static bool has_unneeded(const struct look *l)
{
    for (size_t i = 1; i < l->c->chain->n; i++)
        if (is_unneeded(l->c->chain, i))
            return true;
    return false;
}

/* The path ends for its length, or because its next certificate is on it already. */
static bool is_too_long(const struct look *l)
{
    const struct cert *last = l->v->path[l->v->n_path - 1];

    if (l->v->anchored || last->self_issued)
        return false;
    if (l->v->n_path == JUDGE_DEPTH_MOST)
        return true;
    for (size_t i = 1; i + 1 < l->v->n_path; i++)
        if (issued(l->v->path[i], last))
            return true;
    return false;
}

static bool is_hostile(const struct look *l)
{
    return l->v->exhausted || l->c->chain->n_cut > 0;
}

static bool are_algorithms_different(const struct look *l)
{
    for (size_t i = 0; i < l->c->chain->n; i++)
        if (!l->c->chain->at[i]->signature_ids_agree)
            return true;
    return false;
}

/* Somebody who was sent as the issuer of another. */
static bool is_sent_issuer(const struct look *l, size_t i)
{
    for (size_t k = 0; k < l->c->chain->n; k++)
        if (issued(l->c->chain->at[i], l->c->chain->at[k]))
            return true;
    return false;
}

static bool is_issuer_key_malformed(const struct look *l)
{
    for (size_t i = 1; i < l->c->chain->n; i++)
        if (!l->c->chain->at[i]->key && is_sent_issuer(l, i))
            return true;
    return false;
}

/* OpenSSL finds no issuer where iOS, which goes by name and signature alone, has found one. */
static bool is_issuer_refused(const struct look *l)
{
    const struct openssl_opinion *o = &l->v->openssl;

    return l->v->answer == VERDICT_ACCEPT && !l->v->fetched && o->asked && !o->accept &&
           (o->code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
               o->code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE) &&
           o->depth >= 0 && (size_t)o->depth + 1 < l->n;
}

static bool is_serial_twice(const struct look *l)
{
    const struct cert_chain *chain = l->c->chain;

    for (size_t i = 0; i < chain->n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(chain->at[i]->serial, chain->at[k]->serial) == 0 &&
                cert_name_equal(&chain->at[i]->issuer, &chain->at[k]->issuer) &&
                !cert_same(chain->at[i], chain->at[k]))
                return true;
    return false;
}

/* --- form --- */

static bool is_critical(const struct cert *c, const char *oid)
{
    const struct cert_extension *x = cert_extension(c, oid);

    return x && x->critical;
}

/* RFC 5280 §4.2.1.1 and §4.2.1.2. A leaf without an id of its own key is as the Baseline
 * Requirements want it. */
static bool lacks_key_id(const struct look *l, size_t i)
{
    const struct cert *c = l->v->path[i];

    return c->version == 3 && ((!c->aki && !c->self_signed) || (i > 0 && !c->ski) ||
                                  is_critical(c, "2.5.29.35") || is_critical(c, "2.5.29.14"));
}

static bool is_key_id_missing(const struct look *l)
{
    return any_of_path(l, lacks_key_id);
}

static bool is_ca_as_leaf(const struct look *l)
{
    return l->leaf->is_ca || (l->leaf->key_usage & CERT_USE_CERT_SIGN);
}

static bool has_odd_rsa(const struct look *l, size_t i)
{
    const struct cert *c = l->v->path[i];

    return c->key_type == CERT_KEY_RSA && c->key_bits >= 2048 &&
           (c->key_bits % 8 != 0 || c->key_bits >= RSA_BITS_HUGE);
}

static bool is_rsa_size_odd(const struct look *l)
{
    return any_of_path(l, has_odd_rsa);
}

static bool has_weak_key(const struct look *l, size_t i)
{
    return known_key_is_roca(l->v->path[i]);
}

static bool is_key_weak(const struct look *l)
{
    return any_of_path(l, has_weak_key);
}

static bool is_key_public(const struct look *l)
{
    return known_key_is_public(l->leaf);
}

/* The authorities that were sent, and the one that the last certificate names. */
static bool is_of_interception_root(const struct look *l)
{
    for (size_t i = 0; i < l->v->n_path; i++)
        if (known_root_is_public(&l->v->path[i]->issuer) ||
            (i > 0 && known_key_is_public(l->v->path[i])))
            return true;
    return false;
}

/* RFC 8446 §4.4.2.2 and RFC 5246 §7.4.2: the key signs the handshake, unless RSA carries the
 * secret. */
static bool may_not_sign_handshakes(const struct look *l)
{
    return l->leaf->has_key_usage && !(l->leaf->key_usage & CERT_USE_DIGITAL_SIGNATURE);
}

static bool has_abnormal_serial(const struct look *l, size_t i)
{
    const char *serial = l->v->path[i]->serial;

    return serial[0] == '-' || strspn(serial, "0") == strlen(serial) ||
           strlen(serial) > SERIAL_DIGITS_MOST;
}

static bool is_serial_abnormal(const struct look *l)
{
    return any_of_path(l, has_abnormal_serial);
}

static bool is_of_old_version(const struct look *l, size_t i)
{
    return l->v->path[i]->version < 3;
}

static bool is_version_old(const struct look *l)
{
    return any_of_path(l, is_of_old_version);
}

static bool has_no_responder(const struct look *l)
{
    return l->leaf->ocsp.n == 0 && !l->leaf->self_signed;
}

enum oddity {
#define ODDITY(ID, cause) ODDITY_##ID,
#include "oddity.def"
#undef ODDITY
    N_ODDITIES
};

static const char *const names[N_ODDITIES + 1] = {
#define ODDITY(ID, cause) [ODDITY_##ID] = cause,
#include "oddity.def"
#undef ODDITY
};

static test_fn *const tests[N_ODDITIES] = {
    [ODDITY_EXPIRING_SOON] = is_expiring_soon,
    [ODDITY_CROSS_SIGN_EXPIRED] = is_cross_sign_expired,
    [ODDITY_SHORT_LIVED] = is_short_lived,
    [ODDITY_CN_ASTRAY] = is_cn_astray,
    [ODDITY_NO_CN] = has_no_cn,
    [ODDITY_UNDERSCORE] = has_underscore,
    [ODDITY_MANY_NAMES] = has_many_names,
    [ODDITY_UNNEEDED] = has_unneeded,
    [ODDITY_TOO_LONG] = is_too_long,
    [ODDITY_HOSTILE] = is_hostile,
    [ODDITY_INTERCEPTION_ROOT] = is_of_interception_root,
    [ODDITY_ALGORITHMS_DIFFER] = are_algorithms_different,
    [ODDITY_ISSUER_KEY] = is_issuer_key_malformed,
    [ODDITY_ISSUER_REFUSED] = is_issuer_refused,
    [ODDITY_NO_KEY_ID] = is_key_id_missing,
    [ODDITY_CA_AS_LEAF] = is_ca_as_leaf,
    [ODDITY_RSA_SIZE] = is_rsa_size_odd,
    [ODDITY_WEAK_KEY] = is_key_weak,
    [ODDITY_PUBLIC_KEY] = is_key_public,
    [ODDITY_KEY_USAGE] = may_not_sign_handshakes,
    [ODDITY_SERIAL] = is_serial_abnormal,
    [ODDITY_SERIAL_TWICE] = is_serial_twice,
    [ODDITY_VERSION] = is_version_old,
    [ODDITY_NO_RESPONDER] = has_no_responder,
};

const char *const *oddity_names(void)
{
    return names;
}

_Static_assert((int)N_ODDITIES < (int)ODDITIES_CAP, "there is room for all");

size_t oddities_find(
    const struct judge_case *c, const struct verdict *v, const char *out[static ODDITIES_CAP])
{
    size_t n = 0;

    if (v->n_path > 0) {
        struct look l = {.c = c,
            .v = v,
            .leaf = v->path[0],
            .n = v->anchored && v->n_path > 1 ? v->n_path - 1 : v->n_path};

        for (size_t i = 0; i < N_ODDITIES; i++)
            if (tests[i](&l))
                out[n++] = names[i];
    }
    out[n] = NULL;
    return n;
}
