#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/x509_vfy.h>

#include "base/mem.h"
#include "base/text.h"

#include "mint_chain.h"
#include "mint_identity.h"
#include "mobileconfig.h"

static struct mint *root, *other_root, *ca, *newer_ca, *leaf;

static int build(void **state)
{
    (void)state;
    root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    other_root = mint_make(&(struct mint_spec){.cn = "Other Root", .ca = true}, NULL);
    ca = mint_make(&(struct mint_spec){.cn = "Issuing CA", .ca = true}, root);
    newer_ca = mint_make(&(struct mint_spec){.cn = "Issuing CA 2", .ca = true}, root);
    leaf = mint_make(&(struct mint_spec){.cn = "leaf", .eku = "emailProtection"}, ca);
    return 0;
}

static int tear(void **state)
{
    (void)state;
    mint_free(root);
    mint_free(other_root);
    mint_free(ca);
    mint_free(newer_ca);
    mint_free(leaf);
    return 0;
}

static struct cert_span span(const struct text *t)
{
    return (struct cert_span){(const uint8_t *)text_str(t), t->len};
}

/* Takes the chain. */
static struct text written_as(struct mobileconfig_plan plan, struct cert_chain *certs)
{
    struct text out = {0};
    struct err e = {0};

    plan.certs = certs;
    plan.name = plan.name ? plan.name : "Example";
    if (!mobileconfig_write(&plan, &out, &e))
        fail_msg("%s", e.text);
    cert_chain_free(certs);
    return out;
}

static struct text written(struct cert_chain *certs)
{
    return written_as((struct mobileconfig_plan){0}, certs);
}

/* Frees the text. */
static struct mobileconfig *read_back(struct text *t)
{
    struct err e = {0};
    struct mobileconfig *m = mobileconfig_read(span(t), &e);

    if (!m)
        fail_msg("%s", e.text);
    text_fini(t);
    return m;
}

static void assert_payload(const struct mobileconfig_payload *p,
    enum mobileconfig_payload_type kind, struct cert_span content, const char *name)
{
    assert_int_equal(p->kind, kind);
    assert_int_equal(p->content.len, content.len);
    assert_memory_equal(p->content.at, content.at, content.len);
    assert_string_equal(p->name, name);
    assert_true(p->has_version && p->identifier && p->uuid);
    assert_int_equal(strlen(p->uuid), 36);
}

static void what_is_written_is_read_back_identical(void **state)
{
    struct text t =
        written_as((struct mobileconfig_plan){.name = "A <b> & \"c\"", .organization = "Acme & Co"},
            mint_chain(leaf, ca, root, NULL));

    (void)state;
    assert_true(mobileconfig_looks_like(span(&t)));
    struct mobileconfig *m = read_back(&t);

    assert_string_equal(m->type, "Configuration");
    assert_string_equal(m->name, "A <b> & \"c\"");
    assert_string_equal(m->organization, "Acme & Co");
    assert_true(m->has_version && m->has_payloads && !m->is_binary && !m->is_encrypted);
    assert_int_equal(m->signature, SIGNATURE_NONE);
    assert_true(m->removal_s == INT64_MIN);
    assert_int_equal(m->n_payloads, 3);
    assert_payload(&m->payloads[0], PAYLOAD_ROOT, root->cert->der, "Root");
    assert_payload(&m->payloads[1], PAYLOAD_PKCS1, leaf->cert->der, "leaf");
    assert_payload(&m->payloads[2], PAYLOAD_PKCS1, ca->cert->der, "Issuing CA");
    for (size_t n = 0; n < 3; n++) {
        assert_true(text_starts(m->payloads[n].identifier, m->identifier));
        assert_string_not_equal(m->payloads[n].uuid, m->uuid);
        for (size_t k = 0; k < n; k++) {
            assert_string_not_equal(m->payloads[n].uuid, m->payloads[k].uuid);
            assert_string_not_equal(m->payloads[n].identifier, m->payloads[k].identifier);
        }
    }
    mobileconfig_free(m);
}

static void the_same_plan_gives_the_same_bytes(void **state)
{
    struct text one = written(mint_chain(root, ca, NULL));
    struct text two = written(mint_chain(root, ca, NULL));

    (void)state;
    assert_string_equal(text_str(&one), text_str(&two));
    text_fini(&one);
    text_fini(&two);
}

