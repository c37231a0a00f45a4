#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/x509.h>

#include "base/mem.h"

#include "mint_sct.h"
#include "sct.h"

static struct cert_span span(const void *at, size_t len)
{
    return (struct cert_span){.at = at, .len = len};
}

/* Version 1, a log's id of 32 bytes 'L', a time, no extensions, ECDSA with SHA-256, "sig". */
#define ID_L "LLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLL"
#define TIME "\x00\x00\x01\x00\x00\x00\x00\x02"
#define SCT_L "\x00" ID_L TIME "\x00\x00\x04\x03\x00\x03sig"
enum { SCT_L_LEN = 1 + 32 + 8 + 2 + 2 + 2 + 3 };

static void an_sct_is_read_field_by_field(void **state)
{
    struct sct s;

    (void)state;
    assert_true(sct_parse(span(SCT_L, SCT_L_LEN), &s));
    assert_memory_equal(s.log_id, ID_L, 32);
    assert_int_equal(s.timestamp_ms, (UINT64_C(1) << 40) + 2);
    assert_int_equal(s.extensions.len, 0);
    assert_int_equal(s.hash, SCT_SHA256);
    assert_int_equal(s.signer, SCT_ECDSA);
    assert_int_equal(s.signature.len, 3);
    assert_memory_equal(s.signature.at, "sig", 3);
}

static void an_sct_that_is_not_exactly_one_is_none(void **state)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
    } rows[] = {
        {"empty", "", 0},
        {"another version", "\x01" ID_L TIME "\x00\x00\x04\x03\x00\x03sig", SCT_L_LEN},
        {"cut in the id", SCT_L, 20},
        {"cut in the time", SCT_L, 36},
        {"cut in the signature", SCT_L, SCT_L_LEN - 1},
        {"a byte too many", SCT_L "x", SCT_L_LEN + 1},
        {"no signature", "\x00" ID_L TIME "\x00\x00\x04\x03\x00\x00", SCT_L_LEN - 3},
        {"extensions past the end", "\x00" ID_L TIME "\xff\xff\x04\x03\x00\x03sig", SCT_L_LEN},
    };
    struct sct s;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (sct_parse(span(rows[i].bytes, rows[i].len), &s))
            fail_msg("%s", rows[i].name);
}

static void a_list_is_read_or_refused_as_a_whole(void **state)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
        bool good;
        size_t n, n_unreadable;
    } rows[] = {
        {"one", "\x00\x34\x00\x32" SCT_L, 54, true, 1, 0},
        {"one that is none", "\x00\x05\x00\x03xyz", 7, true, 0, 1},
        {"both", "\x00\x39\x00\x32" SCT_L "\x00\x03xyz", 59, true, 1, 1},
        {"nothing", "", 0, false, 0, 0},
        {"an empty list", "\x00\x00", 2, false, 0, 0},
        {"an empty SCT", "\x00\x02\x00\x00", 4, false, 0, 0},
        {"longer than it says", "\x00\x05\x00\x03xyz!", 8, false, 0, 0},
        {"shorter than it says", "\x00\x06\x00\x03xyz", 7, false, 0, 0},
        {"an SCT past the end", "\x00\x05\x00\x04xyz", 7, false, 0, 0},
        {"half a length", "\x00\x06\x00\x03xyz\x00", 8, false, 0, 0},
    };
    struct sct_list list;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (sct_list_parse(span(rows[i].bytes, rows[i].len), &list) != rows[i].good ||
            list.n != rows[i].n || list.n_unreadable != rows[i].n_unreadable)
            fail_msg("%s: %zu read, %zu not", rows[i].name, list.n, list.n_unreadable);
}

static void more_than_a_list_may_have_are_counted_only(void **state)
{
    struct cert_span many[SCTS_MOST + 5];
    struct sct_list list;
    size_t len;
    uint8_t *bytes;

    (void)state;
    for (size_t i = 0; i < SCTS_MOST + 5; i++)
        many[i] = span(SCT_L, SCT_L_LEN);
    bytes = sct_list_pack(many, SCTS_MOST + 5, &len);
    assert_non_null(bytes);
    assert_true(sct_list_parse(span(bytes, len), &list));
    assert_int_equal(list.n, SCTS_MOST);
    assert_int_equal(list.n_cut, 5);
    mem_free(bytes);
}

static void what_does_not_fit_a_list_is_not_packed(void **state)
{
    static uint8_t big[40000];
    struct cert_span rows[][2] = {
        {span(big, sizeof(big)), span(big, sizeof(big))},
        {span(big, 70000 - sizeof(big)), span(big, 0)},
    };
    size_t len;

    (void)state;
    for (size_t i = 0; i < 2; i++)
        assert_null(sct_list_pack(rows[i], 2, &len));
}

