#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>

#include "base/mem.h"

#include "identity.h"
#include "mint_chain.h"
#include "mint_identity.h"

struct house {
    struct mint *root, *ca, *leaf, *second, *stranger;
};

static int build(void **state)
{
    struct house *h = mem_new(sizeof(*h));

    h->root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    h->ca = mint_make(&(struct mint_spec){.cn = "Issuing CA", .ca = true}, h->root);
    h->leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, h->ca);
    h->second = mint_make(&(struct mint_spec){.cn = "second"}, h->ca);
    h->stranger = mint_make(&(struct mint_spec){.cn = "stranger"}, NULL);
    *state = h;
    return 0;
}

static int tear(void **state)
{
    struct house *h = *state;

    mint_free(h->root);
    mint_free(h->ca);
    mint_free(h->leaf);
    mint_free(h->second);
    mint_free(h->stranger);
    mem_free(h);
    return 0;
}

static void bytes_free(struct cert_span file)
{
    mem_free((void *)(uintptr_t)file.at);
}

static struct identity *made(const struct mint_identity_spec *spec, const char *password)
{
    struct cert_span file = mint_identity(spec);
    struct identity *i = identity_read(file, password);

    bytes_free(file);
    return i;
}

/* The leaf with its key and its CA. */
static struct mint_identity_spec usual(const struct house *h, const char *password)
{
    return (struct mint_identity_spec){
        .pairs = {{h->leaf, h->leaf, "my identity"}}, .chain = {h->ca}, .password = password};
}

static void a_good_one_gives_its_key_its_chain_and_its_name(void **state)
{
    struct house *h = *state;
    struct mint_identity_spec spec = usual(h, "secret");
    struct identity *i = made(&spec, "secret");

    assert_int_equal(i->state, IDENTITY_OPENED);
    assert_string_equal(i->detail, "");
    assert_int_equal(i->password, IDENTITY_PASSWORD_GIVEN);
    assert_false(i->is_ber);
    assert_true(i->key_fits);
    assert_int_equal(EVP_PKEY_eq(i->key, h->leaf->key), 1);
    assert_int_equal(i->chain->n, 2);
    assert_true(cert_same(i->chain->at[0], h->leaf->cert));
    assert_true(cert_same(i->chain->at[1], h->ca->cert));
    assert_string_equal(i->name, "my identity");
    assert_int_equal(i->n_keys, 1);
    assert_int_equal(i->n_identities, 1);
    assert_int_equal(i->n_unread, 0);
    assert_null(i->odd_key);
    identity_free(i);
}

static void the_password_that_opens_it_is_told(void **state)
{
    static const struct {
        const char *of, *given;
        enum identity_state state;
        enum identity_password password;
        const char *detail;
    } rows[] = {
        {"secret", "secret", IDENTITY_OPENED, IDENTITY_PASSWORD_GIVEN, ""},
        {"p\xc3\xa4ssword \xe2\x82\xac", "p\xc3\xa4ssword \xe2\x82\xac", IDENTITY_OPENED,
            IDENTITY_PASSWORD_GIVEN, ""},
        {"secret", "Secret", IDENTITY_WRONG_PASSWORD, IDENTITY_PASSWORD_NONE, "does not fit"},
        {"secret", "secret ", IDENTITY_WRONG_PASSWORD, IDENTITY_PASSWORD_NONE, "does not fit"},
        {"secret", NULL, IDENTITY_WRONG_PASSWORD, IDENTITY_PASSWORD_NONE, "none was given"},
        {"secret", "", IDENTITY_WRONG_PASSWORD, IDENTITY_PASSWORD_NONE, "none was given"},
        {"", "", IDENTITY_OPENED, IDENTITY_PASSWORD_EMPTY, ""},
        {"", NULL, IDENTITY_OPENED, IDENTITY_PASSWORD_EMPTY, ""},
        {"", "needless", IDENTITY_OPENED, IDENTITY_PASSWORD_EMPTY, ""},
        {NULL, NULL, IDENTITY_OPENED, IDENTITY_PASSWORD_ABSENT, ""},
        {NULL, "", IDENTITY_OPENED, IDENTITY_PASSWORD_ABSENT, ""},
        {NULL, "needless", IDENTITY_OPENED, IDENTITY_PASSWORD_ABSENT, ""},
    };
    static const int ciphers[] = {NID_aes_256_cbc, NID_pbe_WithSHA1And3_Key_TripleDES_CBC};

    for (size_t n = 0; n < 2 * sizeof(rows) / sizeof(rows[0]); n++) {
        struct mint_identity_spec spec = usual(*state, rows[n / 2].of);

        spec.key_cipher = spec.certs_cipher = ciphers[n % 2];
        struct identity *i = made(&spec, rows[n / 2].given);

        if (i->state != rows[n / 2].state || i->password != rows[n / 2].password ||
            !strstr(i->detail, rows[n / 2].detail) || (*i->detail && !*rows[n / 2].detail))
            fail_msg("row %zu, cipher %zu: %s, %s: %s", n / 2, n % 2, identity_state_name(i->state),
                identity_password_name(i->password), i->detail);
        if (i->state != IDENTITY_OPENED)
            assert_true(i->chain->n == 0 && !i->key && i->n_keys == 0);
        identity_free(i);
    }
}