static void doubles_are_written_once(void **state)
{
    struct text one = written(mint_chain(root, ca, NULL));
    struct text two = written(mint_chain(root, ca, root, ca, ca, NULL));

    (void)state;
    assert_string_equal(text_str(&one), text_str(&two));
    text_fini(&one);
    text_fini(&two);
}

static void a_newer_edition_keeps_the_identifier_of_the_profile(void **state)
{
    struct mint *renewed = mint_make(
        &(struct mint_spec){.cn = "Root", .ca = true, .key_of = root, .serial = 77}, NULL);
    struct text forms[] = {
        written(mint_chain(root, ca, NULL)),
        written(mint_chain(root, newer_ca, NULL)),
        written(mint_chain(newer_ca, root, leaf, NULL)),
        written(mint_chain(renewed, ca, NULL)),
        written(mint_chain(root, renewed, ca, NULL)),
        written_as((struct mobileconfig_plan){.name = "Another name"}, mint_chain(root, NULL)),
    };
    struct mobileconfig *first = read_back(&forms[0]);

    (void)state;
    for (size_t n = 1; n < sizeof(forms) / sizeof(forms[0]); n++) {
        struct mobileconfig *m = read_back(&forms[n]);

        if (strcmp(first->identifier, m->identifier) != 0 || strcmp(first->uuid, m->uuid) != 0)
            fail_msg("form %zu: %s", n, m->identifier);
        if (n == 1) {
            assert_string_equal(first->payloads[0].uuid, m->payloads[0].uuid);
            assert_string_not_equal(first->payloads[1].uuid, m->payloads[1].uuid);
        }
        mobileconfig_free(m);
    }
    mobileconfig_free(first);
    mint_free(renewed);
}

static void other_roots_make_another_profile_in_whatever_order(void **state)
{
    struct text of_one = written(mint_chain(root, NULL));
    struct text of_other = written(mint_chain(other_root, NULL));
    struct text both = written(mint_chain(root, other_root, NULL));
    struct text turned = written(mint_chain(other_root, root, NULL));
    struct text rootless = written(mint_chain(ca, NULL));
    struct mobileconfig *m[] = {read_back(&of_one), read_back(&of_other), read_back(&both),
        read_back(&rootless), read_back(&turned)};

    (void)state;
    for (size_t n = 0; n < 4; n++)
        for (size_t k = 0; k < n; k++)
            assert_string_not_equal(m[n]->identifier, m[k]->identifier);
    assert_string_equal(m[2]->identifier, m[4]->identifier);
    for (size_t n = 0; n < 5; n++)
        mobileconfig_free(m[n]);
}

static void an_identifier_of_ones_own_is_kept(void **state)
{
    struct text t = written_as((struct mobileconfig_plan){.identifier = "com.example.roots"},
        mint_chain(other_root, NULL));
    struct text same = written_as(
        (struct mobileconfig_plan){.identifier = "com.example.roots"}, mint_chain(root, NULL));
    struct mobileconfig *m = read_back(&t), *next = read_back(&same);

    (void)state;
    assert_string_equal(m->identifier, "com.example.roots");
    assert_string_equal(m->uuid, next->uuid);
    assert_true(text_starts(m->payloads[0].identifier, "com.example.roots."));
    assert_null(m->organization);
    mobileconfig_free(m);
    mobileconfig_free(next);
}

static void identities_are_written_with_and_without_their_password(void **state)
{
    struct mint_identity_spec spec = {.pairs = {{leaf, leaf, NULL}}, .password = "p<w>&"};
    struct cert_span one = mint_identity(&spec);
    struct cert_span two = mint_identity(&spec); /* salted anew */
    const struct mobileconfig_identity identities[] = {{one, "Mail", "p<w>&"}, {two, NULL, NULL}};
    struct text t =
        written_as((struct mobileconfig_plan){.identities = identities, .n_identities = 2},
            mint_chain(root, NULL));

    (void)state;
    struct mobileconfig *m = read_back(&t);

    assert_int_equal(m->n_payloads, 3);
    assert_payload(&m->payloads[1], PAYLOAD_PKCS12, one, "Mail");
    assert_string_equal(m->payloads[1].password, "p<w>&");
    assert_payload(&m->payloads[2], PAYLOAD_PKCS12, two, "Identity");
    assert_null(m->payloads[2].password);
    assert_string_not_equal(m->payloads[1].uuid, m->payloads[2].uuid);
    mobileconfig_free(m);
    t = written_as(
        (struct mobileconfig_plan){.identities = identities, .n_identities = 1}, cert_chain_new());
    m = read_back(&t);
    assert_int_equal(m->n_payloads, 1);
    assert_true(m->identifier && *m->identifier);
    mobileconfig_free(m);
    mem_free((void *)(uintptr_t)one.at);
    mem_free((void *)(uintptr_t)two.at);
}

