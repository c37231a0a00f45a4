#include "aspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cert/der.h"
#include "cert/facts.h"

enum { TOLD_MOST = 6, DAY_S = 86400, SUBTREES_TOLD = 64 };

#define OID_NAME_CONSTRAINTS "2.5.29.30"

void words_add(struct words *w, const char *text)
{
    if (!text)
        return;
    if (w->n == w->cap) {
        w->cap = w->cap ? 2 * w->cap : 4;
        w->at = mem_resize(w->at, w->cap * sizeof *w->at);
    }
    w->at[w->n++] = mem_text(text);
}

void words_fini(struct words *w)
{
    for (size_t i = 0; i < w->n; i++)
        mem_free(w->at[i]);
    mem_free(w->at);
    *w = (struct words){0};
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool words_same(struct words *a, struct words *b)
{
    if (a->n)
        qsort(a->at, a->n, sizeof *a->at, by_text);
    if (b->n)
        qsort(b->at, b->n, sizeof *b->at, by_text);
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->at[i], b->at[i]) != 0)
            return false;
    return true;
}

static void tell_all(const struct words *w, struct text *out)
{
    for (size_t i = 0; i < w->n; i++) {
        text_add(out, i ? ", " : "");
        text_add(out, w->at[i]);
    }
}

void words_tell(
    const struct words *w, const struct words *other, const char *none, struct text *out)
{
    size_t alone = 0;

    if (!w->n)
        text_add(out, none);
    if (w->n <= TOLD_MOST) {
        tell_all(w, out);
        return;
    }
    struct text some = {0};
    for (size_t i = 0, k = 0; i < w->n; i++) {
        while (k < other->n && strcmp(other->at[k], w->at[i]) < 0)
            k++;
        if (k < other->n && strcmp(other->at[k], w->at[i]) == 0)
            continue;
        if (alone++ < TOLD_MOST)
            text_printf(&some, "%s%s", some.len ? ", " : "", w->at[i]);
    }
    text_printf(out, "%zu", w->n);
    if (alone)
        text_printf(out, ", of which %zu only here: %s%s", alone, text_str(&some),
            alone > TOLD_MOST ? ", …" : "");
    text_fini(&some);
}

static void add_all(const struct cert_texts *in, struct words *out)
{
    for (size_t i = 0; i < in->n; i++)
        words_add(out, in->at[i]);
}

static void gather_names(const struct cert *c, struct words *out)
{
    add_all(&c->dns, out);
    add_all(&c->ips, out);
    add_all(&c->emails, out);
    add_all(&c->uris, out);
}

static void gather_subject(const struct cert *c, struct words *out)
{
    words_add(out, c->subject.empty ? NULL : c->subject.text);
}

static void gather_issuer(const struct cert *c, struct words *out)
{
    words_add(out, c->issuer.empty ? NULL : c->issuer.text);
}

static void gather_dates(const struct cert *c, struct words *out)
{
    char from[TIME_TEXT_CAP], to[TIME_TEXT_CAP], both[2 * TIME_TEXT_CAP + 8];

    if (!c->dates_readable)
        return;
    snprintf(both, sizeof both, "%s to %s", time_minute(from, c->not_before),
        time_minute(to, c->not_after));
    words_add(out, both);
}

/* Both ends count (RFC 5280 §4.1.2.5), which is how 90 days are counted that end a second before
 * midnight. */
static void gather_lifetime(const struct cert *c, struct words *out)
{
    char days[40];
    int64_t n = (cert_lifetime(c) + 1) / DAY_S;

    if (!c->dates_readable || cert_lifetime(c) < 0)
        return;
    snprintf(days, sizeof days, "%lld day%s", (long long)n, n == 1 ? "" : "s");
    words_add(out, days);
}

static void gather_key(const struct cert *c, struct words *out)
{
    struct text t = {0};

    if (!c->key_text)
        return;
    text_printf(&t, "%s%s", c->key_text, c->key_explicit ? " with its curve spelt out" : "");
    words_add(out, text_str(&t));
    text_fini(&t);
}