static void what_protects_it_is_told_whether_it_opens_or_not(void **state)
{
    static const struct {
        int certs, key;
        const char *mac, *says_certs, *says_key, *says_mac;
        enum identity_crypto crypto;
        bool legacy, modern;
    } rows[] = {
        {NID_aes_256_cbc, NID_aes_256_cbc, "SHA256", "aes-256-cbc", "aes-256-cbc", "hmac-sha256",
            IDENTITY_CRYPTO_MODERN, false, true},
        {NID_aes_128_cbc, NID_aes_192_cbc, "SHA1", "aes-128-cbc", "aes-192-cbc", "hmac-sha1",
            IDENTITY_CRYPTO_MODERN, false, true},
        {NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And3_Key_TripleDES_CBC, "SHA1",
            "3des", "3des", "hmac-sha1", IDENTITY_CRYPTO_OLD, false, false},
        {NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And3_Key_TripleDES_CBC, "SHA512",
            "3des", "3des", "hmac-sha512", IDENTITY_CRYPTO_MODERN, false, true},
        {NID_pbe_WithSHA1And40BitRC2_CBC, NID_pbe_WithSHA1And3_Key_TripleDES_CBC, "SHA1", "rc2-40",
            "3des", "hmac-sha1", IDENTITY_CRYPTO_LEGACY, true, false},
        {NID_pbe_WithSHA1And128BitRC2_CBC, NID_pbe_WithSHA1And128BitRC4, "SHA1", "rc2-128",
            "rc4-128", "hmac-sha1", IDENTITY_CRYPTO_LEGACY, true, false},
        {NID_pbe_WithSHA1And40BitRC2_CBC, NID_aes_256_cbc, "SHA256", "rc2-40", "aes-256-cbc",
            "hmac-sha256", IDENTITY_CRYPTO_LEGACY, true, true},
        {MINT_IDENTITY_CLEAR, NID_aes_256_cbc, "SHA256", "", "aes-256-cbc", "hmac-sha256",
            IDENTITY_CRYPTO_MODERN, false, true},
        {MINT_IDENTITY_CLEAR, MINT_IDENTITY_CLEAR, "SHA1", "", "", "hmac-sha1", IDENTITY_CRYPTO_OLD,
            false, false},
    };

    for (size_t n = 0; n < 2 * sizeof(rows) / sizeof(rows[0]); n++) {
        struct mint_identity_spec spec = usual(*state, "secret");

        spec.certs_cipher = rows[n / 2].certs;
        spec.key_cipher = rows[n / 2].key;
        spec.mac = rows[n / 2].mac;
        spec.rounds = 2000;
        if (!mint_identity_ciphers() && rows[n / 2].legacy)
            continue;
        struct identity *i = made(&spec, n % 2 ? "secret" : "wrong");

        if (i->state != (n % 2 ? IDENTITY_OPENED : IDENTITY_WRONG_PASSWORD) ||
            strcmp(i->certs_cipher, rows[n / 2].says_certs) != 0 ||
            strcmp(i->key_cipher, rows[n / 2].says_key) != 0 ||
            strcmp(i->mac, rows[n / 2].says_mac) != 0 || i->crypto != rows[n / 2].crypto ||
            i->is_legacy != rows[n / 2].legacy || i->is_modern != rows[n / 2].modern)
            fail_msg("row %zu: %s %s %s %s %s %s", n / 2, identity_state_name(i->state), i->detail,
                identity_crypto_name(i->crypto), i->certs_cipher, i->key_cipher, i->mac);
        assert_int_equal(i->rounds, *rows[n / 2].says_key ? 2000 : 1);
        identity_free(i);
    }
}

