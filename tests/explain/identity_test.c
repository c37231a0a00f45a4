#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/objects.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cert/identity.h"
#include "flow/flow.h"
#include "hook/hook.h"
#include "identity_priv.h"
#include "judge/verdict.h"
#include "mint_chain.h"
#include "mint_identity.h"
#include "trust/roots.h"

#define ADDRESS "anna@shop.example"

struct desk {
    struct clock clock;
    struct hooks *hooks;
    struct roots *roots; /* the root alone */
    struct mint *root, *ca, *anna, *second, *mail, *stranger;
};

static int set_up(void **state)
{
    struct desk *d = mem_new(sizeof *d);

    clock_fake_init(&d->clock, MINT_AT * 1000);
    d->hooks = hooks_new();
    d->root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    d->ca = mint_make(&(struct mint_spec){.cn = "Issuing CA", .ca = true}, d->root);
    d->anna = mint_make(&(struct mint_spec){.cn = "anna", .eku = "clientAuth"}, d->ca);
    d->second = mint_make(&(struct mint_spec){.cn = "second", .eku = "clientAuth"}, d->ca);
    d->mail = mint_make(
        &(struct mint_spec){.cn = "anna", .emails = {ADDRESS}, .eku = "emailProtection"}, d->ca);
    d->stranger = mint_make(
        &(struct mint_spec){.cn = "stranger", .emails = {ADDRESS}, .eku = "emailProtection"}, NULL);
    struct cert_chain *trusted = mint_chain(d->root, NULL);
    d->roots = roots_from_chain(trusted, "custom");
    cert_chain_free(trusted);
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *d = *state;

    hooks_free(d->hooks);
    roots_unref(d->roots);
    mint_free(d->root);
    mint_free(d->ca);
    mint_free(d->anna);
    mint_free(d->second);
    mint_free(d->mail);
    mint_free(d->stranger);
    mem_free(d);
    return 0;
}

static struct explain_ask ask_of(struct desk *d)
{
    return (struct explain_ask){.at_s = INT64_MIN,
        .roots = d->roots,
        .hooks = d->hooks,
        .clock = &d->clock,
        .name = "test"};
}

static void bytes_free(struct cert_span file)
{
    mem_free((void *)(uintptr_t)file.at);
}

static struct flow *told(const struct explain_ask *ask, struct cert_span file, const char *password)
{
    struct flow *f = NULL;
    struct err e = {0};

    if (!explain_identity(ask, file.at, file.len, password, &f, &e))
        fail_msg("%s", e.text);
    return f;
}

static struct flow *told_of(
    struct desk *d, const struct mint_identity_spec *spec, const char *given)
{
    struct explain_ask ask = ask_of(d);
    struct cert_span file = mint_identity(spec);
    struct flow *f = told(&ask, file, given);

    bytes_free(file);
    return f;
}

/* Anna's certificate with its key, and its issuer. */
static struct mint_identity_spec usual(const struct desk *d)
{
    return (struct mint_identity_spec){
        .pairs = {{d->anna, d->anna, "Anna's"}}, .chain = {d->ca}, .password = "secret"};
}

static void an_identity_that_is_whole_installs(void **state)
{
    struct desk *d = *state;
    struct mint_identity_spec spec = usual(d);
    struct flow *f = told_of(d, &spec, "secret");
    const struct flow_identity *id = f->identity;

    assert_string_equal(f->entry, "explain");
    assert_true(f->sealed);
    assert_null(f->server_leg);
    assert_string_equal(id->kind, "pkcs12");
    assert_string_equal(id->result, "installs");
    assert_string_equal(id->state, "opened");
    assert_null(id->detail);
    assert_string_equal(id->form, "der");
    assert_string_equal(id->password, "given");
    assert_true(id->password_given);
    assert_string_equal(id->crypto, "modern");
    assert_string_equal(id->mac, "hmac-sha256");
    assert_string_equal(id->key_cipher, "aes-256-cbc");
    assert_string_equal(id->name, "Anna's");
    assert_int_equal(id->keys, 1);
    assert_int_equal(id->identities, 1);
    assert_int_equal(id->certificates, 2);
    assert_true(id->key_fits);
    assert_string_equal(id->key_usable, "yes");
    assert_string_equal(id->issuer, "known");
    assert_string_equal(id->purpose, "tls-client");
    assert_string_equal(id->verdict->verdict, "accept");
    assert_int_equal(id->n_checks, 0);
    assert_int_equal(id->n_chain, 2);
    assert_string_equal(id->leaf->subject->cn, "anna");
    assert_string_equal(id->chain[1].subject->cn, "Issuing CA");
    flow_free(f);
}

