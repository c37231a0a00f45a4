/* Conversations: sites that ask for a client certificate, what they are shown, and how they take
 * it; and a phone that is asked by us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/host_pattern.h"
#include "cert/signer.h"
#include "relay/relay.h"
#include "support/talk.h"
#include "tls/identities.h"

static const char get[] = "GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n";

/* Two CAs of clients, and a client of each. */
struct clients {
    struct mint *ca, *other_ca, *anna, *bob;
};

static int clients_make(void **state)
{
    static struct clients c;

    c.ca = mint_make(&(struct mint_spec){.cn = "Client CA", .ca = true}, NULL);
    c.other_ca = mint_make(&(struct mint_spec){.cn = "Other CA", .ca = true}, NULL);
    c.anna = mint_make(&(struct mint_spec){.cn = "anna", .eku = "clientAuth"}, c.ca);
    c.bob = mint_make(&(struct mint_spec){.cn = "bob", .eku = "clientAuth"}, c.other_ca);
    *state = &c;
    return 0;
}

static int clients_free(void **state)
{
    struct clients *c = *state;

    mint_free(c->anna);
    mint_free(c->bob);
    mint_free(c->ca);
    mint_free(c->other_ca);
    return 0;
}

static struct identities *identities_of(const struct mint *m, const char *hosts)
{
    struct identities *all = identities_new();
    struct signer signer = {.chain = mint_chain(m, NULL), .key = m->key};
    struct err e = {0};

    EVP_PKEY_up_ref(m->key);
    assert_true(identities_take(all, &signer, hosts, &e));
    return all;
}

struct row {
    const char *what;
    bool anna, bob; /* whom we have */
    const char *hosts;
    bool demands, takes_any, names_ca;
    /* … and what comes of it */
    const char *answer;
    const char *cause; /* NULL: nothing is wrong */
    const char *confidence;
};

static const struct row rows[] = {
    {"nothing to show", false, false, "", true, false, true, "none", "mtls-required", NULL},
    {"the right one", true, false, "", true, false, true, "sent", NULL, NULL},
    {"the right one, no CA named", true, false, "", true, false, false, "sent", NULL, NULL},
    {"the right one for all below", true, false, "*.example", true, false, true, "sent", NULL,
        NULL},
    {"one for another host", true, false, "mail.example", true, false, true, "none",
        "mtls-required", NULL},
    {"one by another CA", false, true, "", true, false, true, "no-fit", "mtls-required", NULL},
    {"one by another CA, no CA named", false, true, "", true, false, false, "sent", "mtls-rejected",
        "certain"},
    {"any will do", false, true, "", true, true, false, "sent", NULL, NULL},
    {"content with none", false, false, "", false, false, true, "none", NULL, NULL},
};

static struct far_site_config site_for(
    struct talk *t, const struct clients *c, const struct row *row, int version)
{
    return (struct far_site_config){
        .chain = {talk_mint(t, &(struct mint_spec){.cn = "shop.example", .dns = {"shop.example"}})},
        .min_version = version,
        .max_version = version,
        .demands_certificate = row->demands,
        .asks_certificate = !row->demands,
        .client_ca = row->takes_any ? NULL : c->ca,
        .names_client_ca = row->names_ca,
    };
}

static void expect_row(const struct row *row, const struct flow *f)
{
    const struct flow_certificate_request *r = f->server_leg->certificate_request;

    assert_true(f->server_leg->wants_client_certificate);
    assert_non_null(r);
    assert_string_equal(r->asked, "handshake");
    if (!r->answer || strcmp(r->answer, row->answer) != 0)
        fail_msg("%s: answer %s", row->what, r->answer);
    assert_int_equal(r->n_accepts, row->names_ca);
    if (row->names_ca)
        assert_string_equal(r->accepts.at[0], "CN=Client CA");
    if (strcmp(row->answer, "sent") == 0)
        assert_string_equal(r->certificate->subject->cn, row->anna ? "anna" : "bob");
    else
        assert_null(r->certificate);
    if ((row->cause != NULL) != (f->n_diagnosis > 0))
        fail_msg("%s: %zu diagnoses, %s", row->what, f->n_diagnosis,
            f->n_diagnosis ? f->diagnosis[0].cause : "");
    if (!row->cause)
        return;
    assert_string_equal(f->diagnosis[0].cause, row->cause);
    if (row->confidence)
        assert_string_equal(f->diagnosis[0].confidence, row->confidence);
}

