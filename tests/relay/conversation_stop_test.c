/* Conversations: how connections end when the proxy stops, and when time runs out in each stage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "relay/relay.h"
#include "support/talk.h"

static const char get[] = "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n";
static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

static struct caller *begin(struct talk *t)
{
    struct caller *c = caller_new(t);

    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    return c;
}

/* --- the proxy stops --- */

/* Brings a connection into a stage. */
typedef struct caller *bring(struct talk *t);

static struct caller *to_sniff(struct talk *t)
{
    return caller_new(t);
}

static struct caller *to_entry(struct talk *t)
{
    struct caller *c = caller_new(t);

    caller_sends(c, "GET / HTTP/1.1\r\n");
    return c;
}

static struct caller *to_hello(struct talk *t)
{
    struct caller *c = caller_new(t);

    caller_asks(c, "shop.example:443");
    return c;
}

static struct caller *to_dial(struct talk *t)
{
    talk_holds_dials(t, true);
    return begin(t);
}

static struct caller *to_server_tls(struct talk *t)
{
    struct caller *c = caller_new(t);

    talk_site(t, "shop.example", &(struct far_site_config){.manner = FAR_STALLS});
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    return c;
}

static struct caller *to_client_tls(struct talk *t)
{
    struct caller *c = caller_new(t);
    struct phone_config mute = *talk_phone(t, "shop.example");

    mute.goes_mute = true;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    caller_asks(c, "shop.example:443");
    caller_shakes(c, &mute);
    return c;
}

static struct caller *to_idle_talk(struct talk *t)
{
    struct caller *c = begin(t);

    caller_says(c, get);
    far_site_says(talk_far(t, 0), ok);
    talk_run(t);
    return c;
}

static struct caller *to_unused_talk(struct talk *t)
{
    return begin(t);
}

static struct caller *to_busy_talk(struct talk *t)
{
    struct caller *c = begin(t);

    caller_says(c, get);
    return c;
}

static struct caller *to_page(struct talk *t)
{
    struct caller *c = caller_new(t);

    caller_asks(c, "nowhere.example:443");
    caller_shakes(c, talk_phone(t, "nowhere.example"));
    return c;
}

static struct caller *to_tunnel(struct talk *t)
{
    struct caller *c = caller_new(t);

    talk_site(t, "ssh.example", &(struct far_site_config){.manner = FAR_PLAIN});
    caller_sends(c, "CONNECT ssh.example:22 HTTP/1.1\r\n\r\nSSH-2.0-x\r\n");
    return c;
}

static struct caller *to_hold(struct talk *t)
{
    struct caller *c = caller_new(t);
    struct phone_config spare = *talk_phone(t, "shop.example");

    spare.spare = true;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    caller_asks(c, "shop.example:443");
    caller_shakes(c, &spare);
    return c;
}

static struct caller *to_drain(struct talk *t)
{
    struct caller *c = caller_new(t);

    caller_holds(c, true);
    caller_sends(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    return c;
}

struct stage_row {
    const char *stage;
    bring *bring;
    int64_t deadline_ms; /* until it is over by itself; 0: checked elsewhere */
    bool at_once;        /* ends with the drain, without waiting */
};

static const struct stage_row stages[] = {
    {"sniff", to_sniff, 10000, true},
    {"entry", to_entry, 10000, true},
    {"hello", to_hello, 0, true}, /* becomes a tunnel after 1.5 s */
    {"dial", to_dial, 0, false},
    {"server_tls", to_server_tls, 0, false},
    {"client_tls", to_client_tls, 15000, false},
    {"talk", to_idle_talk, 300000, true},
    {"talk", to_unused_talk, 300000, true},
    {"talk", to_busy_talk, 300000, false},
    {"page", to_page, 30000, true},
    {"tunnel", to_tunnel, 600000, true},
    {"hold", to_hold, 2000, true},
    {"drain", to_drain, 5000, false},
};

static void in_each_stage_the_proxy_can_stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        struct talk *t = talk_new();

        stages[i].bring(t);
        assert_int_equal(relays_open(talk_relays(t)), 1);
        relays_drain(talk_relays(t));
        talk_run(t);
        if ((relays_open(talk_relays(t)) == 0) != stages[i].at_once)
            fail_msg("%s (%zu): %zu open", stages[i].stage, i, relays_open(talk_relays(t)));
        talk_wait(t, 5100);
        assert_int_equal(relays_open(talk_relays(t)), 0);
        assert_true(flow_went_through(talk_flow(t, 0), stages[i].stage));
        talk_free(t);
    }
}

static void in_each_stage_everything_may_be_freed_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        struct talk *t = talk_new();

        stages[i].bring(t);
        talk_free(t); /* checks that the record was sealed and every pipe closed */
    }
}

static void no_stage_lasts_longer_than_its_deadline(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        struct talk *t = talk_new();

        if (!stages[i].deadline_ms) {
            talk_free(t);
            continue;
        }
        stages[i].bring(t);
        talk_wait(t, stages[i].deadline_ms - 100);
        assert_int_equal(relays_open(talk_relays(t)), 1);
        talk_wait(t, 200);
        if (relays_open(talk_relays(t)) != 0)
            fail_msg(
                "%s: still there after %lld ms", stages[i].stage, (long long)stages[i].deadline_ms);
        assert_true(flow_went_through(talk_flow(t, 0), stages[i].stage));
        talk_free(t);
    }
}

