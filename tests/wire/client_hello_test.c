#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "client_hello.h"
#include "seed.h"
#include "tls_names.h"

static const char body_before_extensions[] = "\3\3"
                                             "0123456789abcdef0123456789abcdef" /* random */
                                             "\0"                               /* session id */
                                             "\0\4\x13\1\xc0\x2f"               /* two suites */
                                             "\1\0";                            /* no compression */

static void add_length(struct text *t, size_t n, int width)
{
    while (width-- > 0)
        text_add_char(t, (char)(n >> (8 * width)));
}

/* Records of at most `step` bytes around a ClientHello with this body. */
static void wrap(struct text *out, const char *body, size_t len, size_t step)
{
    struct text message = {0};

    text_add_char(&message, 1);
    add_length(&message, len, 3);
    text_add_n(&message, body, len);
    text_clear(out);
    for (size_t at = 0; at < message.len; at += step) {
        size_t n = message.len - at < step ? message.len - at : step;

        text_add_n(out, "\x16\3\1", 3);
        add_length(out, n, 2);
        text_add_n(out, message.at + at, n);
    }
    text_fini(&message);
}

static enum hello_answer read_body(
    const char *body, size_t len, struct client_hello *h, const char **why)
{
    struct text bytes = {0};

    wrap(&bytes, body, len, 16384);
    uint8_t *exact = mem_dup(bytes.at, bytes.len);
    enum hello_answer answer = client_hello_read(exact, bytes.len, h, why);
    mem_free(exact);
    text_fini(&bytes);
    return answer;
}

static enum hello_answer read_extensions(
    const char *extensions, size_t len, struct client_hello *h, const char **why)
{
    struct text body = {0};

    text_add_n(&body, body_before_extensions, sizeof body_before_extensions - 1);
    add_length(&body, len, 2);
    text_add_n(&body, extensions, len);
    enum hello_answer answer = read_body(body.at, body.len, h, why);
    text_fini(&body);
    return answer;
}

