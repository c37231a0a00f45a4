/* judge/check_key.c - WeakKeySize, KeySize and SystemTrustedWeakKey; WeakSignature,
 * SignatureHashAlgorithms and SystemTrustedWeakHash. */
#include "judging_priv.h"

/* Sizes are measured in whole bytes, so 2041 bits pass as 2048. */
static int whole_bits(const struct cert *c)
{
    return (c->key_bits + 7) / 8 * 8;
}

static const char *key_cause(const struct cert *c, size_t i)
{
    switch (c->key_type) {
    case CERT_KEY_RSA:
        return "weak-key-rsa";
    case CERT_KEY_RSA_PSS:
        return "rsa-pss-cert";
    case CERT_KEY_EC:
        return c->key_explicit ? "ec-explicit-params" : "ec-curve-unsupported";
    case CERT_KEY_ED25519:
    case CERT_KEY_ED448:
        return "ed25519-cert";
    case CERT_KEY_DSA:
        return "dsa-key";
    case CERT_KEY_OTHER:
        return NULL;
    case CERT_KEY_UNREADABLE:
        return i ? "issuer-key-malformed" : "cert-unparsable";
    }
    return NULL;
}

static bool is_broken(const struct cert *c)
{
    switch (c->key_type) {
    case CERT_KEY_RSA:
        return whole_bits(c) < 1024;
    case CERT_KEY_EC:
        return whole_bits(c) < 160 || c->key_explicit;
    case CERT_KEY_ED25519:
    case CERT_KEY_ED448:
        return false;
    case CERT_KEY_RSA_PSS:
    case CERT_KEY_DSA:
    case CERT_KEY_OTHER:
    case CERT_KEY_UNREADABLE:
        return true;
    }
    return true;
}

/* Ed25519 and Ed448 have no minimum in the server policy, and therefore fail. */
static bool is_too_small(const struct cert *c)
{
    if (c->key_type == CERT_KEY_RSA)
        return whole_bits(c) < 2048;
    return c->key_type != CERT_KEY_EC || whole_bits(c) < 256;
}

static void fail_key(struct judging *j, enum judge_check_id check, size_t i, const char *wanted)
{
    const struct cert *c = j->path.at[i];

    judging_fail(j, (struct finding){.check = check, .cert = i, .cause = key_cause(c, i)},
        "its key is %s%s, wanted is %s", c->key_text,
        c->key_explicit ? " with explicit parameters" : "", wanted);
}

void check_weak_key(struct judging *j)
{
    for (size_t i = 0; i < j->path.n; i++)
        if (is_broken(j->path.at[i]))
            fail_key(j, CHECK_WEAK_KEY_SIZE, i, "RSA from 1024 bits or EC from 160 bits");
}

void check_key_size(struct judging *j)
{
    if (judging_leaf_is_user_anchor(j))
        return;
    for (size_t i = 0; i < j->path.n; i++)
        if (is_too_small(j->path.at[i]))
            fail_key(j, CHECK_KEY_SIZE, i, "RSA from 2048 bits or EC from 256 bits");
}

/* EAP: only under a root of the platform, and P-224 passes. */
void check_system_weak_key(struct judging *j)
{
    if (judging_kind(j) != ANCHORS_SYSTEM)
        return;
    for (size_t i = 0; i < j->path.n; i++)
        if (is_too_small(j->path.at[i]) &&
            !(j->path.at[i]->key_type == CERT_KEY_EC && whole_bits(j->path.at[i]) >= 224))
            fail_key(j, CHECK_SYSTEM_TRUSTED_WEAK_KEY, i, "RSA from 2048 bits or EC from 224 bits");
}

/* BR §6.1.5: the modulus in bits is divisible by 8. */
void check_web_key(struct judging *j)
{
    for (size_t i = 0; i < j->path.n; i++)
        if (j->path.at[i]->key_type == CERT_KEY_RSA && j->path.at[i]->key_bits % 8)
            judging_fail(j,
                (struct finding){.check = CHECK_KEY_SIZE, .cert = i, .cause = "odd-rsa-size"},
                "its key is %s, and bits come in eights", j->path.at[i]->key_text);
}

static bool hash_is_broken(const struct cert *c)
{
    return c->hash == CERT_HASH_MD2 || c->hash == CERT_HASH_MD4 || c->hash == CERT_HASH_MD5;
}

static void fail_hash(struct judging *j, enum judge_check_id check, size_t i)
{
    const struct cert *c = j->path.at[i];

    judging_fail(j,
        (struct finding){.check = check,
            .cert = i,
            .cause = hash_is_broken(c) ? "weak-signature-md5" : "weak-signature-sha1"},
        "signed with %s", c->signature);
}

/* A self-signed certificate proves nothing by its signature. */
void check_weak_signature(struct judging *j)
{
    for (size_t i = 0; i < j->path.n; i++)
        if (hash_is_broken(j->path.at[i]) && !j->path.at[i]->self_signed)
            fail_hash(j, CHECK_WEAK_SIGNATURE, i);
}

void check_signature_hash(struct judging *j)
{
    for (size_t i = 0; i < j->path.n; i++) {
        const struct cert *c = j->path.at[i];
        bool user_anchor =
            i + 1 == j->path.n && j->path.anchored && judging_kind(j) == ANCHORS_USER;

        if ((hash_is_broken(c) || c->hash == CERT_HASH_SHA1) && !c->self_signed && !user_anchor)
            fail_hash(j, CHECK_SIGNATURE_HASH_ALGORITHMS, i);
    }
}

void check_system_weak_hash(struct judging *j)
{
    if (judging_kind(j) != ANCHORS_SYSTEM)
        return;
    for (size_t i = 0; i < j->path.n; i++) {
        const struct cert *c = j->path.at[i];

        if ((hash_is_broken(c) || c->hash == CERT_HASH_SHA1) && !c->self_signed)
            fail_hash(j, CHECK_SYSTEM_TRUSTED_WEAK_HASH, i);
    }
}
