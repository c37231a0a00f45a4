#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "cert/ca.h"
#include "net/addr.h"
#include "net/upstream.h"
#include "reach.h"
#include "relay/guests.h"
#include "relay/mirror.h"
#include "start_screen.h"
#include "term.h"

enum { AT = 1795251600 }; /* 2026-11-21T09:00:00Z */

static const struct term wide = {.utf8 = true, .width = 80};
static const struct term ascii = {.width = 80};

static struct ca *ca;
static struct reach reach = {.n_listeners = 1};

static int open_all(void **state)
{
    struct err e = {0};

    (void)state;
    ca = ca_new_in_memory(AT, &e);
    return ca ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    ca_free(ca);
    return 0;
}

static struct start_facts facts_of(const char *listener)
{
    assert_true(addr_parse(listener, 0, &reach.listeners[0]));
    return (struct start_facts){.reach = &reach,
        .ca = ca,
        .data_dir = "/var/whytls",
        .roots = "apple",
        .roots_from = "store 2025072000 of 16 Oct 2025",
        .threads = 2,
        .rules = 40,
        .rules_awake = 39,
        .n_roots = 142};
}

static char *written(const struct term *t, const struct start_facts *facts)
{
    struct text out = {0};

    start_screen_write(t, facts, &out);
    return text_give(&out);
}

static void holds(const char *screen, const char *words)
{
    if (!strstr(screen, words))
        fail_msg("“%s” is not in:\n%s", words, screen);
}

static void the_facts_are_told(void **state)
{
    (void)state;
    struct start_facts facts = facts_of("192.168.1.20:8080");
    char *screen = written(&wide, &facts);

    holds(screen, "the proxy that says why\n");
    holds(screen, "● Proxy     192.168.1.20:8080         private addresses only, 2 threads\n");
    holds(screen, "● Root      ");
    holds(screen, ca_name(ca));
    holds(screen, "valid to 20 Nov 2028");
    holds(screen, ", key 0600\n");
    holds(screen, "● Judged by Apple's roots             store 2025072000 of 16 Oct 2025\n");
    holds(screen, "● Rules     39 of 40 on\n");
    holds(screen, "● Data      /var/whytls\n");
    holds(screen, "Configure Proxy > Manual: 192.168.1.20:8080\n");
    holds(screen, "open http://192.168.1.20:8080/ in Safari.\n");
    holds(screen, "curl http://192.168.1.20:8080/whytls.pem > root.pem\n");
    holds(screen, "curl -x http://192.168.1.20:8080 --cacert root.pem https://www.example.org/\n");
    assert_true(text_ends(screen, "\nWaiting for the first connection.  Ctrl-C ends.\n\n"));
    assert_null(strstr(screen, "Log "));
    assert_null(strstr(screen, "Lab "));
    assert_null(strchr(screen, '\033'));
    mem_free(screen);
}

static void what_is_switched_on_shows(void **state)
{
    (void)state;
    struct start_facts facts = facts_of("[2001:db8::7]:8080");

    facts.root_made = facts.lab = true;
    facts.log = "flows.jsonl";
    facts.threads = 1;
    reach.any_client = true;
    char *screen = written(&wide, &facts);

    holds(screen, "[2001:db8::7]:8080        any client, 1 thread\n");
    holds(screen, "key 0600, new\n");
    holds(screen, "● Log       flows.jsonl\n");
    holds(screen,
        "● Lab       *.lab.test                each site with one fault: whytls lab --list\n");
    holds(screen, "--cacert root.pem https://good.lab.test/\n");
    holds(screen, "http://[2001:db8::7]:8080/whytls.pem");
    reach.any_client = false;
    mem_free(screen);
}

static void the_roads_in_and_out_are_told_without_their_logins(void **state)
{
    (void)state;
    struct start_facts facts = facts_of("192.168.1.20:8080");
    struct guests *guests = guests_new();
    struct upstreams *upstreams = upstreams_new();
    struct err e = {0};

    assert_true(guests_add(guests, "eva:hunter2", &e));
    assert_true(upstreams_add(upstreams, "http://eva:hunter2@p.example:3128", &e));
    assert_true(upstreams_add(upstreams, "direct=*.lan", &e));
    facts.guests = guests;
    facts.upstreams = upstreams;
    reach.behind_balancer[0] = true;
    assert_true(reach_add_resolver(&reach, "192.0.2.53", &e));
    char *screen = written(&wide, &facts);

    holds(screen, "● Balanced  192.168.1.20:8080         the PROXY protocol alone\n");
    holds(screen, "● Login     1 user                    HTTP Basic, or SOCKS5\n");
    holds(screen, "● Upstream  http://p.example:3128     every host\n");
    holds(screen, "●           direct                    *.lan\n");
    holds(screen, "● Names     192.0.2.53:53             instead of the system's resolver\n");
    assert_null(strstr(screen, "hunter2"));
    reach.behind_balancer[0] = false;
    reach.name_servers[0] = 0;
    mem_free(screen);
    guests_free(guests);
    upstreams_free(upstreams);
}

