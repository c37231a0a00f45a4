#include "exhibit.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/chain.h"
#include "cert/mobileconfig.h"
#include "issue.h"
#include "key.h"
#include "recipe.h"

#define PASSWORD "secret"
#define ADDRESS "anna@lab.test"

enum { ROUNDS = 2048, OLD_CIPHER = NID_pbe_WithSHA1And3_Key_TripleDES_CBC };

/* Somebody with a key and a certificate. */
struct person {
    EVP_PKEY *key;
    X509 *cert;
};

struct office {
    int64_t now_s;
    X509 *root, *issuing, *elsewhere; /* `elsewhere`: a root that nobody trusts */
    EVP_PKEY *root_key, *issuing_key, *elsewhere_key;
    struct person anna, berta;
    OSSL_PROVIDER *legacy; /* of the old ciphers */
};

/* How somebody's certificate departs from the usual one of a client. */
struct birth {
    const char *usage, *alt_name, *digest;
    enum recipe_key key;
    int from_day, to_day;
    bool elsewhere;
};

static bool person_make(
    const struct office *o, const struct birth *b, struct person *out, struct err *e)
{
    struct recipe recipe;
    struct issue_order order = {.recipe = &recipe,
        .issuer = b->elsewhere ? o->elsewhere : o->issuing,
        .issuer_key = b->elsewhere ? o->elsewhere_key : o->issuing_key,
        .now_s = o->now_s};

    recipe_of_site("Anna of the Lab", &recipe);
    recipe.extended_key_usage = b->usage ? b->usage : "clientAuth";
    recipe.alt_name = b->alt_name ? b->alt_name : "email:" ADDRESS;
    if (b->digest)
        recipe.digest = b->digest;
    if (b->from_day) {
        recipe.from_day = b->from_day;
        recipe.to_day = b->to_day;
    }
    out->key = key_make(b->key, e);
    if (!out->key)
        return false;
    order.key = out->key;
    out->cert = issue_cert(&order, e);
    return out->cert != NULL;
}

static void person_fini(struct person *p)
{
    EVP_PKEY_free(p->key);
    X509_free(p->cert);
    *p = (struct person){0};
}

static bool ca_make(const struct office *o, enum recipe_ca which, X509 *issuer,
    EVP_PKEY *issuer_key, EVP_PKEY **key, X509 **cert, struct err *e)
{
    struct recipe recipe;
    struct issue_order order = {
        .recipe = &recipe, .issuer = issuer, .issuer_key = issuer_key, .now_s = o->now_s};

    recipe_of_ca(which, &recipe);
    *key = order.key = key_make(KEY_P256, e);
    *cert = *key ? issue_cert(&order, e) : NULL;
    return *cert != NULL;
}

static bool office_open(struct office *o, struct err *e)
{
    static const struct birth usual = {0};

    /* The usual provider comes by itself only while no other is loaded; nobody unloads it again. */
    o->legacy = OSSL_PROVIDER_load(NULL, "default") ? OSSL_PROVIDER_load(NULL, "legacy") : NULL;
    if (!o->legacy)
        return issue_failed(e, "loading the old ciphers of OpenSSL");
    return ca_make(o, CA_ROOT, NULL, NULL, &o->root_key, &o->root, e) &&
           ca_make(o, CA_ISSUING, o->root, o->root_key, &o->issuing_key, &o->issuing, e) &&
           ca_make(o, CA_ELSEWHERE, NULL, NULL, &o->elsewhere_key, &o->elsewhere, e) &&
           person_make(o, &usual, &o->anna, e) && person_make(o, &usual, &o->berta, e);
}

static void office_close(struct office *o)
{
    X509_free(o->root);
    X509_free(o->issuing);
    X509_free(o->elsewhere);
    EVP_PKEY_free(o->root_key);
    EVP_PKEY_free(o->issuing_key);
    EVP_PKEY_free(o->elsewhere_key);
    person_fini(&o->anna);
    person_fini(&o->berta);
    if (o->legacy)
        OSSL_PROVIDER_unload(o->legacy);
}

/* --- identities --- */