static void play(const struct clients *c, const struct row *row, int version)
{
    struct identities *all = identities_of(row->anna ? c->anna : c->bob, row->hosts);
    struct talk *t = talk_new_with_identities(row->anna || row->bob ? all : NULL, NULL);
    struct far_site_config how = site_for(t, c, row, version);
    struct caller *caller = caller_new(t);

    talk_site(t, "shop.example", &how);
    caller_asks(caller, "shop.example:443");
    caller_shakes(caller, talk_phone(t, "shop.example"));
    caller_says(caller, get);
    if (!row->cause) {
        far_site_says(talk_far(t, 0), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        talk_run(t);
        assert_non_null(strstr(caller_heard(caller), "200 OK"));
        assert_int_equal(
            far_site_got_certificate(talk_far(t, 0)), strcmp(row->answer, "sent") == 0);
    } else {
        assert_non_null(strstr(caller_heard(caller), "HTTP/1.1 502 "));
    }
    caller_closes(caller);
    talk_run(t);
    expect_row(row, talk_flow(t, 0));
    talk_free(t);
    identities_free(all);
}

static void a_site_that_asks_is_shown_the_identity_that_fits(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        play(*state, &rows[i], 0x0303);
        play(*state, &rows[i], 0x0304);
    }
}

struct answer_row {
    const char *status;
    bool shown, late;
    const char *cause, *confidence;
};

static void play_answer(const struct clients *c, const struct answer_row *row)
{
    struct identities *all = identities_of(c->anna, "");
    struct talk *t = talk_new_with_identities(row->shown ? all : NULL, NULL);
    struct far_site_config how = *talk_good(t, "shop.example");
    struct caller *caller = caller_new(t);
    char answer[120];

    how.asks_certificate = !row->late;
    how.min_version = row->late ? 0x0304 : 0;
    talk_site(t, "shop.example", &how);
    caller_asks(caller, "shop.example:443");
    caller_shakes(caller, talk_phone(t, "shop.example"));
    caller_says(caller, get);
    if (row->late)
        assert_true(far_site_asks_late(talk_far(t, 0)));
    talk_run(t);
    snprintf(answer, sizeof answer, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", row->status);
    far_site_says(talk_far(t, 0), answer);
    talk_run(t);
    assert_int_equal(far_site_got_certificate(talk_far(t, 0)), row->shown);
    caller_closes(caller);
    talk_run(t);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(
        f->server_leg->certificate_request->asked, row->late ? "post-handshake" : "handshake");
    assert_string_equal(f->server_leg->certificate_request->answer, row->shown ? "sent" : "none");
    assert_int_equal(f->n_diagnosis, row->cause ? 1 : 0);
    if (row->cause) {
        assert_string_equal(f->diagnosis[0].cause, row->cause);
        assert_string_equal(f->diagnosis[0].confidence, row->confidence);
    }
    talk_free(t);
    identities_free(all);
}

static void a_refusal_in_the_answer_is_told_from_one_in_the_handshake(void **state)
{
    static const struct answer_row answers[] = {
        {"200 OK", false, false, NULL, NULL},
        {"200 OK", true, false, NULL, NULL},
        {"403 Forbidden", false, false, "mtls-403", "possible"},
        {"400 Bad Request", false, false, "mtls-403", "possible"},
        {"496 No Certificate", false, false, "mtls-403", "likely"},
        {"403 Forbidden", true, false, "mtls-rejected", "possible"},
        {"495 Certificate Error", true, false, "mtls-rejected", "likely"},
        {"200 OK", true, true, NULL, NULL},
        {"403 Forbidden", true, true, "mtls-rejected", "possible"},
    };

    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        play_answer(*state, &answers[i]);
}

static void who_has_no_identity_does_not_offer_to_be_asked_late(void **state)
{
    struct talk *t = talk_new_with_rules();
    struct far_site_config how = *talk_good(t, "shop.example");
    struct caller *caller = caller_new(t);

    (void)state;
    how.min_version = 0x0304;
    talk_site(t, "shop.example", &how);
    caller_asks(caller, "shop.example:443");
    caller_shakes(caller, talk_phone(t, "shop.example"));
    assert_false(far_site_asks_late(talk_far(t, 0)));
    caller_closes(caller);
    talk_free(t);
}

/* --- the phone --- */

static char *pem_of(const struct mint *m)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *at, *copy;

    assert_true(PEM_write_bio_X509(out, m->x509));
    assert_true(PEM_write_bio_PKCS8PrivateKey(out, m->key, NULL, NULL, 0, NULL, NULL));
    long n = BIO_get_mem_data(out, &at);
    copy = strndup(at, (size_t)n);
    BIO_free(out);
    return copy;
}

