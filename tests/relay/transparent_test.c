/* Clients that a gateway turned to us: they speak to the site at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "device/roads.h"
#include "relay/relay.h"
#include "support/talk.h"

static const char get[] = "GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n";
static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

static void tls_goes_to_the_address_that_the_client_chose(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "192.0.2.80", talk_good(t, "shop.example"));
    struct caller *c = caller_new_turned(t, "192.0.2.80", 443, false);
    caller_shakes(c, talk_phone(t, "shop.example"));
    assert_string_equal(talk_dialled(t, 0), "192.0.2.80:443");
    assert_true(phone_is_open(caller_phone(c)));
    caller_says(c, get);
    assert_string_equal(far_site_heard(talk_far(t, 0)), get);
    assert_string_equal(far_site_sni(talk_far(t, 0)), "shop.example");
    far_site_says(talk_far(t, 0), ok);
    talk_run(t);
    assert_string_equal(caller_heard(c), ok);
    caller_closes(c);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->entry, "transparent");
    assert_string_equal(f->target->host, "shop.example");
    assert_string_equal(f->target->learnt, "sni");
    assert_int_equal(f->target->port, 443);
    assert_string_equal(f->server_leg->verdict->verdict, "accept");
    assert_string_equal(f->exchanges[0].url, "https://shop.example/a");
    talk_free(t);
}

static void a_name_that_the_configuration_answers_for_is_dialled_by_name(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_configures(t, "shop.example");
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *c = caller_new_turned(t, "192.0.2.80", 443, false);
    caller_shakes(c, talk_phone(t, "shop.example"));
    assert_string_equal(talk_dialled(t, 0), "shop.example:443");
    caller_closes(c);
    talk_free(t);
}

static void tls_without_a_name_is_known_by_its_address(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    struct caller *c = caller_new_turned(t, "192.0.2.80", 993, false);
    caller_shakes(c, talk_phone(t, "192.0.2.80"));
    assert_string_equal(talk_dialled(t, 0), "192.0.2.80:993");
    caller_closes(c);
    assert_string_equal(talk_flow(t, 0)->target->host, "192.0.2.80");
    assert_string_equal(talk_flow(t, 0)->target->learnt, "origdst");
    talk_free(t);
}

static void plain_http_goes_on_byte_for_byte(void **state)
{
    static const char request[] =
        "GET /a HTTP/1.1\r\nhost:  Shop.Example\r\nTE: trailers\r\nProxy-Connection: x\r\n\r\n";
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "192.0.2.80", &(struct far_site_config){.manner = FAR_PLAIN});
    struct caller *c = caller_new_turned(t, "192.0.2.80", 80, false);
    caller_sends(c, request);
    assert_string_equal(talk_dialled(t, 0), "192.0.2.80:80");
    assert_string_equal(far_site_heard(talk_far(t, 0)), request);
    far_site_says(talk_far(t, 0), ok);
    talk_run(t);
    assert_string_equal(caller_gets(c), ok);
    caller_closes(c);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->target->host, "shop.example");
    assert_string_equal(f->target->learnt, "url");
    assert_string_equal(f->exchanges[0].url, "http://shop.example/a");
    talk_free(t);
}

static void another_host_on_the_same_connection_is_a_flow_of_its_own(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "192.0.2.80", &(struct far_site_config){.manner = FAR_PLAIN});
    talk_expects_more_flows(t, 1);
    struct caller *c = caller_new_turned(t, "192.0.2.80", 80, false);
    caller_sends(c, get);
    far_site_says(talk_far(t, 0), ok);
    talk_run(t);
    caller_sends(c, "GET /b HTTP/1.1\r\nHost: other.example\r\n\r\n");
    assert_string_equal(talk_dialled(t, 1), "192.0.2.80:80");
    far_site_says(talk_far(t, 1), ok);
    talk_run(t);
    caller_closes(c);
    assert_int_equal(talk_flows(t), 2);
    assert_string_equal(talk_flow(t, 1)->entry, "transparent");
    assert_string_equal(talk_flow(t, 1)->exchanges[0].url, "http://other.example/b");
    talk_free(t);
}

static void a_host_that_is_none_is_refused(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    struct caller *c = caller_new_turned(t, "192.0.2.80", 80, false);
    caller_sends(c, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n");
    assert_memory_equal(caller_gets(c), "HTTP/1.1 400 ", 13);
    assert_int_equal(talk_dials(t), 0);
    talk_free(t);
}

static void a_server_that_speaks_first_is_waited_for(void **state)
{
    static const char greeting[] = "220 other ready\r\n";
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "192.0.2.22", &(struct far_site_config){.manner = FAR_PLAIN});
    struct caller *c = caller_new_turned(t, "192.0.2.22", 2222, false);
    talk_wait(t, 1000);
    assert_int_equal(talk_dials(t), 0);
    talk_wait(t, 1000);
    assert_string_equal(talk_dialled(t, 0), "192.0.2.22:2222");
    far_site_says(talk_far(t, 0), greeting);
    talk_run(t);
    assert_string_equal(caller_gets(c), greeting);
    caller_sends(c, "HELLO\r\n");
    assert_string_equal(far_site_heard(talk_far(t, 0)), "HELLO\r\n");
    caller_resets(c);
    assert_string_equal(talk_flow(t, 0)->decision->action, "tunnel");
    talk_free(t);
}

static void a_client_of_another_proxy_is_passed_on_unread(void **state)
{
    static const char connect[] = "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example\r\n\r\n";
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "192.0.2.80", &(struct far_site_config){.manner = FAR_PLAIN});
    struct caller *c = caller_new_turned(t, "192.0.2.80", 3128, false);
    caller_sends(c, connect);
    assert_string_equal(far_site_heard(talk_far(t, 0)), connect);
    caller_closes(c);
    talk_free(t);
}

static void what_leads_back_to_us_is_not_dialled(void **state)
{
    /* alert 49 access_denied, RFC 8446 §6.2 */
    static const char alert[] = {21, 3, 1, 0, 2, 2, 49};
    static const struct {
        const char *says;
        bool to_us, from_us, alert;
    } cases[] = {
        {"\x16\x03\x01\x02\x00\x01", true, false, true},
        {"EHLO phone\r\n", true, false, false},
        {"\x16\x03\x01\x02\x00\x01", false, true, true},
        {"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n", false, true, false},
        {"", true, false, false},
        {"", false, true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct talk *t = talk_new();

        if (cases[i].from_us)
            talk_next_is_ours(t);
        struct caller *c = caller_new_turned(t, "10.0.0.1", 8443, cases[i].to_us);
        size_t n = strlen(cases[i].says);
        /* a record's length holds a NUL */
        caller_sends_n(c, cases[i].says, cases[i].says[0] == 0x16 ? 6 : n);
        talk_wait(t, 2000);
        assert_true(caller_saw_end(c));
        if (cases[i].alert)
            assert_memory_equal(caller_gets(c), alert, sizeof alert);
        assert_int_equal(talk_dials(t), 0);
        assert_true(flow_has_note(talk_flow(t, 0), "relay/loop"));
        assert_true(talk_flow(t, 0)->refused_by_us);
        talk_free(t);
    }
}

