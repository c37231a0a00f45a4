#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mint_chain.h"
#include "peer_trust.h"

struct scene {
    struct mint *root, *leaf;
    struct cert_chain *chain;
    char path[64];
};

static void write_pem(struct scene *s, const struct mint *m)
{
    char pem[4096] = "";
    int fd = mkstemp(strcpy(s->path, "/tmp/whytls-peer-XXXXXX"));

    assert_true(fd >= 0);
    mint_pem(m, pem, sizeof pem);
    assert_int_equal(write(fd, pem, strlen(pem)), strlen(pem));
    close(fd);
}

static void scene_init(struct scene *s)
{
    s->root = mint_make(&(struct mint_spec){.cn = "Corp Root", .ca = true}, NULL);
    s->leaf = mint_make(
        &(struct mint_spec){.cn = "p", .dns = {"proxy.example"}, .ips = {"192.0.2.9"}}, s->root);
    s->chain = mint_chain(s->leaf, NULL);
    write_pem(s, s->root);
}

static void scene_fini(struct scene *s)
{
    unlink(s->path);
    cert_chain_free(s->chain);
    mint_free(s->leaf);
    mint_free(s->root);
}

static void who_speaks_for_the_host_is_accepted(void **state)
{
    static const struct {
        const char *host;
        int64_t at_s;
        const char *says; /* NULL: accepted */
    } cases[] = {
        {"proxy.example", MINT_AT, NULL},
        {"192.0.2.9", MINT_AT, NULL},
        {"other.example", MINT_AT, "hostname mismatch"},
        {"192.0.2.10", MINT_AT, "IP address mismatch"},
        {"proxy.example", MINT_AT + 61 * MINT_DAY, "certificate has expired"},
    };
    struct scene s;
    struct err e = {0};

    (void)state;
    scene_init(&s);
    struct peer_trust *trust = peer_trust_new(s.path, &e);
    assert_non_null(trust);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool good = peer_trust_accepts(trust, s.chain, cases[i].host, cases[i].at_s, &e);

        assert_true(good == !cases[i].says);
        if (!good)
            assert_non_null(strstr(e.text, cases[i].says));
    }
    peer_trust_free(trust);
    scene_fini(&s);
}

static void others_are_not(void **state)
{
    struct scene s;
    struct err e = {0};

    (void)state;
    scene_init(&s);
    struct peer_trust *system = peer_trust_new(NULL, &e);
    assert_non_null(system);
    assert_false(peer_trust_accepts(system, s.chain, "proxy.example", MINT_AT, &e));
    assert_true(e.text[0]);
    struct cert_chain *none = cert_chain_new();
    assert_false(peer_trust_accepts(system, none, "proxy.example", MINT_AT, &e));
    cert_chain_free(none);
    peer_trust_free(system);
    peer_trust_free(NULL);
    scene_fini(&s);
}

static void a_file_without_roots_is_an_error(void **state)
{
    struct err e = {0};

    (void)state;
    assert_null(peer_trust_new("/no/such/file.pem", &e));
    assert_non_null(strstr(e.text, "/no/such/file.pem"));
    assert_null(peer_trust_new("/dev/null", &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_speaks_for_the_host_is_accepted),
        cmocka_unit_test(others_are_not),
        cmocka_unit_test(a_file_without_roots_is_an_error),
    };

    return cmocka_run_group_tests_name("tls/peer_trust", tests, NULL, NULL);
}
