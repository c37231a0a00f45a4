#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "base/clock.h"
#include "dial_tls.h"
#include "far_site.h"
#include "mint_chain.h"
#include "net/dial.h"
#include "pipe_memory.h"
#include "tls/contexts.h"
#include "tls/peer_trust.h"

/* The dialer beneath, and a proxy at its far end that wants TLS. */
struct scene {
    struct dialer beneath; /* first: its functions find the rest by it */
    void (*beneath_done)(void *arg, struct dial_result *result);
    void *beneath_arg;
    bool cancelled;
    struct mint *root, *leaf;
    char path[64];
    struct peer_trust *trust;
    struct tls_contexts *contexts;
    struct clock clock;
    struct dialer *dialer;
    struct dial *dial;
    struct memory_pipe *network;
    struct far_site *proxy;
    struct dial_result result;
    int told;
};

static struct dial *begin(struct dialer *d, const char *host, uint16_t port, bool from_loopback,
    void (*done)(void *arg, struct dial_result *result), void *arg)
{
    struct scene *s = (struct scene *)d;

    (void)host;
    (void)port;
    (void)from_loopback;
    s->beneath_done = done;
    s->beneath_arg = arg;
    return (struct dial *)s;
}

static void cancel(struct dialer *d, struct dial *one)
{
    (void)one;
    ((struct scene *)d)->cancelled = true;
}

static void done(void *arg, struct dial_result *result)
{
    struct scene *s = arg;

    s->told++;
    s->result = *result;
    s->dial = NULL;
}

static void trust_root(struct scene *s)
{
    char pem[4096] = "";
    struct err e = {0};
    int fd = mkstemp(strcpy(s->path, "/tmp/whytls-dial-XXXXXX"));

    mint_pem(s->root, pem, sizeof pem);
    assert_int_equal(write(fd, pem, strlen(pem)), strlen(pem));
    close(fd);
    s->trust = peer_trust_new(s->path, &e);
    assert_non_null(s->trust);
}

static struct scene *scene_of(const char *host, enum far_manner manner)
{
    struct scene *s = calloc(1, sizeof *s);
    struct far_site_config config = {.manner = manner, .alpn = "http/1.1"};
    struct err e = {0};

    s->beneath = (struct dialer){.start = begin, .cancel = cancel};
    s->root = mint_make(&(struct mint_spec){.cn = "Corp Root", .ca = true}, NULL);
    s->leaf = mint_make(&(struct mint_spec){.cn = "p", .dns = {"proxy.example"}}, s->root);
    trust_root(s);
    s->contexts = tls_contexts_new(&(struct tls_config){0}, &e);
    clock_fake_init(&s->clock, MINT_AT * 1000);
    s->network = memory_pipe_new();
    config.chain[0] = s->leaf;
    s->proxy = far_site_new(&config);
    s->dialer = dialer_tls_new(&s->beneath, s->contexts, s->trust, &s->clock);
    s->dial = s->dialer->start(s->dialer, host, 443, true, done, s);
    return s;
}

static void connects(struct scene *s)
{
    struct dial_result result = {.pipe = memory_pipe_end(s->network), .address = "192.0.2.9"};

    s->beneath_done(s->beneath_arg, &result);
}

/* Until neither side has anything more to say. */
static void run(struct scene *s)
{
    bool moved = true;

    while (moved) {
        moved = memory_pipe_turn(s->network);
        struct evbuffer *sent = memory_pipe_sent(s->network);
        if (evbuffer_get_length(sent) > 0) {
            far_site_feed(s->proxy, sent);
            moved = true;
        }
        enum far_end end = far_site_pump(s->proxy);
        struct evbuffer *out = far_site_out(s->proxy);
        size_t n = evbuffer_get_length(out);
        if (n > 0)
            memory_pipe_feed(s->network, evbuffer_pullup(out, -1), n);
        evbuffer_drain(out, n);
        if (end == FAR_FIN)
            memory_pipe_eof(s->network);
        else if (end == FAR_RST)
            memory_pipe_reset(s->network);
        moved = moved || n > 0 || end != FAR_GOES_ON;
    }
}