/* What is put into a file, and how it is closed. */
struct parcel {
    const struct person *people[2]; /* each with its key */
    X509 *certs[3];                 /* without */
    EVP_PKEY *stray;                /* a key without its certificate */
    int cipher;
    const EVP_MD *seal;
    const char *password; /* NULL: PASSWORD */
};

static bool bags_fill(const struct parcel *p, STACK_OF(PKCS12_SAFEBAG) * *certs,
    STACK_OF(PKCS12_SAFEBAG) * *keys, const char *password)
{
    for (size_t i = 0; i < 2 && p->people[i]; i++) {
        unsigned char id = (unsigned char)(i + 1);
        PKCS12_SAFEBAG *cert = PKCS12_add_cert(certs, p->people[i]->cert);
        PKCS12_SAFEBAG *key =
            PKCS12_add_key(keys, p->people[i]->key, 0, ROUNDS, p->cipher, password);

        if (!cert || !key || !PKCS12_add_localkeyid(cert, &id, 1) ||
            !PKCS12_add_localkeyid(key, &id, 1))
            return false;
    }
    for (size_t i = 0; i < sizeof p->certs / sizeof *p->certs && p->certs[i]; i++)
        if (!PKCS12_add_cert(certs, p->certs[i]))
            return false;
    return !p->stray || PKCS12_add_key(keys, p->stray, 0, ROUNDS, p->cipher, password);
}

/* PKCS12_create insists on a key that fits, and on one identity. */
static PKCS12 *parcel_close(const struct parcel *p)
{
    const char *password = p->password ? p->password : PASSWORD;
    STACK_OF(PKCS12_SAFEBAG) *certs = NULL, *keys = NULL;
    STACK_OF(PKCS7) *safes = NULL;
    PKCS12 *pfx = NULL;

    if (bags_fill(p, &certs, &keys, password) &&
        PKCS12_add_safe(&safes, certs, p->cipher, ROUNDS, password) &&
        (!keys || PKCS12_add_safe(&safes, keys, -1, 0, NULL)))
        pfx = PKCS12_add_safes(safes, 0);
    if (pfx && !PKCS12_set_mac(pfx, password, -1, NULL, 0, ROUNDS, p->seal)) {
        PKCS12_free(pfx);
        pfx = NULL;
    }
    sk_PKCS12_SAFEBAG_pop_free(certs, PKCS12_SAFEBAG_free);
    sk_PKCS12_SAFEBAG_pop_free(keys, PKCS12_SAFEBAG_free);
    sk_PKCS7_pop_free(safes, PKCS7_free);
    return pfx;
}

static bool parcel_write(const struct parcel *p, struct text *out, struct err *e)
{
    struct parcel whole = *p;
    unsigned char *der = NULL;

    if (!whole.cipher)
        whole.cipher = OLD_CIPHER; /* every iPhone reads it, and so says nothing of it */
    if (!whole.seal)
        whole.seal = EVP_sha1();
    PKCS12 *pfx = parcel_close(&whole);
    int len = pfx ? i2d_PKCS12(pfx, &der) : 0;
    if (len > 0)
        text_add_n(out, (const char *)der, (size_t)len);
    OPENSSL_free(der);
    PKCS12_free(pfx);
    return len > 0 ? true : issue_failed(e, "writing an identity");
}

static bool make_good(const struct office *o, struct text *out, struct err *e)
{
    return parcel_write(
        &(struct parcel){.people = {&o->anna}, .certs = {o->issuing, o->root}}, out, e);
}

static bool make_empty_password(const struct office *o, struct text *out, struct err *e)
{
    return parcel_write(
        &(struct parcel){.people = {&o->anna}, .certs = {o->issuing, o->root}, .password = ""}, out,
        e);
}

static bool make_legacy(const struct office *o, struct text *out, struct err *e)
{
    return parcel_write(&(struct parcel){.people = {&o->anna},
                            .certs = {o->issuing, o->root},
                            .cipher = NID_pbe_WithSHA1And40BitRC2_CBC},
        out, e);
}

