/* judge/check_usage.c - ExtendedKeyUsage, ServerAuthEKU, EmailProtectionEKU, and KeyUsage of the
 * leaf. */
#include "judging_priv.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define OID_SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define OID_CLIENT_AUTH "1.3.6.1.5.5.7.3.2"
#define OID_EMAIL_PROTECTION "1.3.6.1.5.5.7.3.4"
#define OID_ANY_USAGE "2.5.29.37.0"
#define OID_MS_SGC "1.3.6.1.4.1.311.10.3.3"
#define OID_NS_SGC "2.16.840.1.113730.4.1"

/* 30 June 2019 23:00 UTC, see check_time.c. */
#define RULES_OF_2019_FROM INT64_C(1561935600)
#define SMIME_RULES_FROM INT64_C(1648771200) /* 2022-04-01 */

/* What an extended key usage may list for the purpose of a policy. */
struct purpose {
    const char *oids[4];
    const char *name, *leaf_cause;
};

static const struct purpose *purpose_of(const struct judging *j)
{
    static const struct purpose server = {{OID_SERVER_AUTH, OID_ANY_USAGE, OID_MS_SGC, OID_NS_SGC},
                                    "serverAuth", "eku-not-server"},
                                client = {{OID_CLIENT_AUTH, OID_ANY_USAGE}, "clientAuth",
                                    "identity-wrong-eku"},
                                email = {{OID_EMAIL_PROTECTION}, "emailProtection",
                                    "identity-wrong-eku"};

    switch (j->c->policy) {
    case JUDGE_TLS_CLIENT:
    case JUDGE_EAP_CLIENT:
    case JUDGE_IPSEC_CLIENT:
    case JUDGE_WEBPKI_CLIENT:
        return &client;
    case JUDGE_SMIME:
        return &email; /* any does not count */
    default:
        return &server;
    }
}

static bool is_for(const struct cert *c, const struct purpose *p)
{
    for (size_t i = 0; i < sizeof(p->oids) / sizeof(p->oids[0]) && p->oids[i]; i++)
        if (cert_has_eku(c, p->oids[i]))
            return true;
    return false;
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
    const char *wanted = purpose_of(j)->name;
    char *list = usage_list(c);

    if (!c->has_eku)
        judging_fail(j, f, "it has no extended key usage; %s is wanted", wanted);
    else if (c != j->path.at[0])
        judging_fail(j, f, "the CA “%s” lists only: %s; %s is wanted", c->summary, list, wanted);
    else
        judging_fail(j, f, "its extended key usage lists: %s; %s is wanted", list, wanted);
    mem_free(list);
}

/* The last certificate stands as the root and is not looked at. */
void check_extended_key_usage(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];
    const struct purpose *purpose = purpose_of(j);

    if (leaf->has_eku && !is_for(leaf, purpose))
        fail_usage(j,
            (struct finding){.check = CHECK_EXTENDED_KEY_USAGE, .cause = purpose->leaf_cause},
            leaf);
    for (size_t i = 1; i + 1 < j->path.n; i++)
        if (j->path.at[i]->eku_oids.n && !is_for(j->path.at[i], purpose))
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
    enum anchors_are kind = judging_kind(j);
    bool lists = cert_has_eku(leaf, OID_SERVER_AUTH);

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

/* S/MIME under a root of the platform, from April 2022: the usage must be there. */
void check_email_protection(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];

    if (judging_kind(j) == ANCHORS_SYSTEM && leaf->not_before >= SMIME_RULES_FROM &&
        !cert_has_eku(leaf, OID_EMAIL_PROTECTION))
        fail_usage(j,
            (struct finding){.check = CHECK_EMAIL_PROTECTION_EKU, .cause = "identity-wrong-eku"},
            leaf);
}

/* BR §7.1.2.7.10: the purpose must be listed, and never any. */
void check_web_usage(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];
    const struct purpose *purpose = purpose_of(j);

    if (!cert_has_eku(leaf, purpose->oids[0]) || cert_has_eku(leaf, OID_ANY_USAGE))
        fail_usage(
            j, (struct finding){.check = CHECK_SERVER_AUTH_EKU, .cause = leaf_cause(leaf)}, leaf);
}

static void fail_key_usage(struct judging *j, const char *cause, const char *wanted)
{
    const struct cert *leaf = j->path.at[0];
    struct text list = {0};

    for (size_t i = 0; i < leaf->key_usage_names.n; i++)
        text_printf(&list, "%s%s", i ? ", " : "", leaf->key_usage_names.at[i]);
    judging_fail(j, (struct finding){.check = CHECK_KEY_USAGE, .cause = cause},
        "its key usage is %s; %s", list.len ? text_str(&list) : "absent", wanted);
    text_fini(&list);
}

/* Only when the caller asks for one: the plain server policy does not. */
void check_key_usage(struct judging *j)
{
    unsigned wanted = j->c->key_usage;

    if (wanted && (j->path.at[0]->key_usage & wanted) != wanted)
        fail_key_usage(j, "key-usage-leaf", "the caller wants more");
}

/* One of the purposes that are asked for must be served. Non-repudiation alone does not sign mail;
 * a certificate without the extension signs, and does not encrypt. */
void check_smime_usage(struct judging *j)
{
    static const struct {
        unsigned purpose, bit;
    } rows[] = {
        {SMIME_SIGN, CERT_USE_DIGITAL_SIGNATURE},
        {SMIME_KEY_ENCRYPT, CERT_USE_KEY_ENCIPHERMENT},
        {SMIME_DATA_ENCRYPT, CERT_USE_DATA_ENCIPHERMENT},
        {SMIME_KEY_AGREEMENT, CERT_USE_KEY_AGREEMENT},
    };
    const struct cert *leaf = j->path.at[0];

    if (!j->c->smime_usage || (!leaf->has_key_usage && (j->c->smime_usage & SMIME_SIGN)))
        return;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if ((j->c->smime_usage & rows[i].purpose) && (leaf->key_usage & rows[i].bit))
            return;
    fail_key_usage(j, "identity-wrong-eku",
        j->c->smime_usage & SMIME_SIGN
            ? "digitalSignature signs mail"
            : "keyEncipherment, dataEncipherment or keyAgreement encrypts mail");
}