static void without_a_seal_the_contents_say_whether_the_password_fits(void **state)
{
    struct mint_identity_spec spec = usual(*state, "secret");

    spec.mac = "";
    struct identity *i = made(&spec, "secret");

    assert_int_equal(i->state, IDENTITY_OPENED);
    assert_int_equal(i->password, IDENTITY_PASSWORD_GIVEN);
    assert_string_equal(i->mac, "");
    identity_free(i);
    i = made(&spec, "wrong");
    assert_int_equal(i->state, IDENTITY_WRONG_PASSWORD);
    assert_int_equal(i->password, IDENTITY_PASSWORD_NONE);
    assert_non_null(strstr(i->detail, "does not fit"));
    identity_free(i);
    spec.key_cipher = spec.certs_cipher = MINT_IDENTITY_CLEAR;
    i = made(&spec, "needless");
    assert_int_equal(i->state, IDENTITY_OPENED);
    assert_int_equal(i->password, IDENTITY_PASSWORD_NONE);
    assert_int_equal(i->crypto, IDENTITY_CRYPTO_NONE);
    assert_int_equal(i->rounds, 0);
    assert_true(i->key_fits);
    identity_free(i);
}

static void without_a_seal_both_ways_of_no_password_are_tried(void **state)
{
    static const char *const of[] = {"", NULL};
    static const enum identity_password kinds[] = {
        IDENTITY_PASSWORD_EMPTY, IDENTITY_PASSWORD_ABSENT};

    for (size_t n = 0; n < 6; n++) {
        struct mint_identity_spec spec = usual(*state, of[n / 3]);
        const char *given = n % 3 == 0 ? NULL : n % 3 == 1 ? "" : "needless";

        spec.mac = "";
        spec.key_cipher = spec.certs_cipher = NID_pbe_WithSHA1And3_Key_TripleDES_CBC;
        struct identity *i = made(&spec, given);

        if (i->state != IDENTITY_OPENED || i->password != kinds[n / 3])
            fail_msg("row %zu: %s, %s: %s", n, identity_state_name(i->state),
                identity_password_name(i->password), i->detail);
        identity_free(i);
    }
}

