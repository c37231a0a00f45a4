#include "identity.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>

#include "base/mem.h"
#include "base/text.h"
#include "der.h"
#include "identity_priv.h"

enum { DER_CONSTRUCTED = 0x20, DEFINITE_DEEP = 16 };

const char *identity_state_name(enum identity_state s)
{
    static const char *const names[] = {
        "corrupt", "wrong-password", "too-costly", "unsupported", "opened"};

    return names[s];
}

const char *identity_password_name(enum identity_password p)
{
    static const char *const names[] = {"none", "given", "empty", "absent"};

    return names[p];
}

const char *identity_crypto_name(enum identity_crypto c)
{
    static const char *const names[] = {"none", "legacy", "old", "modern"};

    return names[c];
}

bool identity_fail(struct identity_reading *r, enum identity_state state, const char *format, ...)
{
    va_list args;

    r->out->state = state;
    va_start(args, format);
    vsnprintf(r->out->detail, sizeof r->out->detail, format, args);
    va_end(args);
    return false;
}

/* RFC 7292 §4: SEQUENCE { version INTEGER (3), authSafe ContentInfo, … } */
bool identity_looks_like(struct cert_span bytes)
{
    size_t at = 2;

    if (bytes.len < 2 || bytes.at[0] != DER_SEQUENCE)
        return false;
    if (bytes.at[1] & 0x80)
        at += bytes.at[1] & 0x7f;
    return at + 3 <= bytes.len && memcmp(bytes.at + at, "\x02\x01\x03", 3) == 0;
}

/* Are these items, and those inside them, of definite lengths? What is wrapped or encrypted is not
 * looked into. */
static bool are_definite(struct der d, int depth)
{
    struct der_item item;

    while (d.left) {
        if (!der_next(&d, &item))
            return false;
        if (item.tag & DER_CONSTRUCTED && depth > 0 && !are_definite(der_of(item.body), depth - 1))
            return false;
    }
    return true;
}

/* Bytes behind the file's end are nobody's business. */
static bool is_definite(struct cert_span bytes)
{
    struct der d = der_of(bytes);
    struct der_item outer;

    return der_next(&d, &outer) && are_definite(der_of(outer.body), DEFINITE_DEEP);
}

static void corrupt_say(struct identity_reading *r, struct cert_span bytes)
{
    struct der d = der_of(bytes);
    struct der_item outer;

    if (bytes.len == 0)
        identity_fail(r, IDENTITY_CORRUPT, "it is empty");
    else if (memmem(bytes.at, bytes.len, "-----BEGIN ", 11))
        identity_fail(r, IDENTITY_CORRUPT,
            "it is PEM text, not PKCS#12: the name alone does not make it one");
    else if (!identity_looks_like(bytes))
        identity_fail(r, IDENTITY_CORRUPT, "it does not begin as a PKCS#12 file");
    else if (!der_next(&d, &outer))
        identity_fail(r, IDENTITY_CORRUPT,
            "it ends before its time: %zu bytes are here, and it says that it has more", bytes.len);
    else
        identity_fail(r, IDENTITY_CORRUPT, "its structure cannot be read");
}

static PKCS12 *structure_read(struct identity_reading *r, struct cert_span bytes)
{
    const unsigned char *at = bytes.at;
    PKCS12 *p12 = NULL;

    if (bytes.len > IDENTITY_BYTES_MOST) {
        identity_fail(r, IDENTITY_TOO_COSTLY, "it has %zu bytes, the limit is %d", bytes.len,
            IDENTITY_BYTES_MOST);
        return NULL;
    }
    if (identity_looks_like(bytes))
        p12 = d2i_PKCS12(NULL, &at, (long)bytes.len);
    ERR_clear_error();
    if (!p12) {
        corrupt_say(r, bytes);
        return NULL;
    }
    r->out->is_ber = !is_definite(bytes);
    return p12;
}

enum { TRIES_MOST = 3 };

struct identity_try {
    const char *text;
    enum identity_password kind;
};

/* A PKCS#12 without a password is written in two ways, so both are tried; and when the one that was
 * given is wrong as well: then it can be told that none is needed. */
static size_t tries_list(struct identity_try tries[static TRIES_MOST], const char *given)
{
    size_t n = 0;

    if (given && *given)
        tries[n++] = (struct identity_try){given, IDENTITY_PASSWORD_GIVEN};
    tries[n++] = (struct identity_try){"", IDENTITY_PASSWORD_EMPTY};
    tries[n++] = (struct identity_try){NULL, IDENTITY_PASSWORD_ABSENT};
    return n;
}

static void parts_drop(struct identity_reading *r)
{
    for (size_t i = 0; i < r->n_keys; i++)
        EVP_PKEY_free(r->keys[i]);
    for (size_t i = 0; i < r->n_certs; i++) {
        cert_unref(r->certs[i]);
        mem_free(r->names[i]);
    }
    r->n_keys = r->n_certs = 0;
}