struct phone_row {
    const char *versions, *ask; /* whose clients we ask */
    bool shows, site_demands;
    const char *answer; /* NULL: nobody asked it */
    const char *cause;
};

static void play_phone(const struct clients *c, const struct phone_row *row)
{
    struct host_patterns ask = {0};
    struct err e = {0};
    char *pem = pem_of(c->anna);

    assert_true(host_patterns_add(&ask, row->ask, &e));
    struct talk *t = talk_new_with_identities(NULL, &ask);
    struct far_site_config how = *talk_good(t, "shop.example");
    how.demands_certificate = row->site_demands;
    how.min_version = how.max_version = strcmp(row->versions, "1.2") == 0 ? 0x0303 : 0x0304;
    talk_site(t, "shop.example", &how);
    struct caller *caller = caller_new(t);
    struct phone_config *phone = talk_phone(t, "shop.example");
    phone->versions = row->versions;
    phone->identity_pem = row->shows ? pem : NULL;
    caller_asks(caller, "shop.example:443");
    caller_shakes(caller, phone);
    assert_true(phone_is_open(caller_phone(caller)));
    caller_says(caller, get);
    caller_closes(caller);
    talk_run(t);
    const struct flow *f = talk_flow(t, 0);
    const struct flow_certificate_request *r = f->client_leg->certificate_request;
    assert_int_equal(r != NULL, row->answer != NULL);
    if (r) {
        assert_string_equal(r->answer, row->answer);
        assert_int_equal(r->certificate != NULL, row->shows);
        if (row->shows)
            assert_string_equal(r->certificate->subject->cn, "anna");
    }
    if (row->cause) {
        assert_true(f->n_diagnosis > 0);
        assert_string_equal(f->diagnosis[0].cause, row->cause);
    } else {
        assert_int_equal(f->n_diagnosis, 0);
    }
    talk_free(t);
    free(pem);
}

static void the_phone_is_asked_only_where_we_were_told_to(void **state)
{
    static const struct phone_row phones[] = {
        {"1.3", "shop.example", true, false, "sent", NULL},
        {"1.2", "shop.example", true, false, "sent", NULL},
        {"1.3", "*", false, false, "none", NULL},
        {"1.2", "*", false, false, "none", NULL},
        {"1.3", "mail.example", true, false, NULL, NULL},
        {"1.3", "*", true, true, "sent", "mtls-through-proxy"},
        {"1.2", "*", true, true, "sent", "mtls-through-proxy"},
        {"1.3", "*", false, true, "none", "mtls-required"},
        {"1.2", "*", false, true, "none", "mtls-required"},
    };

    for (size_t i = 0; i < sizeof phones / sizeof phones[0]; i++)
        play_phone(*state, &phones[i]);
}

static void the_site_sees_the_versions_of_the_phone(void **state)
{
    static const struct {
        const char *phone, *site;
    } versions[] = {{"1.2", "TLSv1.2"}, {"1.3", "TLSv1.3"}, {NULL, "TLSv1.3"}};

    (void)state;
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct talk *t = talk_new();
        struct caller *c = caller_new(t);

        talk_site(t, "shop.example", talk_good(t, "shop.example"));
        caller_asks(c, "shop.example:443");
        struct phone_config *phone = talk_phone(t, "shop.example");
        phone->versions = versions[i].phone;
        caller_shakes(c, phone);
        assert_string_equal(far_site_version(talk_far(t, 0)), versions[i].site);
        caller_closes(c);
        talk_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_that_asks_is_shown_the_identity_that_fits),
        cmocka_unit_test(a_refusal_in_the_answer_is_told_from_one_in_the_handshake),
        cmocka_unit_test(who_has_no_identity_does_not_offer_to_be_asked_late),
        cmocka_unit_test(the_phone_is_asked_only_where_we_were_told_to),
        cmocka_unit_test(the_site_sees_the_versions_of_the_phone),
    };

    return cmocka_run_group_tests(tests, clients_make, clients_free);
}