static void the_parts_that_belong_together_are_found(void **state)
{
    struct house *h = *state;
    const struct {
        const char *name;
        struct mint_identity_spec spec;
        size_t n_keys, n_identities, n_certs;
        bool fits;
        const struct mint *first, *key;
    } rows[] = {
        {"no chain", {.pairs = {{h->leaf, h->leaf, NULL}}}, 1, 1, 1, true, h->leaf, h->leaf},
        {"no key", {.pairs = {{h->leaf, NULL, NULL}}, .chain = {h->ca, h->root}}, 0, 0, 3, false,
            h->leaf, NULL},
        {"no certificate", {.pairs = {{NULL, h->leaf, NULL}}}, 1, 0, 0, false, NULL, NULL},
        {"nothing", {.password = NULL}, 0, 0, 0, false, NULL, NULL},
        {"the key of another, by its mark",
            {.pairs = {{h->ca, NULL, NULL}, {h->leaf, h->stranger, NULL}}}, 1, 0, 2, false, h->leaf,
            NULL},
        {"CA first, no key", {.pairs = {{h->ca, NULL, NULL}, {h->leaf, NULL, NULL}}}, 0, 0, 2,
            false, h->leaf, NULL},
        {"CAs only", {.chain = {h->ca, h->root}}, 0, 0, 2, false, h->ca, NULL},
        {"several",
            {.pairs = {{h->leaf, h->leaf, "one"}, {h->second, h->second, "two"}}, .chain = {h->ca}},
            2, 2, 3, true, h->leaf, h->leaf},
        {"two keys, one of nobody",
            {.pairs = {{NULL, h->stranger, NULL}, {h->second, h->second, NULL}}}, 2, 1, 1, true,
            h->second, h->second},
        {"the same certificate twice, one key",
            {.pairs = {{h->leaf, h->leaf, NULL}, {h->leaf, NULL, NULL}}}, 1, 1, 2, true, h->leaf,
            h->leaf},
        {"the leaf behind its CA",
            {.pairs = {{h->ca, NULL, NULL}, {h->root, NULL, NULL}, {h->leaf, h->leaf, NULL}}}, 1, 1,
            3, true, h->leaf, h->leaf},
    };

    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct identity *i = made(&rows[n].spec, NULL);

        if (i->state != IDENTITY_OPENED || i->n_keys != rows[n].n_keys ||
            i->n_identities != rows[n].n_identities || i->chain->n != rows[n].n_certs ||
            i->key_fits != rows[n].fits)
            fail_msg("%s: %s %zu %zu %zu %d", rows[n].name, identity_state_name(i->state),
                i->n_keys, i->n_identities, i->chain->n, i->key_fits);
        if (rows[n].first && !cert_same(i->chain->at[0], rows[n].first->cert))
            fail_msg("%s: %s is first", rows[n].name, i->chain->at[0]->summary);
        if (!rows[n].key ? i->key != NULL : EVP_PKEY_eq(i->key, rows[n].key->key) != 1)
            fail_msg("%s: another key", rows[n].name);
        identity_free(i);
    }
}

static void one_that_is_cut_short_is_told_as_such(void **state)
{
    struct mint_identity_spec spec = usual(*state, "secret");
    struct cert_span file = mint_identity(&spec);

    for (size_t n = 0; n < 20; n++) {
        size_t len = n * (file.len - 1) / 19;
        uint8_t *cut = mem_dup(file.at, len ? len : 1); /* so that a read past its end is seen */
        struct identity *i = identity_read((struct cert_span){cut, len}, "secret");

        assert_int_equal(i->state, IDENTITY_CORRUPT);
        if (!strstr(i->detail, len == 0 ? "empty" : "ends before its time"))
            fail_msg("%zu of %zu bytes: %s", len, file.len, i->detail);
        identity_free(i);
        mem_free(cut);
    }
    bytes_free(file);
}

static void a_changed_byte_never_opens_a_sealed_one(void **state)
{
    struct mint_identity_spec spec = usual(*state, "secret");
    struct cert_span file = mint_identity(&spec);
    uint8_t *bytes = mem_dup(file.at, file.len);

    for (size_t at = 0; at < file.len; at += 7) {
        bytes[at] ^= 0x41;
        struct identity *i = identity_read((struct cert_span){bytes, file.len}, "secret");

        assert_true(i->state == IDENTITY_OPENED || *i->detail);
        if (i->state == IDENTITY_OPENED && i->chain->n)
            assert_true(cert_same(i->chain->at[0], ((struct house *)*state)->leaf->cert));
        identity_free(i);
        bytes[at] ^= 0x41;
    }
    mem_free(bytes);
    bytes_free(file);
}

static void what_is_no_pkcs12_is_told_by_what_it_is(void **state)
{
    static const struct {
        const char *bytes, *detail;
    } rows[] = {
        {"", "empty"},
        {"-----BEGIN PRIVATE KEY-----\nAAAA\n", "PEM text"},
        {"Bag Attributes\n-----BEGIN CERTIFICATE-----\n", "PEM text"},
        {"<!doctype html>", "does not begin"},
        {"\x30\x82", "does not begin"},
        {"\x30\x05\x02\x01\x03\x05\x01", "structure"},
        {"\x30\x03\x02\x01\x04", "does not begin"},
        {"\x30\xff\x02\x01\x03", "does not begin"},
    };

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct cert_span bytes = {(const uint8_t *)rows[n].bytes, strlen(rows[n].bytes)};
        struct identity *i = identity_read(bytes, NULL);

        assert_int_equal(i->state, IDENTITY_CORRUPT);
        if (!strstr(i->detail, rows[n].detail))
            fail_msg("row %zu: %s", n, i->detail);
        identity_free(i);
    }
}

