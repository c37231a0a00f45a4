#include "profile_build.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cert/chain.h"
#include "cert/facts.h"
#include "cert/identity.h"
#include "cert/mobileconfig.h"
#include "cert/signer.h"
#include "explain/file_kind.h"
#include "password.h"

enum { IDENTIFIER_MOST = 200 };

struct build {
    const struct profile_order *order;
    struct cert_chain *certs;
    struct mobileconfig_identity identities[PROFILE_IDENTITIES_MOST];
    size_t n_identities;
    char *password;
};

static bool certs_take(struct build *b, const char *path, struct cert_span file, struct err *e)
{
    struct cert_chain *some = NULL;

    switch (file_kind_of(path, file.at, file.len)) {
    case FILE_KIND_IDENTITY:
        return err_set(e, ERR_INPUT, "an identity: name it with --identity");
    case FILE_KIND_PROFILE:
        return err_set(e, ERR_INPUT, "a profile already; certificates are wanted");
    case FILE_KIND_CERTIFICATES:
    case FILE_KIND_MESSAGE:
        some = file_certificates(file.at, file.len, e);
        break;
    }
    for (size_t i = 0; some && i < some->n; i++)
        cert_chain_push(b->certs, some->at[i]);
    if (some && (some->n_cut || b->certs->n_cut))
        err_set(e, ERR_INPUT, "too many certificates; a profile takes %d", CHAIN_MOST);
    bool good = some && !some->n_cut && !b->certs->n_cut;
    cert_chain_free(some);
    return good;
}

static bool certs_read(struct build *b, struct err *e)
{
    for (size_t i = 0; i < b->order->n_files; i++) {
        const char *path = b->order->files[i];
        uint8_t *bytes;
        size_t len;

        if (!file_read(path, CHAIN_FILE_MOST, &bytes, &len, e))
            return false;
        bool good = certs_take(b, path, (struct cert_span){bytes, len}, e);
        explicit_bzero(bytes, len); /* a private key may stand beside the certificate */
        mem_free(bytes);
        if (!good)
            return err_wrap(e, "%s", path);
    }
    return true;
}

/* An identity goes in as it is; whether it opens is seen here when the password is known, and told
 * by the look at the finished profile otherwise. */
static bool identity_take(struct build *b, const char *path, struct err *e)
{
    struct mobileconfig_identity *one = &b->identities[b->n_identities];
    uint8_t *bytes;
    size_t len;

    if (!file_read(path, IDENTITY_BYTES_MOST, &bytes, &len, e))
        return false;
    one->bytes = (struct cert_span){bytes, len};
    b->n_identities++;
    one->password = b->order->embed_password ? b->password : NULL;
    struct identity *in = identity_read(one->bytes, b->password);
    bool wrong =
        in->state != IDENTITY_OPENED && (b->password || in->state != IDENTITY_WRONG_PASSWORD);
    if (wrong)
        err_set(e, ERR_INPUT, "%s: %s", path, in->detail);
    else if (in->state == IDENTITY_OPENED && !in->key_fits)
        err_set(e, ERR_INPUT, "%s: it holds no private key with its certificate", path);
    bool good = !wrong && (in->state != IDENTITY_OPENED || in->key_fits);
    if (in->chain->n)
        one->name = mem_text(in->chain->at[0]->summary);
    identity_free(in);
    return good;
}

static bool identities_read(struct build *b, struct err *e)
{
    if (!password_read(b->order->password_file, &b->password, e))
        return err_wrap(e, "--password-file");
    for (size_t i = 0; i < b->order->n_identities; i++)
        if (!identity_take(b, b->order->identities[i], e))
            return err_wrap(e, "--identity");
    return true;
}

/* The certificate's file, and behind it the key's when that is another one. */
static bool signer_files(const struct profile_order *order, struct text *both, struct err *e)
{
    const char *const paths[] = {order->sign, order->sign_key};

    for (size_t i = 0; i < 2 && paths[i]; i++) {
        uint8_t *bytes;
        size_t len;

        if (!file_read(paths[i], SIGNER_BYTES_MOST, &bytes, &len, e))
            return false;
        text_add_n(both, (const char *)bytes, len);
        if (order->sign_key)
            text_add_char(both, '\n');
        explicit_bzero(bytes, len);
        mem_free(bytes);
    }
    return true;
}

static bool signer_of(const struct profile_order *order, struct signer *out, struct err *e)
{
    struct text both = {0};
    char *password = NULL;

    if (!password_read(order->sign_password_file, &password, e))
        return err_wrap(e, "--sign-password-file");
    bool good = signer_files(order, &both, e) &&
                (signer_read((struct cert_span){(const uint8_t *)text_str(&both), both.len},
                     password, out, e) ||
                    err_wrap(e, "%s", order->sign));
    password_forget(password);
    if (both.len)
        explicit_bzero(both.at, both.len);
    text_fini(&both);
    return good || err_wrap(e, "--sign");
}

static bool sign(const struct profile_order *order, struct text *profile, struct err *e)
{
    struct signer signer = {0};
    struct text sealed = {0};

    if (!signer_of(order, &signer, e))
        return false;
    bool good =
        mobileconfig_sign((struct cert_span){(const uint8_t *)text_str(profile), profile->len},
            signer.chain, signer.key, &sealed, e);
    signer_fini(&signer);
    text_fini(profile);
    *profile = sealed;
    return good;
}

/* As the phone shows it: the first root's name, unless one was given. */
static const char *name_of(const struct build *b)
{
    if (b->order->name)
        return b->order->name;
    for (size_t i = 0; i < b->certs->n; i++)
        if (b->certs->at[i]->self_signed)
            return b->certs->at[i]->summary;
    if (b->certs->n)
        return b->certs->at[0]->summary;
    return b->n_identities && b->identities[0].name ? b->identities[0].name : "Certificates";
}

/* Reverse-DNS style, as Apple's Configuration Profile Reference wants it: no blanks, nothing that
 * could end an XML text. */
static bool identifier_check(const char *identifier, struct err *e)
{
    size_t n = identifier ? strlen(identifier) : 1;

    if (n == 0 || n > IDENTIFIER_MOST ||
        (identifier && strspn(identifier, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789.-_") != n))
        return err_set(e, ERR_USAGE,
            "--identifier: 1 to %d letters, digits, dots, hyphens, as in example.acme.roots",
            IDENTIFIER_MOST);
    return true;
}

static void build_fini(struct build *b)
{
    for (size_t i = 0; i < b->n_identities; i++) {
        mem_free((void *)(uintptr_t)b->identities[i].bytes.at);
        mem_free((void *)(uintptr_t)b->identities[i].name);
    }
    password_forget(b->password);
    cert_chain_free(b->certs);
}

bool profile_build(const struct profile_order *order, struct text *out, struct err *e)
{
    struct build b = {.order = order, .certs = cert_chain_new()};
    bool good = identifier_check(order->identifier, e) && certs_read(&b, e) &&
                identities_read(&b, e) &&
                mobileconfig_write(&(struct mobileconfig_plan){.name = name_of(&b),
                                       .organization = order->organization,
                                       .identifier = order->identifier,
                                       .certs = b.certs,
                                       .identities = b.identities,
                                       .n_identities = b.n_identities},
                    out, e) &&
                (!order->sign || sign(order, out, e));

    build_fini(&b);
    return good;
}
