/* judge/check_extension.c - CriticalExtensions, UnparseableExtension, DuplicateExtension. */
#include "judging_priv.h"

#include <string.h>

#include "base/text.h"

/* Apple's own arcs, which its devices take as understood. */
static bool is_apples(const char *oid)
{
    static const char *const arcs[] = {"1.2.840.113635.100.6.", "1.2.840.113635.100.11.",
        "1.2.840.113635.100.12.", "1.2.840.113635.100.13.", "1.2.840.113635.100.15."};

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

static void critical_one(struct judging *j, size_t i, const struct cert_extension *x)
{
    if (x->critical && !x->known && !is_apples(x->oid))
        judging_fail(j,
            (struct finding){.check = CHECK_CRITICAL_EXTENSIONS,
                .cert = i,
                .cause = "unknown-critical-extension"},
            "the critical extension %s%s%s%s is not one that iOS knows", x->oid,
            x->name == x->oid ? "" : " (", x->name == x->oid ? "" : x->name,
            x->name == x->oid ? "" : ")");
}

/* A critical one that does not decode makes iOS refuse the certificate before any check; there is
 * no name for that. */
static void unreadable_one(struct judging *j, size_t i, const struct cert_extension *x)
{
    if (x->known && !x->readable)
        judging_fail(j,
            (struct finding){
                .check = CHECK_UNPARSEABLE_EXTENSION, .cert = i, .cause = "extension-malformed"},
            "%s does not decode%s", x->name,
            x->critical ? "; being critical, it makes the whole certificate unreadable to iOS"
                        : "");
}

void check_extensions(struct judging *j)
{
    for (size_t i = 0; i < j->path.n; i++) {
        const struct cert *c = j->path.at[i];
        bool               anchor = j->path.anchored && i + 1 == j->path.n;

        for (size_t k = 0; k < c->n_extensions; k++) {
            if (!anchor)
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
