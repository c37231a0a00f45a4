#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "tls_names.h"

typedef const char *name_of(uint16_t number, char buf[static TLS_NAME_CAP]);

static void numbers_have_ianas_names(void **state)
{
    static const struct {
        name_of *of;
        uint16_t number;
        const char *name;
    } cases[] = {
        {tls_version_name, 0x0300, "SSLv3"},
        {tls_version_name, 0x0301, "TLSv1.0"},
        {tls_version_name, 0x0304, "TLSv1.3"},
        {tls_version_name, 0x0305, "0x0305"},
        {tls_version_name, 0x7a7a, "GREASE"},
        {tls_cipher_name, 0x0000, "TLS_NULL_WITH_NULL_NULL"},
        {tls_cipher_name, 0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
        {tls_cipher_name, 0x1301, "TLS_AES_128_GCM_SHA256"},
        {tls_cipher_name, 0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
        {tls_cipher_name, 0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
        {tls_cipher_name, 0xd005, "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256"},
        {tls_cipher_name, 0x1a2b, "0x1a2b"},
        {tls_cipher_name, 0x4a4a, "GREASE"},
        {tls_group_name, 29, "x25519"},
        {tls_group_name, 23, "secp256r1"},
        {tls_group_name, 0x11ec, "X25519MLKEM768"},
        {tls_group_name, 0x6399, "X25519Kyber768Draft00"},
        {tls_sigalg_name, 0x0403, "ecdsa_secp256r1_sha256"},
        {tls_sigalg_name, 0x0804, "rsa_pss_rsae_sha256"},
        {tls_sigalg_name, 0x0807, "ed25519"},
        {tls_sigalg_name, 0xffff, "0xffff"},
    };
    char buf[TLS_NAME_CAP];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(cases[i].of(cases[i].number, buf), cases[i].name);
}

/* The tables are searched by halves: one row out of its place would hide others. */
static void every_row_is_found(void **state)
{
    static const struct {
        uint16_t number;
        const char *name;
    } rows[] = {
#define CIPHER(number, name) {number, name},
#include "cipher.def"
#undef CIPHER
    };
    char buf[TLS_NAME_CAP];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(tls_cipher_name(rows[i].number, buf), rows[i].name);
        assert_true(i == 0 || rows[i].number > rows[i - 1].number);
        assert_true(strlen(rows[i].name) < TLS_NAME_CAP);
    }
}

static size_t known(name_of *of)
{
    char buf[TLS_NAME_CAP];
    size_t n = 0;

    for (uint32_t i = 0; i < 65536; i++)
        n += of((uint16_t)i, buf) != buf;
    return n;
}

/* As many as there are rows, and the sixteen of GREASE. */
static void no_row_of_the_small_tables_is_hidden(void **state)
{
    (void)state;
    assert_int_equal(known(tls_version_name), 6 + 16);
    assert_int_equal(known(tls_group_name), 35 + 16);
    assert_int_equal(known(tls_sigalg_name), 31 + 16);
}

/* RFC 8701 §2 */
static void grease_is_sixteen_numbers(void **state)
{
    size_t n = 0;

    (void)state;
    for (uint32_t i = 0; i < 65536; i++)
        n += tls_is_grease((uint16_t)i);
    assert_int_equal(n, 16);
    assert_true(tls_is_grease(0x0a0a) && tls_is_grease(0xfafa));
    assert_false(tls_is_grease(0x0a1a) || tls_is_grease(0x1301));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_ianas_names),
        cmocka_unit_test(every_row_is_found),
        cmocka_unit_test(no_row_of_the_small_tables_is_hidden),
        cmocka_unit_test(grease_is_sixteen_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
