#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "crl.h"
#include "mint_chain.h"
#include "mint_revocation.h"

struct house {
    struct mint *root, *other, *no_sign, *leaf, *second, *ca;
};

static int build(void **state)
{
    struct house *h = mem_new(sizeof(*h));

    h->root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    h->other = mint_make(&(struct mint_spec){.cn = "Other Root", .ca = true}, NULL);
    h->no_sign = mint_make(
        &(struct mint_spec){
            .ca = true, .name_of = h->root, .key_of = h->root, .key_usage = CERT_USE_CERT_SIGN},
        NULL);
    h->leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, h->root);
    h->second = mint_make(&(struct mint_spec){.cn = "second"}, h->root);
    h->ca = mint_make(&(struct mint_spec){.cn = "Issuing CA", .ca = true}, h->root);
    *state = h;
    return 0;
}

static int tear(void **state)
{
    struct house *h = *state;

    mint_free(h->root);
    mint_free(h->other);
    mint_free(h->no_sign);
    mint_free(h->leaf);
    mint_free(h->second);
    mint_free(h->ca);
    mem_free(h);
    return 0;
}

static struct crl *made(const struct mint_crl_spec *spec)
{
    struct cert_span der = mint_crl(spec);
    struct err e = {0};
    struct crl *l = crl_read(der, &e);

    if (!l)
        fail_msg("%s", e.text);
    mem_free((void *)(uintptr_t)der.at);
    return l;
}

static void a_serial_on_the_list_is_revoked_and_no_other(void **state)
{
    struct house *h = *state;
    struct crl *l =
        made(&(struct mint_crl_spec){.issuer = h->root, .revoked = {h->leaf, h->ca}, .reason = 5});
    struct crl_answer a;

    crl_find(l, h->leaf->cert, &a);
    assert_true(a.revoked);
    assert_string_equal(a.reason, "superseded");
    assert_int_equal(a.revoked_at, MINT_AT - MINT_DAY);
    crl_find(l, h->second->cert, &a);
    assert_false(a.revoked);
    assert_int_equal(crl_facts(l)->n_revoked, 2);
    assert_int_equal(crl_facts(l)->this_update, MINT_AT - 3600);
    assert_int_equal(crl_facts(l)->next_update, MINT_AT + MINT_DAY);
    assert_true(crl_facts(l)->has_number);
    assert_false(crl_facts(l)->number_critical);
    crl_free(l);
}

static void one_that_was_taken_off_is_not_revoked(void **state)
{
    struct house *h = *state;
    struct crl *l =
        made(&(struct mint_crl_spec){.issuer = h->root, .revoked = {h->leaf}, .reason = 9});
    struct crl_answer a;

    crl_find(l, h->leaf->cert, &a);
    assert_false(a.revoked);
    crl_free(l);
}

static void only_the_issuer_with_the_right_to_may_sign(void **state)
{
    struct house *h = *state;
    struct crl *l = made(&(struct mint_crl_spec){.issuer = h->root});

    assert_true(crl_is_signed_by(l, h->root->cert));
    assert_false(
        crl_is_signed_by(l, h->no_sign->cert)); /* the same key, whose usage lacks cRLSign */
    assert_false(crl_is_signed_by(l, h->other->cert));
    crl_free(l);
    l = made(&(struct mint_crl_spec){.issuer = h->root, .key_of = h->other});
    assert_false(crl_is_signed_by(l, h->root->cert));
    crl_free(l);
}

static void a_list_covers_what_its_scope_says(void **state)
{
    static const char point[] = "http://crl.example/1.crl";
    struct house *h = *state;
    const struct {
        const char *name;
        struct mint_crl_spec spec;
        bool leaf, ca, partial;
    } rows[] = {
        {"everything", {.issuer = h->root}, true, true, false},
        {"of another CA", {.issuer = h->other}, false, false, false},
        {"CAs only", {.issuer = h->root, .only_ca = true}, false, true, false},
        {"users only", {.issuer = h->root, .only_user = true}, true, false, false},
        {"a point that neither names", {.issuer = h->root, .point = point}, false, false, false},
        {"of other CAs, too", {.issuer = h->root, .indirect = true}, true, true, true},
        {"a delta", {.issuer = h->root, .delta = true}, true, true, true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct crl *l = made(&rows[i].spec);

        if (crl_covers(l, h->leaf->cert) != rows[i].leaf ||
            crl_covers(l, h->ca->cert) != rows[i].ca || crl_facts(l)->partial != rows[i].partial)
            fail_msg("%s", rows[i].name);
        crl_free(l);
    }
}

static void a_list_for_a_point_covers_who_names_it(void **state)
{
    /* DistributionPoint { fullName { URI } }, RFC 5280 §4.2.1.13 */
    static const struct mint_extension extensions[] = {
        {"2.5.29.31", false, "301f301da01ba0198617687474703a2f2f63726c2e6578616d706c652f312e6372"},
        {NULL, false, NULL}};
    struct house *h = *state;
    struct mint *leaf =
        mint_make(&(struct mint_spec){.cn = "pointed", .extensions = extensions}, h->root);
    struct crl *l =
        made(&(struct mint_crl_spec){.issuer = h->root, .point = "http://crl.example/1.cr"});

    assert_int_equal(leaf->cert->crls.n, 1);
    assert_true(crl_covers(l, leaf->cert));
    crl_free(l);
    mint_free(leaf);
}

static void what_is_no_list_is_refused_with_a_reason(void **state)
{
    struct house *h = *state;
    struct cert_span der =
        mint_crl(&(struct mint_crl_spec){.issuer = h->root, .no_number = true, .next_update = -1});
    struct err e = {0};
    struct crl *l = crl_read(der, &e);

    assert_false(crl_facts(l)->has_number);
    assert_int_equal(crl_facts(l)->next_update, 0);
    crl_free(l);
    assert_null(crl_read((struct cert_span){der.at, der.len - 1}, &e));
    assert_true(*e.text);
    assert_null(crl_read((struct cert_span){der.at, 0}, &e));
    assert_null(crl_read(
        (struct cert_span){der.at, CRL_BYTES_MOST + 1}, &e)); /* refused before a byte is read */
    mem_free((void *)(uintptr_t)der.at);
}

static void reasons_have_names(void **state)
{
    (void)state;
    assert_string_equal(revocation_reason(1), "keyCompromise");
    assert_string_equal(revocation_reason(10), "aACompromise");
    assert_null(revocation_reason(7));
    assert_null(revocation_reason(-1));
    assert_null(revocation_reason(11));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_serial_on_the_list_is_revoked_and_no_other),
        cmocka_unit_test(one_that_was_taken_off_is_not_revoked),
        cmocka_unit_test(only_the_issuer_with_the_right_to_may_sign),
        cmocka_unit_test(a_list_covers_what_its_scope_says),
        cmocka_unit_test(a_list_for_a_point_covers_who_names_it),
        cmocka_unit_test(what_is_no_list_is_refused_with_a_reason),
        cmocka_unit_test(reasons_have_names),
    };

    return cmocka_run_group_tests(tests, build, tear);
}