static void pem_under_the_name_of_a_p12_is_recognised(void **state)
{
    struct house *h = *state;
    char pem[8192] = "";

    mint_pem(h->leaf, pem, sizeof(pem));
    struct identity *i =
        identity_read((struct cert_span){(const uint8_t *)pem, strlen(pem)}, "secret");

    assert_int_equal(i->state, IDENTITY_CORRUPT);
    assert_non_null(strstr(i->detail, "PEM"));
    identity_free(i);
}

/* These bytes, a SEQUENCE, with a length of the indefinite form. */
static struct cert_span made_indefinite(struct cert_span file)
{
    uint8_t *ber = mem_new(file.len + 8);
    size_t header = 2 + (file.at[1] & 0x7f);

    assert_true(file.at[1] & 0x80);
    ber[0] = 0x30;
    ber[1] = 0x80;
    memcpy(ber + 2, file.at + header, file.len - header);
    return (struct cert_span){ber, file.len - header + 4};
}

static void lengths_of_the_indefinite_form_are_read_and_told(void **state)
{
    struct mint_identity_spec spec = usual(*state, "secret");
    struct cert_span file = mint_identity(&spec), ber = made_indefinite(file);
    struct identity *i = identity_read(ber, "secret");

    assert_int_equal(i->state, IDENTITY_OPENED);
    assert_true(i->is_ber);
    assert_true(i->key_fits);
    assert_true(identity_looks_like(ber));
    identity_free(i);
    bytes_free(ber);
    bytes_free(file);
}

static void the_indefinite_form_is_found_further_in_as_well(void **state)
{
    struct mint_identity_spec spec = usual(*state, "secret");
    struct cert_span file = mint_identity(&spec);
    size_t header = 2 + (file.at[1] & 0x7f) + 3; /* and the version */
    size_t whole = 4 + ((size_t)file.at[header + 2] << 8) + file.at[header + 3];
    struct cert_span inner = made_indefinite((struct cert_span){file.at + header, whole});
    size_t rest = file.len - header - whole;
    size_t len = 3 + inner.len + rest;
    uint8_t *ber = mem_new(len + 4), *at = ber;

    assert_int_equal(file.at[header + 1], 0x82);
    *at++ = 0x30;
    *at++ = 0x82;
    *at++ = (uint8_t)(len >> 8);
    *at++ = (uint8_t)len;
    memcpy(at, file.at + header - 3, 3);
    memcpy(at + 3, inner.at, inner.len);
    memcpy(at + 3 + inner.len, file.at + header + whole, rest);
    struct identity *i = identity_read((struct cert_span){ber, len + 4}, "secret");

    assert_int_equal(i->state, IDENTITY_OPENED);
    assert_true(i->is_ber);
    identity_free(i);
    mem_free(ber);
    bytes_free(inner);
    bytes_free(file);
}

static void bytes_behind_its_end_change_nothing(void **state)
{
    struct mint_identity_spec spec = usual(*state, "secret");
    struct cert_span file = mint_identity(&spec);
    uint8_t *longer = mem_new(file.len + 2);

    memcpy(longer, file.at, file.len);
    longer[file.len] = '\r';
    longer[file.len + 1] = '\n';
    struct identity *i = identity_read((struct cert_span){longer, file.len + 2}, "secret");

    assert_int_equal(i->state, IDENTITY_OPENED);
    assert_false(i->is_ber);
    identity_free(i);
    mem_free(longer);
    bytes_free(file);
}

/* The file of `spec`, whose seal says that it takes so many rounds. */
static struct cert_span sealed_by_rounds(const struct mint_identity_spec *spec, const char *rounds)
{
    struct cert_span file = mint_identity(spec);
    const unsigned char *at = file.at;
    PKCS12 *p12 = d2i_PKCS12(NULL, &at, (long)file.len);
    const ASN1_INTEGER *count = NULL;
    BIGNUM *n = NULL;

