#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"
#include "cert/ca.h"
#include "cert/chain.h"
#include "explain.h"
#include "flow/flow.h"
#include "hook/hook.h"
#include "script/rules.h"
#include "trust/roots.h"

enum { NOW_S = 1700000000 };

struct desk {
    struct clock clock;
    struct ca *ca; /* its own certificate is the one that is explained: signed by itself, and no
                      name in it */
    struct rules *rules;
    struct hooks *hooks;
    struct roots *roots;
};

static void warned(void *arg, const char *line)
{
    (void)arg;
    fail_msg("%s", line);
}

static int set_up(void **state)
{
    static struct desk desk;
    static const char *const folders[] = {WHYTLS_SOURCE_DIR "/lua/rules", NULL};
    const struct rules_config config = {
        .folders = folders, .library = WHYTLS_SOURCE_DIR "/lua/whytls"};
    struct err e = {0};

    clock_fake_init(&desk.clock, (int64_t)NOW_S * 1000);
    desk.ca = ca_new_in_memory(NOW_S, &e);
    desk.hooks = hooks_new();
    assert_true(rules_load(&config, warned, NULL, &desk.rules, &e));
    assert_true(rules_attach(desk.rules, desk.hooks, &e));
    desk.roots = roots_from_chain(&(struct cert_chain){0}, "custom");
    *state = &desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *desk = *state;

    hooks_free(desk->hooks);
    rules_unref(desk->rules);
    roots_unref(desk->roots);
    ca_free(desk->ca);
    return 0;
}

static struct explain_ask ask_of(struct desk *desk)
{
    return (struct explain_ask){.host = "shop.example",
        .port = 443,
        .at_s = INT64_MIN,
        .roots = desk->roots,
        .hooks = desk->hooks,
        .clock = &desk->clock,
        .name = "test"};
}

static bool names(const struct flow *f, const char *cause)
{
    for (size_t i = 0; i < f->n_diagnosis; i++)
        if (strcmp(f->diagnosis[i].cause, cause) == 0)
            return true;
    return false;
}

static void a_certificate_is_judged_and_explained_by_the_rules(void **state)
{
    struct desk *desk = *state;
    struct explain_ask ask = ask_of(desk);
    const char *pem = ca_pem(desk->ca);
    struct flow *f = NULL;
    struct err e = {0};

    assert_true(explain_chain(&ask, (const uint8_t *)pem, strlen(pem), &f, &e));
    assert_string_equal(f->entry, "explain");
    assert_string_equal(f->server_leg->verdict->verdict, "reject");
    assert_true(names(f, "self-signed-leaf"));
    assert_true(names(f, "san-missing-cn-only"));
    assert_null(f->client_leg);
    flow_free(f);
}

static void the_time_may_be_another_than_now(void **state)
{
    struct desk *desk = *state;
    struct explain_ask ask = ask_of(desk);
    const char *pem = ca_pem(desk->ca);
    struct flow *f = NULL;
    struct err e = {0};

    ask.at_s = NOW_S + (int64_t)10 * 365 * 86400;
    assert_true(explain_chain(&ask, (const uint8_t *)pem, strlen(pem), &f, &e));
    assert_int_equal(f->now, ask.at_s);
    assert_true(names(f, "cert-expired-leaf"));
    flow_free(f);
}

static void garbage_is_an_error(void **state)
{
    struct explain_ask ask = ask_of(*state);
    struct flow *f = NULL;
    struct err e = {0};

    assert_false(explain_chain(&ask, (const uint8_t *)"junk", 4, &f, &e));
    assert_int_equal(e.kind, ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_judged_and_explained_by_the_rules),
        cmocka_unit_test(the_time_may_be_another_than_now),
        cmocka_unit_test(garbage_is_an_error),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
