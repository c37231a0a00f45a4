#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "base/mem.h"

#include "ca.h"
#include "ca_root_priv.h"

enum { NOW_S = 1795165200, DAY_S = 86400 };

struct home {
    char dir[64], ca[80], key[100], root[100], lock[100];
};

static int make(void **state)
{
    struct home *h = mem_new(sizeof *h);

    snprintf(h->dir, sizeof h->dir, "/tmp/whytls-ca-XXXXXX");
    if (!mkdtemp(h->dir))
        return -1;
    snprintf(h->ca, sizeof h->ca, "%s/ca", h->dir);
    snprintf(h->key, sizeof h->key, "%s/root.key", h->ca);
    snprintf(h->root, sizeof h->root, "%s/root.pem", h->ca);
    snprintf(h->lock, sizeof h->lock, "%s/lock", h->ca);
    *state = h;
    return 0;
}

static int unmake(void **state)
{
    struct home *h = *state;

    unlink(h->key);
    unlink(h->root);
    unlink(h->lock);
    rmdir(h->ca);
    rmdir(h->dir);
    mem_free(h);
    return 0;
}

static unsigned mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777u;
}

static void put(const char *path, const char *text)
{
    struct err e = {0};

    assert_true(file_write(path, text, strlen(text), 0600, &e));
}

static void the_first_opening_makes_a_root_and_the_next_finds_it(void **state)
{
    const struct home *h = *state;
    struct err         e = {0};
    bool               made = false;
    struct ca         *first = ca_open(h->dir, NOW_S, &made, &e);

    assert_non_null(first);
    assert_true(made);
    assert_int_equal(mode_of(h->ca), 0700);
    assert_int_equal(mode_of(h->key), 0600);
    struct ca *second = ca_open(h->dir, NOW_S + DAY_S, &made, &e);
    assert_non_null(second);
    assert_false(made);
    assert_string_equal(ca_sha256(first), ca_sha256(second));
    struct ca *third = ca_load(h->dir, &e);
    assert_string_equal(ca_sha256(first), ca_sha256(third));
    assert_int_equal(ca_since(third), NOW_S);
    assert_int_equal(ca_until(third), NOW_S + 730LL * DAY_S);
    ca_free(first);
    ca_free(second);
    ca_free(third);
}

static void two_installations_have_two_roots_with_two_names(void **state)
{
    struct err e = {0};
    unsigned   digits = 0;
    struct ca *a = ca_new_in_memory(NOW_S, &e), *b = ca_new_in_memory(NOW_S, &e);

    (void)state;
    assert_string_not_equal(ca_sha256(a), ca_sha256(b));
    assert_int_equal(sscanf(ca_name(a), "whytls root %4X", &digits), 1);
    assert_int_equal(strlen(ca_name(a)), strlen("whytls root 0000"));
    ca_free(a);
    ca_free(b);
}

static void loading_never_makes(void **state)
{
    const struct home *h = *state;
    struct err         e = {0};

    assert_null(ca_load(h->dir, &e));
    assert_non_null(strstr(e.text, "whytls ca init"));
    assert_false(file_exists(h->key));
}

static void processes_that_start_at_once_end_with_one_root(void **state)
{
    const struct home *h = *state;
    enum { N = 6 };
    int  ends[2];
    char names[N][65] = {{0}};

    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < N; i++) {
        if (fork() == 0) {
            struct err e = {0};
            struct ca *ca = ca_open(h->dir, NOW_S, NULL, &e);
            ssize_t    n = ca ? write(ends[1], ca_sha256(ca), 64) : 0;
            _exit(n == 64 ? 0 : 1);
        }
    }
    for (int i = 0; i < N; i++) {
        int status = 0;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    for (int i = 0; i < N; i++) {
        assert_int_equal(read(ends[0], names[i], 64), 64);
        assert_string_equal(names[i], names[0]);
    }
    close(ends[0]);
    close(ends[1]);
}

static void a_key_that_others_can_read_is_refused_with_the_mend(void **state)
{
    static const struct {
        unsigned    key, folder;
        const char *mend;
    } cases[] = {
        {0640, 0700, "chmod 600"},
        {0604, 0700, "chmod 600"},
        {0600, 0720, "chmod 700"},
        {0600, 0755, NULL},
        {0400, 0700, NULL},
    };
    const struct home *h = *state;
    struct err         e = {0};

    ca_free(ca_open(h->dir, NOW_S, NULL, &e));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        chmod(h->key, cases[i].key);
        chmod(h->ca, cases[i].folder);
        struct ca *ca = ca_load(h->dir, &e);
        assert_int_equal(ca == NULL, cases[i].mend != NULL);
        if (cases[i].mend)
            assert_non_null(strstr(e.text, cases[i].mend));
        ca_free(ca);
    }
}