    bytes_free(file);
    PKCS12_get0_mac(NULL, NULL, NULL, &count, p12);
    assert_non_null(count);
    assert_true(BN_dec2bn(&n, rounds) > 0);
    assert_non_null(BN_to_ASN1_INTEGER(n, (ASN1_INTEGER *)(uintptr_t)count));
    BN_free(n);
    return mint_identity_bytes(p12);
}

static void more_rounds_than_anybody_needs_are_refused_before_any_is_done(void **state)
{
    static const struct {
        const char *rounds;
        enum identity_state state;
    } rows[] = {
        {"3333334", IDENTITY_TOO_COSTLY}, /* three passwords may have to be tried */
        {"10000001", IDENTITY_TOO_COSTLY},
        {"2147483647", IDENTITY_TOO_COSTLY},
        {"9223372036854775807", IDENTITY_TOO_COSTLY},
        {"340282366920938463463374607431768211456", IDENTITY_TOO_COSTLY},
        {"0", IDENTITY_CORRUPT},
        {"-1", IDENTITY_CORRUPT},
        {"-9223372036854775808", IDENTITY_CORRUPT},
    };
    struct mint_identity_spec spec = usual(*state, "secret");

    spec.mac_rounds = 2; /* one is the default, and left out */
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct cert_span file = sealed_by_rounds(&spec, rows[n].rounds);
        struct identity *i = identity_read(file, "secret");

        if (i->state != rows[n].state || !strstr(i->detail, "rounds"))
            fail_msg("%s: %s %s", rows[n].rounds, identity_state_name(i->state), i->detail);
        assert_string_equal(i->mac, "hmac-sha256");
        identity_free(i);
        bytes_free(file);
    }
}

static void several_files_share_what_they_may_cost(void **state)
{
    struct mint_identity_spec spec = usual(*state, "secret");
    int64_t left = 500;

    spec.rounds = 100;
    spec.mac_rounds = 10;
    struct cert_span file = mint_identity(&spec);
    struct identity *first = identity_read_within(file, "secret", &left);

    assert_int_equal(first->state, IDENTITY_OPENED);
    assert_int_equal(first->rounds, 100);
    assert_in_range(left, 1, 299);
    int64_t before = left;
    for (int n = 0; n < 3 && left > 0; n++) {
        struct identity *next = identity_read_within(file, "secret", &left);

        assert_true(next->state == IDENTITY_OPENED || next->state == IDENTITY_TOO_COSTLY);
        assert_in_range(left, 0, before);
        before = left;
        if (n == 2)
            assert_int_equal(next->state, IDENTITY_TOO_COSTLY);
        identity_free(next);
    }
    identity_free(first);
    bytes_free(file);
}

static void a_password_without_end_and_a_file_without_end_are_refused(void **state)
{
    struct mint_identity_spec spec = usual(*state, NULL);
    struct cert_span file = mint_identity(&spec);
    char password[IDENTITY_PASSWORD_MOST + 2];

    memset(password, 'x', sizeof(password) - 1);
    password[sizeof(password) - 1] = '\0';
    struct identity *i = identity_read(file, password);

    assert_int_equal(i->state, IDENTITY_WRONG_PASSWORD);
    assert_non_null(strstr(i->detail, "limit"));
    identity_free(i);
    i = identity_read((struct cert_span){file.at, IDENTITY_BYTES_MOST + 1}, NULL);
    assert_int_equal(i->state, IDENTITY_TOO_COSTLY);
    identity_free(i);
    bytes_free(file);
}

