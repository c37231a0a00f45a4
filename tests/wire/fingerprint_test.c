#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/mem.h"
#include "base/text.h"
#include "client_hello.h"
#include "fingerprint.h"
#include "seed.h"

static void sha256(const void *bytes, size_t len, uint8_t out[static 32])
{
    assert_true(EVP_Digest(bytes, len, out, NULL, EVP_sha256(), NULL));
}

/* The marks were worked out apart from this code; the parts 8daaf6152771 (Chromium) and
 * t13d2014h2_a09f3c656075 (Safari) are those that FoxIO and others publish. */
static void real_programs_have_their_known_marks(void **state)
{
    static const struct {
        const char *seed, *ja4, *stack;
    } cases[] = {
        {"apple_like", "t13d2014h2_a09f3c656075_e42f34c56612", "apple"},
        {"chromium", "t13d1517h2_8daaf6152771_cb7bf5808d99", "boringssl"},
        {"curl", "t13d3112h2_e8f1e7e78f70_b26ce05bbdd6", "openssl"},
        {"gnutls", "t13d2914h2_723694b0fccc_2cc26d266019", "other"},
        {"java", "t13d3713h2_db35923f8641_7c76daad20ec", "other"},
        {"node", "t13d5911h2_a33745022dd6_1f22a2ca17c4", "openssl"},
        {"openssl_s_client", "t13d311000_e8f1e7e78f70_1f22a2ca17c4", "openssl"},
        {"openssl_tls10", "t10i230500_44099cda8a52_195413a0cc0f", "openssl"},
        {"openssl_tls12", "t12d2808h2_d943125447b4_e7e480e5a997", "openssl"},
        {"openssl_tls13", "t13d041000_16476d049b0b_78f1d400d464", "openssl"},
        {"python3", "t13d181100_85036bcba153_d41ae481755e", "openssl"},
        {"wget", "t13d291300_723694b0fccc_899037bd0b8c", "other"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct client_hello h;
        const char *why;
        size_t len = 0;
        uint8_t *bytes = seed_read(cases[i].seed, &len);
        char ja4[FINGERPRINT_CAP];

        assert_int_equal(client_hello_read(bytes, len, &h, &why), HELLO_READY);
        assert_string_equal(fingerprint_ja4(&h, sha256, ja4), cases[i].ja4);
        assert_string_equal(fingerprint_stack(&h), cases[i].stack);
        client_hello_fini(&h);
        mem_free(bytes);
    }
}

/* FoxIO's own example */
static void the_published_example_comes_out(void **state)
{
    static const struct client_hello hello = {
        .versions = {{0x0a0a, 0x0304, 0x0303}, 3},
        .ciphers = {{0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013,
                        0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
            15},
        .extensions = {{0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005,
                           0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015},
            16},
        .sigalgs = {{0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601}, 8},
        .alpn = {"h2", "http/1.1"},
        .n_alpn = 2,
    };
    char ja4[FINGERPRINT_CAP];

    (void)state;
    assert_string_equal(
        fingerprint_ja4(&hello, sha256, ja4), "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

static void nothing_is_written_as_zeros(void **state)
{
    static const struct client_hello hello = {.versions = {{0x0300}, 1}};
    char ja4[FINGERPRINT_CAP];

    (void)state;
    assert_string_equal(
        fingerprint_ja4(&hello, sha256, ja4), "ts3i000000_000000000000_000000000000");
}

static void the_first_protocol_is_marked_by_its_ends(void **state)
{
    static const struct {
        const char *protocol, *mark;
    } cases[] = {{"h2", "h2"}, {"http/1.1", "h1"}, {"x", "xx"}, {"\xab", "ab"}, {"\xab\xcd", "ad"},
        {"h_", "6f"}, {"-2", "22"}, {"0-z", "0z"}, {"9:", "3a"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct client_hello hello = {
            .versions = {{0x0303}, 1}, .alpn = {cases[i].protocol}, .n_alpn = 1};
        char ja4[FINGERPRINT_CAP], expected[FINGERPRINT_CAP];

        snprintf(expected, sizeof expected, "t12i0000%s_000000000000_000000000000", cases[i].mark);
        assert_string_equal(fingerprint_ja4(&hello, sha256, ja4), expected);
    }
}

static void counts_stop_at_99(void **state)
{
    struct client_hello hello = {.versions = {{0x0303}, 1}};
    char ja4[FINGERPRINT_CAP];

    (void)state;
    for (uint16_t i = 0; i < 200; i++)
        hello.ciphers.at[hello.ciphers.n++] = i;
    fingerprint_ja4(&hello, sha256, ja4);
    assert_memory_equal(ja4, "t12i990000_", 11);
}

/* In the order of JA3, and as it was sent: whoever makes a mark of it leaves GREASE out. */
static void what_was_offered_is_told_in_numbers(void **state)
{
    static const struct client_hello hello = {
        .legacy_version = 0x0303,
        .ciphers = {{0x0a0a, 0x1301, 0xc02b}, 3},
        .extensions = {{0, 65535, 43}, 3},
        .groups = {{0x1a1a, 29}, 2},
        .point_formats = {{0}, 1},
    };
    static const struct client_hello bare = {.legacy_version = 0x0301, .ciphers = {{4}, 1}};
    struct text says = {0};

    (void)state;
    fingerprint_numbers(&hello, &says);
    assert_string_equal(text_str(&says), "771,2570-4865-49195,0-65535-43,6682-29,0");
    text_clear(&says);
    fingerprint_numbers(&bare, &says);
    assert_string_equal(text_str(&says), "769,4,,,");
    text_fini(&says);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_programs_have_their_known_marks),
        cmocka_unit_test(the_published_example_comes_out),
        cmocka_unit_test(nothing_is_written_as_zeros),
        cmocka_unit_test(the_first_protocol_is_marked_by_its_ends),
        cmocka_unit_test(counts_stop_at_99),
        cmocka_unit_test(what_was_offered_is_told_in_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