static void what_makes_no_profile_is_refused(void **state)
{
    struct cert_chain *none = cert_chain_new(), *many = cert_chain_new(), *one = cert_chain_new();
    char long_id[202];
    struct text out = {0};
    struct err e = {0};

    (void)state;
    memset(long_id, 'x', sizeof(long_id) - 1);
    long_id[sizeof(long_id) - 1] = '\0';
    for (int n = 0; n <= MOBILECONFIG_PAYLOADS_MOST; n++)
        cert_chain_push(many, root->cert);
    cert_chain_push(one, root->cert);
    assert_false(
        mobileconfig_write(&(struct mobileconfig_plan){.name = "x", .certs = none}, &out, &e));
    assert_non_null(strstr(e.text, "nothing"));
    assert_false(
        mobileconfig_write(&(struct mobileconfig_plan){.name = "x", .certs = many}, &out, &e));
    assert_non_null(strstr(e.text, "the limit"));
    assert_false(mobileconfig_write(
        &(struct mobileconfig_plan){.name = "x", .certs = one, .identifier = long_id}, &out, &e));
    assert_non_null(strstr(e.text, "identifier"));
    long_id[200] = '\0';
    assert_true(mobileconfig_write(
        &(struct mobileconfig_plan){.name = "x", .certs = one, .identifier = long_id}, &out, &e));
    struct mobileconfig *m = read_back(&out);

    assert_string_equal(m->identifier, long_id);
    mobileconfig_free(m);
    cert_chain_free(none);
    cert_chain_free(many);
    cert_chain_free(one);
}

static void names_that_no_xml_may_hold_do_no_harm(void **state)
{
    struct mint *odd = mint_make(
        &(struct mint_spec){.cn = "odd \x01 \x1b[31m <\xe2\x80\xae]]> &", .ca = true}, NULL);
    struct text t = written_as(
        (struct mobileconfig_plan){.name = "bell \a and \x1b escape", .organization = "\x01\xff"},
        mint_chain(odd, NULL));

    (void)state;
    for (size_t n = 0; n < t.len; n++)
        if ((unsigned char)t.at[n] < 0x20 && !strchr("\n\t", t.at[n]))
            fail_msg("byte %zu is 0x%02x, which XML does not allow", n, (unsigned)t.at[n]);
    struct mobileconfig *m = read_back(&t);

    assert_int_equal(m->n_payloads, 1);
    assert_non_null(strstr(m->payloads[0].name, "]]> &"));
    assert_memory_equal(m->payloads[0].content.at, odd->cert->der.at, odd->cert->der.len);
    mobileconfig_free(m);
    mint_free(odd);
}

static void what_must_not_change_on_its_way_is_refused_if_it_would(void **state)
{
    static const char *const odd[] = {"a\x01", "\xff", "line\nline", "\xc0\x80"};
    struct cert_chain *certs = mint_chain(root, NULL);

    (void)state;
    for (size_t n = 0; n < sizeof(odd) / sizeof(odd[0]); n++) {
        const struct mobileconfig_identity one = {root->cert->der, "x", odd[n]};
        struct text out = {0};
        struct err e = {0};

        assert_false(mobileconfig_write(
            &(struct mobileconfig_plan){.name = "x", .certs = certs, .identifier = odd[n]}, &out,
            &e));
        assert_non_null(strstr(e.text, "identifier"));
        assert_false(mobileconfig_write(
            &(struct mobileconfig_plan){
                .name = "x", .certs = certs, .identities = &one, .n_identities = 1},
            &out, &e));
        assert_non_null(strstr(e.text, "password"));
        assert_null(strstr(e.text, odd[n]));
        assert_int_equal(out.len, 0);
    }
    cert_chain_free(certs);
}