/* What real programs sent, as far as they can be told from outside. */
static void real_programs_are_read(void **state)
{
    static const struct {
        const char *seed, *sni, *alpn;
        uint16_t max_version;
        size_t n_versions, n_ciphers, n_extensions, n_key_shares, session_id_len;
        uint8_t point_formats;
    } cases[] = {
        {"openssl_s_client", "openssl.lab.test", "", 0x0304, 4, 31, 10, 1, 32, 3},
        {"openssl_tls12", "openssl.lab.test", "h2 http/1.1 ", 0x0303, 3, 28, 8, 0, 0, 3},
        {"openssl_tls10", "", "", 0x0301, 1, 23, 5, 0, 0, 3},
        {"openssl_tls13", "openssl.lab.test", "", 0x0304, 1, 4, 10, 1, 32, 3},
        {"curl", "curl.lab.test", "h2 http/1.1 ", 0x0304, 4, 31, 12, 1, 32, 3},
        {"node", "node.lab.test", "h2 http/1.1 ", 0x0304, 2, 59, 11, 1, 32, 3},
        {"gnutls", "gnutls.lab.test", "h2 ", 0x0304, 4, 29, 14, 2, 32, 1},
        {"java", "java.lab.test", "h2 http/1.1 ", 0x0304, 2, 37, 13, 2, 32, 1},
        {"chromium", "chromium.lab.test", "h2 http/1.1 ", 0x0304, 3, 16, 19, 3, 32, 1},
        {"apple_like", "apple.lab.test", "h2 http/1.1 ", 0x0304, 5, 21, 16, 2, 32, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct client_hello h;
        const char *why = "";
        size_t len = 0;
        uint8_t *bytes = seed_read(cases[i].seed, &len);
        struct text alpn = {0};

        assert_int_equal(client_hello_read(bytes, len, &h, &why), HELLO_READY);
        assert_null(why);
        for (size_t k = 0; k < h.n_alpn; k++)
            text_printf(&alpn, "%s ", h.alpn[k]);
        assert_string_equal(h.sni, cases[i].sni);
        assert_false(h.sni_odd);
        assert_string_equal(text_str(&alpn), cases[i].alpn);
        assert_int_equal(client_hello_max_version(&h), cases[i].max_version);
        assert_true(
            h.record_version == 0x0301 || h.record_version == 0x0303); /* Java: the latter */
        assert_int_equal(h.versions.n, cases[i].n_versions);
        assert_int_equal(h.ciphers.n, cases[i].n_ciphers);
        assert_int_equal(h.extensions.n, cases[i].n_extensions);
        assert_int_equal(h.n_key_shares, cases[i].n_key_shares);
        assert_int_equal(h.session_id_len, cases[i].session_id_len);
        assert_int_equal(h.point_formats.n, cases[i].point_formats);
        assert_int_equal(h.consumed, len);
        assert_int_equal(h.size, len - 5);
        assert_false(h.has_psk || h.early_data);
        text_fini(&alpn);
        client_hello_fini(&h);
        mem_free(bytes);
    }
}

static void every_number_of_real_programs_has_a_name(void **state)
{
    static const char *const seeds[] = {
        "openssl_s_client", "node", "gnutls", "java", "curl", "apple_like"};

    (void)state;
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        struct client_hello h;
        const char *why;
        size_t len = 0;
        uint8_t *bytes = seed_read(seeds[i], &len);
        char buf[TLS_NAME_CAP];

        assert_int_equal(client_hello_read(bytes, len, &h, &why), HELLO_READY);
        for (size_t k = 0; k < h.ciphers.n; k++)
            assert_ptr_not_equal(tls_cipher_name(h.ciphers.at[k], buf), buf);
        for (size_t k = 0; k < h.groups.n; k++)
            assert_ptr_not_equal(tls_group_name(h.groups.at[k], buf), buf);
        for (size_t k = 0; k < h.versions.n; k++)
            assert_ptr_not_equal(tls_version_name(h.versions.at[k], buf), buf);
        client_hello_fini(&h);
        mem_free(bytes);
    }
}

static void what_chromium_hides_in_its_hello_is_seen(void **state)
{
    struct client_hello h;
    const char *why;
    size_t len = 0;
    uint8_t *bytes = seed_read("chromium", &len);

    (void)state;
    assert_int_equal(client_hello_read(bytes, len, &h, &why), HELLO_READY);
    assert_true(tls_is_grease(h.ciphers.at[0]) && tls_is_grease(h.extensions.at[0]));
    assert_int_equal(h.ech, HELLO_ECH_GREASE);
    assert_int_equal(h.cert_compressions.n, 1);
    assert_int_equal(h.cert_compressions.at[0], 2); /* brotli */
    assert_true(client_hello_has_extension(&h, 17613) && !client_hello_has_extension(&h, 22));
    assert_int_equal(h.groups.at[1], 0x11ec); /* X25519MLKEM768 */
    client_hello_fini(&h);
    mem_free(bytes);
}

static void half_a_hello_asks_for_more(void **state)
{
    static const char *const seeds[] = {"openssl_s_client", "openssl_tls10", "openssl_tls12",
        "curl", "node", "gnutls", "java", "python3", "wget", "chromium", "apple_like",
        "one_byte_records"};

    (void)state;
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        size_t len = 0;
        uint8_t *bytes = seed_read(seeds[i], &len);

        for (size_t n = 0; n < len; n++) {
            struct client_hello h;
            const char *why = "";
            uint8_t *exact = mem_dup(bytes, n);

            assert_int_equal(client_hello_read(exact, n, &h, &why), HELLO_NEED_MORE);
            assert_null(why);
            mem_free(exact);
        }
        mem_free(bytes);
    }
}

