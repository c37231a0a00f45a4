#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"

#include "mint_chain.h"
#include "roots.h"

struct fixture {
    struct mint *one, *two; /* two roots of one name */
    char         dir[32], first[64], second[64], junk[64];
};

static int set_up(void **state)
{
    struct fixture *f = mem_new(sizeof(*f));
    char            pem[4096] = "";

    f->one = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    f->two = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    strcpy(f->dir, "/tmp/roots-XXXXXX");
    if (!mkdtemp(f->dir))
        return -1;
    snprintf(f->first, sizeof(f->first), "%s/one.pem", f->dir);
    snprintf(f->second, sizeof(f->second), "%s/two.pem", f->dir);
    snprintf(f->junk, sizeof(f->junk), "%s/README", f->dir);
    mint_pem(f->one, pem, sizeof(pem));
    if (!file_write(f->first, pem, strlen(pem), 0600, NULL))
        return -1;
    pem[0] = '\0';
    mint_pem(f->two, pem, sizeof(pem));
    mint_pem(f->two, pem, sizeof(pem));
    if (!file_write(f->second, pem, strlen(pem), 0600, NULL)
        || !file_write(f->junk, "hello", 5, 0600, NULL))
        return -1;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    unlink(f->first);
    unlink(f->second);
    unlink(f->junk);
    rmdir(f->dir);
    mint_free(f->one);
    mint_free(f->two);
    mem_free(f);
    return 0;
}

static void a_bundle_is_read_and_found_by_name_and_fingerprint(void **state)
{
    struct fixture    *f = *state;
    struct roots      *r = roots_load(f->first, f->second, NULL);
    const struct cert *found[4];

    assert_int_equal(roots_count(r), 2); /* the double entry counts once */
    assert_string_equal(roots_name(r), "custom");
    assert_string_equal(roots_path(r), f->first);
    assert_true(cert_same(roots_find(r, f->two->cert->sha256), f->two->cert));
    assert_int_equal(roots_find_subject(r, &f->one->cert->subject, found, 4), 2);
    assert_int_equal(roots_find_subject(r, &f->one->cert->subject, found, 1), 1);
    assert_non_null(roots_x509_store(r));
    roots_unref(roots_ref(r));
    roots_unref(r);
}

static void a_directory_is_read_past_what_is_no_certificate(void **state)
{
    struct fixture *f = *state;
    struct roots   *r = roots_load(f->dir, NULL, NULL);

    assert_int_equal(roots_count(r), 2);
    roots_unref(r);
}

static void a_file_without_a_certificate_is_a_failure(void **state)
{
    struct fixture *f = *state;
    struct err      e = {0};

    assert_null(roots_load(f->junk, NULL, &e));
    assert_non_null(strstr(e.text, "README"));
    assert_null(roots_load("/nowhere", NULL, &e));
    assert_null(roots_load(f->first, f->junk, &e));
}

static void the_systems_bundle_is_mozillas(void **state)
{
    struct fixture *f = *state;
    struct roots   *r;

    setenv("SSL_CERT_FILE", f->first, 1);
    r = roots_load(NULL, NULL, NULL);
    assert_string_equal(roots_name(r), "mozilla");
    assert_int_equal(roots_count(r), 1);
    roots_unref(r);
    unsetenv("SSL_CERT_FILE");
}

static void stores_have_numbers_of_their_own(void **state)
{
    struct fixture    *f = *state;
    struct cert_chain *chain = mint_chain(f->one, NULL);
    struct roots      *a = roots_from_chain(chain, "test"), *b = roots_from_chain(chain, "test");

    assert_int_not_equal(roots_id(a), roots_id(b));
    assert_string_equal(roots_name(a), "test");
    assert_null(roots_path(a));
    assert_ptr_equal(roots_at(a, 0), f->one->cert);
    roots_unref(a);
    roots_unref(b);
    cert_chain_free(chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bundle_is_read_and_found_by_name_and_fingerprint),
        cmocka_unit_test(a_directory_is_read_past_what_is_no_certificate),
        cmocka_unit_test(a_file_without_a_certificate_is_a_failure),
        cmocka_unit_test(the_systems_bundle_is_mozillas),
        cmocka_unit_test(stores_have_numbers_of_their_own),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