static void the_precertificate_is_the_certificate_before_its_scts(void **state)
{
    static const struct mint_extension poison[] = {
        {.oid = "1.3.6.1.4.1.11129.2.4.3", .critical = true, .hex = "0500"}, {0}};
    struct mint_spec plain_spec = {.cn = "shop.example", .dns = {"shop.example"}, .serial = 77},
                     spec;
    struct mint *plain = mint_make(&plain_spec, NULL);
    uint8_t *tbs = NULL;
    int tbs_len = i2d_re_X509_tbs(plain->x509, &tbs);
    struct mint_log *log = mint_log_make(MINT_P256);
    size_t len;

    (void)state;
    assert_null(sct_precert_tbs(plain->cert, &len));
    spec = plain_spec;
    spec.key_of = plain;
    spec.extensions = poison;
    struct mint *rows[] = {mint_make(&spec, NULL),
        mint_promised(
            &(struct mint_spec){
                .cn = "shop.example", .dns = {"shop.example"}, .serial = 77, .key_of = plain},
            NULL, (struct mint_promise[]){{.log = log}, {.log = log}, {.log = log}, {0}})};
    for (size_t i = 0; i < 2; i++) {
        uint8_t *ours = sct_precert_tbs(rows[i]->cert, &len);

        assert_non_null(ours);
        assert_int_equal(len, tbs_len);
        assert_memory_equal(ours, tbs, len);
        mem_free(ours);
        mint_free(rows[i]);
    }
    OPENSSL_free(tbs);
    mint_log_free(log);
    mint_free(plain);
}

static void a_signature_is_right_or_wrong(void **state)
{
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "shop.example"}, NULL);
    struct mint_log *ec = mint_log_make(MINT_P256), *rsa = mint_log_make(MINT_RSA2048),
                    *odd = mint_log_make(MINT_P384);
    const struct {
        const char *name;
        struct mint_promise promise;
        bool good;
    } rows[] = {
        {"ECDSA", {.log = ec}, true},
        {"RSA", {.log = rsa}, true},
        {"P-384 with SHA-384", {.log = odd, .hash = "SHA384"}, true},
        {"SHA-1", {.log = rsa, .hash = "SHA1"}, true},
        {"with extensions", {.log = ec, .extensions = "abc"}, true},
        {"SHA-512 is none of a log's", {.log = ec, .hash = "SHA512"}, false},
        {"broken", {.log = ec, .broken_signature = true}, false},
        {"broken RSA", {.log = rsa, .broken_signature = true}, false},
        {"says RSA", {.log = ec, .wrong_signer = true}, false},
        {"says ECDSA", {.log = rsa, .wrong_signer = true}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sct_entry entry = {.body = leaf->cert->der};
        struct mint_sct bytes;
        struct sct s;

        mint_sct_presented(&rows[i].promise, leaf, &bytes);
        assert_true(sct_parse(span(bytes.at, bytes.len), &s));
        if (sct_is_signed_by(&s, &entry, rows[i].promise.log->key) != rows[i].good)
            fail_msg("%s", rows[i].name);
        entry.precert = true; /* signed for something else */
        assert_false(sct_is_signed_by(&s, &entry, rows[i].promise.log->key));
    }
    mint_log_free(ec);
    mint_log_free(rsa);
    mint_log_free(odd);
    mint_free(leaf);
}

static void an_embedded_promise_holds_for_the_precertificate_of_its_issuer(void **state)
{
    struct mint_log *log = mint_log_make(MINT_P256);
    struct mint *ca = mint_make(&(struct mint_spec){.cn = "CA", .ca = true}, NULL);
    struct mint *leaf = mint_promised(
        &(struct mint_spec){.cn = "shop.example"}, ca, (struct mint_promise[]){{.log = log}, {0}});
    struct sct_entry entry = {.precert = true};
    struct sct_list list;
    struct cert_span bytes;
    size_t len;
    uint8_t *tbs = sct_precert_tbs(leaf->cert, &len);

    (void)state;
    assert_int_equal(leaf->cert->n_scts, 1);
    assert_true(sct_list_embedded(leaf->cert, &bytes));
    assert_true(sct_list_parse(bytes, &list));
    assert_int_equal(list.n, 1);
    entry.body = span(tbs, len);
    memcpy(entry.issuer_key, ca->cert->spki_sha256, 32);
    assert_true(sct_is_signed_by(&list.at[0], &entry, log->key));
    entry.issuer_key[0] ^= 1;
    assert_false(sct_is_signed_by(&list.at[0], &entry, log->key));
    assert_false(sct_list_embedded(ca->cert, &bytes));
    mem_free(tbs);
    mint_free(leaf);
    mint_free(ca);
    mint_log_free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_sct_is_read_field_by_field),
        cmocka_unit_test(an_sct_that_is_not_exactly_one_is_none),
        cmocka_unit_test(a_list_is_read_or_refused_as_a_whole),
        cmocka_unit_test(more_than_a_list_may_have_are_counted_only),
        cmocka_unit_test(what_does_not_fit_a_list_is_not_packed),
        cmocka_unit_test(the_precertificate_is_the_certificate_before_its_scts),
        cmocka_unit_test(a_signature_is_right_or_wrong),
        cmocka_unit_test(an_embedded_promise_holds_for_the_precertificate_of_its_issuer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
