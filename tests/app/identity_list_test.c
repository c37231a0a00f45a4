#include "identity_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "support/mint_chain.h"

static struct {
    char dir[40], pem[64], p12[64], odd[64], password[64], wrong[64], none[64], junk[64];
} files;

static FILE *create(char path[static 64], const char *name)
{
    snprintf(path, 64, "%s/%s", files.dir, name);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    return out;
}

static void put(char path[static 64], const char *name, const char *text)
{
    FILE *out = create(path, name);

    fputs(text, out);
    fclose(out);
}

static void put_pem(char path[static 64], const char *name, const struct mint *m)
{
    FILE *out = create(path, name);

    assert_true(PEM_write_X509(out, m->x509));
    assert_true(PEM_write_PrivateKey(out, m->key, NULL, NULL, 0, NULL, NULL));
    fclose(out);
}

static int make(void **state)
{
    struct mint *anna = mint_make(&(struct mint_spec){.cn = "anna", .eku = "clientAuth"}, NULL);
    PKCS12 *p12 = PKCS12_create("geheim", "anna", anna->key, anna->x509, NULL, 0, 0, 0, 0, 0);

    (void)state;
    strcpy(files.dir, "/tmp/whytls-identity-XXXXXX");
    assert_non_null(mkdtemp(files.dir));
    put_pem(files.pem, "anna.pem", anna);
    put_pem(files.odd, "anna=old.pem", anna);
    FILE *out = create(files.p12, "anna.p12");
    assert_true(i2d_PKCS12_fp(out, p12));
    fclose(out);
    put(files.password, "password", "geheim\n");
    put(files.wrong, "wrong", "falsch\n");
    put(files.junk, "junk", "nothing\n");
    snprintf(files.none, sizeof files.none, "%s/none", files.dir);
    PKCS12_free(p12);
    mint_free(anna);
    return 0;
}

static int clean(void **state)
{
    const char *const all[] = {
        files.pem, files.p12, files.odd, files.password, files.wrong, files.junk};

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        unlink(all[i]);
    return rmdir(files.dir);
}

/* NULL: no such option was given. */
static bool open_one(const char *file, const char *hosts, const char *password,
    struct identities **out, struct err *e)
{
    struct identity_list list = {0};
    char text[128];
    bool taken;

    snprintf(text, sizeof text, "%s%s%s", file, hosts ? "=" : "", hosts ? hosts : "");
    assert_true(identity_list_take(&list, "identity", text, &taken, e) && taken);
    if (password)
        assert_true(
            identity_list_take(&list, "identity-password-file", password, &taken, e) && taken);
    return identity_list_open(&list, out, e);
}

static void pem_and_pkcs12_are_read_and_bound_to_hosts(void **state)
{
    const struct {
        const char *file, *hosts, *password, *host;
        size_t n;
    } rows[] = {
        {files.pem, NULL, NULL, "shop.example", 1},
        {files.pem, "shop.example", NULL, "shop.example", 1},
        {files.pem, "shop.example", NULL, "mail.example", 0},
        {files.pem, "*.example", NULL, "mail.example", 1},
        {files.pem, "*", NULL, "mail.example", 1},
        {files.p12, NULL, files.password, "shop.example", 1},
        {files.p12, "Shop.Example", files.password, "shop.example", 1},
        {files.pem, NULL, files.password, "shop.example", 1}, /* it needs none */
        {files.odd, NULL, NULL, "shop.example", 1},
        {files.odd, "shop.example", NULL, "shop.example", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct identities *all;
        struct err e = {0};

        if (!open_one(rows[i].file, rows[i].hosts, rows[i].password, &all, &e))
            fail_msg("%zu: %s", i, e.text);
        assert_int_equal(identities_count(all), 1);
        assert_int_equal(identities_for(all, rows[i].host), rows[i].n);
        identities_free(all);
    }
}

static void what_cannot_be_read_is_named(void **state)
{
    const struct {
        const char *file, *hosts, *password, *says;
    } rows[] = {
        {files.none, NULL, NULL, "none"},
        {files.junk, NULL, NULL, "junk"},
        {files.p12, NULL, NULL, "anna.p12"},
        {files.p12, NULL, files.wrong, "anna.p12"},
        {files.pem, "no host", NULL, "no host"},
        {files.pem, NULL, files.none, "none"},
        {"", "shop.example", NULL, "FILE=HOST"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct identities *all;
        struct err e = {0};

        assert_false(open_one(rows[i].file, rows[i].hosts, rows[i].password, &all, &e));
        assert_null(all);
        if (!strstr(e.text, rows[i].says))
            fail_msg("%zu: %s", i, e.text);
    }
}

static void without_an_option_there_are_none(void **state)
{
    struct identity_list list = {0};
    struct identities *all;
    struct err e = {0};
    bool taken = true;

    (void)state;
    assert_true(identity_list_take(&list, "listen", "x", &taken, &e));
    assert_false(taken);
    assert_true(identity_list_open(&list, &all, &e));
    assert_null(all);
    list.password_file = files.password;
    assert_false(identity_list_open(&list, &all, &e));
    assert_int_equal(e.kind, ERR_USAGE);
}

static void there_is_an_end_to_them(void **state)
{
    struct identity_list list = {.n = IDENTITIES_MOST};
    struct err e = {0};
    bool taken;

    (void)state;
    assert_false(identity_list_take(&list, "identity", files.pem, &taken, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pem_and_pkcs12_are_read_and_bound_to_hosts),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(without_an_option_there_are_none),
        cmocka_unit_test(there_is_an_end_to_them),
    };

    return cmocka_run_group_tests(tests, make, clean);
}
