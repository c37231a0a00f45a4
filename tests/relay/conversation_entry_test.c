/* Conversations: how a connection begins, up to the decision; nothing is sent to a site before it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "base/mem.h"
#include "device/history.h"
#include "relay/relay.h"
#include "support/talk.h"

static const char get[] = "GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n";
static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void a_request_crosses_and_is_recorded(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    assert_int_equal(talk_dials(t), 0);
    caller_shakes(c, talk_phone(t, "shop.example"));
    assert_string_equal(talk_dialled(t, 0), "shop.example:443");
    assert_true(phone_is_open(caller_phone(c)));
    caller_says(c, get);
    assert_string_equal(far_site_heard(talk_far(t, 0)), get);
    assert_string_equal(far_site_sni(talk_far(t, 0)), "shop.example");
    far_site_says(talk_far(t, 0), ok);
    talk_run(t);
    assert_string_equal(caller_heard(c), ok);
    assert_string_equal(talk_moments(t), "device_seen hello judged request response response_body");
    caller_closes(c);
    assert_int_equal(talk_flows(t), 1);
    assert_string_equal(talk_moments(t), "finish");
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->target->host, "shop.example");
    assert_string_equal(f->server_leg->verdict->verdict, "accept");
    assert_string_equal(f->decision->answer, "relay");
    assert_int_equal(f->n_exchanges, 1);
    assert_int_equal(f->exchanges[0].status, 200);
    assert_string_equal(f->exchanges[0].url, "https://shop.example/a");
    assert_string_equal(f->client_leg->ended, "fin");
    assert_null(f->client_leg->symptom);
    assert_null(f->failed_leg);
    assert_int_equal(f->client_leg->bytes_in, strlen(get));
    assert_int_equal(f->client_leg->bytes_out, strlen(ok));
    talk_free(t);
}

/* What a phone says first. */
static struct evbuffer *hello_of(const char *host)
{
    struct phone *p = phone_new(&(struct phone_config){.host = host});

    phone_pump(p);
    struct evbuffer *hello = evbuffer_new();
    evbuffer_add_buffer(hello, phone_out(p));
    phone_free(p);
    return hello;
}

static void nothing_goes_to_the_site_before_the_whole_hello_is_there(void **state)
{
    struct talk *t = talk_new();
    struct evbuffer *hello = hello_of("shop.example");
    char byte;

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    while (evbuffer_get_length(hello) > 1) {
        evbuffer_remove(hello, &byte, 1);
        caller_sends_n(c, &byte, 1);
        assert_int_equal(talk_dials(t), 0);
        assert_string_equal(talk_moments(t), "");
    }
    evbuffer_remove(hello, &byte, 1);
    caller_sends_n(c, &byte, 1);
    assert_int_equal(talk_dials(t), 1);
    assert_string_equal(far_site_sni(talk_far(t, 0)), "shop.example");
    caller_closes(c);
    evbuffer_free(hello);
    talk_free(t);
}

static void a_pipelined_hello_is_not_lost(void **state)
{
    struct talk *t = talk_new();
    struct evbuffer *all = hello_of("shop.example");

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    evbuffer_prepend(all, "CONNECT shop.example:443 HTTP/1.1\r\n\r\n", 37);
    struct caller *c = caller_new(t);
    caller_sends_n(c, evbuffer_pullup(all, -1), evbuffer_get_length(all));
    assert_string_equal(far_site_sni(talk_far(t, 0)), "shop.example");
    caller_resets(c);
    evbuffer_free(all);
    talk_free(t);
}

static void put_16(uint8_t *at, size_t n)
{
    at[0] = (uint8_t)(n >> 8);
    at[1] = (uint8_t)n;
}

/* A TLS 1.2 ClientHello with padding (RFC 7685) in a handshake message of `size` bytes, in records
 * of 16,384. */
