/* explain/probe.c and explain_host, against a site on loopback that a thread of the test plays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "base/clock.h"
#include "base/err.h"
#include "explain.h"
#include "flow/flow.h"
#include "hook/hook.h"
#include "net/dial.h"
#include "support/far_site.h"
#include "support/mint_chain.h"
#include "tls/contexts.h"
#include "trust/roots.h"

/* --- the site --- */

struct site {
    struct far_site_config how;
    int listening;
    uint16_t port;
    pthread_t thread;
};

static void site_talk(struct far_site *far, int fd)
{
    struct evbuffer *in = evbuffer_new();

    for (;;) {
        enum far_end end = far_site_pump(far);

        while (evbuffer_get_length(far_site_out(far)) > 0)
            if (evbuffer_write(far_site_out(far), fd) < 0)
                break;
        if (end == FAR_RST) {
            const struct linger none = {.l_onoff = 1};
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
        }
        if (end != FAR_GOES_ON || evbuffer_read(in, fd, -1) <= 0)
            break;
        far_site_feed(far, in);
    }
    evbuffer_free(in);
}

/* One connection after the other, until site_stop. */
static void *site_main(void *arg)
{
    struct site *s = arg;
    int fd;

    while ((fd = accept(s->listening, NULL, NULL)) >= 0) {
        struct far_site *far = far_site_new(&s->how);

        site_talk(far, fd);
        far_site_free(far);
        close(fd);
    }
    return NULL;
}

static void site_start(struct site *s, const struct far_site_config *how)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;

    s->how = *how;
    s->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->listening, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(s->listening, 4), 0);
    assert_int_equal(getsockname(s->listening, (struct sockaddr *)&at, &len), 0);
    s->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, site_main, s), 0);
}

static void site_stop(struct site *s)
{
    shutdown(s->listening, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listening);
}

/* --- who asks --- */

struct desk {
    struct clock clock;
    int64_t stride_ms; /* so much time passes between two looks at the clock */
    struct mint *root;
    struct roots *roots;
    struct hooks *hooks;
    struct tls_contexts *contexts;
    struct site site;
    bool refused;
};

static int64_t striding(const struct clock *c)
{
    struct desk *desk = (struct desk *)(uintptr_t)c;

    return desk->clock.fake_steady_ms += desk->stride_ms;
}

static int set_up(void **state)
{
    static struct desk desk;
    struct err e = {0};

    desk = (struct desk){0};
    clock_fake_init(&desk.clock, MINT_AT * 1000);
    desk.clock.steady_ms = striding;
    desk.root = mint_make(&(struct mint_spec){.cn = "Public Root", .ca = true}, NULL);
    struct cert_chain *anchors = mint_chain(desk.root, NULL);
    desk.roots = roots_from_chain(anchors, "mozilla");
    cert_chain_free(anchors);
    desk.hooks = hooks_new();
    desk.contexts = tls_contexts_new(NULL, &e);
    assert_non_null(desk.contexts);
    *state = &desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *desk = *state;

    tls_contexts_free(desk->contexts);
    hooks_free(desk->hooks);
    roots_unref(desk->roots);
    mint_free(desk->root);
    return 0;
}

