#include "profile_build.h"

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

#include "base/file.h"
#include "cert/mobileconfig.h"
#include "mint_chain.h"

enum { ROOT = 0, ISSUING, NEWER, LEAF, SIGNER, P12, PASSWORD, WRONG, PROSE, N_FILES };

static const char *const names[N_FILES] = {"root.pem", "issuing.cer", "newer.pem", "leaf.pem",
    "signer.pem", "anna.p12", "password", "wrong", "prose.txt"};

static char dir[40];
static struct {
    char path[N_FILES][64];
} desk;

static void write_file(int which, const void *bytes, size_t len)
{
    struct err e = {0};

    snprintf(desk.path[which], sizeof desk.path[which], "%s/%s", dir, names[which]);
    assert_true(file_write(desk.path[which], bytes, len, 0600, &e));
}

static void write_pem(int which, const struct mint *m, bool with_key)
{
    BIO *to = BIO_new(BIO_s_mem());
    char *at;

    PEM_write_bio_X509(to, m->x509);
    if (with_key)
        PEM_write_bio_PKCS8PrivateKey(to, m->key, NULL, NULL, 0, NULL, NULL);
    long len = BIO_get_mem_data(to, &at);
    write_file(which, at, (size_t)len);
    BIO_free(to);
}

static int set_up(void **state)
{
    unsigned char *der = NULL;

    (void)state;
    strcpy(dir, "/tmp/whytls-build-XXXXXX");
    assert_non_null(mkdtemp(dir));
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Acme Root", .ca = true}, NULL);
    struct mint *issuing = mint_make(&(struct mint_spec){.cn = "Acme Issuing", .ca = true}, root);
    struct mint *newer = mint_make(&(struct mint_spec){.cn = "Acme Issuing 2", .ca = true}, root);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "anna", .eku = "clientAuth"}, issuing);
    write_pem(ROOT, root, false);
    write_file(ISSUING, issuing->cert->der.at, issuing->cert->der.len);
    write_pem(NEWER, newer, false);
    write_pem(LEAF, leaf, false);
    write_pem(SIGNER, leaf, true);
    PKCS12 *p12 = PKCS12_create("geheim", "anna", leaf->key, leaf->x509, NULL, 0, 0, 2048, 0, 0);
    int len = i2d_PKCS12(p12, &der);
    write_file(P12, der, (size_t)len);
    write_file(PASSWORD, "geheim\n", 7);
    write_file(WRONG, "falsch\n", 7);
    write_file(PROSE, "nothing of the kind", 19);
    OPENSSL_free(der);
    PKCS12_free(p12);
    mint_free(leaf);
    mint_free(newer);
    mint_free(issuing);
    mint_free(root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_FILES; i++)
        unlink(desk.path[i]);
    rmdir(dir);
    return 0;
}

static struct mobileconfig *built(const struct profile_order *order)
{
    struct text out = {0};
    struct err e = {0};

    if (!profile_build(order, &out, &e))
        fail_msg("%s", e.text);
    struct mobileconfig *m =
        mobileconfig_read((struct cert_span){(const uint8_t *)text_str(&out), out.len}, &e);
    assert_non_null(m);
    text_fini(&out);
    return m;
}

static void refused(const struct profile_order *order, enum err_kind kind, const char *says)
{
    struct text out = {0};
    struct err e = {0};

    assert_false(profile_build(order, &out, &e));
    if (e.kind != kind || !strstr(e.text, says))
        fail_msg("%d: %s", (int)e.kind, e.text);
    text_fini(&out);
}

static void each_certificate_becomes_the_payload_that_ios_wants(void **state)
{
    const char *files[] = {desk.path[ISSUING], desk.path[ROOT], desk.path[ROOT]};

    (void)state;
    struct mobileconfig *m = built(&(struct profile_order){.files = files, .n_files = 3});
    assert_int_equal(m->n_payloads, 2);
    assert_int_equal(m->payloads[0].kind, PAYLOAD_ROOT);
    assert_string_equal(m->payloads[0].name, "Acme Root");
    assert_int_equal(m->payloads[1].kind, PAYLOAD_PKCS1);
    assert_string_equal(m->name, "Acme Root");
    assert_null(m->organization);
    mobileconfig_free(m);
}