/* As OpenSSL sees it, down to the root. */
static bool verified(struct cert_span der, struct text *content)
{
    const unsigned char *at = der.at;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.len);
    X509_STORE *store = X509_STORE_new();
    X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
    BIO *out = BIO_new(BIO_s_mem());
    char *bytes = NULL;

    assert_non_null(cms);
    X509_STORE_add_cert(store, root->x509);
    X509_VERIFY_PARAM_set_time(param, MINT_AT);
    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
    bool good = CMS_verify(cms, NULL, store, NULL, out, CMS_BINARY) == 1;
    long len = BIO_get_mem_data(out, &bytes);

    text_add_n(content, bytes, (size_t)len);
    BIO_free(out);
    X509_STORE_free(store);
    CMS_ContentInfo_free(cms);
    return good;
}

static void what_is_signed_openssl_verifies(void **state)
{
    struct text plain = written(mint_chain(root, ca, NULL)), der = {0}, content = {0};
    struct cert_chain *chain = mint_chain(leaf, ca, NULL);
    struct err e = {0};

    (void)state;
    assert_true(mobileconfig_sign(span(&plain), chain, leaf->key, &der, &e));
    assert_true(verified(span(&der), &content));
    assert_string_equal(text_str(&content), text_str(&plain));
    assert_true(mobileconfig_looks_like(span(&der)));
    struct mobileconfig *m = read_back(&der);

    assert_int_equal(m->signature, SIGNATURE_GOOD);
    assert_int_equal(m->signers->n, 2);
    assert_true(cert_same(m->signers->at[0], leaf->cert));
    assert_int_equal(m->n_payloads, 2);
    mobileconfig_free(m);
    cert_chain_free(chain);
    text_fini(&plain);
    text_fini(&content);
}

static void a_key_of_another_certificate_does_not_sign(void **state)
{
    struct text plain = written(mint_chain(root, NULL)), der = {0};
    struct cert_chain *chain = mint_chain(leaf, ca, NULL);
    struct err e = {0};

    (void)state;
    assert_false(mobileconfig_sign(span(&plain), chain, root->key, &der, &e));
    assert_true(*e.text);
    assert_int_equal(der.len, 0);
    assert_false(mobileconfig_sign(
        (struct cert_span){(const uint8_t *)plain.at, MOBILECONFIG_BYTES_MOST + 1}, chain,
        leaf->key, &der, &e));
    assert_non_null(strstr(e.text, "the limit"));
    cert_chain_free(chain);
    text_fini(&plain);
}

static void keys_of_each_usual_kind_sign(void **state)
{
    static const enum mint_key kinds[] = {MINT_RSA2048, MINT_P256, MINT_P384, MINT_ED25519};
    struct text plain = written(mint_chain(root, NULL));

    (void)state;
    for (size_t n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++) {
        struct mint *m = mint_make(&(struct mint_spec){.cn = "s", .key = kinds[n]}, root);
        struct cert_chain *chain = mint_chain(m, NULL);
        struct text der = {0};
        struct err e = {0};

        if (mobileconfig_sign(span(&plain), chain, m->key, &der, &e)) {
            struct mobileconfig *back = read_back(&der);

            assert_int_equal(back->signature, SIGNATURE_GOOD);
            mobileconfig_free(back);
        } else {
            assert_int_equal(kinds[n], MINT_ED25519); /* which OpenSSL 3.0's CMS cannot */
            assert_true(*e.text);
        }
        cert_chain_free(chain);
        mint_free(m);
    }
    text_fini(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back_identical),
        cmocka_unit_test(the_same_plan_gives_the_same_bytes),
        cmocka_unit_test(doubles_are_written_once),
        cmocka_unit_test(a_newer_edition_keeps_the_identifier_of_the_profile),
        cmocka_unit_test(other_roots_make_another_profile_in_whatever_order),
        cmocka_unit_test(an_identifier_of_ones_own_is_kept),
        cmocka_unit_test(identities_are_written_with_and_without_their_password),
        cmocka_unit_test(what_makes_no_profile_is_refused),
        cmocka_unit_test(names_that_no_xml_may_hold_do_no_harm),
        cmocka_unit_test(what_must_not_change_on_its_way_is_refused_if_it_would),
        cmocka_unit_test(what_is_signed_openssl_verifies),
        cmocka_unit_test(a_key_of_another_certificate_does_not_sign),
        cmocka_unit_test(keys_of_each_usual_kind_sign),
    };

    return cmocka_run_group_tests(tests, build, tear);
}
