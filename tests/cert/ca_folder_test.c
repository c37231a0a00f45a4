#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "base/mem.h"

#include "ca.h"
#include "cert/chain.h"
#include "cert/facts.h"

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

    DIR *dir = opendir(h->ca);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        char *path = entry->d_name[0] == '.' ? NULL : file_join(h->ca, entry->d_name);

        if (path)
            unlink(path);
        mem_free(path);
    }
    if (dir)
        closedir(dir);
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
    struct err e = {0};
    bool made = false;
    struct ca *first = ca_open(h->dir, NOW_S, &made, &e);

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

static void loading_never_makes(void **state)
{
    const struct home *h = *state;
    struct err e = {0};

    assert_null(ca_load(h->dir, &e));
    assert_non_null(strstr(e.text, "whytls ca init"));
    assert_false(file_exists(h->key));
}

static void processes_that_start_at_once_end_with_one_root(void **state)
{
    const struct home *h = *state;
    enum { N = 6 };
    int ends[2];
    char names[N][65] = {{0}};

    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < N; i++) {
        if (fork() == 0) {
            struct err e = {0};
            struct ca *ca = ca_open(h->dir, NOW_S, NULL, &e);
            ssize_t n = ca ? write(ends[1], ca_sha256(ca), 64) : 0;
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
        unsigned key, folder;
        const char *mend;
    } cases[] = {
        {0640, 0700, "chmod 600"},
        {0604, 0700, "chmod 600"},
        {0600, 0720, "chmod 700"},
        {0600, 0755, NULL},
        {0400, 0700, NULL},
    };
    const struct home *h = *state;
    struct err e = {0};

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
    struct err e = {0};

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
    static const char encrypted[] =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    const struct home *h = *state;
    struct err e = {0};
    struct ca *other = ca_new_in_memory(NOW_S, &e);

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
    struct err e = {0};

    ca_free(ca_open(h->dir, NOW_S - 731LL * DAY_S, NULL, &e));
    assert_null(ca_open(h->dir, NOW_S, NULL, &e));
    assert_non_null(strstr(e.text, "expired"));
    struct ca *ca = ca_load(h->dir, &e);
    assert_non_null(ca);
    ca_free(ca);
}

/* A leaf as minted under `ca`, verified against the key of `root`. */
static bool root_vouches(const struct ca *root, const struct ca *ca)
{
    struct err e = {0};
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *leaf = X509_new(), *trusted = X509_dup(ca_certificate(root));

    assert_true(X509_set_version(leaf, X509_VERSION_3) && X509_set_pubkey(leaf, key) == 1);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(leaf), NOW_S));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(leaf), NOW_S + DAY_S));
    assert_true(ca_sign(ca, leaf, &e));
    bool vouches = X509_NAME_cmp(X509_get_issuer_name(leaf), X509_get_subject_name(trusted)) == 0 &&
                   X509_verify(leaf, X509_get0_pubkey(trusted)) == 1 &&
                   ASN1_OCTET_STRING_cmp(
                       X509_get0_authority_key_id(leaf), X509_get0_subject_key_id(trusted)) == 0;
    X509_free(leaf);
    X509_free(trusted);
    EVP_PKEY_free(key);
    return vouches;
}

static void a_renewed_root_has_new_dates_and_the_old_one_still_vouches(void **state)
{
    const struct home *h = *state;
    struct err e = {0};
    struct ca *old = ca_open(h->dir, NOW_S, NULL, &e);
    struct ca *renewed = ca_renew(h->dir, NOW_S + 700LL * DAY_S, false, &e);
    struct ca *opened = ca_open(h->dir, NOW_S + 800LL * DAY_S, NULL, &e);
    char kept[200];

    assert_non_null(renewed);
    assert_non_null(opened);
    assert_string_equal(ca_sha256(renewed), ca_sha256(opened));
    assert_string_not_equal(ca_sha256(renewed), ca_sha256(old));
    assert_string_equal(ca_name(renewed), ca_name(old));
    assert_int_equal(ca_until(renewed), NOW_S + 1430LL * DAY_S);
    assert_true(root_vouches(old, renewed));
    snprintf(kept, sizeof kept, "%s/root-%.8s.pem", h->ca, ca_sha256(old));
    assert_true(file_exists(kept));
    assert_int_equal(ca_kept(old)->n, 0);
    assert_int_equal(ca_kept(opened)->n, 1);
    assert_string_equal(ca_kept(opened)->at[0]->sha256_hex, ca_sha256(old));
    ca_free(old);
    ca_free(renewed);
    ca_free(opened);
}

static void a_new_key_is_made_only_when_it_is_asked_for(void **state)
{
    const struct home *h = *state;
    struct err e = {0};
    struct ca *old = ca_open(h->dir, NOW_S, NULL, &e);
    struct ca *renewed = ca_renew(h->dir, NOW_S, true, &e);
    char kept[200];

    assert_non_null(renewed);
    assert_false(root_vouches(old, renewed));
    snprintf(kept, sizeof kept, "%s/root-%.8s.key", h->ca, ca_sha256(old));
    assert_int_equal(mode_of(kept), 0600);
    assert_int_equal(mode_of(h->key), 0600);
    ca_free(old);
    ca_free(renewed);
}

static void a_root_that_ran_out_can_be_renewed_and_one_that_is_not_there_cannot(void **state)
{
    const struct home *h = *state;
    struct err e = {0};

    assert_null(ca_renew(h->dir, NOW_S, false, &e));
    assert_non_null(strstr(e.text, "whytls ca init"));
    ca_free(ca_open(h->dir, NOW_S - 731LL * DAY_S, NULL, &e));
    ca_free(ca_renew(h->dir, NOW_S, false, &e));
    struct ca *ca = ca_open(h->dir, NOW_S, NULL, &e);
    assert_non_null(ca);
    ca_free(ca);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            the_first_opening_makes_a_root_and_the_next_finds_it, make, unmake),
        cmocka_unit_test_setup_teardown(loading_never_makes, make, unmake),
        cmocka_unit_test_setup_teardown(
            processes_that_start_at_once_end_with_one_root, make, unmake),
        cmocka_unit_test_setup_teardown(
            a_key_that_others_can_read_is_refused_with_the_mend, make, unmake),
        cmocka_unit_test_setup_teardown(
            one_file_without_the_other_is_said_so_and_nothing_is_made, make, unmake),
        cmocka_unit_test_setup_teardown(files_that_are_no_root_are_named, make, unmake),
        cmocka_unit_test_setup_teardown(
            a_root_that_ran_out_is_not_opened_but_can_be_looked_at, make, unmake),
        cmocka_unit_test_setup_teardown(
            a_renewed_root_has_new_dates_and_the_old_one_still_vouches, make, unmake),
        cmocka_unit_test_setup_teardown(a_new_key_is_made_only_when_it_is_asked_for, make, unmake),
        cmocka_unit_test_setup_teardown(
            a_root_that_ran_out_can_be_renewed_and_one_that_is_not_there_cannot, make, unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