static void a_new_edition_replaces_the_old(void **state)
{
    const char *old_files[] = {desk.path[ROOT], desk.path[ISSUING]};
    const char *new_files[] = {desk.path[NEWER], desk.path[ROOT]};

    (void)state;
    struct mobileconfig *old = built(&(struct profile_order){.files = old_files, .n_files = 2});
    struct mobileconfig *new = built(&(struct profile_order){.files = new_files, .n_files = 2});
    assert_string_equal(old->identifier, new->identifier);
    assert_string_equal(old->uuid, new->uuid);
    mobileconfig_free(old);
    mobileconfig_free(new);
}

static void names_are_taken_as_given(void **state)
{
    const char *files[] = {desk.path[ROOT]};

    (void)state;
    struct mobileconfig *m = built(&(struct profile_order){.files = files,
        .n_files = 1,
        .name = "Acme <certificates> & more",
        .organization = "Acme \"GmbH\"",
        .identifier = "example.acme.roots"});
    assert_string_equal(m->name, "Acme <certificates> & more");
    assert_string_equal(m->organization, "Acme \"GmbH\"");
    assert_string_equal(m->identifier, "example.acme.roots");
    mobileconfig_free(m);
}

static void identities_go_in_with_or_without_their_password(void **state)
{
    struct profile_order order = {.identities = {desk.path[P12]}, .n_identities = 1};

    (void)state;
    struct mobileconfig *m = built(&order);
    assert_int_equal(m->payloads[0].kind, PAYLOAD_PKCS12);
    assert_null(m->payloads[0].password);
    mobileconfig_free(m);
    order.password_file = desk.path[PASSWORD];
    m = built(&order);
    assert_null(m->payloads[0].password);
    assert_string_equal(m->payloads[0].name, "anna");
    mobileconfig_free(m);
    order.embed_password = true;
    m = built(&order);
    assert_string_equal(m->payloads[0].password, "geheim");
    mobileconfig_free(m);
    order.password_file = desk.path[WRONG];
    refused(&order, ERR_INPUT, "the password does not fit");
    order.identities[0] = desk.path[ROOT];
    refused(&order, ERR_INPUT, "PEM text, not PKCS#12");
}

static void a_profile_is_signed_by_a_certificate_and_its_key(void **state)
{
    const char *files[] = {desk.path[ROOT]};
    struct profile_order order = {.files = files, .n_files = 1, .sign = desk.path[SIGNER]};

    (void)state;
    struct mobileconfig *m = built(&order);
    assert_int_equal(m->signature, SIGNATURE_GOOD);
    assert_string_equal(m->signers->at[0]->summary, "anna");
    mobileconfig_free(m);
    order.sign = desk.path[LEAF];
    refused(&order, ERR_INPUT, "there is no private key in it");
    order.sign_key = desk.path[SIGNER];
    m = built(&order);
    assert_int_equal(m->signature, SIGNATURE_GOOD);
    mobileconfig_free(m);
    order = (struct profile_order){.files = files,
        .n_files = 1,
        .sign = desk.path[P12],
        .sign_password_file = desk.path[PASSWORD]};
    m = built(&order);
    assert_int_equal(m->signature, SIGNATURE_GOOD);
    mobileconfig_free(m);
}

static void what_does_not_belong_in_is_told(void **state)
{
    const char *p12[] = {desk.path[P12]}, *prose[] = {desk.path[ROOT], desk.path[PROSE]},
               *nobody[] = {"/nonexistent.pem"}, *root[] = {desk.path[ROOT]};

    (void)state;
    refused(&(struct profile_order){.files = p12, .n_files = 1}, ERR_INPUT, "--identity");
    refused(&(struct profile_order){.files = prose, .n_files = 2}, ERR_INPUT, "prose.txt: ");
    refused(&(struct profile_order){.files = nobody, .n_files = 1}, ERR_SYSTEM, "/nonexistent.pem");
    refused(&(struct profile_order){.files = root, .n_files = 1, .identifier = "a b"}, ERR_USAGE,
        "--identifier");
    refused(&(struct profile_order){.files = root, .n_files = 1, .identifier = ""}, ERR_USAGE,
        "--identifier");
    refused(&(struct profile_order){0}, ERR_INPUT, "a profile of nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_certificate_becomes_the_payload_that_ios_wants),
        cmocka_unit_test(a_new_edition_replaces_the_old),
        cmocka_unit_test(names_are_taken_as_given),
        cmocka_unit_test(identities_go_in_with_or_without_their_password),
        cmocka_unit_test(a_profile_is_signed_by_a_certificate_and_its_key),
        cmocka_unit_test(what_does_not_belong_in_is_told),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