static void a_hello_may_come_in_many_records_and_be_followed_by_others(void **state)
{
    static const size_t steps[] = {1, 2, 3, 4, 5, 7, 100, 512};
    size_t len = 0;
    uint8_t *bytes = seed_read("chromium", &len);

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct text cut = {0};
        struct client_hello h;
        const char *why;

        wrap(&cut, (const char *)bytes + 9, len - 9, steps[i]);
        size_t whole = cut.len;
        assert_int_equal(
            client_hello_read((const uint8_t *)cut.at, whole - 1, &h, &why), HELLO_NEED_MORE);
        text_add_n(&cut, "\x14\3\3\0\1\1", 6);
        assert_int_equal(
            client_hello_read((const uint8_t *)cut.at, cut.len, &h, &why), HELLO_READY);
        assert_string_equal(h.sni, "chromium.lab.test");
        assert_int_equal(h.consumed, whole);
        assert_int_equal(h.size, len - 5);
        client_hello_fini(&h);
        text_fini(&cut);
    }
    mem_free(bytes);
}

struct body_case {
    const char *bytes;
    size_t len;
    const char *says; /* part of *why, or NULL: it is good */
};

#define CASE(bytes, says)                                                                          \
    {                                                                                              \
        (bytes), sizeof(bytes) - 1, (says)                                                         \
    }
#define RANDOM "0123456789abcdef0123456789abcdef"

