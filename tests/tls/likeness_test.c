#include "likeness_priv.h"

#include <stdarg.h>

#include "ends.h"
#include "wire/client_hello.h"

static void list_put(struct hello_list *list, const uint16_t *at)
{
    list->n = 0;
    for (size_t i = 0; at[i] && i < HELLO_LIST_MOST; i++)
        list->at[list->n++] = at[i];
}

struct row {
    const char *what;
    uint16_t versions[8], ciphers[24], groups[12];
    /* What we say then; the first 0: what we say anyway. */
    uint16_t our_versions[4], our_ciphers[24], our_groups[12];
    const char *unlike;
};

enum { SCSV = 0x00ff }; /* OpenSSL's own last suite */

static const struct row rows[] = {
    {"an iPhone", {0x0a0a, 0x0304, 0x0303, 0},
        {0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02c, 0xc02b, 0xcca9, 0xc030, 0xc02f, 0xcca8, 0xc00a,
            0xc009, 0xc014, 0xc013, 0},
        {0x5a5a, 0x001d, 0x0017, 0x0018, 0x0019, 0}, {0x0304, 0x0303, 0},
        {0x1301, 0x1302, 0x1303, 0xc02c, 0xc02b, 0xcca9, 0xc030, 0xc02f, 0xcca8, 0xc00a, 0xc009,
            0xc014, 0xc013, SCSV, 0},
        {0x001d, 0x0017, 0x0018, 0x0019, 0}, ""},
    {"one with post-quantum keys and 3DES", {0x0304, 0x0303, 0x0302, 0x0301, 0},
        {0x1303, 0x1301, 0xc02f, 0xc008, 0x000a, 0}, {0x11ec, 0x001d, 0}, {0x0304, 0x0303, 0},
        {0x1303, 0x1301, 0xc02f, SCSV, 0}, {0x001d, 0},
        "cipher suites TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA, TLS_RSA_WITH_3DES_EDE_CBC_SHA; "
        "groups X25519MLKEM768"},
    {"another order", {0x0304, 0x0303, 0}, {0x1302, 0x1301, 0xc02f, 0xc02b, 0x009c, 0},
        {0x0018, 0x0017, 0}, {0x0304, 0x0303, 0}, {0x1302, 0x1301, 0xc02f, 0xc02b, 0x009c, SCSV, 0},
        {0x0018, 0x0017, 0}, ""},
    {"TLS 1.2 alone", {0x0303, 0x0302, 0x0301, 0}, {0xc02f, SCSV, 0}, {0x0017, 0},
        {0x0303, 0x0302, 0x0301, 0}, {0xc02f, SCSV, 0}, {0x0017, 0}, ""},
    {"TLS 1.3 alone", {0x0304, 0}, {0x1301, 0}, {0x001d, 0x001d, 0}, {0x0304, 0}, {0x1301, SCSV, 0},
        {0x001d, 0}, ""},
    {"nothing that we can", {0x0301, 0}, {0x0005, 0}, {0x11ec, 0}, {0x0304, 0x0303, 0}, {0}, {0},
        "cipher suites TLS_RSA_WITH_RC4_128_SHA; groups X25519MLKEM768"},
    {"a cipher of which OpenSSL has the number alone", {0x0303, 0}, {0x0096, 0}, {0x0017, 0}, {0},
        {0}, {0x0017, 0}, "cipher suites TLS_RSA_WITH_SEED_CBC_SHA"},
    {"suites without certificates", {0x0303, 0}, {0x00a8, 0x008c, 0x00ac, 0xc02f, 0}, {0x0017, 0},
        {0}, {0xc02f, SCSV, 0}, {0x0017, 0},
        "cipher suites TLS_PSK_WITH_AES_128_GCM_SHA256, TLS_PSK_WITH_AES_128_CBC_SHA, "
        "TLS_RSA_PSK_WITH_AES_128_GCM_SHA256"},
};