static void in_each_stage_the_client_may_vanish(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++)
        for (int reset = 0; reset < 2; reset++) {
            struct talk *t = talk_new();
            struct caller *c = stages[i].bring(t);

            if (reset)
                caller_resets(c);
            else
                caller_closes(c);
            talk_wait(t, 2200); /* unused ones are held so long */
            bool half_open = !reset && (strcmp(stages[i].stage, "tunnel") == 0 ||
                                           strcmp(stages[i].stage, "drain") == 0);
            if ((relays_open(talk_relays(t)) == 0) == half_open)
                fail_msg("%s, %s: %zu open", stages[i].stage, reset ? "RST" : "FIN",
                    relays_open(talk_relays(t)));
            talk_free(t);
        }
}

static void an_exchange_is_finished_before_the_end(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = to_busy_talk(t);

    (void)state;
    relays_drain(talk_relays(t));
    talk_wait(t, 1000);
    assert_int_equal(relays_open(talk_relays(t)), 1);
    far_site_says(talk_far(t, 0), ok);
    talk_run(t);
    assert_string_equal(caller_heard(c), ok);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    talk_free(t);
}

static void no_new_exchange_is_begun(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = to_busy_talk(t);

    (void)state;
    relays_drain(talk_relays(t));
    far_site_forget(talk_far(t, 0));
    caller_says(c, get);
    assert_int_equal(far_site_heard_len(talk_far(t, 0)), 0);
    far_site_says(talk_far(t, 0), ok);
    talk_run(t);
    assert_string_equal(caller_heard(c), ok);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    assert_int_equal(talk_flow(t, 0)->n_exchanges, 1);
    talk_free(t);
}

/* --- time --- */

static void talk_lasts_as_long_as_bytes_move(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = to_idle_talk(t);

    (void)state;
    for (int i = 0; i < 3; i++) {
        talk_wait(t, 250000);
        caller_says(c, get);
        far_site_says(talk_far(t, 0), ok);
        talk_run(t);
    }
    assert_int_equal(relays_open(talk_relays(t)), 1);
    talk_wait(t, 300100);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    assert_string_equal(talk_flow(t, 0)->client_leg->ended, "clean");
    talk_free(t);
}

static void a_clock_that_leaps_ends_only_what_is_late(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = to_hello(t);

    (void)state;
    talk_site(t, "shop.example", &(struct far_site_config){.manner = FAR_PLAIN});
    talk_jump(
        t, 20000); /* late for the hello; but it became a tunnel first, and that has just begun */
    assert_int_equal(relays_open(talk_relays(t)), 1);
    far_site_says(talk_far(t, 0), "* OK\r\n");
    talk_run(t);
    assert_string_equal(caller_gets(c), "* OK\r\n");
    talk_free(t);
}

static void a_client_that_sips_keeps_its_last_bytes_for_a_while(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = begin(t);
    char *block = mem_new(200001);

    (void)state;
    memset(block, 'x', 200000);
    caller_says(c, get);
    caller_holds(c, true);
    far_site_says(talk_far(t, 0), "HTTP/1.1 200 OK\r\n\r\n");
    far_site_says(talk_far(t, 0), block);
    far_site_closes(talk_far(t, 0));
    talk_run(t);
    for (int i = 0; i < 5; i++) {
        talk_wait(t, 4000);
        caller_sips(c, 10000);
    }
    assert_int_equal(relays_open(talk_relays(t)), 1);
    talk_wait(t, 5200);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    mem_free(block);
    talk_free(t);
}

static void but_not_for_ever(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = begin(t);
    char *block = mem_new(200001);

    (void)state;
    memset(block, 'x', 200000);
    caller_says(c, get);
    caller_holds(c, true);
    far_site_says(talk_far(t, 0), "HTTP/1.1 200 OK\r\n\r\n");
    far_site_says(talk_far(t, 0), block);
    far_site_closes(talk_far(t, 0));
    talk_run(t);
    for (int i = 0; i < 61; i++) {
        talk_wait(t, 1000);
        caller_sips(c, 10);
    }
    assert_int_equal(relays_open(talk_relays(t)), 0);
    mem_free(block);
    talk_free(t);
}

static void many_connections_end_together(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    for (int i = 0; i < 40; i++)
        stages[(size_t)i % 3].bring(t);
    assert_int_equal(relays_open(talk_relays(t)), 40);
    relays_drain(talk_relays(t));
    talk_run(t);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    assert_int_equal(talk_flows(t), 40);
    talk_free(t);
}

/* A loop that has stopped runs what was put off at once. */
static void a_thread_that_stops_frees_at_once(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    for (int i = 0; i < 5; i++) {
        to_sniff(t);
        to_hold(t);
    }
    talk_soon_is_now(t);
    talk_jump(t, 11000);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    assert_int_equal(talk_flows(t), 10);
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_each_stage_the_proxy_can_stop),
        cmocka_unit_test(in_each_stage_everything_may_be_freed_at_once),
        cmocka_unit_test(no_stage_lasts_longer_than_its_deadline),
        cmocka_unit_test(in_each_stage_the_client_may_vanish),
        cmocka_unit_test(an_exchange_is_finished_before_the_end),
        cmocka_unit_test(no_new_exchange_is_begun),
        cmocka_unit_test(talk_lasts_as_long_as_bytes_move),
        cmocka_unit_test(a_clock_that_leaps_ends_only_what_is_late),
        cmocka_unit_test(a_client_that_sips_keeps_its_last_bytes_for_a_while),
        cmocka_unit_test(but_not_for_ever),
        cmocka_unit_test(many_connections_end_together),
        cmocka_unit_test(a_thread_that_stops_frees_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