static void gather_key_bytes(const struct cert *c, struct words *out)
{
    words_add(out, c->spki_sha256_hex);
}

static void gather_signature(const struct cert *c, struct words *out)
{
    words_add(out, c->signature);
}

static void gather_eku(const struct cert *c, struct words *out)
{
    add_all(&c->eku_names, out);
}

static void gather_key_usage(const struct cert *c, struct words *out)
{
    add_all(&c->key_usage_names, out);
}

static void gather_ca(const struct cert *c, struct words *out)
{
    if (c->has_basic_constraints)
        words_add(out, c->is_ca ? "on" : "off");
}

static void gather_path_len(const struct cert *c, struct words *out)
{
    char n[60];

    if (c->path_len < 0)
        return;
    snprintf(n, sizeof n, "%d below it at most", c->path_len);
    words_add(out, n);
}

/* A GeneralName of a constraint, in words: DNS names, addresses and URIs as they stand, others by
 * their kind. */
static void add_subtree(const char *kind, const struct der_item *name, struct words *out)
{
    static const char *const kinds[] = {
        "other name", "e-mail", "DNS", "X.400", "directory", "EDI", "URI", "IP", "registered ID"};
    unsigned type = name->tag & 0x1f;
    struct text t = {0};
    struct der_item sequence;

    if (type >= sizeof kinds / sizeof *kinds)
        return;
    text_printf(&t, "%s %s", kind, kinds[type]);
    if (type == 1 || type == 2 || type == 6) {
        char *text = der_text_utf8(name->body);

        text_printf(&t, " %s", *text ? text : "(all)");
        mem_free(text);
    } else {
        bool inner = type == 4 && der_only(name->body, DER_SEQUENCE, &sequence);
        size_t n = name->body.len < 40 ? name->body.len : 40;
        char hex[81];

        text_hex(hex, inner ? sequence.body.at : name->body.at,
            inner && sequence.body.len < n ? sequence.body.len : n);
        text_printf(&t, " %s%s", hex, name->body.len > n ? "…" : "");
    }
    words_add(out, text_str(&t));
    text_fini(&t);
}

/* RFC 5280 §4.2.1.10. What does not decode is told by UnparseableExtension. */
static void gather_name_constraints(const struct cert *c, struct words *out)
{
    static const char *const kinds[] = {"permitted", "excluded"};
    const struct cert_extension *x = cert_extension(c, OID_NAME_CONSTRAINTS);
    struct der_item all, list, tree, base;

    if (!x || !der_only(x->value, DER_SEQUENCE, &all))
        return;
    struct der d = der_of(all.body);
    for (uint8_t i = 0; i < 2; i++) {
        if (!der_take(&d, (uint8_t)(DER_CONTEXT_CONSTRUCTED | i), &list))
            continue;
        struct der trees = der_of(list.body);
        while (out->n < SUBTREES_TOLD && der_take(&trees, DER_SEQUENCE, &tree)) {
            struct der subtree = der_of(tree.body);

            if (der_next(&subtree, &base))
                add_subtree(kinds[i], &base, out);
        }
    }
}

static void gather_policies(const struct cert *c, struct words *out)
{
    add_all(&c->policies, out);
}

static void gather_scts(const struct cert *c, struct words *out)
{
    char n[40];

    if (!c->n_scts)
        return;
    snprintf(n, sizeof n, "%zu embedded", c->n_scts);
    words_add(out, n);
}

static void gather_ocsp(const struct cert *c, struct words *out)
{
    add_all(&c->ocsp, out);
}

static void gather_crls(const struct cert *c, struct words *out)
{
    add_all(&c->crls, out);
}

static void gather_aia(const struct cert *c, struct words *out)
{
    add_all(&c->aia, out);
}

static void gather_must_staple(const struct cert *c, struct words *out)
{
    if (c->must_staple)
        words_add(out, "wanted");
}

