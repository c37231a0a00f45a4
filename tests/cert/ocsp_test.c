#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "mint_chain.h"
#include "mint_revocation.h"
#include "ocsp.h"

struct house {
    struct mint *root, *other, *leaf, *delegate, *unfit, *foreign;
};

static int build(void **state)
{
    struct house *h = mem_new(sizeof(*h));

    h->root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    h->other = mint_make(&(struct mint_spec){.cn = "Other Root", .ca = true}, NULL);
    h->leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, h->root);
    h->delegate = mint_make(&(struct mint_spec){.cn = "OCSP", .eku = "OCSPSigning"}, h->root);
    h->unfit = mint_make(&(struct mint_spec){.cn = "no OCSP"}, h->root);
    h->foreign = mint_make(&(struct mint_spec){.cn = "OCSP", .eku = "OCSPSigning"}, h->other);
    *state = h;
    return 0;
}

static int tear(void **state)
{
    struct house *h = *state;

    mint_free(h->root);
    mint_free(h->other);
    mint_free(h->leaf);
    mint_free(h->delegate);
    mint_free(h->unfit);
    mint_free(h->foreign);
    mem_free(h);
    return 0;
}

static struct ocsp *made(const struct mint_ocsp_spec *spec)
{
    struct cert_span der = mint_ocsp(spec);
    struct err e = {0};
    struct ocsp *o = ocsp_read(der, &e);

    if (!o)
        fail_msg("%s", e.text);
    mem_free((void *)(uintptr_t)der.at);
    return o;
}

static void a_good_answer_is_read_with_its_times(void **state)
{
    struct house *h = *state;
    struct ocsp *o = made(&(struct mint_ocsp_spec){
        .about = h->leaf, .issuer = h->root, .scts_hex = "00050003aabbcc"});
    struct ocsp_answer a;

    assert_true(ocsp_find(o, h->leaf->cert, h->root->cert, &a));
    assert_int_equal(a.status, OCSP_GOOD);
    assert_int_equal(a.this_update, MINT_AT - 3600);
    assert_int_equal(a.next_update, MINT_AT + MINT_DAY);
    assert_int_equal(a.scts.len, 7);
    assert_int_equal(a.scts.at[4], 0xaa);
    assert_true(ocsp_is_signed_by(o, h->root->cert, MINT_AT));
    ocsp_free(o);
}

static void a_revoked_one_says_when_and_why(void **state)
{
    struct house *h = *state;
    struct ocsp *o = made(&(struct mint_ocsp_spec){.about = h->leaf,
        .issuer = h->root,
        .status = 1,
        .reason = 2,
        .next_update = -1,
        .id_hash = "SHA256"});
    struct ocsp_answer a;

    assert_true(ocsp_find(o, h->leaf->cert, h->root->cert, &a));
    assert_int_equal(a.status, OCSP_REVOKED);
    assert_string_equal(a.reason, "keyCompromise");
    assert_int_equal(a.revoked_at, MINT_AT - MINT_DAY);
    assert_int_equal(a.next_update, 0);
    ocsp_free(o);
}

static void a_certificate_that_it_does_not_speak_of_has_no_answer(void **state)
{
    struct house *h = *state;
    struct ocsp *o =
        made(&(struct mint_ocsp_spec){.about = h->leaf, .issuer = h->root, .id_hash = "MD5"});
    struct ocsp_answer a;

    assert_false(
        ocsp_find(o, h->leaf->cert, h->root->cert, &a)); /* a hash that nobody should go by */
    ocsp_free(o);
    o = made(&(struct mint_ocsp_spec){.about = h->leaf, .issuer = h->root, .entries = 3});
    assert_true(ocsp_find(o, h->leaf->cert, h->root->cert, &a));
    assert_false(ocsp_find(o, h->unfit->cert, h->root->cert, &a));
    assert_int_equal(a.status, OCSP_NOTHING);
    assert_false(
        ocsp_find(o, h->leaf->cert, h->other->cert, &a)); /* the same serial of another issuer */
    ocsp_free(o);
}

static void who_may_sign(void **state)
{
    struct house *h = *state;
    const struct {
        const char *name;
        struct mint_ocsp_spec spec;
        int64_t at;
        bool good;
    } rows[] = {
        {"the issuer", {.signer = NULL}, MINT_AT, true},
        {"the issuer, tampered with", {.broken_signature = true}, MINT_AT, false},
        {"its delegate", {.signer = h->delegate}, MINT_AT, true},
        {"its delegate, who stays away", {.signer = h->delegate, .without_signer_cert = true},
            MINT_AT, false},
        {"its delegate, tampered with", {.signer = h->delegate, .broken_signature = true}, MINT_AT,
            false},
        {"its delegate, who has expired", {.signer = h->delegate}, MINT_AT + 400 * MINT_DAY, false},
        {"another certificate of the issuer", {.signer = h->unfit}, MINT_AT, false},
        {"a delegate of somebody else", {.signer = h->foreign}, MINT_AT, false},
        {"another CA", {.signer = h->other}, MINT_AT, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mint_ocsp_spec spec = rows[i].spec;

        spec.about = h->leaf;
        spec.issuer = h->root;
        struct ocsp *o = made(&spec);
        if (ocsp_is_signed_by(o, h->root->cert, rows[i].at) != rows[i].good)
            fail_msg("%s", rows[i].name);
        ocsp_free(o);
    }
}

static void what_is_no_answer_is_refused_with_a_reason(void **state)
{
    struct house *h = *state;
    struct cert_span der =
        mint_ocsp(&(struct mint_ocsp_spec){.about = h->leaf, .issuer = h->root, .response = 3});
    struct err e = {0};
    uint8_t *much = mem_new(OCSP_BYTES_MOST + 1);

    assert_null(ocsp_read(der, &e));
    assert_non_null(strstr(e.text, "trylater"));
    mem_free((void *)(uintptr_t)der.at);
    der = mint_ocsp(&(struct mint_ocsp_spec){.about = h->leaf, .issuer = h->root});
    assert_null(ocsp_read((struct cert_span){der.at, der.len - 1}, &e));
    assert_null(ocsp_read((struct cert_span){der.at, 0}, &e));
    memcpy(much, der.at, der.len);
    assert_null(ocsp_read((struct cert_span){much, der.len + 1}, &e)); /* something follows */
    assert_null(ocsp_read((struct cert_span){much, OCSP_BYTES_MOST + 1}, &e));
    assert_non_null(strstr(e.text, "the limit"));
    mem_free((void *)(uintptr_t)der.at);
    mem_free(much);
    der = mint_ocsp(&(struct mint_ocsp_spec){
        .about = h->leaf, .issuer = h->root, .entries = OCSP_ENTRIES_MOST});
    assert_null(ocsp_read(der, &e));
    assert_non_null(strstr(e.text, "it speaks of 65"));
    mem_free((void *)(uintptr_t)der.at);
}

static void a_request_names_the_certificate(void **state)
{
    struct house *h = *state;
    size_t len = 0;
    uint8_t *request = ocsp_request(h->leaf->cert, h->root->cert, &len);

    assert_non_null(request);
    assert_in_range(len, 60, 120);
    mem_free(request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_answer_is_read_with_its_times),
        cmocka_unit_test(a_revoked_one_says_when_and_why),
        cmocka_unit_test(a_certificate_that_it_does_not_speak_of_has_no_answer),
        cmocka_unit_test(who_may_sign),
        cmocka_unit_test(what_is_no_answer_is_refused_with_a_reason),
        cmocka_unit_test(a_request_names_the_certificate),
    };

    return cmocka_run_group_tests(tests, build, tear);
}