static void one_file_without_the_other_is_said_so_and_nothing_is_made(void **state)
{
    const struct home *h = *state;
    struct err         e = {0};

    ca_free(ca_open(h->dir, NOW_S, NULL, &e));
    unlink(h->key);
    assert_null(ca_open(h->dir, NOW_S, NULL, &e));
    assert_non_null(strstr(e.text, "root.key is not"));
    assert_false(file_exists(h->key));
    unlink(h->root);
    ca_free(ca_open(h->dir, NOW_S, NULL, &e));
    unlink(h->root);
    assert_null(ca_open(h->dir, NOW_S, NULL, &e));
    assert_non_null(strstr(e.text, "root.pem is not"));
}

static void files_that_are_no_root_are_named(void **state)
{
    static const char encrypted[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    const struct home *h = *state;
    struct err         e = {0};
    struct ca         *other = ca_new_in_memory(NOW_S, &e);

    ca_free(ca_open(h->dir, NOW_S, NULL, &e));
    put(h->root, ca_pem(other));
    assert_null(ca_load(h->dir, &e));
    assert_non_null(strstr(e.text, "root.key is not the key of root.pem"));
    put(h->root, "nothing\n");
    assert_null(ca_load(h->dir, &e));
    assert_non_null(strstr(e.text, "no certificate"));
    put(h->key, "");
    assert_null(ca_load(h->dir, &e));
    assert_non_null(strstr(e.text, "no private key"));
    put(h->key, encrypted); /* and nobody is asked on the terminal */
    assert_null(ca_load(h->dir, &e));
    assert_non_null(strstr(e.text, "without a password"));
    ca_free(other);
}

static void a_root_that_ran_out_is_not_opened_but_can_be_looked_at(void **state)
{
    const struct home *h = *state;
    struct err         e = {0};

    ca_free(ca_open(h->dir, NOW_S - 731LL * DAY_S, NULL, &e));
    assert_null(ca_open(h->dir, NOW_S, NULL, &e));
    assert_non_null(strstr(e.text, "expired"));
    struct ca *ca = ca_load(h->dir, &e);
    assert_non_null(ca);
    ca_free(ca);
}

static void der_and_pem_are_the_same_certificate(void **state)
{
    struct err     e = {0};
    size_t         len = 0;
    struct ca     *ca = ca_new_in_memory(NOW_S, &e);
    const uint8_t *der = ca_der(ca, &len);
    BIO           *bio = BIO_new_mem_buf(ca_pem(ca), -1);
    X509          *from_pem = PEM_read_bio_X509(bio, NULL, NULL, NULL), *from_der = d2i_X509(NULL, &der, (long)len);

    (void)state;
    assert_int_equal(X509_cmp(from_pem, from_der), 0);
    assert_int_equal(X509_cmp(from_pem, ca_certificate(ca)), 0);
    X509_free(from_pem);
    X509_free(from_der);
    BIO_free(bio);
    ca_free(ca);
    ca_free(NULL);
}

static void a_signature_brings_issuer_and_key_id_of_the_root(void **state)
{
    struct err e = {0};
    struct ca *ca = ca_new_in_memory(NOW_S, &e);
    EVP_PKEY  *key = EVP_EC_gen("P-256");
    X509      *leaf = X509_new(), *root = X509_dup(ca_certificate(ca));

    (void)state;
    X509_set_version(leaf, X509_VERSION_3);
    X509_set_pubkey(leaf, key);
    ASN1_TIME_set(X509_getm_notBefore(leaf), NOW_S);
    ASN1_TIME_set(X509_getm_notAfter(leaf), NOW_S + DAY_S);
    assert_true(ca_sign(ca, leaf, &e));
    assert_int_equal(X509_verify(leaf, X509_get0_pubkey(root)), 1);
    assert_int_equal(X509_check_issued(root, leaf), X509_V_OK);
    assert_int_equal(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(leaf), X509_get0_subject_key_id(root)), 0);
    X509_free(leaf);
    X509_free(root);
    EVP_PKEY_free(key);
    ca_free(ca);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_opening_makes_a_root_and_the_next_finds_it, make, unmake),
        cmocka_unit_test(two_installations_have_two_roots_with_two_names),
        cmocka_unit_test_setup_teardown(loading_never_makes, make, unmake),
        cmocka_unit_test_setup_teardown(processes_that_start_at_once_end_with_one_root, make, unmake),
        cmocka_unit_test_setup_teardown(a_key_that_others_can_read_is_refused_with_the_mend, make, unmake),
        cmocka_unit_test_setup_teardown(one_file_without_the_other_is_said_so_and_nothing_is_made, make, unmake),
        cmocka_unit_test_setup_teardown(files_that_are_no_root_are_named, make, unmake),
        cmocka_unit_test_setup_teardown(a_root_that_ran_out_is_not_opened_but_can_be_looked_at, make, unmake),
        cmocka_unit_test(der_and_pem_are_the_same_certificate),
        cmocka_unit_test(a_signature_brings_issuer_and_key_id_of_the_root),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