static void ends(struct scene *s)
{
    pipe_close(s->result.pipe, true);
    dialer_tls_free(s->dialer);
    assert_true(memory_pipe_is_closed(s->network));
    memory_pipe_free(s->network);
    far_site_free(s->proxy);
    peer_trust_free(s->trust);
    tls_contexts_free(s->contexts);
    mint_free(s->leaf);
    mint_free(s->root);
    unlink(s->path);
    free(s);
}

static void a_trusted_proxy_is_spoken_to_inside_tls(void **state)
{
    struct scene *s = scene_of("proxy.example", FAR_TLS);

    (void)state;
    connects(s);
    run(s);
    assert_int_equal(s->told, 1);
    assert_int_equal(s->result.error, DIAL_OK);
    assert_string_equal(s->result.address, "192.0.2.9");
    assert_string_equal(far_site_sni(s->proxy), "proxy.example");
    evbuffer_add(s->result.pipe->out, "CONNECT", 7);
    pipe_send(s->result.pipe);
    run(s);
    assert_string_equal(far_site_heard(s->proxy), "CONNECT");
    ends(s);
}

static void whatever_goes_wrong_has_its_words(void **state)
{
    static const struct {
        const char *host;
        enum far_manner manner;
        const char *says;
    } cases[] = {
        {"other.example", FAR_TLS, "Its certificate does not stand the test (hostname mismatch)."},
        {"proxy.example", FAR_PLAIN_TEXT_TO_TLS, "No TLS with it came about (it speaks none)."},
        {"proxy.example", FAR_CLOSES, "No TLS with it came about"},
        {"proxy.example", FAR_RESETS, "No TLS with it came about"},
        {"proxy.example", FAR_ALERT_NAME, "No TLS with it came about"},
        {"proxy.example", FAR_GARBAGE, "No TLS with it came about"},
        {"proxy.example", FAR_RESETS_HALFWAY, "No TLS with it came about"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene *s = scene_of(cases[i].host, cases[i].manner);

        connects(s);
        run(s);
        assert_int_equal(s->told, 1);
        assert_int_equal(s->result.error, DIAL_PROXY_FAILED);
        assert_null(s->result.pipe);
        if (strncmp(s->result.via_says, cases[i].says, strlen(cases[i].says)) != 0)
            fail_msg("case %zu: %s", i, s->result.via_says);
        ends(s);
    }
}

static void a_certificate_of_another_root_is_refused(void **state)
{
    struct scene *s = scene_of("proxy.example", FAR_TLS);
    struct err e = {0};

    (void)state;
    peer_trust_free(s->trust);
    s->trust = peer_trust_new(NULL, &e);
    dialer_tls_free(s->dialer);
    s->dialer = dialer_tls_new(&s->beneath, s->contexts, s->trust, &s->clock);
    s->dialer->start(s->dialer, "proxy.example", 443, true, done, s);
    connects(s);
    run(s);
    assert_int_equal(s->result.error, DIAL_PROXY_FAILED);
    ends(s);
}

static void a_failed_dial_is_passed_on(void **state)
{
    struct scene *s = scene_of("proxy.example", FAR_TLS);
    struct dial_result result = {.error = DIAL_REFUSED};

    (void)state;
    s->beneath_done(s->beneath_arg, &result);
    assert_int_equal(s->result.error, DIAL_REFUSED);
    assert_string_equal(s->result.via_says, "");
    pipe_close(memory_pipe_end(s->network), true);
    ends(s);
}

static void it_may_be_given_up_at_any_time(void **state)
{
    (void)state;
    for (int step = 0; step < 3; step++) {
        struct scene *s = scene_of("proxy.example", FAR_STALLS);

        if (step > 0)
            connects(s);
        else
            pipe_close(memory_pipe_end(s->network), true);
        if (step < 2)
            s->dialer->cancel(s->dialer, s->dial);
        assert_true(s->cancelled == (step == 0));
        ends(s); /* at the last step the dialer goes while it shakes hands */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trusted_proxy_is_spoken_to_inside_tls),
        cmocka_unit_test(whatever_goes_wrong_has_its_words),
        cmocka_unit_test(a_certificate_of_another_root_is_refused),
        cmocka_unit_test(a_failed_dial_is_passed_on),
        cmocka_unit_test(it_may_be_given_up_at_any_time),
    };

    return cmocka_run_group_tests_name("relay/dial_tls", tests, NULL, NULL);
}