static void a_browser_at_our_own_address_gets_the_set_up_page(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    struct caller *c = caller_new_turned(t, "10.0.0.1", 80, true);
    caller_sends(c, "GET / HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n");
    assert_memory_equal(caller_gets(c), "HTTP/1.1 200 ", 13);
    caller_closes(c);
    c = caller_new_turned(t, "192.0.2.1", 80, false);
    caller_sends(c, "GET / HTTP/1.1\r\nHost: whytls.test\r\n\r\n");
    assert_memory_equal(caller_gets(c), "HTTP/1.1 200 ", 13);
    caller_closes(c);
    assert_int_equal(talk_dials(t), 0);
    assert_string_equal(talk_flow(t, 1)->entry, "self");
    talk_free(t);
}

static void quic_that_was_tried_there_is_told(void **state)
{
    struct talk *t = talk_new_with_rules();

    (void)state;
    talk_site(t, "192.0.2.80", talk_good(t, "shop.example"));
    roads_note_quic(talk_roads(t), "10.0.0.7", "192.0.2.80", false, talk_now_ms(t));
    struct caller *c = caller_new_turned(t, "192.0.2.80", 443, false);
    talk_wait(t, 300);
    caller_shakes(c, talk_phone(t, "shop.example"));
    caller_says(c, get);
    caller_closes(c);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->client->quic, "passed");
    assert_int_equal(f->client->quic_ago, 300);
    assert_int_equal(f->n_diagnosis, 1);
    assert_string_equal(f->diagnosis[0].cause, "quic-bypass");
    talk_free(t);
}

static void an_app_that_goes_past_the_proxy_of_its_device_is_told_once(void **state)
{
    struct talk *t = talk_new_with_rules();

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    talk_site(t, "192.0.2.80", talk_good(t, "shop.example"));
    for (int i = 0; i < 3; i++) {
        struct caller *c = i ? caller_new_turned(t, "192.0.2.80", 443, false) : caller_new(t);
        if (i == 0)
            caller_asks(c, "shop.example:443");
        caller_shakes(c, talk_phone(t, "shop.example"));
        caller_says(c, get);
        caller_closes(c);
    }
    assert_int_equal(talk_flow(t, 0)->n_diagnosis, 0);
    assert_int_equal(talk_flow(t, 1)->n_diagnosis, 1);
    assert_string_equal(talk_flow(t, 1)->diagnosis[0].cause, "app-bypasses-proxy");
    assert_int_equal(talk_flow(t, 2)->n_diagnosis, 0);
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls_goes_to_the_address_that_the_client_chose),
        cmocka_unit_test(a_name_that_the_configuration_answers_for_is_dialled_by_name),
        cmocka_unit_test(tls_without_a_name_is_known_by_its_address),
        cmocka_unit_test(plain_http_goes_on_byte_for_byte),
        cmocka_unit_test(another_host_on_the_same_connection_is_a_flow_of_its_own),
        cmocka_unit_test(a_host_that_is_none_is_refused),
        cmocka_unit_test(a_server_that_speaks_first_is_waited_for),
        cmocka_unit_test(a_client_of_another_proxy_is_passed_on_unread),
        cmocka_unit_test(what_leads_back_to_us_is_not_dialled),
        cmocka_unit_test(a_browser_at_our_own_address_gets_the_set_up_page),
        cmocka_unit_test(quic_that_was_tried_there_is_told),
        cmocka_unit_test(an_app_that_goes_past_the_proxy_of_its_device_is_told_once),
    };

    return cmocka_run_group_tests_name("relay/transparent", tests, NULL, NULL);
}
