/* judge/check_policy.c - PolicyConstraints: the tree of RFC 5280 §6.1 with no policy asked for,
 * grown by OpenSSL, whose tree has been bounded since CVE-2023-0464. */
#include "judging_priv.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* Without one of these no policy can be required, so there is nothing to fail. */
static bool has_demand(const struct cert *c)
{
    return cert_extension(c, "2.5.29.36") || cert_extension(c, "2.5.29.33");
}

static bool any_demand(const struct judging *j)
{
    for (size_t i = 0; i < j->path.n; i++)
        if (has_demand(j->path.at[i]))
            return true;
    return false;
}

/* X509_policy_check wants the leaf first and takes the last one as the trust anchor, which it does
 * not look into. A path without an anchor gets its last certificate twice. */
static STACK_OF(X509) * stack_of(const struct judge_path *p)
{
    STACK_OF(X509) *certs = sk_X509_new_reserve(NULL, (int)p->n + 1);

    for (size_t i = 0; certs && i < p->n; i++)
        sk_X509_push(certs, p->at[i]->x509); /* borrowed */
    if (certs && (!p->anchored || p->n == 1))
        sk_X509_push(certs, p->at[p->n - 1]->x509);
    return certs;
}

/* The user's initial policy set: any (RFC 5280 §6.1.1 (c)). An empty set would make OpenSSL refuse
 * every path in which a CA requires some policy. */
static STACK_OF(ASN1_OBJECT) * any_policy(void)
{
    STACK_OF(ASN1_OBJECT) *wanted = sk_ASN1_OBJECT_new_null();

    if (wanted)
        sk_ASN1_OBJECT_push(wanted, OBJ_nid2obj(NID_any_policy)); /* static */
    return wanted;
}

void check_policies(struct judging *j)
{
    X509_POLICY_TREE *tree = NULL;
    STACK_OF(X509) * certs;
    STACK_OF(ASN1_OBJECT) * wanted;
    int explicit_policy = 0, answer = X509_PCY_TREE_INTERNAL;

    if (!any_demand(j))
        return;
    certs = stack_of(&j->path);
    wanted = any_policy();
    if (certs && wanted)
        answer = X509_policy_check(&tree, &explicit_policy, certs, wanted, 0);
    if (answer <= 0)
        judging_fail(j,
            (struct finding){
                .check = CHECK_POLICY_CONSTRAINTS, .cause = "policy-constraint-failed"},
            answer == X509_PCY_TREE_FAILURE
                ? "a policy is required and none is valid for the whole path"
                : "the policies of the path cannot be worked out");
    X509_policy_tree_free(tree);
    sk_X509_free(certs);
    sk_ASN1_OBJECT_free(wanted);
    ERR_clear_error();
}