static bool make_modern(const struct office *o, struct text *out, struct err *e)
{
    return parcel_write(&(struct parcel){.people = {&o->anna},
                            .certs = {o->issuing, o->root},
                            .cipher = NID_aes_256_cbc,
                            .seal = EVP_sha256()},
        out, e);
}

static bool make_no_key(const struct office *o, struct text *out, struct err *e)
{
    return parcel_write(&(struct parcel){.certs = {o->anna.cert, o->issuing, o->root}}, out, e);
}

static bool make_key_mismatch(const struct office *o, struct text *out, struct err *e)
{
    return parcel_write(
        &(struct parcel){.certs = {o->anna.cert, o->issuing, o->root}, .stray = o->berta.key}, out,
        e);
}

static bool make_no_chain(const struct office *o, struct text *out, struct err *e)
{
    return parcel_write(&(struct parcel){.people = {&o->anna}}, out, e);
}

static bool make_two(const struct office *o, struct text *out, struct err *e)
{
    return parcel_write(
        &(struct parcel){.people = {&o->anna, &o->berta}, .certs = {o->issuing, o->root}}, out, e);
}

static bool make_corrupt(const struct office *o, struct text *out, struct err *e)
{
    struct text whole = {0};
    bool good = make_good(o, &whole, e);

    text_add_n(out, text_str(&whole), whole.len / 2);
    text_fini(&whole);
    return good;
}

static bool make_of(
    const struct office *o, const struct birth *birth, struct text *out, struct err *e)
{
    struct person one = {0};
    bool good =
        person_make(o, birth, &one, e) &&
        parcel_write(&(struct parcel){.people = {&one}, .certs = {o->issuing, o->root}}, out, e);

    person_fini(&one);
    return good;
}

static bool make_expired(const struct office *o, struct text *out, struct err *e)
{
    return make_of(o, &(struct birth){.from_day = -29, .to_day = -5}, out, e);
}

static bool make_wrong_eku(const struct office *o, struct text *out, struct err *e)
{
    return make_of(o, &(struct birth){.usage = "serverAuth"}, out, e);
}

static bool make_key_type(const struct office *o, struct text *out, struct err *e)
{
    return make_of(o, &(struct birth){.key = KEY_ED25519}, out, e);
}

/* --- mail certificates --- */

static bool pem_add(X509 *cert, struct text *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes;
    bool good = bio && PEM_write_bio_X509(bio, cert);

    if (good) {
        long len = BIO_get_mem_data(bio, &bytes);
        text_add_n(out, bytes, (size_t)len);
    }
    BIO_free(bio);
    return good;
}

static bool mail_write(
    const struct office *o, const struct birth *birth, struct text *out, struct err *e)
{
    struct person one = {0};
    bool good = person_make(o, birth, &one, e);

    if (good &&
        (!pem_add(one.cert, out) || !pem_add(birth->elsewhere ? o->elsewhere : o->issuing, out)))
        good = issue_failed(e, "writing a mail certificate");
    person_fini(&one);
    return good;
}

static bool make_good_mail(const struct office *o, struct text *out, struct err *e)
{
    return mail_write(o, &(struct birth){.usage = "emailProtection"}, out, e);
}

static bool make_other_address(const struct office *o, struct text *out, struct err *e)
{
    return mail_write(
        o, &(struct birth){.usage = "emailProtection", .alt_name = "email:berta@lab.test"}, out, e);
}

static bool make_untrusted(const struct office *o, struct text *out, struct err *e)
{
    return mail_write(o, &(struct birth){.usage = "emailProtection", .elsewhere = true}, out, e);
}

static bool make_weak(const struct office *o, struct text *out, struct err *e)
{
    return mail_write(o, &(struct birth){.usage = "emailProtection", .digest = "SHA1"}, out, e);
}

/* --- profiles --- */

static struct cert_chain *chain_of(X509 *const *certs, size_t n, struct err *e)
{
    struct text pem = {0};
    struct cert_chain *chain = NULL;

    for (size_t i = 0; i < n; i++)
        if (!pem_add(certs[i], &pem)) {
            issue_failed(e, "writing a profile");
            goto out;
        }
    chain = cert_chain_from_bytes((const uint8_t *)text_str(&pem), pem.len, e);
out:
    text_fini(&pem);
    return chain;
}