static bool instead(void *arg, const char *host, uint16_t port, struct sockaddr *to,
    unsigned *to_len, enum dial_error *error)
{
    struct desk *desk = arg;
    struct sockaddr_in at = {.sin_family = AF_INET,
        .sin_port = htons(desk->site.port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    assert_string_equal(host, "shop.example");
    assert_int_equal(port, 443);
    *error = desk->refused ? DIAL_NXDOMAIN : DIAL_OK;
    memcpy(to, &at, sizeof at);
    *to_len = sizeof at;
    return true;
}

static struct flow *ask(struct desk *desk)
{
    const struct dial_config dial = {.instead = instead, .arg = desk};
    struct explain_ask what = {.host = "shop.example",
        .dial_host = "shop.example",
        .port = 443,
        .at_s = INT64_MIN,
        .roots = desk->roots,
        .contexts = desk->contexts,
        .hooks = desk->hooks,
        .clock = &desk->clock,
        .name = "test",
        .dial = &dial};
    struct flow *f = NULL;
    struct err e = {0};

    if (!explain_host(&what, &f, &e))
        fail_msg("%s", e.text);
    return f;
}

static struct flow *ask_site(
    struct desk *desk, const struct far_site_config *how, const struct mint_spec *spec)
{
    struct far_site_config full = *how;
    struct mint *leaf = mint_make(spec, desk->root);

    full.chain[0] = leaf;
    site_start(&desk->site, &full);
    struct flow *f = ask(desk);
    site_stop(&desk->site);
    mint_free(leaf);
    return f;
}

static const struct mint_spec good = {.cn = "shop.example", .dns = {"shop.example"}};

static void a_good_site_is_accepted(void **state)
{
    struct desk *desk = *state;

    desk->stride_ms = 20;
    struct flow *f = ask_site(desk, &(struct far_site_config){.alpn = "h2"}, &good);
    assert_string_equal(f->entry, "explain");
    assert_string_equal(f->target->host, "shop.example");
    assert_string_equal(f->server_leg->verdict->verdict, "accept");
    assert_string_equal(f->server_leg->version, "TLSv1.3");
    assert_string_equal(f->server_leg->alpn, "h2");
    assert_null(f->server_leg->symptom);
    assert_null(f->failed_leg);
    assert_true(f->sealed);
    flow_free(f);
}

static void a_bad_chain_is_judged(void **state)
{
    const struct mint_spec expired = {
        .cn = "shop.example", .dns = {"shop.example"}, .not_after = MINT_AT - MINT_DAY};
    struct desk *desk = *state;

    desk->stride_ms = 20;
    struct flow *f = ask_site(desk, &(struct far_site_config){0}, &expired);
    assert_string_equal(f->server_leg->verdict->verdict, "reject");
    assert_string_equal(f->server_leg->verdict->class, "Expired");
    assert_non_null(f->server_leg->verdict_user);
    assert_null(f->failed_leg);
    flow_free(f);
}

static void a_site_that_wants_a_certificate_is_found_out_in_both_versions(void **state)
{
    struct desk *desk = *state;

    desk->stride_ms = 1; /* TLS 1.3 says so only after the handshake: there is time to look */
    struct flow *f = ask_site(desk, &(struct far_site_config){.demands_certificate = true}, &good);
    assert_string_equal(f->server_leg->symptom, "alert-after-finish");
    assert_int_equal(f->server_leg->alert->number, 116);
    assert_string_equal(f->failed_leg, "server");
    assert_string_equal(f->server_leg->verdict->verdict, "accept");
    flow_free(f);
    f = ask_site(
        desk, &(struct far_site_config){.demands_certificate = true, .max_version = 0x0303}, &good);
    assert_string_equal(f->server_leg->symptom, "alert-after-certificate");
    assert_true(f->server_leg->wants_client_certificate);
    assert_int_equal(f->server_leg->n_chain, 1);
    flow_free(f);
}

struct failing_row {
    enum far_manner manner;
    int64_t stride_ms;
    const char *symptom, *ended;
    const char *retry; /* what the second try found; NULL: none is worth it */
};

static void a_site_that_fails_has_its_symptom(void **state)
{
    static const struct failing_row rows[] = {
        {FAR_PLAIN_TEXT_TO_TLS, 1, "not-tls", "fin", NULL},
        {FAR_CLOSES, 1, "close-before-server-hello", "fin", "nothing"},
        {FAR_RESETS, 1, "close-before-server-hello", "rst", "nothing"},
        {FAR_STALLS, 6000, "stalled", "timeout", NULL},
    };
    struct desk *desk = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk->stride_ms = rows[i].stride_ms;
        struct flow *f = ask_site(desk, &(struct far_site_config){.manner = rows[i].manner}, &good);
        assert_string_equal(f->server_leg->symptom, rows[i].symptom);
        if (rows[i].manner !=
            FAR_PLAIN_TEXT_TO_TLS) /* the look ends with the first words, before their end */
            assert_string_equal(f->server_leg->ended, rows[i].ended);
        assert_string_equal(f->failed_leg, "server");
        assert_null(f->server_leg->verdict);
        if (rows[i].retry)
            assert_string_equal(f->server_leg->retry, rows[i].retry);
        else
            assert_null(f->server_leg->retry);
        flow_free(f);
    }
}

static void a_site_that_refuses_our_offer_is_asked_what_it_would_take(void **state)
{
    static const struct {
        struct far_site_config how;
        const char *retry, *found;
    } rows[] = {
        {{.max_version = 0x0302}, "version", "TLSv1.1"},
        {{.max_version = 0x0303, .ciphers = "ECDHE-ECDSA-CAMELLIA128-SHA256"}, "cipher",
            "TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256"},
    };
    struct desk *desk = *state;

    desk->stride_ms = 20;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct flow *f = ask_site(desk, &rows[i].how, &good);

        assert_string_equal(f->server_leg->retry, rows[i].retry);
        assert_string_equal(f->server_leg->retry_found, rows[i].found);
        assert_null(f->client_leg); /* nobody was there but us */
        flow_free(f);
    }
}

static void a_site_that_cannot_be_reached_is_an_answer(void **state)
{
    struct desk *desk = *state;

    desk->stride_ms = 1;
    desk->refused = true;
    struct flow *f = ask(desk);
    desk->refused = false;
    assert_string_equal(f->dial->error, "nxdomain");
    assert_null(f->server_leg);
    flow_free(f);
}

static void a_port_where_nobody_listens_is_an_answer(void **state)
{
    struct desk *desk = *state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(
        bind(taken, (struct sockaddr *)&at, sizeof at), 0); /* bound, and not listening */
    assert_int_equal(getsockname(taken, (struct sockaddr *)&at, &len), 0);
    desk->stride_ms = 1;
    desk->site.port = ntohs(at.sin_port);
    struct flow *f = ask(desk);
    close(taken);
    assert_string_equal(f->dial->error, "refused");
    assert_int_equal(f->dial->addresses.n, 1);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_site_is_accepted),
        cmocka_unit_test(a_bad_chain_is_judged),
        cmocka_unit_test(a_site_that_wants_a_certificate_is_found_out_in_both_versions),
        cmocka_unit_test(a_site_that_fails_has_its_symptom),
        cmocka_unit_test(a_site_that_refuses_our_offer_is_asked_what_it_would_take),
        cmocka_unit_test(a_site_that_cannot_be_reached_is_an_answer),
        cmocka_unit_test(a_port_where_nobody_listens_is_an_answer),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
