/* judge/check_ca.c - BasicConstraints, BasicConstraintsCA, BasicConstraintsPathLen, KeyUsage of
 * CAs. */
#include "judging_priv.h"

static bool lacks_sign_bit(const struct cert *c)
{
    return c->has_key_usage && !(c->key_usage & CERT_USE_CERT_SIGN);
}

bool ca_is_fit(const struct cert *c)
{
    return !(c->version >= 3 && !c->has_basic_constraints) &&
           !(c->has_basic_constraints && !c->is_ca) && !lacks_sign_bit(c);
}

/* Every certificate above the leaf, the anchor too. */
void check_ca(struct judging *j)
{
    bool root_is_v3 = judging_last(j)->version >= 3;

    for (size_t i = 1; i < j->path.n; i++) {
        const struct cert *c = j->path.at[i];
        bool old_inside = c->version < 3 && i + 1 < j->path.n && root_is_v3;

        if (c->version >= 3 && !c->has_basic_constraints)
            judging_fail(j,
                (struct finding){.check = CHECK_BASIC_CONSTRAINTS,
                    .cert = i,
                    .cause = "basic-constraints-missing"},
                "it issues certificates and has no basicConstraints");
        else if (old_inside)
            judging_fail(j,
                (struct finding){.check = CHECK_BASIC_CONSTRAINTS,
                    .cert = i,
                    .cause = "cert-v1",
                    .also = "basic-constraints-missing"},
                "it issues certificates and is of version %d", c->version);
        if (c->has_basic_constraints && !c->is_ca)
            judging_fail(j,
                (struct finding){
                    .check = CHECK_BASIC_CONSTRAINTS_CA, .cert = i, .cause = "not-a-ca"},
                "it issues certificates and its basicConstraints say cA FALSE");
        if (lacks_sign_bit(c))
            judging_fail(j,
                (struct finding){
                    .check = CHECK_KEY_USAGE, .cert = i, .cause = "keycertsign-missing"},
                "it issues certificates and its key usage lacks keyCertSign");
    }
}

/* RFC 5280 §6.1.4 (l), (m): self-issued certificates are free. A trusted anchor only gives the
 * starting value. */
void check_path_length(struct judging *j)
{
    const struct judge_path *p = &j->path;
    size_t first = p->anchored ? p->n - 1 : p->n; /* one above the first member */
    long left = (long)first;

    if (p->anchored && p->at[p->n - 1]->path_len >= 0 && p->at[p->n - 1]->path_len < left)
        left = p->at[p->n - 1]->path_len;
    for (size_t i = first; i-- > 1;) {
        const struct cert *c = p->at[i];

        if (!c->self_issued && left == 0) {
            judging_fail(j,
                (struct finding){.check = CHECK_BASIC_CONSTRAINTS_PATH_LEN,
                    .cert = i,
                    .cause = "path-length-exceeded"},
                "a CA above allows no further CA below it");
            return;
        }
        if (!c->self_issued)
            left--;
        if (c->path_len >= 0 && c->path_len < left)
            left = c->path_len;
    }
}