static bool profile_write(X509 *const *certs, size_t n, struct text *out, struct err *e)
{
    struct cert_chain *chain = chain_of(certs, n, e);
    struct mobileconfig_plan plan = {
        .name = "Lab", .organization = "Lab", .identifier = "test.lab.exhibit", .certs = chain};
    bool good = chain && mobileconfig_write(&plan, out, e);

    cert_chain_free(chain);
    return good;
}

static bool make_strange_profile(const struct office *o, struct text *out, struct err *e)
{
    X509 *const certs[] = {o->root};
    struct text plain = {0};
    struct person signer = {0};
    struct cert_chain *chain = NULL;
    bool good =
        profile_write(certs, 1, &plain, e) &&
        person_make(o, &(struct birth){.usage = "emailProtection", .elsewhere = true}, &signer, e);

    if (good) {
        X509 *const signed_by[] = {signer.cert, o->elsewhere};
        struct cert_span bytes = {(const uint8_t *)text_str(&plain), plain.len};

        chain = chain_of(signed_by, 2, e);
        good = chain && mobileconfig_sign(bytes, chain, signer.key, out, e);
    }
    cert_chain_free(chain);
    person_fini(&signer);
    text_fini(&plain);
    return good;
}

/* The certificate of a person, under the type that is for roots. */
static bool make_bad_profile(const struct office *o, struct text *out, struct err *e)
{
    static const char right[] = "com.apple.security.pkcs1", wrong[] = "com.apple.security.root";
    X509 *const certs[] = {o->anna.cert};
    struct text plain = {0};
    bool good = profile_write(certs, 1, &plain, e);
    const char *at = text_str(&plain);

    for (const char *next; good && (next = strstr(at, right)); at = next + sizeof right - 1) {
        text_add_n(out, at, (size_t)(next - at));
        text_add(out, wrong);
    }
    text_add(out, at);
    text_fini(&plain);
    return good;
}

/* --- the table --- */

#define ASK(...)                                                                                   \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define EXHIBIT(file, cause, make, ask, about) {file, cause, ask, about},
static const struct lab_exhibit exhibits[] = {
#include "exhibit.def"
};
#undef EXHIBIT

#define EXHIBIT(file, cause, make, ask, about) make,
static bool (*const makers[])(const struct office *o, struct text *out, struct err *e) = {
#include "exhibit.def"
};
#undef EXHIBIT

const struct lab_exhibit *lab_exhibits(size_t *n)
{
    *n = sizeof exhibits / sizeof *exhibits;
    return exhibits;
}

static bool put(const char *folder, const char *file, const struct text *bytes, struct err *e)
{
    char *path = file_join(folder, file);
    bool good = file_write(path, text_str(bytes), bytes->len, 0644, e);

    mem_free(path);
    return good;
}

static bool put_words(const char *folder, const char *file, const char *words, struct err *e)
{
    struct text line = {0};

    text_add(&line, words);
    bool good = put(folder, file, &line, e);
    text_fini(&line);
    return good;
}

static bool put_root(const struct office *o, const char *folder, struct err *e)
{
    struct text pem = {0};
    bool good = (pem_add(o->root, &pem) || issue_failed(e, "writing the root")) &&
                put(folder, LAB_EXHIBITS_ROOT, &pem, e);

    text_fini(&pem);
    return good;
}

bool lab_write_exhibits(const char *folder, int64_t now_s, struct err *e)
{
    struct office o = {.now_s = now_s};
    bool good = file_mkdirs(folder, 0755, e) && office_open(&o, e) && put_root(&o, folder, e) &&
                put_words(folder, "password.txt", PASSWORD "\n", e) &&
                put_words(folder, "wrong-password.txt", "another\n", e);

    for (size_t i = 0; good && i < sizeof exhibits / sizeof *exhibits; i++) {
        struct text bytes = {0};

        good = makers[i](&o, &bytes, e) && put(folder, exhibits[i].file, &bytes, e);
        text_fini(&bytes);
    }
    office_close(&o);
    return good ? true : err_wrap(e, "the lab's files");
}
