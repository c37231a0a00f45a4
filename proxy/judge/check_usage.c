/* judge/check_usage.c - ExtendedKeyUsage and ServerAuthEKU. */
#include "judging_priv.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define OID_SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define OID_ANY_USAGE "2.5.29.37.0"
#define OID_MS_SGC "1.3.6.1.4.1.311.10.3.3"
#define OID_NS_SGC "2.16.840.1.113730.4.1"

/* 30 June 2019 23:00 UTC, see check_time.c. */
#define RULES_OF_2019_FROM INT64_C(1561935600)

static bool is_for_servers(const struct cert *c)
{
    return cert_has_eku(c, OID_SERVER_AUTH) || cert_has_eku(c, OID_ANY_USAGE)
           || cert_has_eku(c, OID_MS_SGC) || cert_has_eku(c, OID_NS_SGC);
}

static char *usage_list(const struct cert *c)
{
    struct text out = {0};

    for (size_t i = 0; i < c->eku_names.n && i < 8; i++) {
        text_add(&out, i ? ", " : "");
        text_add(&out, c->eku_names.at[i]);
    }
    return text_give(&out);
}

static void fail_usage(struct judging *j, struct finding f, const struct cert *c)
{
    char *list = usage_list(c);

    if (!c->has_eku)
        judging_fail(j, f, "it has no extended key usage; serverAuth is wanted");
    else if (c != j->path.at[0])
        judging_fail(j, f, "the CA “%s” lists only: %s; serverAuth is wanted", c->summary, list);
    else
        judging_fail(j, f, "its extended key usage lists: %s; serverAuth is wanted", list);
    mem_free(list);
}

/* The last certificate stands as the root and is not looked at. */
void check_extended_key_usage(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];

    if (leaf->has_eku && !is_for_servers(leaf))
        fail_usage(j,
            (struct finding){.check = CHECK_EXTENDED_KEY_USAGE, .cause = "eku-not-server"}, leaf);
    for (size_t i = 1; i + 1 < j->path.n; i++)
        if (j->path.at[i]->eku_oids.n && !is_for_servers(j->path.at[i]))
            fail_usage(j,
                (struct finding){
                    .check = CHECK_EXTENDED_KEY_USAGE, .cert = i, .cause = "eku-intermediate"},
                j->path.at[i]);
}

static const char *leaf_cause(const struct cert *leaf)
{
    return leaf->has_eku && !cert_has_eku(leaf, OID_ANY_USAGE) ? "eku-not-server" : "eku-missing";
}

/* Always told of the leaf, whichever certificate is to blame. */
void check_server_auth(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];
    enum anchors_are   kind = judging_kind(j);
    bool               lists = cert_has_eku(leaf, OID_SERVER_AUTH);

    if (kind == ANCHORS_USER)
        return;
    if (!lists && (kind == ANCHORS_SYSTEM || leaf->not_before > RULES_OF_2019_FROM)) {
        fail_usage(
            j, (struct finding){.check = CHECK_SERVER_AUTH_EKU, .cause = leaf_cause(leaf)}, leaf);
        return;
    }
    for (size_t i = 1; kind == ANCHORS_SYSTEM && i + 1 < j->path.n; i++) {
        const struct cert *c = j->path.at[i];

        if (!c->has_eku || cert_has_eku(c, OID_SERVER_AUTH) || cert_has_eku(c, OID_ANY_USAGE))
            continue;
        fail_usage(
            j, (struct finding){.check = CHECK_SERVER_AUTH_EKU, .cause = "eku-intermediate"}, c);
        return;
    }
}