static void a_file_that_does_not_open_is_an_answer(void **state)
{
    struct desk *d = *state;
    struct mint_identity_spec spec = usual(d);
    struct explain_ask ask = ask_of(d);
    struct cert_span file = mint_identity(&spec);
    const struct {
        struct cert_span file;
        const char *password, *state;
        bool given;
    } rows[] = {
        {file, "Secret", "wrong-password", true},
        {file, NULL, "wrong-password", false},
        {file, "", "wrong-password", false},
        {{file.at, file.len - 1}, "secret", "corrupt", true},
        {{file.at, 3}, "secret", "corrupt", true},
        {{(const uint8_t *)"-----BEGIN CERTIFICATE-----", 27}, "secret", "corrupt", true},
        {{(const uint8_t *)"", 0}, NULL, "corrupt", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct flow *f = told(&ask, rows[i].file, rows[i].password);
        const struct flow_identity *id = f->identity;

        assert_string_equal(id->state, rows[i].state);
        assert_string_equal(id->result, "refused");
        assert_non_null(id->detail);
        assert_int_equal(id->password_given, rows[i].given);
        assert_null(id->verdict);
        assert_null(id->leaf);
        assert_int_equal(id->keys, FLOW_NONE);
        assert_int_equal(id->certificates, FLOW_NONE);
        flow_free(f);
    }
    bytes_free(file);
}

static void more_bytes_than_an_identity_has_are_an_error(void **state)
{
    struct explain_ask ask = ask_of(*state);
    uint8_t *bytes = mem_new(IDENTITY_BYTES_MOST + 1);
    struct flow *f = NULL;
    struct err e = {0};

    assert_false(explain_identity(&ask, bytes, IDENTITY_BYTES_MOST + 1, NULL, &f, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "too many for an identity"));
    assert_null(f);
    mem_free(bytes);
}

static void what_is_in_the_file_decides_what_it_is_good_for(void **state)
{
    struct desk *d = *state;
    struct mint *old = mint_make(
        &(struct mint_spec){.cn = "old", .eku = "clientAuth", .not_after = MINT_AT - 1}, d->ca);
    struct mint *server = mint_make(&(struct mint_spec){.cn = "server"}, d->ca);
    struct mint *odd = mint_make(
        &(struct mint_spec){.cn = "odd", .eku = "clientAuth", .key = MINT_ED25519}, d->ca);
    const struct {
        const char *what, *result, *issuer, *check;
        int64_t keys, identities, certificates;
        bool fits;
        struct mint_identity_spec spec;
    } rows[] = {
        {"no key", "limited", "known", NULL, 0, 0, 2, false,
            {.pairs = {{d->anna, NULL, NULL}}, .chain = {d->ca}}},
        {"a stranger's key", "limited", "known", NULL, 1, 0, 2, false,
            {.pairs = {{d->anna, d->second, NULL}}, .chain = {d->ca}}},
        {"no certificate", "refused", NULL, NULL, 1, 0, 0, false,
            {.pairs = {{NULL, d->anna, NULL}}}},
        {"no chain", "installs", "open", NULL, 1, 1, 1, true,
            {.pairs = {{d->anna, d->anna, NULL}}}},
        {"the whole chain", "installs", "self-signed", NULL, 1, 1, 3, true,
            {.pairs = {{d->anna, d->anna, NULL}}, .chain = {d->ca, d->root}}},
        {"two identities", "installs", "known", NULL, 2, 2, 3, true,
            {.pairs = {{d->anna, d->anna, "a"}, {d->second, d->second, "b"}}, .chain = {d->ca}}},
        {"an expired one", "limited", "known", "TemporalValidity", 1, 1, 2, true,
            {.pairs = {{old, old, NULL}}, .chain = {d->ca}}},
        {"a server's", "limited", "known", "ExtendedKeyUsage", 1, 1, 2, true,
            {.pairs = {{server, server, NULL}}, .chain = {d->ca}}},
        {"a key that iOS does not use", "limited", "known", NULL, 1, 1, 2, true,
            {.pairs = {{odd, odd, NULL}}, .chain = {d->ca}}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mint_identity_spec spec = rows[i].spec;

        spec.password = "secret";
        struct flow *f = told_of(d, &spec, "secret");
        const struct flow_identity *id = f->identity;

        if (strcmp(id->state, "opened") != 0 || strcmp(id->result, rows[i].result) != 0)
            fail_msg("%s: %s, %s", rows[i].what, id->state, id->result);
        if (id->keys != rows[i].keys || id->identities != rows[i].identities ||
            id->certificates != rows[i].certificates || id->key_fits != rows[i].fits)
            fail_msg("%s: %d keys, %d identities, %d certificates", rows[i].what, (int)id->keys,
                (int)id->identities, (int)id->certificates);
        assert_int_equal(!id->issuer, !rows[i].issuer);
        if (id->issuer)
            assert_string_equal(id->issuer, rows[i].issuer);
        if (rows[i].check && (!id->n_checks || strcmp(id->checks[0].check, rows[i].check) != 0))
            fail_msg("%s: no %s", rows[i].what, rows[i].check);
        flow_free(f);
    }
    mint_free(old);
    mint_free(server);
    mint_free(odd);
}

static void an_empty_password_opens_what_has_none(void **state)
{
    static const struct {
        const char *of, *given, *password;
        bool password_given;
    } rows[] = {
        {"", NULL, "empty", false},
        {"", "needless", "empty", true},
        {NULL, NULL, "absent", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mint_identity_spec spec = usual(*state);

        spec.password = rows[i].of;
        struct flow *f = told_of(*state, &spec, rows[i].given);

        assert_string_equal(f->identity->state, "opened");
        assert_string_equal(f->identity->password, rows[i].password);
        assert_int_equal(f->identity->password_given, rows[i].password_given);
        flow_free(f);
    }
}

/* The outermost length in the indefinite form: X.690 §8.1.3.6. */
static struct cert_span as_ber(struct cert_span der)
{
    size_t head = der.at[1] < 0x80 ? 2 : 2 + (der.at[1] & 0x7fU), len = der.len - head + 4;
    uint8_t *ber = mem_new(len);

    ber[0] = der.at[0];
    ber[1] = 0x80;
    memcpy(ber + 2, der.at + head, der.len - head);
    return (struct cert_span){ber, len};
}

static void the_indefinite_form_is_opened_and_refused(void **state)
{
    struct mint_identity_spec spec = usual(*state);
    struct explain_ask ask = ask_of(*state);
    struct cert_span der = mint_identity(&spec), ber = as_ber(der);
    struct flow *f = told(&ask, ber, "secret");

    assert_string_equal(f->identity->state, "opened");
    assert_string_equal(f->identity->form, "ber");
    assert_string_equal(f->identity->result, "refused");
    assert_true(f->identity->key_fits);
    flow_free(f);
    bytes_free(der);
    bytes_free(ber);
}

static void a_key_is_usable_as_ios_measures_it(void **state)
{
    (void)state;
    static const struct {
        enum mint_key key;
        const char *usable;
    } rows[] = {
        {MINT_P256, "yes"},
        {MINT_P384, "yes"},
        {MINT_P224, "no"},
        {MINT_P192, "no"},
        {MINT_RSA512, "no"},
        {MINT_RSA1024, "weak"},
        {MINT_RSA2041, "yes"},
        {MINT_RSA2048, "yes"},
        {MINT_ED25519, "no"},
        {MINT_DSA, "no"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mint *m = mint_make(&(struct mint_spec){.key = rows[i].key}, NULL);

        assert_non_null(m->cert);
        assert_string_equal(identity_key_usable(m->cert), rows[i].usable);
        mint_free(m);
    }
}

static void assert_end(const struct cert_chain *pool, const struct roots *roots, const char *how,
    const struct mint *wanted)
{
    const struct cert *last = NULL;

    assert_string_equal(chain_end(pool->at[0], pool, roots, &last), how);
    assert_true(cert_same(last, wanted->cert));
}

static void a_chain_ends_at_a_root_at_a_known_issuer_or_in_the_open(void **state)
{
    struct desk *d = *state;
    struct mint *namesake = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    const struct {
        const struct mint *with[3];
        const struct roots *roots;
        const char *how;
        const struct mint *last;
    } rows[] = {
        {{d->anna, d->ca, d->root}, NULL, "self-signed", d->root},
        {{d->anna, d->root, d->ca}, NULL, "self-signed", d->root},
        {{d->anna, d->ca}, d->roots, "known", d->ca},
        {{d->anna, d->ca}, NULL, "open", d->ca},
        {{d->anna, d->root}, d->roots, "open", d->anna},
        {{d->anna, d->ca, namesake}, NULL, "open", d->ca},
        {{d->stranger, d->ca}, d->roots, "self-signed", d->stranger},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cert_chain *pool =
            mint_chain(rows[i].with[0], rows[i].with[1], rows[i].with[2], NULL);

        assert_end(pool, rows[i].roots, rows[i].how, rows[i].last);
        cert_chain_free(pool);
    }
    mint_free(namesake);
}

static void cross_certificates_in_a_circle_end(void **state)
{
    (void)state;
    struct mint *a = mint_make(&(struct mint_spec){.cn = "A", .ca = true}, NULL);
    struct mint *b = mint_make(&(struct mint_spec){.cn = "B", .ca = true}, NULL);
    struct mint *a_by_b = mint_make(&(struct mint_spec){.ca = true, .name_of = a, .key_of = a}, b);
    struct mint *b_by_a = mint_make(&(struct mint_spec){.ca = true, .name_of = b, .key_of = b}, a);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, a);
    struct cert_chain *pool = mint_chain(leaf, a_by_b, b_by_a, NULL);
    const struct cert *last;

    assert_string_equal(chain_end(pool->at[0], pool, NULL, &last), "open");
    cert_chain_free(pool);
    mint_free(a);
    mint_free(b);
    mint_free(a_by_b);
    mint_free(b_by_a);
    mint_free(leaf);
}

static void an_issuer_is_known_by_its_key_and_not_by_its_name(void **state)
{
    struct desk *d = *state;
    struct mint *namesake = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *other = mint_make(&(struct mint_spec){.cn = "other"}, namesake);

    assert_true(issuer_is_known(d->ca->cert, d->roots));
    assert_false(issuer_is_known(other->cert, d->roots));
    assert_false(issuer_is_known(d->anna->cert, d->roots));
    assert_false(issuer_is_known(d->ca->cert, NULL));
    mint_free(other);
    mint_free(namesake);
}

static struct flow *told_of_mail(
    const struct explain_ask *ask, const struct mint *one, const struct mint *more)
{
    static char pem[16384];

    pem[0] = '\0';
    mint_pem(one, pem, sizeof pem);
    if (more)
        mint_pem(more, pem, sizeof pem);
    return told(ask, (struct cert_span){(const uint8_t *)pem, strlen(pem)}, NULL);
}

static void a_certificate_for_mail_is_judged_by_its_reader(void **state)
{
    struct desk *d = *state;
    const struct {
        const struct mint *one, *more;
        const char *email, *result, *check;
    } rows[] = {
        {d->mail, d->ca, ADDRESS, "installs", NULL},
        {d->ca, d->mail, ADDRESS, "installs", NULL}, /* in any order */
        {d->mail, d->ca, "berta@shop.example", "limited", "Email"},
        {d->mail, NULL, ADDRESS, "limited", "MissingIntermediate"},
        {d->stranger, NULL, ADDRESS, "limited", "AnchorTrusted"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct explain_ask ask = ask_of(d);

        ask.email = rows[i].email;
        struct flow *f = told_of_mail(&ask, rows[i].one, rows[i].more);
        const struct flow_identity *id = f->identity;

        assert_string_equal(id->kind, "certificate");
        assert_string_equal(id->email, rows[i].email);
        assert_string_equal(id->purpose, "smime");
        assert_null(id->state);
        assert_string_equal(id->result, rows[i].result);
        bool found = !rows[i].check;
        for (size_t k = 0; k < id->n_checks; k++)
            found |= rows[i].check && strcmp(id->checks[k].check, rows[i].check) == 0;
        if (!found)
            fail_msg("row %zu: no %s", i, rows[i].check);
        flow_free(f);
    }
}

static void an_identity_for_mail_is_judged_for_its_address(void **state)
{
    struct desk *d = *state;
    struct explain_ask ask = ask_of(d);
    struct cert_span file = mint_identity(&(struct mint_identity_spec){
        .pairs = {{d->mail, d->mail, NULL}}, .chain = {d->ca}, .password = "secret"});

    ask.email = ADDRESS;
    struct flow *f = told(&ask, file, "secret");
    assert_string_equal(f->identity->kind, "pkcs12");
    assert_string_equal(f->identity->purpose, "smime");
    assert_string_equal(f->identity->result, "installs");
    flow_free(f);
    ask.email = "berta@shop.example";
    f = told(&ask, file, "secret");
    assert_string_equal(f->identity->result, "limited");
    flow_free(f);
    bytes_free(file);
}

static void the_verdict_is_left_with_whoever_wants_it(void **state)
{
    struct desk *d = *state;
    struct explain_ask ask = ask_of(d);
    struct mint_identity_spec spec = usual(d);
    struct cert_span file = mint_identity(&spec);
    struct verdict kept = {0};

    ask.keep = &kept;
    ask.at_s = MINT_AT + (int64_t)1000 * MINT_DAY;
    struct flow *f = told(&ask, file, "secret");
    assert_int_equal(f->now, ask.at_s);
    assert_string_equal(f->identity->result, "limited");
    assert_int_not_equal(kept.answer, VERDICT_ACCEPT);
    flow_free(f);
    verdict_fini(&kept);
    bytes_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_identity_that_is_whole_installs),
        cmocka_unit_test(a_file_that_does_not_open_is_an_answer),
        cmocka_unit_test(more_bytes_than_an_identity_has_are_an_error),
        cmocka_unit_test(what_is_in_the_file_decides_what_it_is_good_for),
        cmocka_unit_test(an_empty_password_opens_what_has_none),
        cmocka_unit_test(the_indefinite_form_is_opened_and_refused),
        cmocka_unit_test(a_key_is_usable_as_ios_measures_it),
        cmocka_unit_test(a_chain_ends_at_a_root_at_a_known_issuer_or_in_the_open),
        cmocka_unit_test(cross_certificates_in_a_circle_end),
        cmocka_unit_test(an_issuer_is_known_by_its_key_and_not_by_its_name),
        cmocka_unit_test(a_certificate_for_mail_is_judged_by_its_reader),
        cmocka_unit_test(an_identity_for_mail_is_judged_for_its_address),
        cmocka_unit_test(the_verdict_is_left_with_whoever_wants_it),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