static void list_is(
    const char *what, const char *kind, const struct hello_list *got, const uint16_t *want)
{
    size_t n = 0;

    if (!want[0])
        return;
    while (want[n])
        n++;
    for (size_t i = 0; i < n && i < got->n; i++)
        if (got->at[i] != want[i])
            fail_msg("%s: %s %zu is %04x, not %04x", what, kind, i, got->at[i], want[i]);
    if (got->n != n)
        fail_msg("%s: %zu %s, not %zu", what, got->n, kind, n);
}

static void said(struct leg *l, struct client_hello *out)
{
    struct evbuffer *b = leg_cipher_out(l);
    const char *why;

    leg_pump(l, 0);
    assert_int_equal(
        client_hello_read(evbuffer_pullup(b, -1), evbuffer_get_length(b), out, &why), HELLO_READY);
}

static void our_hello_is_the_phones_as_far_as_it_can_be(void **state)
{
    const struct world *w = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct client_hello phone = {0}, ours;
        struct err e = {0};

        list_put(&phone.versions, row->versions);
        phone.has_supported_versions = row->versions[0] != TLS1_2_VERSION;
        list_put(&phone.ciphers, row->ciphers);
        list_put(&phone.groups, row->groups);
        struct leg *l = leg_server_new(
            w->contexts, &(struct leg_server_ask){.sni = "shop.example", .like = &phone}, &e);
        if (!l)
            fail_msg("%s: %s", row->what, e.text);
        said(l, &ours);
        list_is(row->what, "versions", &ours.versions, row->our_versions);
        list_is(row->what, "ciphers", &ours.ciphers, row->our_ciphers);
        list_is(row->what, "groups", &ours.groups, row->our_groups);
        assert_string_equal(leg_unlike(l), row->unlike);
        client_hello_fini(&ours);
        leg_free(l);
    }
}

static void many_missing_ones_are_counted(void **state)
{
    const struct world *w = *state;
    struct client_hello phone = {.versions = {{0x0303}, 1}, .ciphers = {{0xc02f}, 1}};
    struct err e = {0};

    for (uint16_t i = 0; i < 200; i++)
        phone.groups.at[phone.groups.n++] = (uint16_t)(0x6001 + i);
    struct leg *l = leg_server_new(w->contexts, &(struct leg_server_ask){.like = &phone}, &e);
    assert_non_null(l);
    assert_string_equal(leg_unlike(l),
        "groups 0x6001, 0x6002, 0x6003, 0x6004, 0x6005, 0x6006, 0x6007, 0x6008 and 192 more");
    leg_free(l);
}

static void without_a_phone_nothing_is_unlike(void **state)
{
    struct leg *l = server_leg(*state, 0);

    assert_string_equal(leg_unlike(l), "");
    leg_free(l);
}

static void a_site_that_shares_nothing_with_the_phone_refuses_us_too(void **state)
{
    const struct world *w = *state;
    struct client_hello phone = {
        .versions = {{0x0303}, 1}, .ciphers = {{0xc02b}, 1}, .groups = {{0x0017}, 1}};
    struct far site;
    struct err e = {0};
    struct leg *l = leg_server_new(w->contexts, &(struct leg_server_ask){.like = &phone}, &e);

    far_site_init(&site, w, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(site.ctx, "ECDHE-ECDSA-AES256-GCM-SHA384");
    far_site_ready(&site);
    shake(l, &site);
    assert_int_equal(leg_state(l), LEG_BROKEN);
    assert_int_equal(leg_facts(l)->alert.number, 40);
    leg_free(l);
    far_fini(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_hello_is_the_phones_as_far_as_it_can_be),
        cmocka_unit_test(many_missing_ones_are_counted),
        cmocka_unit_test(without_a_phone_nothing_is_unlike),
        cmocka_unit_test(a_site_that_shares_nothing_with_the_phone_refuses_us_too),
    };

    return cmocka_run_group_tests(tests, world_make, world_free);
}