static struct evbuffer *hello_padded(size_t size)
{
    static const uint8_t lists[] = {
        0, 0, 2, 0xc0, 0x2f, 1, 0}; /* no session, one cipher, no compression */
    struct evbuffer *records = evbuffer_new();
    uint8_t *message = mem_new(size), *at = message;
    size_t extensions = size - 4 - 2 - 32 - sizeof lists - 2;

    *at++ = 1;
    *at++ = (uint8_t)((size - 4) >> 16);
    put_16(at, (size - 4) & 0xffff);
    at += 2;
    put_16(at, 0x0303);
    at += 2 + 32;
    memcpy(at, lists, sizeof lists);
    at += sizeof lists;
    put_16(at, extensions);
    put_16(at + 2, 21);
    put_16(at + 4, extensions - 4);
    for (size_t done = 0; done < size;) {
        size_t n = size - done < 16384 ? size - done : 16384;
        uint8_t header[5] = {22, 3, 1, (uint8_t)(n >> 8), (uint8_t)n};

        evbuffer_add(records, header, sizeof header);
        evbuffer_add(records, message + done, n);
        done += n;
    }
    mem_free(message);
    return records;
}

static void segments_of(struct caller *c, struct evbuffer *bytes)
{
    char segment[1400];
    int n;

    while ((n = evbuffer_remove(bytes, segment, sizeof segment)) > 0)
        caller_sends_n(c, segment, (size_t)n);
    evbuffer_free(bytes);
}

static void a_hello_of_nearly_64_kib_in_many_segments_is_read(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    segments_of(c, hello_padded(65000));
    assert_int_equal(talk_dials(t), 1);
    caller_closes(c);
    assert_int_equal(talk_flow(t, 0)->client_leg->hello->size, 65000);
    talk_free(t);
}

static void a_hello_above_64_kib_gets_decode_error(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    segments_of(c, hello_padded(65536));
    const char *alert = caller_gets(c);
    assert_memory_equal(alert, "\x15\x03\x01\x00\x02\x02\x32", 7);
    assert_int_equal(talk_dials(t), 0);
    assert_true(flow_has_note(talk_flow(t, 0), "relay/bad-hello"));
    talk_free(t);
}

struct half_row {
    const char *what, *bytes;
    size_t n;
    const char *note;
};

static const struct half_row halves[] = {
    {"nothing", "", 0, NULL},
    {"half a method", "CONN", 4, "relay/not-http"},
    {"half a head", "CONNECT a.example:443 HTTP/1.1\r\nHos", 34, NULL},
    {"garbage", "\x01\x02\x03\x04", 4, "relay/not-http"},
    {"TLS to the proxy itself", "\x16\x03\x01\x00\x50\x01\x00\x00\x4c\x03\x03", 11,
        "relay/half-hello"},
    {"a ClientHello cut off",
        "CONNECT a.example:443 HTTP/1.1\r\n\r\n\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 45,
        "relay/half-hello"},
    {"a target without a port", "CONNECT a.example HTTP/1.1\r\n\r\n", 30, "relay/bad-request"},
    {"a target that is none", "GET https://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", 52,
        "relay/bad-request"},
    {"a head that is none", "GET / HTTP/1.1\r\nHost: a\nb\r\n\r\n", 29, "relay/bad-request"},
    {"a hello that is none",
        "CONNECT a.example:443 HTTP/1.1\r\n\r\n\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03", 45,
        "relay/bad-hello"},
};

static void whoever_leaves_in_the_middle_ends_the_relay(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++)
        for (int reset = 0; reset < 2; reset++) {
            struct talk *t = talk_new();
            struct caller *c = caller_new(t);

            caller_sends_n(c, halves[i].bytes, halves[i].n);
            if (reset)
                caller_resets(c);
            else
                caller_closes(c);
            assert_int_equal(relays_open(talk_relays(t)), 0);
            assert_int_equal(talk_dials(t), 0);
            if (halves[i].note && !flow_has_note(talk_flow(t, 0), halves[i].note))
                fail_msg("%s: no note %s", halves[i].what, halves[i].note);
            talk_free(t);
        }
}

