#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/cms.h>

#include "base/mem.h"

#include "issuer_file.h"
#include "mint_chain.h"

static struct mint *ca(const char *name)
{
    return mint_make(&(struct mint_spec){.cn = name, .ca = true}, NULL);
}

static void one_in_der_is_read(void **state)
{
    struct mint *m = ca("Issuer");
    size_t len;
    uint8_t *der = mint_der(m, &len);
    struct cert_chain *file = issuer_file_read((struct cert_span){der, len}, NULL);

    (void)state;
    assert_int_equal(file->n, 1);
    assert_string_equal(file->at[0]->summary, "Issuer");
    cert_chain_free(file);
    mem_free(der);
    mint_free(m);
}

static void pem_is_read_as_well(void **state)
{
    struct mint *m = ca("Issuer");
    char pem[8192] = "";
    struct cert_chain *file;

    (void)state;
    mint_pem(m, pem, sizeof(pem));
    file = issuer_file_read((struct cert_span){(const uint8_t *)pem, strlen(pem)}, NULL);
    assert_int_equal(file->n, 1);
    cert_chain_free(file);
    mint_free(m);
}

static CMS_ContentInfo *message(const struct mint *const *certs, size_t n)
{
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_DETACHED);

    for (size_t i = 0; i < n; i++)
        assert_int_equal(CMS_add1_cert(cms, certs[i]->x509), 1);
    return cms;
}

static void a_message_of_certificates_only_gives_all_of_them(void **state)
{
    struct mint *one = ca("One"), *two = ca("Two");
    const struct mint *both[] = {one, two};
    CMS_ContentInfo *cms = message(both, 2), *empty = message(NULL, 0);
    unsigned char *der = NULL;
    struct err e = {0};
    int len = i2d_CMS_ContentInfo(cms, &der);
    struct cert_chain *file = issuer_file_read((struct cert_span){der, (size_t)len}, &e);

    (void)state;
    assert_non_null(file);
    assert_int_equal(file->n, 2);
    cert_chain_free(file);
    assert_null(issuer_file_read((struct cert_span){der, (size_t)len - 3}, &e));
    OPENSSL_free(der);
    der = NULL;
    len = i2d_CMS_ContentInfo(empty, &der);
    assert_null(issuer_file_read((struct cert_span){der, (size_t)len}, &e));
    assert_non_null(strstr(e.text, "without a certificate"));
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    CMS_ContentInfo_free(empty);
    mint_free(one);
    mint_free(two);
}

static void anything_else_is_refused_with_a_reason(void **state)
{
    static const char page[] = "<!doctype html><title>404 Not Found</title>";
    struct err e = {0};

    (void)state;
    assert_null(issuer_file_read((struct cert_span){(const uint8_t *)page, strlen(page)}, &e));
    assert_true(*e.text);
    assert_null(issuer_file_read((struct cert_span){(const uint8_t *)page, 0}, &e));
    assert_null(issuer_file_read(
        (struct cert_span){(const uint8_t *)page, ISSUER_FILE_BYTES_MOST + 1}, &e));
    assert_non_null(strstr(e.text, "the limit"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_in_der_is_read),
        cmocka_unit_test(pem_is_read_as_well),
        cmocka_unit_test(a_message_of_certificates_only_gives_all_of_them),
        cmocka_unit_test(anything_else_is_refused_with_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