/* With one password; the state says what came of it. */
static bool contents_try(struct identity_reading *r, PKCS12 *p12, const struct identity_try *one)
{
    r->password = one->text;
    r->password_len = one->text ? (int)strlen(one->text) : 0;
    if (PKCS12_mac_present(p12) && !PKCS12_verify_mac(p12, r->password, r->password_len)) {
        ERR_clear_error();
        r->out->state = IDENTITY_WRONG_PASSWORD;
        return false;
    }
    r->out->password = r->out->crypto == IDENTITY_CRYPTO_NONE ? IDENTITY_PASSWORD_NONE : one->kind;
    r->out->n_unread = 0;
    r->out->odd_key = NULL;
    if (identity_walk(r, p12))
        return true;
    if (r->out->state == IDENTITY_WRONG_PASSWORD && PKCS12_mac_present(p12))
        identity_fail(r, IDENTITY_UNSUPPORTED,
            "the password fits its seal, and does not open what is inside%s",
            identity_old_ciphers() ? "" : "; OpenSSL's legacy provider is not installed");
    parts_drop(r);
    return false;
}

static bool contents_read(struct identity_reading *r, PKCS12 *p12, const char *given)
{
    struct identity_try tries[TRIES_MOST];
    size_t n = tries_list(tries, given);

    if (given && strlen(given) > IDENTITY_PASSWORD_MOST)
        return identity_fail(r, IDENTITY_WRONG_PASSWORD, "a password of %zu bytes; the limit is %d",
            strlen(given), IDENTITY_PASSWORD_MOST);
    for (size_t i = 0; i < n; i++) {
        if (contents_try(r, p12, &tries[i]))
            return true;
        if (r->out->state != IDENTITY_WRONG_PASSWORD)
            return false;
    }
    return identity_fail(r, IDENTITY_WRONG_PASSWORD, "%s",
        given && *given ? "the password does not fit" : "it wants a password, and none was given");
}

static bool is_of_key(const struct cert *c, const EVP_PKEY *key)
{
    return key && c->key && EVP_PKEY_eq(c->key, key) == 1;
}

static bool same_mark(const struct identity_mark *a, const struct identity_mark *b)
{
    return a->len && a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

/* The first certificate that has its key here; else the one that shares a mark with a key; else the
 * first that is no CA. */
static size_t leaf_find(struct identity_reading *r, size_t *key)
{
    for (size_t k = 0; k < r->n_keys; k++)
        for (size_t i = 0; i < r->n_certs; i++)
            if (is_of_key(r->certs[i], r->keys[k])) {
                *key = k;
                return i;
            }
    *key = r->n_keys;
    for (size_t k = 0; k < r->n_keys; k++)
        for (size_t i = 0; i < r->n_certs; i++)
            if (same_mark(&r->cert_marks[i], &r->key_marks[k]))
                return i;
    for (size_t i = 0; i < r->n_certs; i++)
        if (!r->certs[i]->is_ca)
            return i;
    return 0;
}

static void identities_count(struct identity_reading *r)
{
    r->out->n_keys = r->n_keys;
    for (size_t k = 0; k < r->n_keys; k++)
        for (size_t i = 0; i < r->n_certs; i++)
            if (is_of_key(r->certs[i], r->keys[k])) {
                r->out->n_identities++;
                break;
            }
}

static void parts_settle(struct identity_reading *r)
{
    struct identity *out = r->out;
    size_t key;
    size_t leaf = leaf_find(r, &key);

    identities_count(r);
    if (r->n_certs) {
        cert_chain_push(out->chain, r->certs[leaf]);
        out->name = r->names[leaf];
        r->names[leaf] = NULL;
    }
    for (size_t i = 0; i < r->n_certs; i++)
        if (i != leaf)
            cert_chain_push(out->chain, r->certs[i]);
    if (key < r->n_keys) {
        out->key = r->keys[key];
        r->keys[key] = NULL;
        out->key_fits = true;
    }
    ERR_clear_error();
}

static void open_up(struct identity_reading *r, PKCS12 *p12, const char *password)
{
    /* What protects it, before a password: so that it can be told of a file that does not open. */
    r->blind = true;
    if (PKCS12_mac_present(p12) && !identity_mac_look(r, p12))
        return;
    int64_t rounds_left = r->rounds_left;
    if (!identity_walk(r, p12))
        return;
    r->blind = false;
    r->rounds_left = rounds_left;
    if (!contents_read(r, p12, password))
        return;
    r->out->state = IDENTITY_OPENED;
    r->out->detail[0] = '\0';
    parts_settle(r);
}

struct identity *identity_read(struct cert_span bytes, const char *password)
{
    int64_t rounds_left = IDENTITY_ROUNDS_MOST;

    return identity_read_within(bytes, password, &rounds_left);
}

struct identity *identity_read_within(
    struct cert_span bytes, const char *password, int64_t *rounds_left)
{
    struct identity *out = mem_new(sizeof *out);
    struct identity_reading r = {.out = out, .rounds_left = *rounds_left};

    out->chain = cert_chain_new();
    PKCS12 *p12 = structure_read(&r, bytes);
    if (p12)
        open_up(&r, p12, password);
    PKCS12_free(p12);
    parts_drop(&r);
    if (out->state != IDENTITY_OPENED)
        out->password = IDENTITY_PASSWORD_NONE;
    *rounds_left = r.rounds_left;
    return out;
}

void identity_free(struct identity *i)
{
    if (!i)
        return;
    cert_chain_free(i->chain);
    EVP_PKEY_free(i->key);
    mem_free(i->name);
    mem_free(i);
}