static void a_body_is_read_strictly(void **state)
{
    static const struct body_case cases[] = {
        CASE("\3\3" RANDOM "\0\0\2\x13\1\1\0", NULL), /* no extensions: RFC 5246 */
        CASE("\3\3" RANDOM "\0\0\2\x13\1\1\0\0\0", NULL),
        CASE("", "too early"),
        CASE("\3\3" RANDOM "\0\0\2\x13\1", "too early"),
        CASE("\3\3" RANDOM "\0\0\2\x13\1\2\0", "too early"),
        CASE("\2\0" RANDOM "\0\0\2\x13\1\1\0", "no TLS version"),
        CASE("\3\3" RANDOM "\x21" RANDOM "x\0\2\x13\1\1\0", "longer than 32"),
        CASE("\3\3" RANDOM "\0\0\0\1\0", "cipher suites"),
        CASE("\3\3" RANDOM "\0\0\3\x13\1\x13\1\0", "cipher suites"),
        CASE("\3\3" RANDOM "\0\0\2\x13\1\0", "compression"),
        CASE("\3\3" RANDOM "\0\0\2\x13\1\1\1", "compression"),
        CASE("\3\3" RANDOM "\0\0\2\x13\1\2\1\0", NULL), /* DEFLATE and none */
        CASE("\3\3" RANDOM "\0\0\2\x13\1\1\0\0", "do not fill"),
        CASE("\3\3" RANDOM "\0\0\2\x13\1\1\0\0\0x", "do not fill"),
        CASE("\3\3" RANDOM "\0\0\2\x13\1\1\0\0\4\0\x17\0\1", "longer than the block"),
        CASE("\3\3" RANDOM "\0\0\2\x13\1\1\0\0\3\0\x17\0", "longer than the block"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct client_hello h;
        const char *why = "";
        enum hello_answer answer = read_body(cases[i].bytes, cases[i].len, &h, &why);

        if (answer != (cases[i].says ? HELLO_BAD : HELLO_READY) ||
            (cases[i].says ? !strstr(why, cases[i].says) : why != NULL))
            fail_msg("case %zu: %s", i, why ? why : "was taken");
        client_hello_fini(&h);
    }
}

static void extensions_are_read_strictly(void **state)
{
    static const struct body_case cases[] = {
        CASE("\x7f\x01\0\3abc", NULL), /* one that nobody knows */
        CASE("\0\x17\0\0\0\x17\0\0", "twice"),
        CASE("\x7f\x01\0\0\x7f\x01\0\0", "twice"),
        CASE("\0\0\0\0", "server_name"), /* that is the server's form */
        CASE("\0\0\0\2\0\0", "server_name"),
        CASE("\0\0\0\7\0\4\0\0\1a!", "server_name"),
        CASE("\0\0\0\5\0\3\0\0\0", "server_name"),
        CASE("\0\x0a\0\4\0\2\0\x17", NULL),
        CASE("\0\x0a\0\2\0\0", "supported_groups"),
        CASE("\0\x0a\0\5\0\3\0\x17\0", "supported_groups"),
        CASE("\0\x0a\0\5\0\2\0\x17x", "supported_groups"),
        CASE("\0\x0b\0\2\1\0", NULL),
        CASE("\0\x0b\0\1\0", "ec_point_formats"),
        CASE("\0\x0d\0\3\0\1\4", "signature_algorithms"),
        CASE("\0\x10\0\5\0\3\2h2", NULL),
        CASE("\0\x10\0\2\0\0", "application_layer"),
        CASE("\0\x10\0\3\0\1\0", "application_layer"),
        CASE("\0\x10\0\5\0\3\3h2", "application_layer"),
        CASE("\0\x10\0\x06\0\3\2h2x", "application_layer"),
        CASE("\0\x1b\0\3\2\0\2", NULL),
        CASE("\0\x1b\0\2\1\0", "compress_certificate"),
        CASE("\0\x2b\0\3\2\3\4", NULL),
        CASE("\0\x2b\0\1\0", "supported_versions"),
        CASE("\0\x2b\0\4\3\3\4\3", "supported_versions"),
        CASE("\0\x33\0\2\0\0", NULL), /* please retry: RFC 8446 §4.2.8 */
        CASE("\0\x33\0\7\0\5\0\x1d\0\1x", NULL),
        CASE("\0\x33\0\6\0\4\0\x1d\0\0", "key_share"),
        CASE("\0\x33\0\7\0\5\0\x1d\0\2x", "key_share"),
        CASE("\0\x2a\0\0", NULL),
        CASE("\0\x2a\0\1x", "early_data"),
        CASE("\0\x29\0\x2c\0\7\0\1a\0\0\0\0\0\x21\x20" RANDOM, NULL),
        CASE("\0\x29\0\x2c\0\7\0\1a\0\0\0\0\0\x21\x20" RANDOM "\0\x17\0\0", "not the last"),
        CASE("\0\x29\0\2\0\0", "pre_shared_key"),
        CASE("\xfe\x0d\0\1\1", NULL), /* what an inner hello has */
        CASE("\xfe\x0d\0\0", "encrypted_client_hello"),
        CASE("\xfe\x0d\0\x0a\0\0\1\0\1\7\0\0\0\0", "encrypted_client_hello"),
        CASE("\xfe\x0d\0\x0b\0\0\1\0\1\7\0\0\0\1x", NULL),
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct client_hello h;
        const char *why = "";
        enum hello_answer answer = read_extensions(cases[i].bytes, cases[i].len, &h, &why);

        if (answer != (cases[i].says ? HELLO_BAD : HELLO_READY) ||
            (cases[i].says ? !strstr(why, cases[i].says) : why != NULL))
            fail_msg("case %zu: %s", i, why ? why : "was taken");
        client_hello_fini(&h);
    }
}

static void the_name_is_a_host_or_odd(void **state)
{
    static const struct {
        const char *sent;
        size_t len;
        const char *sni;
        bool odd;
    } cases[] = {
        {"www.example.org", 15, "www.example.org", false},
        {"WWW.Example.ORG", 15, "www.example.org", false},
        {"_x.example", 10, "_x.example", false},
        {"localhost", 9, "localhost", false},
        {"example.org.", 12, "example.org", true}, /* RFC 6066 §3: without a trailing dot */
        {"192.0.2.1", 9, "", true},                /* and no literal address */
        {"::1", 3, "", true},
        {"a\0b", 3, "", true},
        {"a b", 3, "", true},
        {"a/../b", 6, "", true},
        {"a\r\nHost: b", 10, "", true},
        {"*.example.org", 13, "", true},
        {"b\xc3\xbc"
         "cher.example",
            14, "", true}, /* A-labels only */
        {"-", 1, "", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text e = {0};
        struct client_hello h;
        const char *why;

        add_length(&e, 0, 2);
        add_length(&e, cases[i].len + 5, 2);
        add_length(&e, cases[i].len + 3, 2);
        add_length(&e, 0, 1);
        add_length(&e, cases[i].len, 2);
        text_add_n(&e, cases[i].sent, cases[i].len);
        assert_int_equal(read_extensions(e.at, e.len, &h, &why), HELLO_READY);
        assert_string_equal(h.sni, cases[i].sni);
        assert_int_equal(h.sni_odd, cases[i].odd);
        client_hello_fini(&h);
        text_fini(&e);
    }
}

static void two_names_or_another_kind_of_name_are_odd(void **state)
{
    static const char two[] = "\0\0\0\x0a\0\x08\0\0\1a\0\0\1b", kind[] = "\0\0\0\6\0\4\1\0\1a";
    struct client_hello h;
    const char *why;

    (void)state;
    assert_int_equal(read_extensions(two, sizeof two - 1, &h, &why), HELLO_READY);
    assert_string_equal(h.sni, "a");
    assert_true(h.sni_odd);
    client_hello_fini(&h);
    assert_int_equal(read_extensions(kind, sizeof kind - 1, &h, &why), HELLO_READY);
    assert_string_equal(h.sni, "");
    assert_true(h.sni_odd);
    client_hello_fini(&h);
}

static void versions_are_offered_or_implied(void **state)
{
    static const struct {
        uint16_t legacy;
        const char *extensions;
        size_t len;
        uint16_t max, oldest;
        size_t n;
    } cases[] = {
        {0x0300, "", 0, 0x0300, 0x0300, 1},
        {0x0301, "", 0, 0x0301, 0x0301, 1},
        {0x0303, "", 0, 0x0303, 0x0301, 3},
        {0x0304, "", 0, 0x0303, 0x0301, 3}, /* RFC 8446 §4.2.1: nobody may offer 1.3 in this way */
        {0x03ff, "", 0, 0x0303, 0x0301, 3},
        {0x0303, "\0\x2b\0\7\6\x7a\x7a\3\4\3\3", 11, 0x0304, 0x0303, 3},
        {0x0303, "\0\x2b\0\5\4\3\3\3\4", 9, 0x0304, 0x0304, 2},
        {0x0303, "\0\x2b\0\3\2\x7a\x7a", 7, 0, 0x7a7a, 1},
        {0x0303, "\0\x2b\0\5\4\3\5\3\3", 9, 0x0303, 0x0303, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text body = {0};
        struct client_hello h;
        const char *why;

        add_length(&body, cases[i].legacy, 2);
        text_add_n(&body, body_before_extensions + 2, sizeof body_before_extensions - 3);
        add_length(&body, cases[i].len, 2);
        text_add_n(&body, cases[i].extensions, cases[i].len);
        assert_int_equal(read_body(body.at, body.len, &h, &why), HELLO_READY);
        assert_int_equal(client_hello_max_version(&h), cases[i].max);
        assert_int_equal(h.versions.n, cases[i].n);
        assert_int_equal(h.versions.at[h.versions.n - 1], cases[i].oldest);
        client_hello_fini(&h);
        text_fini(&body);
    }
}

static void ech_is_guessed_by_length_unless_the_front_is_known(void **state)
{
    static const struct {
        size_t payload;
        const char *front;
        enum hello_ech is;
    } cases[] = {{144, "a.example", HELLO_ECH_GREASE}, {240, "a.example", HELLO_ECH_GREASE},
        {239, "a.example", HELLO_ECH_REAL}, {144, "cloudflare-ech.com", HELLO_ECH_REAL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text e = {0};
        struct client_hello h;
        const char *why;
        size_t n = strlen(cases[i].front);

        text_add_n(&e, "\xfe\x0d", 2);
        add_length(&e, 10 + cases[i].payload, 2);
        text_add_n(&e, "\0\0\1\0\1\7\0\0", 8);
        add_length(&e, cases[i].payload, 2);
        for (size_t k = 0; k < cases[i].payload; k++)
            text_add_char(&e, 'x');
        add_length(&e, 0, 2);
        add_length(&e, n + 5, 2);
        add_length(&e, n + 3, 2);
        add_length(&e, 0, 1);
        add_length(&e, n, 2);
        text_add(&e, cases[i].front);
        assert_int_equal(read_extensions(e.at, e.len, &h, &why), HELLO_READY);
        assert_int_equal(h.ech, cases[i].is);
        client_hello_fini(&h);
        text_fini(&e);
    }
}

static void lists_beyond_their_limits_are_refused_or_cut(void **state)
{
    struct client_hello h;
    const char *why = "";
    struct text e = {0};

    (void)state;
    for (uint32_t i = 0; i < 97; i++) { /* one extension too many */
        add_length(&e, 0x7000 + i, 2);
        add_length(&e, 0, 2);
    }
    assert_int_equal(read_extensions(e.at, e.len, &h, &why), HELLO_BAD);
    assert_non_null(strstr(why, "96"));
    assert_int_equal(read_extensions(e.at, e.len - 4, &h, &why), HELLO_READY);
    client_hello_fini(&h);
    text_clear(&e);
    text_add_n(&e, "\0\x10", 2);
    add_length(&e, 2 + 3 * 40, 2);
    add_length(&e, 3 * 40, 2);
    for (int i = 0; i < 40; i++)
        text_add_n(&e, "\2x\0", 3); /* a NUL is shown, not obeyed */
    assert_int_equal(read_extensions(e.at, e.len, &h, &why), HELLO_READY);
    assert_int_equal(h.n_alpn, HELLO_ALPN_MOST);
    assert_string_equal(h.alpn[HELLO_ALPN_MOST - 1], "x?");
    client_hello_fini(&h);
    text_fini(&e);
}

static void what_is_too_long_is_refused_at_its_header(void **state)
{
    static const uint8_t too_long[] = {0x16, 3, 1, 0x40, 0, 1, 1, 0, 0},
                         longest[] = {0x16, 3, 1, 0x40, 0, 1, 0, 0xff, 0xfc};
    struct client_hello h;
    const char *why = "";

    (void)state;
    assert_int_equal(client_hello_read(too_long, sizeof too_long, &h, &why), HELLO_BAD);
    assert_non_null(strstr(why, "longer"));
    assert_int_equal(client_hello_read(longest, sizeof longest, &h, &why), HELLO_NEED_MORE);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_programs_are_read),
        cmocka_unit_test(every_number_of_real_programs_has_a_name),
        cmocka_unit_test(what_chromium_hides_in_its_hello_is_seen),
        cmocka_unit_test(half_a_hello_asks_for_more),
        cmocka_unit_test(a_hello_may_come_in_many_records_and_be_followed_by_others),
        cmocka_unit_test(a_body_is_read_strictly),
        cmocka_unit_test(extensions_are_read_strictly),
        cmocka_unit_test(the_name_is_a_host_or_odd),
        cmocka_unit_test(two_names_or_another_kind_of_name_are_odd),
        cmocka_unit_test(versions_are_offered_or_implied),
        cmocka_unit_test(ech_is_guessed_by_length_unless_the_front_is_known),
        cmocka_unit_test(lists_beyond_their_limits_are_refused_or_cut),
        cmocka_unit_test(what_is_too_long_is_refused_at_its_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