static void whose_roots_are_gone_by_shows(void **state)
{
    (void)state;
    struct start_facts facts = facts_of("192.168.1.20:8080");
    char *screen;

    facts.roots_old = true;
    screen = written(&wide, &facts);
    holds(screen,
        "Apple's roots             store 2025072000 of 16 Oct 2025, getting old: whytls doctor\n");
    mem_free(screen);
    facts.roots = "mozilla";
    facts.roots_from = "/etc/ssl/certs/ca-certificates.crt";
    screen = written(&wide, &facts);
    holds(screen, "Mozilla's roots           142 roots in /etc/ssl/certs/ca-certificates.crt\n");
    mem_free(screen);
    facts.roots = "custom";
    facts.roots_from = "corp\033[2J.pem";
    screen = written(&wide, &facts);
    holds(screen, "your own roots            142 roots in corp");
    assert_null(strchr(screen, '\033'));
    mem_free(screen);
}

static void for_any_address_one_is_named_that_a_phone_can_type(void **state)
{
    (void)state;
    struct start_facts facts = facts_of("0.0.0.0:8080");
    char *screen = written(&ascii, &facts);

    assert_null(strstr(screen, "0.0.0.0"));
    holds(screen, ":8080/whytls.pem");
    mem_free(screen);
}

static void the_square_stands_beside_the_steps_or_above_them_or_not_at_all(void **state)
{
    (void)state;
    static const struct {
        int width;
        bool utf8, square, beside;
    } cases[] = {{132, true, true, true}, {80, true, true, false}, {60, true, false, false},
        {132, false, false, false}};
    struct start_facts facts = facts_of("192.168.1.20:8080");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct term t = {.utf8 = cases[i].utf8, .width = cases[i].width};
        char *screen = written(&t, &facts);

        assert_int_equal(strstr(screen, "█") != NULL, cases[i].square);
        assert_int_equal(strstr(screen, "\nSet up a phone\n") == NULL, cases[i].beside);
        holds(screen, "Set up a phone\n");
        holds(screen, "No phone at hand?\n");
        mem_free(screen);
    }
}

/* A line of the square that the terminal breaks can be read by no camera. */
static void no_line_of_the_square_is_wider_than_the_terminal(void **state)
{
    (void)state;
    struct start_facts facts = facts_of("192.168.1.20:8080");

    for (int width = TERM_USUAL; width < 140; width++) {
        struct term t = {.utf8 = true, .width = width};
        char *screen = written(&t, &facts), *save = NULL;

        for (char *line = strtok_r(screen, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
            if (text_starts(line, "█"))
                assert_true(term_columns(line) <= (size_t)width);
        mem_free(screen);
    }
}

static void a_terminal_without_utf8_gets_ascii(void **state)
{
    (void)state;
    struct start_facts facts = facts_of("192.168.1.20:8080");
    char *screen = written(&ascii, &facts);

    for (const char *at = screen; *at; at++)
        assert_true((unsigned char)*at < 0x80);
    mem_free(screen);
}

static void a_path_from_outside_is_harmless(void **state)
{
    (void)state;
    struct start_facts facts = facts_of("192.168.1.20:8080");

    facts.data_dir = "/tmp/\033]0;x\a";
    char *screen = written(&wide, &facts);
    assert_null(strchr(screen, '\033'));
    mem_free(screen);
}

static void faults_that_are_shown_are_said_loudly(void **state)
{
    struct start_facts facts = facts_of("127.0.0.1:8080");
    struct mirror_plan *plan = mirror_plan_new();
    struct err e = {0};

    (void)state;
    facts.mirror = plan;
    char *none = written(&ascii, &facts);
    assert_null(strstr(none, "ON PURPOSE"));
    assert_true(mirror_plan_add_fault(plan, "cert-expired-leaf@*.shop.example%192.0.2.7", &e));
    assert_true(mirror_plan_add_sites(plan, NULL, &e));
    char *screen = written(&ascii, &facts);
    holds(screen, "FAULTS ARE SHOWN ON PURPOSE");
    holds(screen, "cert-expired-leaf at *.shop.example, from 192.0.2.7");
    holds(screen, "the site's own fault at every host");
    mem_free(none);
    mem_free(screen);
    mirror_plan_free(plan);
}

static void the_gateway_is_told_when_there_is_one(void **state)
{
    struct start_facts facts = facts_of("192.168.4.1:8080");
    struct err e = {0};

    (void)state;
    char *text = written(&wide, &facts);
    assert_null(strstr(text, "Gateway"));
    mem_free(text);
    assert_true(reach_add_gate(&reach, TRANSPARENT_TPROXY, "[::]:8443", &e));
    text = written(&wide, &facts);
    assert_non_null(strstr(text, "Gateway"));
    assert_non_null(strstr(text, "[::]:8443"));
    assert_non_null(strstr(text, "tproxy"));
    mem_free(text);
    reach.n_gates = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gateway_is_told_when_there_is_one),
        cmocka_unit_test(the_facts_are_told),
        cmocka_unit_test(what_is_switched_on_shows),
        cmocka_unit_test(the_roads_in_and_out_are_told_without_their_logins),
        cmocka_unit_test(whose_roots_are_gone_by_shows),
        cmocka_unit_test(for_any_address_one_is_named_that_a_phone_can_type),
        cmocka_unit_test(the_square_stands_beside_the_steps_or_above_them_or_not_at_all),
        cmocka_unit_test(no_line_of_the_square_is_wider_than_the_terminal),
        cmocka_unit_test(a_terminal_without_utf8_gets_ascii),
        cmocka_unit_test(a_path_from_outside_is_harmless),
        cmocka_unit_test(faults_that_are_shown_are_said_loudly),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
