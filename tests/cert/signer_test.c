#include "cert/signer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "mint_chain.h"

struct desk {
    struct mint *ca, *anna, *other;
};

static struct desk desk;

static int set_up(void **state)
{
    desk.ca = mint_make(&(struct mint_spec){.cn = "Acme CA", .ca = true}, NULL);
    desk.anna = mint_make(&(struct mint_spec){.cn = "anna"}, desk.ca);
    desk.other = mint_make(&(struct mint_spec){.cn = "other", .key = MINT_RSA2048}, desk.ca);
    *state = &desk;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mint_free(desk.anna);
    mint_free(desk.other);
    mint_free(desk.ca);
    return 0;
}

/* Certificates in this order, then the key; encrypted when there is a password. */
static size_t pem_of(const struct mint *const *certs, size_t n, const struct mint *key,
    const char *password, char *out, size_t room)
{
    BIO *to = BIO_new(BIO_s_mem());
    char *at;

    for (size_t i = 0; i < n; i++)
        PEM_write_bio_X509(to, certs[i]->x509);
    if (key)
        PEM_write_bio_PKCS8PrivateKey(to, key->key, password ? EVP_aes_256_cbc() : NULL, password,
            password ? (int)strlen(password) : 0, NULL, NULL);
    long len = BIO_get_mem_data(to, &at);
    assert_true(len > 0 && (size_t)len < room);
    memcpy(out, at, (size_t)len);
    BIO_free(to);
    return (size_t)len;
}

static bool read_it(
    const void *bytes, size_t len, const char *password, struct signer *s, struct err *e)
{
    return signer_read((struct cert_span){bytes, len}, password, s, e);
}

static void the_certificate_of_the_key_stands_first(void **state)
{
    const struct mint *certs[] = {desk.ca, desk.other, desk.anna};
    char pem[16384];
    struct signer s;
    struct err e = {0};

    (void)state;
    assert_true(read_it(pem, pem_of(certs, 3, desk.anna, NULL, pem, sizeof pem), NULL, &s, &e));
    assert_int_equal(s.chain->n, 3);
    assert_true(cert_same(s.chain->at[0], desk.anna->cert));
    assert_int_equal(EVP_PKEY_eq(s.key, desk.anna->key), 1);
    signer_fini(&s);
    assert_null(s.chain);
}

static void an_encrypted_key_wants_its_password_and_never_asks_for_it(void **state)
{
    const struct mint *certs[] = {desk.anna};
    char pem[16384];
    size_t len = pem_of(certs, 1, desk.anna, "geheim", pem, sizeof pem);
    struct signer s;
    struct err e = {0};

    (void)state;
    assert_true(read_it(pem, len, "geheim", &s, &e));
    signer_fini(&s);
    assert_false(read_it(pem, len, "falsch", &s, &e));
    assert_non_null(strstr(e.text, "the password does not open it"));
    assert_false(read_it(pem, len, NULL, &s, &e));
    assert_non_null(strstr(e.text, "no password was given"));
    assert_int_equal(e.kind, ERR_INPUT);
}

static void a_file_without_a_fitting_key_is_told_so(void **state)
{
    const struct mint *certs[] = {desk.anna};
    char pem[16384];
    struct signer s;
    struct err e = {0};

    (void)state;
    assert_false(read_it(pem, pem_of(certs, 1, NULL, NULL, pem, sizeof pem), NULL, &s, &e));
    assert_string_equal(e.text, "there is no private key in it");
    assert_false(read_it(pem, pem_of(certs, 1, desk.other, NULL, pem, sizeof pem), NULL, &s, &e));
    assert_string_equal(e.text, "its private key belongs to none of its certificates");
    assert_false(read_it("prose", 5, NULL, &s, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_null(s.key);
}

static void an_identity_serves_as_well(void **state)
{
    STACK_OF(X509) *others = sk_X509_new_null();
    unsigned char *der = NULL;
    struct signer s;
    struct err e = {0};

    (void)state;
    sk_X509_push(others, desk.ca->x509);
    PKCS12 *p12 =
        PKCS12_create("geheim", "anna", desk.anna->key, desk.anna->x509, others, 0, 0, 2048, 0, 0);
    int len = i2d_PKCS12(p12, &der);
    assert_true(len > 0);
    assert_true(read_it(der, (size_t)len, "geheim", &s, &e));
    assert_int_equal(s.chain->n, 2);
    assert_true(cert_same(s.chain->at[0], desk.anna->cert));
    signer_fini(&s);
    assert_false(read_it(der, (size_t)len, "falsch", &s, &e));
    assert_string_equal(e.text, "the password does not fit");
    assert_false(read_it(der, (size_t)len / 2, "geheim", &s, &e));
    OPENSSL_free(der);
    PKCS12_free(p12);
    sk_X509_free(others);
}

static void a_file_beyond_the_bound_is_not_looked_at(void **state)
{
    uint8_t *big = calloc(1, SIGNER_BYTES_MOST + 1);
    struct signer s;
    struct err e = {0};

    (void)state;
    assert_non_null(big);
    assert_false(read_it(big, SIGNER_BYTES_MOST + 1, NULL, &s, &e));
    assert_non_null(strstr(e.text, "too many"));
    free(big);
}

static void a_file_that_others_can_read_is_not_taken(void **state)
{
    const struct mint *certs[] = {desk.anna};
    char pem[16384], path[] = "/tmp/whytls-signer-XXXXXX";
    size_t len = pem_of(certs, 1, desk.anna, NULL, pem, sizeof pem);
    struct signer s;
    struct err e = {0};
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0 && write(fd, pem, len) == (ssize_t)len);
    close(fd);
    assert_true(signer_open(path, &s, &e));
    signer_fini(&s);
    assert_int_equal(chmod(path, 0644), 0);
    assert_false(signer_open(path, &s, &e));
    assert_non_null(strstr(e.text, "chmod 600"));
    unlink(path);
    assert_false(signer_open(path, &s, &e));
    assert_true(strncmp(e.text, path, strlen(path)) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_certificate_of_the_key_stands_first),
        cmocka_unit_test(an_encrypted_key_wants_its_password_and_never_asks_for_it),
        cmocka_unit_test(a_file_without_a_fitting_key_is_told_so),
        cmocka_unit_test(an_identity_serves_as_well),
        cmocka_unit_test(a_file_beyond_the_bound_is_not_looked_at),
        cmocka_unit_test(a_file_that_others_can_read_is_not_taken),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