static void gather_aki(const struct cert *c, struct words *out)
{
    words_add(out, c->aki);
}

static void gather_ski(const struct cert *c, struct words *out)
{
    words_add(out, c->ski);
}

static void gather_version(const struct cert *c, struct words *out)
{
    char n[20];

    snprintf(n, sizeof n, "%d", c->version);
    words_add(out, n);
}

static void gather_serial(const struct cert *c, struct words *out)
{
    words_add(out, c->serial);
}

static const struct aspect table[] = {
    {"names", "none", gather_names,
        {"SSLHostname", "EAPTrustedServerNames", "Email", "NameConstraints", "SubjectAltName"},
        .oid = "2.5.29.17"},
    {"subject", "empty", gather_subject,
        {"NonEmptySubject", "SubjectCommonName", "NameConstraints", "CommonName"}, .oid = NULL},
    {"issuer", "empty", gather_issuer, {"IssuerCommonName", "Issuer"}, .oid = NULL},
    {"dates", "unreadable", gather_dates, {"TemporalValidity", "ValidLeaf", "ValidRoot"},
        .oid = NULL},
    {"lifetime", "unreadable", gather_lifetime,
        {"SystemTrustValidityPeriod", "OtherTrustValidityPeriod", "ValidityPeriodMaximums"},
        .oid = NULL},
    {"key", "unreadable", gather_key, {"WeakKeySize", "KeySize", "SystemTrustedWeakKey"},
        .oid = NULL},
    {"signature", "unknown", gather_signature,
        {"WeakSignature", "SignatureHashAlgorithms", "SystemTrustedWeakHash"}, .oid = NULL},
    {"extended key usage", "not set", gather_eku,
        {"ServerAuthEKU", "ExtendedKeyUsage", "EmailProtectionEKU", "RootExtendedKeyUsage"},
        .oid = "2.5.29.37", .of_above = true},
    {"key usage", "not set", gather_key_usage, {"KeyUsage"}, .oid = "2.5.29.15"},
    {"CA flag", "not set", gather_ca,
        {"BasicConstraintsCA", "BasicConstraints", "NotCA", "LeafIsCA"}, .oid = "2.5.29.19"},
    {"path length", "not bounded", gather_path_len, {"BasicConstraintsPathLen"}, .of_above = true},
    {"name constraints", "not set", gather_name_constraints,
        {"NameConstraints", "NameConstraintsForm"}, .oid = OID_NAME_CONSTRAINTS, .of_above = true},
    {"policies", "none", gather_policies, {"PolicyConstraints"}, .oid = "2.5.29.32",
        .of_above = true},
    {"proofs of logging (SCTs)", "none", gather_scts, {"SystemTrustedCTRequired", "CTRequired"},
        .oid = "1.3.6.1.4.1.11129.2.4.2"},
    {"stapling", "not wanted", gather_must_staple, .oid = "1.3.6.1.5.5.7.1.24"},
    {"OCSP address", "none", gather_ocsp, .oid = "1.3.6.1.5.5.7.1.1"},
    {"CRL address", "none", gather_crls, .oid = "2.5.29.31"},
    {"issuer's address", "none", gather_aia, .oid = NULL},
    {"version", "none", gather_version, {"Version"}, .oid = NULL},
    {"issuer's key identifier", "not set", gather_aki, {"IdLinkage", "AuthorityKeyIdentifier"},
        .oid = "2.5.29.35", .opaque = true},
    {"key identifier", "not set", gather_ski, {"IdLinkage", "SubjectKeyIdentifier"},
        .oid = "2.5.29.14", .opaque = true, .of_above = true},
    {"key bytes (SHA-256)", "unreadable", gather_key_bytes,
        {"LeafSPKISHA256", "CAspkiSHA256", "GrayListedKey", "BlackListedKey"}, .opaque = true},
    {"serial number", "none", gather_serial, {"SerialNumber"}, .opaque = true},
};

const struct aspect *aspects(size_t *n)
{
    *n = sizeof table / sizeof *table;
    return table;
}