static void keys_of_odd_kinds_are_read(void **state)
{
    static const enum mint_key kinds[] = {MINT_DSA, MINT_ED25519, MINT_RSA2048, MINT_P384};

    (void)state;
    for (size_t n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++) {
        struct mint *m = mint_make(&(struct mint_spec){.cn = "odd", .key = kinds[n]}, NULL);
        struct mint_identity_spec spec = {.pairs = {{m, m, NULL}}, .password = "secret"};
        struct identity *i = made(&spec, "secret");

        assert_int_equal(i->state, IDENTITY_OPENED);
        assert_true(i->key_fits);
        assert_int_equal(i->n_identities, 1);
        assert_int_equal(EVP_PKEY_eq(i->key, m->key), 1);
        identity_free(i);
        mint_free(m);
    }
}

static void it_is_recognised_by_its_beginning(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool is;
    } rows[] = {
        {"\x30\x82\x01\x00\x02\x01\x03\x30", 8, true},
        {"\x30\x80\x02\x01\x03", 5, true},
        {"\x30\x10\x02\x01\x03", 5, true},
        {"\x30\x10\x02\x01", 4, false},
        {"\x30\x82\x01\x00\x06\x09\x2a", 7, false},
        {"\x31\x10\x02\x01\x03", 5, false},
        {"\x30", 1, false},
        {"", 0, false},
        {"\x30\xff\x02\x01\x03", 5, false},
    };

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)
        if (identity_looks_like((struct cert_span){(const uint8_t *)rows[n].bytes, rows[n].len}) !=
            rows[n].is)
            fail_msg("row %zu", n);
}

static void every_answer_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(identity_state_name(IDENTITY_CORRUPT), "corrupt");
    assert_string_equal(identity_state_name(IDENTITY_WRONG_PASSWORD), "wrong-password");
    assert_string_equal(identity_state_name(IDENTITY_TOO_COSTLY), "too-costly");
    assert_string_equal(identity_state_name(IDENTITY_UNSUPPORTED), "unsupported");
    assert_string_equal(identity_state_name(IDENTITY_OPENED), "opened");
    assert_string_equal(identity_password_name(IDENTITY_PASSWORD_NONE), "none");
    assert_string_equal(identity_password_name(IDENTITY_PASSWORD_GIVEN), "given");
    assert_string_equal(identity_password_name(IDENTITY_PASSWORD_EMPTY), "empty");
    assert_string_equal(identity_password_name(IDENTITY_PASSWORD_ABSENT), "absent");
    assert_string_equal(identity_crypto_name(IDENTITY_CRYPTO_NONE), "none");
    assert_string_equal(identity_crypto_name(IDENTITY_CRYPTO_LEGACY), "legacy");
    assert_string_equal(identity_crypto_name(IDENTITY_CRYPTO_OLD), "old");
    assert_string_equal(identity_crypto_name(IDENTITY_CRYPTO_MODERN), "modern");
    identity_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_one_gives_its_key_its_chain_and_its_name),
        cmocka_unit_test(the_password_that_opens_it_is_told),
        cmocka_unit_test(what_protects_it_is_told_whether_it_opens_or_not),
        cmocka_unit_test(without_a_seal_the_contents_say_whether_the_password_fits),
        cmocka_unit_test(without_a_seal_both_ways_of_no_password_are_tried),
        cmocka_unit_test(the_parts_that_belong_together_are_found),
        cmocka_unit_test(one_that_is_cut_short_is_told_as_such),
        cmocka_unit_test(a_changed_byte_never_opens_a_sealed_one),
        cmocka_unit_test(what_is_no_pkcs12_is_told_by_what_it_is),
        cmocka_unit_test(pem_under_the_name_of_a_p12_is_recognised),
        cmocka_unit_test(lengths_of_the_indefinite_form_are_read_and_told),
        cmocka_unit_test(the_indefinite_form_is_found_further_in_as_well),
        cmocka_unit_test(bytes_behind_its_end_change_nothing),
        cmocka_unit_test(more_rounds_than_anybody_needs_are_refused_before_any_is_done),
        cmocka_unit_test(several_files_share_what_they_may_cost),
        cmocka_unit_test(a_password_without_end_and_a_file_without_end_are_refused),
        cmocka_unit_test(keys_of_odd_kinds_are_read),
        cmocka_unit_test(it_is_recognised_by_its_beginning),
        cmocka_unit_test(every_answer_has_a_name),
    };

    return cmocka_run_group_tests(tests, build, tear);
}
