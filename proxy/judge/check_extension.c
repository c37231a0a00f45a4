/* judge/check_extension.c - CriticalExtensions, UnparseableExtension, DuplicateExtension. */
#include "judging_priv.h"

#include <string.h>

#include "base/text.h"

/* Arcs that its devices take as understood: Apple's own, and the Car Connectivity Consortium's
 * digital keys. */
static bool is_apples(const char *oid)
{
    static const char *const arcs[] = {"1.2.840.113635.100.6.", "1.2.840.113635.100.11.",
        "1.2.840.113635.100.12.", "1.2.840.113635.100.13.", "1.2.840.113635.100.15.",
        "1.3.6.1.4.1.41577.5."};

    for (size_t i = 0; i < sizeof(arcs) / sizeof(arcs[0]); i++)
        if (text_starts(oid, arcs[i]))
            return true;
    return false;
}

static bool is_repeated(const struct cert *c, size_t k)
{
    for (size_t i = 0; i < k; i++)
        if (strcmp(c->extensions[i].oid, c->extensions[k].oid) == 0)
            return true;
    return false;
}

/* RFC 5280 §4.2: what every application must or should recognise. */
static bool is_in_rfc(const char *oid)
{
    static const char *const ids[] = {"2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19",
        "2.5.29.30", "2.5.29.32", "2.5.29.33", "2.5.29.35", "2.5.29.36", "2.5.29.37", "2.5.29.54"};

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        if (strcmp(oid, ids[i]) == 0)
            return true;
    return false;
}

static void critical_one(struct judging *j, size_t i, const struct cert_extension *x)
{
    bool web = judge_policy_is_webpki(j->c->policy);

    if (x->critical && !(web ? is_in_rfc(x->oid) : x->known || is_apples(x->oid)))
        judging_fail(j,
            (struct finding){.check = CHECK_CRITICAL_EXTENSIONS,
                .cert = i,
                .cause = "unknown-critical-extension"},
            "the critical extension %s%s%s%s is not one that %s", x->oid,
            x->name == x->oid ? "" : " (", x->name == x->oid ? "" : x->name,
            x->name == x->oid ? "" : ")", web ? "everybody must know" : "iOS knows");
}

/* A critical one that does not decode makes iOS refuse the certificate before any check; there is
 * no name for that. Nobody else reads statements about qualified certificates. */
static void unreadable_one(struct judging *j, size_t i, const struct cert_extension *x)
{
    bool web = judge_policy_is_webpki(j->c->policy);
    bool reads = web ? x->readable || strcmp(x->name, "qcStatements") == 0 : x->ios_reads;

    if (x->known && !reads)
        judging_fail(j,
            (struct finding){
                .check = CHECK_UNPARSEABLE_EXTENSION, .cert = i, .cause = "extension-malformed"},
            "%s does not decode%s", x->name,
            x->critical && !web
                ? "; being critical, it makes the whole certificate unreadable to iOS"
                : "");
}

/* iOS does not look into a trusted anchor for what is critical; others do, at what they are handed.
 */
static bool minds_critical(const struct judging *j, size_t i)
{
    if (judge_policy_is_webpki(j->c->policy))
        return !form_is_waived(j, i);
    return !(j->path.anchored && i + 1 == j->path.n);
}

void check_extensions(struct judging *j)
{
    for (size_t i = 0; i < j->path.n; i++) {
        const struct cert *c = j->path.at[i];
        bool minds = minds_critical(j, i);

        for (size_t k = 0; k < c->n_extensions; k++) {
            if (minds)
                critical_one(j, i, &c->extensions[k]);
            unreadable_one(j, i, &c->extensions[k]);
        }
        for (size_t k = 0; c->has_duplicate_extension && k < c->n_extensions; k++)
            if (is_repeated(c, k))
                judging_fail(j,
                    (struct finding){.check = CHECK_DUPLICATE_EXTENSION,
                        .cert = i,
                        .cause = "duplicate-extension"},
                    "%s is there more than once", c->extensions[k].name);
    }
}