static void whoever_stays_silent_is_sent_away_in_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++) {
        struct talk *t = talk_new();
        struct caller *c = caller_new(t);

        caller_sends_n(c, halves[i].bytes, halves[i].n);
        talk_wait(t, 10100);
        if (relays_open(talk_relays(t)) != 0)
            fail_msg("%s: still there", halves[i].what);
        assert_true(caller_saw_end(c));
        talk_free(t);
    }
}

static void a_client_that_waits_for_a_greeting_gets_a_tunnel(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "ssh.example", &(struct far_site_config){.manner = FAR_PLAIN});
    struct caller *c = caller_new(t);
    caller_asks(c, "ssh.example:22");
    talk_wait(t, 1400);
    assert_int_equal(talk_dials(t), 0);
    talk_wait(t, 200);
    assert_int_equal(talk_dials(t), 1);
    far_site_says(talk_far(t, 0), "SSH-2.0-x\r\n");
    talk_run(t);
    assert_string_equal(caller_gets(c), "SSH-2.0-x\r\n");
    caller_sends(c, "SSH-2.0-y\r\n");
    assert_string_equal(far_site_heard(talk_far(t, 0)), "SSH-2.0-y\r\n");
    far_site_closes(talk_far(t, 0));
    talk_run(t);
    assert_true(caller_saw_end(c));
    caller_closes(c);
    assert_int_equal(talk_flows(t), 1);
    assert_string_equal(talk_flow(t, 0)->decision->action, "tunnel");
    assert_int_equal(talk_flow(t, 0)->server_leg->bytes_in, 11);
    talk_free(t);
}

static void what_is_not_tls_is_tunnelled_with_what_came_first(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "ssh.example", &(struct far_site_config){.manner = FAR_PLAIN});
    struct caller *c = caller_new(t);
    caller_sends(c, "CONNECT ssh.example:22 HTTP/1.1\r\n\r\nSSH-2.0-x\r\n");
    assert_string_equal(far_site_heard(talk_far(t, 0)), "SSH-2.0-x\r\n");
    caller_closes(c);
    assert_true(far_site_saw_eof(talk_far(t, 0)));
    far_site_says(talk_far(t, 0), "late words");
    talk_run(t);
    assert_non_null(strstr(caller_gets(c), "late words"));
    far_site_closes(talk_far(t, 0));
    talk_run(t);
    assert_int_equal(talk_flows(t), 1);
    talk_free(t);
}

static void a_tunnel_loses_nothing_when_both_ended_and_one_reads_slowly(void **state)
{
    struct talk *t = talk_new();
    char *much = mem_new(600000);

    (void)state;
    memset(much, 'x', 600000);
    talk_site(t, "ssh.example", &(struct far_site_config){.manner = FAR_PLAIN});
    struct caller *c = caller_new(t);
    caller_sends(c, "CONNECT ssh.example:22 HTTP/1.1\r\n\r\nSSH-2.0-x\r\n");
    caller_gets(c);
    caller_holds(c, true);
    for (int i = 0; i < 10; i++) {
        far_site_says_n(talk_far(t, 0), much, 60000);
        talk_run(t);
    }
    far_site_closes(talk_far(t, 0));
    talk_run(t);
    caller_closes(c);
    size_t got = 0;
    for (int i = 0; i < 20; i++) {
        caller_holds(c, false);
        got += strlen(caller_gets(c));
        caller_holds(c, true);
    }
    caller_holds(c, false);
    assert_int_equal(got, 600000);
    assert_int_equal(talk_flows(t), 1);
    mem_free(much);
    talk_free(t);
}

