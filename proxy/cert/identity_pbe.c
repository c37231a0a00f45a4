/* cert/identity_pbe.c - what protects a PKCS#12 file, from its structure alone; declared in
 * identity_priv.h. */
#include "identity_priv.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

static OSSL_LIB_CTX *old_ciphers; /* one of the process, never freed: providers are slow to load */

static void old_ciphers_load(void)
{
    OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();

    if (lib && OSSL_PROVIDER_load(lib, "default") && OSSL_PROVIDER_load(lib, "legacy"))
        old_ciphers = lib;
    else
        OSSL_LIB_CTX_free(lib);
    ERR_clear_error();
}

OSSL_LIB_CTX *identity_old_ciphers(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, old_ciphers_load);
    return old_ciphers;
}

static void name_of(const ASN1_OBJECT *o, char out[static IDENTITY_ALGORITHM_CAP])
{
    int nid = OBJ_obj2nid(o);

    if (nid != NID_undef)
        snprintf(out, IDENTITY_ALGORITHM_CAP, "%s", OBJ_nid2sn(nid));
    else
        OBJ_obj2txt(out, IDENTITY_ALGORITHM_CAP, o, 1);
    for (char *c = out; *c; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
}

bool identity_spend(struct identity_reading *r, int64_t rounds)
{
    if (rounds < 1)
        return identity_fail(
            r, IDENTITY_CORRUPT, "the number of rounds of its key derivation is not above 0");
    if (rounds > r->rounds_left)
        return identity_fail(r, IDENTITY_TOO_COSTLY,
            "its key derivation asks for %lld rounds; the limit is %d", (long long)rounds,
            IDENTITY_ROUNDS_MOST);
    r->rounds_left -= rounds;
    if (rounds > r->out->rounds)
        r->out->rounds = rounds;
    return true;
}

static bool rounds_read(const ASN1_INTEGER *n, int64_t *out)
{
    if (n && ASN1_INTEGER_get_int64(out, n) == 1)
        return true;
    *out = n ? INT64_MAX : 1; /* more than 64 bits; RFC 7292 §4: the default is 1 */
    ERR_clear_error();
    return true;
}

static void note_kind(struct identity_reading *r, bool legacy, bool modern)
{
    struct identity *out = r->out;

    out->is_legacy |= legacy;
    out->is_modern |= modern;
    out->crypto = out->is_legacy   ? IDENTITY_CRYPTO_LEGACY
                  : out->is_modern ? IDENTITY_CRYPTO_MODERN
                                   : IDENTITY_CRYPTO_OLD;
}

/* RFC 7292 appendix C, and PKCS#5's first scheme. */
static const struct pbe_row {
    int nid;
    const char *name;
    bool legacy;
} pbes1[] = {
    {NID_pbe_WithSHA1And3_Key_TripleDES_CBC, "3des", false},
    {NID_pbe_WithSHA1And2_Key_TripleDES_CBC, "2des", false},
    {NID_pbe_WithSHA1And40BitRC2_CBC, "rc2-40", true},
    {NID_pbe_WithSHA1And128BitRC2_CBC, "rc2-128", true},
    {NID_pbe_WithSHA1And40BitRC4, "rc4-40", true},
    {NID_pbe_WithSHA1And128BitRC4, "rc4-128", true},
    {NID_pbeWithMD5AndDES_CBC, "des", true},
    {NID_pbeWithSHA1AndDES_CBC, "des", true},
    {NID_pbeWithMD5AndRC2_CBC, "rc2-64", true},
    {NID_pbeWithSHA1AndRC2_CBC, "rc2-64", true},
};

static bool pbes1_look(struct identity_reading *r, const struct pbe_row *row,
    const ASN1_TYPE *parameter, char name[static IDENTITY_ALGORITHM_CAP])
{
    PBEPARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), parameter);
    int64_t rounds;

    snprintf(name, IDENTITY_ALGORITHM_CAP, "%s", row->name);
    note_kind(r, row->legacy, false);
    if (!p) {
        ERR_clear_error();
        return identity_fail(
            r, IDENTITY_CORRUPT, "the parameters of its encryption cannot be read");
    }
    rounds_read(p->iter, &rounds);
    PBEPARAM_free(p);
    return identity_spend(r, rounds);
}

