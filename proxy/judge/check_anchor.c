/* judge/check_anchor.c - AnchorTrusted, MissingIntermediate, UsageConstraints, IdLinkage and
 * NonEmptySubject. */
#include "judging_priv.h"

#include <string.h>

static void fail_self_signed(struct judging *j)
{
    size_t last = j->path.n - 1;

    judging_fail(j,
        (struct finding){.check = CHECK_ANCHOR_TRUSTED,
            .cert = last,
            .cause = last ? "untrusted-root" : "self-signed-leaf"},
        last ? "the path ends in a self-signed certificate that is not trusted, sha256 %s"
             : "it is signed by itself and not trusted, sha256 %s",
        judging_last(j)->sha256_hex);
}

/* From the chain alone nobody can tell a missing intermediate from a private root that was not
 * sent. An address of the issuer speaks for the first; a CA at the end without one for the second.
 */
static void fail_incomplete(struct judging *j)
{
    const struct cert *last = judging_last(j);
    struct finding f = {.check = CHECK_MISSING_INTERMEDIATE, .cert = j->path.n - 1};

    f.cause = last->aia.n ? "missing-intermediate-aia" : "missing-intermediate-no-aia";
    if (!j->counting && path_has_bad_link(j->c, &j->path)) {
        f.also = f.cause;
        f.cause = "signature-invalid";
        judging_fail(j, f,
            "a certificate with the issuer's name is there, but its key does not verify the "
            "signature");
        return;
    }
    if (j->path.n > 1 && last->is_ca) {
        f.also = last->aia.n ? "untrusted-root" : f.cause;
        f.cause = last->aia.n ? f.cause : "untrusted-root";
    }
    judging_fail(j, f, "no certificate was sent or is known for its issuer %s%s%s",
        last->issuer.text, last->aia.n ? "; it says where to get it: " : "",
        last->aia.n ? last->aia.at[0] : "");
}

void check_anchor(struct judging *j)
{
    if (j->path.anchored)
        return;
    if (judging_last(j)->self_signed)
        fail_self_signed(j);
    else
        fail_incomplete(j);
}

void check_links(struct judging *j)
{
    for (size_t i = 0; i + 1 < j->path.n; i++) {
        const struct cert *c = j->path.at[i], *issuer = j->path.at[i + 1];

        if (c->aki && issuer->ski &&
            (c->aki_id.len != issuer->ski_id.len ||
                memcmp(c->aki_id.at, issuer->ski_id.at, c->aki_id.len) != 0))
            judging_fail(j,
                (struct finding){.check = CHECK_ID_LINKAGE, .cert = i, .cause = "aki-ski-mismatch"},
                "authority key id %s, the issuer's subject key id %s", c->aki, issuer->ski);
    }
}

void check_subjects(struct judging *j)
{
    for (size_t i = 0; i < j->path.n; i++) {
        const struct cert *c = j->path.at[i];

        if (!c->subject.empty || (!c->is_ca && c->has_san && c->san_critical))
            continue;
        judging_fail(j,
            (struct finding){.check = CHECK_NON_EMPTY_SUBJECT,
                .cert = i,
                .cause = i || c->is_ca ? "subject-empty-ca" : "san-empty-subject-noncritical"},
            "the subject is empty%s", c->is_ca ? " on a CA" : " and no subjectAltName is critical");
    }
}

static bool is_denied(const struct judge_case *jc, const struct cert *c)
{
    for (size_t i = 0; jc->denied && i < jc->denied->n; i++)
        if (cert_same(jc->denied->at[i], c))
            return true;
    return false;
}

/* A trust setting of the user or administrator, on any certificate of the path. */
void check_denied(struct judging *j)
{
    for (size_t i = 0; j->c->denied && i < j->path.n; i++)
        if (is_denied(j->c, j->path.at[i]))
            judging_fail(j, (struct finding){.check = CHECK_USAGE_CONSTRAINTS, .cert = i},
                "a trust setting says never to trust it");
}
