#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cert/chain.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "judge/verdict.h"
#include "wire/client_hello.h"

static void chain_of_two_is_copied(struct flow *f)
{
    char name_text[] = "CN=www.example.org,O=Example", cn[] = "www.example.org",
         dns[] = "www.example.org";
    char serial[] = "0a", key[] = "P-256", oid[] = "2.5.29.17", empty[] = "";
    char *names[] = {dns, dns};
    struct cert_extension extension = {
        .oid = oid, .name = "subjectAltName", .critical = true, .value = {NULL, 17}};
    struct cert leaf = {
        .sha256_hex = "aa11",
        .spki_sha256_hex = "bb22",
        .subject = {.text = name_text, .cn = cn},
        .issuer = {.text = empty},
        .serial = serial,
        .not_before = 100,
        .not_after = 400,
        .dates_readable = true,
        .dns = {names, 2},
        .path_len = -1,
        .key_text = key,
        .key_bits = 256,
        .n_scts = 2,
        .must_staple = true,
        .extensions = &extension,
        .n_extensions = 1,
    };
    struct cert issuer = {.sha256_hex = "cc33",
        .is_ca = true,
        .path_len = 0,
        .subject = {.text = empty},
        .issuer = {.text = empty}};
    const struct cert *at[] = {&leaf, &issuer};

    f->server_leg = FLOW_MAKE(f, server_leg);
    flow_fill_chain(f, &(struct cert_chain){.at = at, .n = 2});
    memset(cn, 'x', sizeof cn - 1);
    memset(dns, 'x', sizeof dns - 1);
}

static void a_chain_is_copied_and_outlives_its_certificates(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);

    chain_of_two_is_copied(f);
    const struct flow_certificate *leaf = &f->server_leg->chain[0],
                                  *issuer = &f->server_leg->chain[1];
    assert_int_equal(f->server_leg->n_chain, 2);
    assert_string_equal(leaf->sha256, "aa11");
    assert_string_equal(leaf->subject->cn, "www.example.org");
    assert_null(leaf->subject->ou);
    assert_string_equal(leaf->issuer->text, "");
    assert_int_equal(leaf->lifetime, 300);
    assert_int_equal(leaf->names.n, 2);
    assert_string_equal(leaf->names.at[1], "www.example.org");
    assert_true(leaf->path_len == FLOW_NONE);
    assert_int_equal(leaf->scts, 2);
    assert_true(leaf->must_staple);
    assert_int_equal(leaf->n_extensions, 1);
    assert_int_equal(leaf->extensions[0].size, 17);
    assert_string_equal(leaf->source, "sent");
    assert_int_equal(issuer->depth, 1);
    assert_int_equal(issuer->path_len, 0);
    flow_free(f);
}

static void a_thousand_names_are_kept_and_no_more(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);
    char name[] = "a.example", empty[] = "";
    char *names[3000];

    for (size_t i = 0; i < 3000; i++)
        names[i] = name;
    struct cert cert = {
        .dns = {names, 3000}, .subject = {.text = empty}, .issuer = {.text = empty}};
    struct flow_certificate *c = FLOW_MAKE(f, certificate);
    flow_fill_certificate(f, c, &cert, 0, "sent");
    assert_int_equal(c->names.n, 1000);
    flow_free(f);
}

static void a_refusal_has_its_codes_and_an_acceptance_has_none(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);
    char text[] = "“a” certificate is expired", detail[] = "notAfter";
    struct verdict_check check = {
        .check = judge_check_find("TemporalValidity"), .cert = 0, .detail = detail};
    struct cert leaf = {.sha256_hex = "aa11"};
    const struct cert *path[] = {&leaf};
    struct verdict v = {.answer = VERDICT_REJECT,
        .anchors_are = ANCHORS_USER,
        .class = CLASS_EXPIRED,
        .text = text,
        .osstatus = -67818,
        .osstatus_name = "errSecCertificateExpired",
        .nsurlerror = -1202,
        .overridable = true,
        .checks = &check,
        .n_checks = 1,
        .path = path,
        .n_path = 1,
        .causes = {"cert-expired-leaf"},
        .n_causes = 1,
        .openssl = {.asked = true, .code = 10}};

    struct flow_verdict *out = flow_make_verdict(f, &v);
    assert_string_equal(out->verdict, "reject");
    assert_string_equal(out->anchors_are, "user");
    assert_string_equal(out->class, "Expired");
    assert_string_equal(out->text, "“a” certificate is expired");
    assert_int_equal(out->osstatus, -67818);
    assert_int_equal(out->n_checks, 1);
    assert_string_equal(out->checks[0].check, "TemporalValidity");
    assert_string_equal(out->causes.at[0], "cert-expired-leaf");
    assert_string_equal(out->path.at[0], "aa11");
    assert_int_equal(out->openssl->code, 10);
    assert_string_equal(flow_openssl_text(out->openssl), "certificate has expired");

    out = flow_make_verdict(f, &(struct verdict){.answer = VERDICT_ACCEPT});
    assert_string_equal(out->verdict, "accept");
    assert_null(out->class);
    assert_true(out->osstatus == FLOW_NONE);
    assert_true(out->nsurlerror == FLOW_NONE);
    assert_null(out->osstatus_name);
    flow_free(f);
}

