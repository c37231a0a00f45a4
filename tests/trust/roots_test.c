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
#include "support/apple_tables.h"

struct fixture {
    struct mint *one, *two; /* two roots of one name */
    char dir[32], first[64], second[64], junk[64];
};

static int set_up(void **state)
{
    struct fixture *f = mem_new(sizeof(*f));
    char pem[4096] = "";

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
    if (!file_write(f->second, pem, strlen(pem), 0600, NULL) ||
        !file_write(f->junk, "hello", 5, 0600, NULL))
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
    struct fixture *f = *state;
    struct roots *r = roots_load(f->first, f->second, NULL, NULL);
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
    struct roots *r = roots_load(f->dir, NULL, NULL, NULL);

    assert_int_equal(roots_count(r), 2);
    roots_unref(r);
}

static void a_file_without_a_certificate_is_a_failure(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};

    assert_null(roots_load(f->junk, NULL, NULL, &e));
    assert_non_null(strstr(e.text, "README"));
    assert_null(roots_load("/nowhere", NULL, NULL, &e));
    assert_null(roots_load(f->first, f->junk, NULL, &e));
}

static void the_systems_bundle_is_mozillas(void **state)
{
    struct fixture *f = *state;
    struct roots *r;

    setenv("SSL_CERT_FILE", f->first, 1);
    r = roots_load("mozilla", NULL, NULL, NULL);
    assert_string_equal(roots_name(r), "mozilla");
    assert_int_equal(roots_count(r), 1);
    roots_unref(r);
    unsetenv("SSL_CERT_FILE");
}

static void stores_have_numbers_of_their_own(void **state)
{
    struct fixture *f = *state;
    struct cert_chain *chain = mint_chain(f->one, NULL);
    struct roots *a = roots_from_chain(chain, "test"), *b = roots_from_chain(chain, "test");

    assert_int_not_equal(roots_id(a), roots_id(b));
    assert_string_equal(roots_name(a), "test");
    assert_null(roots_path(a));
    assert_ptr_equal(roots_at(a, 0), f->one->cert);
    roots_unref(a);
    roots_unref(b);
    cert_chain_free(chain);
}

/* The system's bundle is not Apple's list: what only Mozilla has is known, and not trusted. */
static void apples_list_decides_unless_another_is_named(void **state)
{
    struct fixture *f = *state;
    struct roots *apple, *custom = roots_load(f->first, NULL, NULL, NULL);
    char pem[4096] = "";

    mint_pem(f->one, pem, sizeof(pem));
    setenv("SSL_CERT_FILE", f->first, 1);
    apple = roots_load(NULL, f->second, NULL, NULL);
    unsetenv("SSL_CERT_FILE");
    assert_string_equal(roots_name(apple), "apple");
    assert_non_null(roots_find(apple, f->one->cert->sha256));
    assert_false(roots_trust(apple, f->one->cert));
    assert_string_equal(roots_trusted_by(apple, f->one->cert), "mozilla");
    assert_true(roots_trust(apple, f->two->cert)); /* named on top */
    assert_string_equal(roots_trusted_by(apple, f->two->cert), "both");
    assert_true(roots_trust(custom, f->one->cert));
    assert_string_equal(roots_trusted_by(custom, f->one->cert), "custom");
    assert_string_equal(roots_trusted_by(custom, f->two->cert), "neither");
    assert_non_null(roots_apple(apple));
    roots_unref(apple);
    roots_unref(custom);
}

/* Somebody's Mac gave the certificates: the list still decides which of them count. */
static void apples_own_bundle_gives_parents_and_no_trust(void **state)
{
    struct fixture *f = *state;
    struct mint *system = mint_make(&(struct mint_spec){.cn = "System", .ca = true}, NULL);
    struct apple_tables t;
    char pem[8192] = "", data[80];

    apple_tables_init(&t);
    snprintf(data, sizeof data, "%s/data", t.dir);
    assert_true(file_mkdirs(data, 0700, NULL));
    mint_pem(f->one, pem, sizeof pem);
    mint_pem(f->two, pem, sizeof pem);
    apple_tables_write(&t, "data/" ROOTS_APPLE_BUNDLE, pem);
    apple_tables_add_root(&t, f->one, NULL);
    apple_tables_add_system(&t, system);
    struct roots *r = apple_tables_load(&t, "apple");
    assert_int_equal(roots_count(r), 3);
    assert_true(roots_trust(r, f->one->cert));
    assert_string_equal(roots_trusted_by(r, f->one->cert), "apple");
    assert_false(roots_trust(r, f->two->cert));
    assert_string_equal(roots_trusted_by(r, f->two->cert), "neither");
    assert_false(roots_trust_web(r, f->one->cert)); /* others do not ask Apple */
    assert_true(roots_trust_web(r, system->cert));
    assert_string_equal(roots_apple_list(r), "1 Nov 2026");
    roots_unref(r);
    apple_tables_fini(&t);
    mint_free(system);
}

/* A file of one's own decides alone, and whose list has a root is told all the same. */
static void a_named_file_decides_and_both_lists_are_told(void **state)
{
    struct fixture *f = *state;
    struct mint *own = mint_make(&(struct mint_spec){.cn = "Own", .ca = true}, NULL);
    struct apple_tables t;
    char pem[8192] = "", named[80];

    apple_tables_init(&t);
    snprintf(named, sizeof named, "%s/named.pem", t.dir);
    mint_pem(own, pem, sizeof pem);
    mint_pem(f->one, pem, sizeof pem);
    apple_tables_write(&t, "named.pem", pem);
    apple_tables_add_root(&t, f->one, NULL);
    apple_tables_add_system(&t, f->one);
    apple_tables_add_system(&t, f->two);
    struct roots *r = apple_tables_load(&t, named);
    assert_string_equal(roots_name(r), "custom");
    assert_int_equal(roots_count(r), 2); /* what only the system has is no parent either */
    assert_true(roots_trust(r, own->cert));
    assert_string_equal(roots_trusted_by(r, own->cert), "custom");
    assert_string_equal(roots_trusted_by(r, f->one->cert), "both");
    assert_false(roots_trust(r, f->two->cert));
    assert_string_equal(roots_trusted_by(r, f->two->cert), "mozilla");
    roots_unref(r);
    apple_tables_fini(&t);
    mint_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bundle_is_read_and_found_by_name_and_fingerprint),
        cmocka_unit_test(a_directory_is_read_past_what_is_no_certificate),
        cmocka_unit_test(a_file_without_a_certificate_is_a_failure),
        cmocka_unit_test(the_systems_bundle_is_mozillas),
        cmocka_unit_test(stores_have_numbers_of_their_own),
        cmocka_unit_test_setup_teardown(
            apples_list_decides_unless_another_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            apples_own_bundle_gives_parents_and_no_trust, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_named_file_decides_and_both_lists_are_told, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