static void a_rule_may_let_it_pass_unread(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_decides(t, MOMENT_HELLO, ACTION_TUNNEL);
    const struct mint *leaf =
        talk_mint(t, &(struct mint_spec){.cn = "shop.example", .dns = {"shop.example"}});
    talk_site(t, "shop.example", &(struct far_site_config){.chain = {leaf}, .alpn = "http/1.1"});
    struct phone_config own = *talk_phone(t, "shop.example");
    char pem[8192] = "";
    mint_pem(talk_root(t), pem, sizeof pem);
    own.root_pem = pem;
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    caller_shakes(c, &own);
    caller_says(c, get);
    assert_string_equal(far_site_heard(talk_far(t, 0)), get);
    far_site_says(talk_far(t, 0), ok);
    talk_run(t);
    assert_string_equal(caller_heard(c), ok);
    caller_closes(c);
    far_site_closes(talk_far(t, 0));
    talk_run(t);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->decision->action, "tunnel");
    assert_string_equal(f->decision->by, "rule:test/ear");
    assert_int_equal(f->n_exchanges, 0);
    assert_null(f->server_leg->verdict);
    assert_true(f->client_leg->bytes_in > 0);
    struct history_view view;
    history_read(talk_history(t),
        &(struct history_key){.ip = "10.0.0.7",
            .family = f->client->device->family,
            .app = f->client->app->name,
            .host = "shop.example"},
        talk_now_ms(t), &view);
    assert_int_equal(view.host.tunnel_worked, MINT_AT);
    assert_null(f->client_leg->unread_end);
    talk_free(t);
}

/* A phone that knows our root and not the site's stands for an app whose pin has gone stale. */
static void who_refuses_the_sites_own_certificate_unread_is_told_by_lengths(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_decides(t, MOMENT_HELLO, ACTION_TUNNEL);
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    assert_false(phone_is_open(caller_phone(c)));
    caller_closes(c);
    far_site_closes(talk_far(t, 0));
    talk_run(t);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->decision->action, "tunnel");
    assert_string_equal(f->client_leg->unread_end, "refused");
    struct history_view view;
    history_read(talk_history(t),
        &(struct history_key){.ip = "10.0.0.7",
            .family = f->client->device->family,
            .app = f->client->app->name,
            .host = "shop.example"},
        talk_now_ms(t), &view);
    assert_int_equal(view.host.tunnel_worked, HISTORY_NEVER);
    talk_free(t);
}

static void a_rule_may_refuse_before_anything_is_dialled(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_decides(t, MOMENT_HELLO, ACTION_REFUSE);
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    assert_int_equal(phone_alerted(caller_phone(c)), 49);
    assert_int_equal(talk_dials(t), 0);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->decision->action, "refuse");
    assert_string_equal(f->decision->answer, "alert");
    assert_int_equal(f->client_leg->alert->number, 49);
    assert_string_equal(f->client_leg->alert->from, "server");
    assert_null(f->client_leg->symptom);
    talk_free(t);
}

static void the_name_in_the_hello_counts_when_an_address_was_asked_for(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "192.0.2.80", talk_good(t, "shop.example"));
    struct caller *c = caller_new(t);
    caller_asks(c, "192.0.2.80:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    assert_true(phone_is_open(caller_phone(c)));
    caller_closes(c);
    talk_wait(t, 2100);
    assert_string_equal(talk_flow(t, 0)->target->host, "shop.example");
    assert_string_equal(talk_flow(t, 0)->target->learnt, "sni");
    assert_string_equal(talk_flow(t, 0)->server_leg->verdict->verdict, "accept");
    talk_free(t);
}

static void a_client_older_than_tls_1_2_has_nothing_in_common_with_us(void **state)
{
    struct talk *t = talk_new();
    struct phone_config old = *talk_phone(t, "shop.example");

    (void)state;
    old.versions = "1.1";
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    caller_shakes(c, &old);
    assert_int_equal(phone_alerted(caller_phone(c)), 70);
    assert_int_equal(talk_dials(t), 0);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->client_leg->symptom, "nothing-in-common");
    assert_string_equal(f->failed_leg, "client");
    assert_int_equal(f->history->host->refused, 0);
    talk_free(t);
}

struct self_row {
    const char *request, *status, *has;
};