/* RFC 8018 §6.2: only the key derivation that everybody has; scrypt could ask for all memory and
 * time. */
static bool pbes2_scheme_look(struct identity_reading *r, const PBE2PARAM *p)
{
    char derivation[IDENTITY_ALGORITHM_CAP];
    PBKDF2PARAM *kdf = NULL;
    int64_t rounds;

    name_of(p->keyfunc->algorithm, derivation);
    if (OBJ_obj2nid(p->keyfunc->algorithm) != NID_id_pbkdf2)
        return identity_fail(
            r, IDENTITY_UNSUPPORTED, "its key derivation is %s; PBKDF2 alone is read", derivation);
    kdf = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), p->keyfunc->parameter);
    if (!kdf) {
        ERR_clear_error();
        return identity_fail(
            r, IDENTITY_CORRUPT, "the parameters of its key derivation cannot be read");
    }
    rounds_read(kdf->iter, &rounds);
    PBKDF2PARAM_free(kdf);
    return identity_spend(r, rounds);
}

static bool pbes2_look(struct identity_reading *r, const ASN1_TYPE *parameter,
    char name[static IDENTITY_ALGORITHM_CAP])
{
    PBE2PARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), parameter);

    snprintf(name, IDENTITY_ALGORITHM_CAP, "pbes2");
    if (!p) {
        ERR_clear_error();
        note_kind(r, false, true);
        return identity_fail(
            r, IDENTITY_CORRUPT, "the parameters of its encryption cannot be read");
    }
    name_of(p->encryption->algorithm, name);
    note_kind(r, strncmp(name, "rc2", 3) == 0 || strcmp(name, "des-cbc") == 0, true);
    bool good = pbes2_scheme_look(r, p);
    PBE2PARAM_free(p);
    return good;
}

bool identity_pbe_look(
    struct identity_reading *r, const X509_ALGOR *a, char name[static IDENTITY_ALGORITHM_CAP])
{
    const ASN1_OBJECT *object = NULL;
    const void *value = NULL;
    int type = V_ASN1_UNDEF;

    X509_ALGOR_get0(&object, &type, &value, a);
    int nid = OBJ_obj2nid(object);

    if (nid == NID_pbes2)
        return pbes2_look(r, a->parameter, name);
    for (size_t i = 0; i < sizeof pbes1 / sizeof *pbes1; i++)
        if (pbes1[i].nid == nid)
            return pbes1_look(r, &pbes1[i], a->parameter, name);
    name_of(object, name);
    return identity_fail(
        r, IDENTITY_UNSUPPORTED, "it is encrypted by %s, which nobody here reads", name);
}

bool identity_mac_look(struct identity_reading *r, const PKCS12 *p12)
{
    const X509_ALGOR *digest = NULL;
    const ASN1_INTEGER *count = NULL;
    const ASN1_OBJECT *object = NULL;
    char name[IDENTITY_ALGORITHM_CAP];
    int64_t rounds;

    PKCS12_get0_mac(NULL, &digest, NULL, &count, p12);
    X509_ALGOR_get0(&object, NULL, NULL, digest);
    name_of(object, name);
    snprintf(r->out->mac, sizeof r->out->mac, "hmac-%.50s", name);
    note_kind(r, false, OBJ_obj2nid(object) != NID_sha1);
    if (!EVP_get_digestbyobj(object))
        return identity_fail(
            r, IDENTITY_UNSUPPORTED, "it is sealed by %s, which nobody here reads", name);
    rounds_read(count, &rounds);
    /* Up to three passwords are tried on it. */
    return rounds <= INT64_MAX / 3
               ? identity_spend(r, rounds) && identity_spend(r, rounds) && identity_spend(r, rounds)
               : identity_spend(r, rounds);
}