static void promises_of_logs_are_counted_and_doubted(void **state)
{
    static const struct {
        enum verdict_ct ct;
        enum anchors_are anchors;
        bool anchored;
        const char *trusted_by, *doubt;
    } rows[] = {
        {VERDICT_CT_QUALIFIED, ANCHORS_SYSTEM, true, "both", NULL},
        {VERDICT_CT_CANNOT_TELL, ANCHORS_SYSTEM, true, "both", "old-list"},
        {VERDICT_CT_CANNOT_TELL, ANCHORS_SYSTEM, true, "custom", NULL},
        {VERDICT_CT_CANNOT_TELL, ANCHORS_SYSTEM, false, "neither", NULL},
        {VERDICT_CT_CANNOT_TELL, ANCHORS_USER, true, "custom", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct flow *f = flow_new("x", 0);
        struct verdict v = {.answer = VERDICT_ACCEPT,
            .ct = rows[i].ct,
            .anchors_are = rows[i].anchors,
            .anchored = rows[i].anchored,
            .trusted_by = rows[i].trusted_by,
            .n_scts = i ? 5 : 0};

        f->server_leg = FLOW_MAKE(f, server_leg);
        flow_list_add(f, &f->server_leg->chain, &f->server_leg->n_chain, flow_type_certificate());
        f->server_leg->chain[0].scts = 2;
        flow_fill_ct(f, &v);
        assert_int_equal(f->server_leg->chain[0].scts, i ? 5 : 2);
        if (rows[i].doubt)
            assert_string_equal(f->server_leg->ct_doubt, rows[i].doubt);
        else
            assert_null(f->server_leg->ct_doubt);
        assert_string_equal(flow_make_verdict(f, &v)->ct, verdict_ct_name(rows[i].ct));
        flow_free(f);
    }
}

static void a_hello_is_copied_by_iana_names(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);
    struct client_hello hello = {.sni = "www.example.org",
        .n_alpn = 1,
        .alpn = {"h2"},
        .ech = HELLO_ECH_GREASE,
        .size = 517,
        .legacy_version = 0x0303,
        .has_supported_versions = true};

    hello.versions.at[hello.versions.n++] = 0x0a0a;
    hello.versions.at[hello.versions.n++] = 0x0304;
    hello.versions.at[hello.versions.n++] = 0x0303;
    hello.ciphers.at[hello.ciphers.n++] = 0x1301;
    hello.ciphers.at[hello.ciphers.n++] = 0xfe01;
    flow_fill_hello(f, &hello);
    const struct flow_hello *out = f->client_leg->hello;
    assert_string_equal(f->client_leg->sni, "www.example.org");
    assert_string_equal(out->versions.at[0], "GREASE");
    assert_string_equal(out->versions.at[1], "TLSv1.3");
    assert_string_equal(out->ciphers.at[0], "TLS_AES_128_GCM_SHA256");
    assert_string_equal(out->ciphers.at[1], "0xfe01");
    assert_string_equal(out->max_version, "TLSv1.3");
    assert_string_equal(out->alpn.at[0], "h2");
    assert_string_equal(out->ech, "grease");
    assert_int_equal(out->size, 517);
    assert_int_equal(strlen(f->client->ja4), 36);
    assert_non_null(f->client->app->stack);
    flow_free(f);
}

static void a_target_is_sorted_by_its_kind(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);

    flow_set_target(f, "www.example.co.uk", 443, "connect");
    assert_string_equal(f->target->site, "example.co.uk");
    assert_false(f->target->is_ip || f->target->is_local);
    flow_set_target(f, "192.168.1.1", 8443, "url");
    assert_null(f->target->site);
    assert_true(f->target->is_ip && f->target->is_local);
    assert_int_equal(f->target->port, 8443);
    assert_string_equal(f->target->learnt, "url");
    flow_free(f);
}

static void an_agent_fills_client_app_and_device(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);

    flow_set_agent(f, NULL);
    assert_null(f->client->agent);
    assert_string_equal(f->client->app->name, "unknown");
    flow_set_agent(f, "Grocer/4.2 (iPhone; iOS 17.2; Scale/3.00)");
    assert_string_equal(f->client->app->name, "Grocer");
    assert_string_equal(f->client->device->family, "iPhone");
    assert_string_equal(f->client->device->os_version, "17.2");
    flow_free(f);
}

static void an_accept_value_fits_one_key(void **state)
{
    (void)state; /* RFC 6455 §1.3 */
    assert_true(flow_websocket_fits("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_false(flow_websocket_fits("eGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_false(flow_websocket_fits("", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_is_copied_and_outlives_its_certificates),
        cmocka_unit_test(a_thousand_names_are_kept_and_no_more),
        cmocka_unit_test(a_refusal_has_its_codes_and_an_acceptance_has_none),
        cmocka_unit_test(promises_of_logs_are_counted_and_doubted),
        cmocka_unit_test(a_hello_is_copied_by_iana_names),
        cmocka_unit_test(a_target_is_sorted_by_its_kind),
        cmocka_unit_test(an_agent_fills_client_app_and_device),
        cmocka_unit_test(an_accept_value_fits_one_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