static void whytls_answers_for_itself(void **state)
{
    static const struct self_row rows[] = {
        {"GET / HTTP/1.1\r\nHost: 10.0.0.1:8080\r\n\r\n", "HTTP/1.1 200 OK", "Set up this phone"},
        {"GET http://whytls.test/ HTTP/1.1\r\nHost: whytls.test\r\n\r\n", "HTTP/1.1 200 OK",
            "Set up this phone"},
        {"GET http://whytls.test HTTP/1.1\r\nHost: whytls.test\r\n\r\n", "HTTP/1.1 200 OK",
            "Set up this phone"},
        {"GET /whytls.pem?x HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK",
            "-----BEGIN CERTIFICATE-----"},
        {"GET /whytls.mobileconfig HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK",
            "com.apple.security.root"},
        {"GET /other HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 Not Found", "Nothing is here"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 405 Method Not Allowed", "Allow: GET, HEAD"},
        {"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK", "text/html"},
        {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 Method Not Allowed",
            "Allow: GET, HEAD"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct talk *t = talk_new();
        struct caller *c = caller_new(t);

        caller_sends(c, rows[i].request);
        const char *heard = caller_gets(c);
        if (!starts(heard, rows[i].status) || !strstr(heard, rows[i].has))
            fail_msg("%s -> %s", rows[i].request, heard);
        if (starts(rows[i].request, "HEAD"))
            assert_string_equal(strstr(heard, "\r\n\r\n"), "\r\n\r\n");
        assert_true(caller_saw_end(c));
        assert_string_equal(talk_flow(t, 0)->entry, "self");
        assert_int_equal(talk_dials(t), 0);
        talk_free(t);
    }
}

static void a_plain_request_goes_on_in_origin_form(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "shop.example", &(struct far_site_config){.manner = FAR_PLAIN});
    struct caller *c = caller_new(t);
    caller_sends(c,
        "GET http://Shop.Example/a?b HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n");
    assert_string_equal(talk_dialled(t, 0), "shop.example:80");
    assert_true(
        starts(far_site_heard(talk_far(t, 0)), "GET /a?b HTTP/1.1\r\nHost: Shop.Example\r\n"));
    far_site_says(talk_far(t, 0), ok);
    talk_run(t);
    assert_string_equal(caller_gets(c), ok);
    caller_closes(c);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->entry, "absolute");
    assert_string_equal(f->target->host, "shop.example");
    assert_null(f->client_leg);
    assert_int_equal(f->exchanges[0].status, 200);
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_crosses_and_is_recorded),
        cmocka_unit_test(nothing_goes_to_the_site_before_the_whole_hello_is_there),
        cmocka_unit_test(a_pipelined_hello_is_not_lost),
        cmocka_unit_test(a_hello_of_nearly_64_kib_in_many_segments_is_read),
        cmocka_unit_test(a_hello_above_64_kib_gets_decode_error),
        cmocka_unit_test(whoever_leaves_in_the_middle_ends_the_relay),
        cmocka_unit_test(whoever_stays_silent_is_sent_away_in_time),
        cmocka_unit_test(a_client_that_waits_for_a_greeting_gets_a_tunnel),
        cmocka_unit_test(what_is_not_tls_is_tunnelled_with_what_came_first),
        cmocka_unit_test(a_tunnel_loses_nothing_when_both_ended_and_one_reads_slowly),
        cmocka_unit_test(a_rule_may_let_it_pass_unread),
        cmocka_unit_test(who_refuses_the_sites_own_certificate_unread_is_told_by_lengths),
        cmocka_unit_test(a_rule_may_refuse_before_anything_is_dialled),
        cmocka_unit_test(the_name_in_the_hello_counts_when_an_address_was_asked_for),
        cmocka_unit_test(a_client_older_than_tls_1_2_has_nothing_in_common_with_us),
        cmocka_unit_test(whytls_answers_for_itself),
        cmocka_unit_test(a_plain_request_goes_on_in_origin_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
