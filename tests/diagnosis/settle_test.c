#include "kit.h"

static const char *confidence_of(const struct flow *f, const char *cause)
{
    for (size_t i = 0; i < f->n_diagnosis; i++)
        if (!strcmp(f->diagnosis[i].cause, cause))
            return f->diagnosis[i].confidence;
    return "not there";
}

static void scores_make_possible_and_likely(void **state)
{
    struct causes *c = kit_causes();
    struct flow *f = kit_flow();

    (void)state;
    kit_suspect(f, c, "app-pinning", "rule:a/x");
    settle(f);
    assert_int_equal(f->n_diagnosis, 0);
    kit_because(f, c, "app-pinning", "target.host", 1);
    settle(f);
    assert_string_equal(confidence_of(f, "app-pinning"), "possible");
    kit_because(f, c, "app-pinning", "target.host", 3);
    settle(f);
    assert_string_equal(
        confidence_of(f, "app-pinning"), "possible"); /* no single fact makes "likely" */
    kit_because(f, c, "app-pinning", "target.port", 2);
    settle(f);
    assert_string_equal(confidence_of(f, "app-pinning"), "likely");
    assert_int_equal(f->diagnosis[0].score, 5);
    kit_against(f, c, "app-pinning", "client.app.is_browser", 3);
    settle(f);
    assert_string_equal(confidence_of(f, "app-pinning"), "possible");
    kit_against(f, c, "app-pinning", "client.app.name", 2);
    settle(f);
    assert_int_equal(f->n_diagnosis, 0);
    flow_free(f);
    causes_free(c);
}

static void certain_is_awarded_by_what_was_observed(void **state)
{
    struct causes *c = kit_causes();
    struct flow *f = kit_flow();

    (void)state;
    kit_suspect(f, c, "cert-expired-leaf", "rule:a/x");
    kit_because(f, c, "cert-expired-leaf", "server_leg.chain.leaf.not_after", 3);
    settle(f);
    assert_string_equal(confidence_of(f, "cert-expired-leaf"),
        "possible"); /* the clock was not compared with anybody's */
    f->proxy->clock->state = "right";
    settle(f);
    assert_string_equal(confidence_of(f, "cert-expired-leaf"), "certain");
    const struct flow_diagnosis *d = &f->diagnosis[0];

    assert_int_equal(d->score, 9); /* the conditions are evidence too */
    assert_int_equal(d->n_evidence, 3);
    assert_string_equal(d->evidence[0].fact, "checks.TemporalValidity@0");
    assert_string_equal(d->evidence[1].fact, "proxy.clock.state");
    assert_string_equal(d->evidence[1].value, "right");
    assert_string_equal(d->evidence[2].value, "2026-11-18T09:00:00Z");
    assert_string_equal(d->ios->text, "“shop.example” certificate is expired");
    assert_true(*d->title); /* without words: the catalogue's */
    kit_against(f, c, "cert-expired-leaf", "target.host", 1);
    settle(f);
    assert_string_equal(confidence_of(f, "cert-expired-leaf"), "likely");
    flow_free(f);
    causes_free(c);
}

static void a_likely_look_alike_takes_the_certainty(void **state)
{
    struct causes *c = kit_causes();
    struct flow *f = kit_flow();

    (void)state;
    f->proxy->clock->state = "right";
    kit_suspect(f, c, "cert-expired-leaf", "rule:a/x");
    kit_suspect(f, c, "proxy-clock-wrong", "rule:a/x");
    kit_because(f, c, "proxy-clock-wrong", "target.host", 3);
    settle(f);
    assert_string_equal(confidence_of(f, "cert-expired-leaf"), "certain");
    kit_because(f, c, "proxy-clock-wrong", "target.port", 2);
    settle(f);
    assert_string_equal(confidence_of(f, "cert-expired-leaf"), "likely");
    assert_string_equal(confidence_of(f, "proxy-clock-wrong"), "likely");
    assert_string_equal(f->diagnosis[0].cause, "cert-expired-leaf"); /* the class that iOS names */
    board_rule_out(f, cause_find(c, "proxy-clock-wrong"), &(struct speaker){.id = "rule:b/x"},
        "proxy.clock.state");
    settle(f);
    assert_string_equal(confidence_of(f, "cert-expired-leaf"), "certain");
    assert_int_equal(f->n_diagnosis, 1);
    flow_free(f);
    causes_free(c);
}

static void absence_is_evidence_and_is_shown(void **state)
{
    struct causes *c = kit_causes();
    struct flow *f = kit_flow();

    (void)state;
    kit_suspect(f, c, "root-not-installed", "rule:a/x");
    kit_because(f, c, "root-not-installed", "client.device.profile_fetched", 1);
    settle(f);
    assert_string_equal(f->diagnosis[0].evidence[0].value, "none");
    assert_string_equal(f->diagnosis[0].leg, "client");
    flow_free(f);
    causes_free(c);
}

/* --- symmetry --- */

enum { ACTS = 24, FLOWS = 300 };

static const char *const facts[] = {"target.host", "target.port", "proxy.clock.state",
    "client.app.name", "history.host.streak", "history.app.hosts_accepted",
    "checks.TemporalValidity@0", "server_leg.chain.leaf.not_after"};
static const char *const causes_used[] = {"cert-expired-leaf", "proxy-clock-wrong", "app-pinning",
    "root-not-installed", "apple-pinned-service", "preconnect-unused", "untrusted-root",
    "self-signed-leaf"};
static const char *const speakers[] = {"rule:a/x", "rule:b/x", "rule:c/x", "rule:d/x"};

struct act {
    unsigned what, cause, who, fact, weight;
};

/* The same sequence on every run and machine. */
static unsigned seed = 42;

static unsigned roll(unsigned n)
{
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >> 8) % n;
}

static void perform(struct flow *f, const struct causes *c, const struct act *a)
{
    struct speaker who = {.id = speakers[a->who]};
    struct suspicion how = {.leg = a->what == 1   ? "client"
                                   : a->what == 2 ? "server"
                                                  : NULL,
        .words = a->what == 3 ? "w" : NULL};
    const struct cause *cause = cause_find(c, causes_used[a->cause]);
    struct path path = kit_path(facts[a->fact]);

    if (a->what == 0) {
        board_rule_out(f, cause, &who, facts[a->fact]);
        return;
    }
    board_suspect(f, cause, &who, &how);
    if (a->what < 7)
        board_because(f, cause, &path, (int)a->weight + 1);
    else
        board_against(f, cause, &path, (int)a->weight + 1);
}

static void describe(const struct flow *f, struct text *out)
{
    for (size_t i = 0; i < f->n_diagnosis; i++) {
        const struct flow_diagnosis *d = &f->diagnosis[i];

        text_printf(out, "%s %s %s %lld by", d->cause, d->leg, d->confidence, (long long)d->score);
        for (size_t j = 0; j < d->by.n; j++)
            text_printf(out, " %s", d->by.at[j]);
        for (size_t j = 0; j < d->n_evidence; j++)
            text_printf(out, " +%lld %s=%s", (long long)d->evidence[j].weight, d->evidence[j].fact,
                d->evidence[j].value);
        for (size_t j = 0; j < d->n_against; j++)
            text_printf(out, " -%lld %s=%s", (long long)d->against[j].weight, d->against[j].fact,
                d->against[j].value);
        text_add_char(out, '\n');
    }
}

static void told(const struct causes *c, const struct act *acts, const size_t *order,
    const char *clock, struct text *out)
{
    struct flow *f = kit_flow();

    f->proxy->clock->state = clock;
    f->history->host->tunnel_worked = acts[0].weight ? 5 : FLOW_NONE;
    f->history->browser->last_accepted = f->history->app->last_accepted = 5;
    for (size_t i = 0; i < ACTS; i++)
        perform(f, c, &acts[order[i]]);
    settle(f);
    describe(f, out);
    flow_free(f);
}

static void the_order_in_which_rules_spoke_does_not_matter(void **state)
{
    static const char *const clocks[] = {"right", "wrong", "unchecked"};
    struct causes *c = kit_causes();
    size_t n_certain = 0;

    (void)state;
    for (int i = 0; i < FLOWS; i++) {
        struct act acts[ACTS];
        size_t order[ACTS];
        struct text first = {0}, second = {0};
        const char *clock = clocks[roll(3)];

        for (size_t j = 0; j < ACTS; j++) {
            acts[j] = (struct act){roll(9), roll(8), roll(4), roll(8), roll(3)};
            /* a rule says one thing of itself: its own order of saying it is its own */
            acts[j].who = acts[j].what == 0 ? acts[j].fact % 4 : acts[j].what % 4;
            order[j] = j;
        }
        told(c, acts, order, clock, &first);
        for (size_t j = ACTS - 1; j; j--) {
            size_t other = roll((unsigned)j + 1), swap = order[j];

            order[j] = order[other];
            order[other] = swap;
        }
        told(c, acts, order, clock, &second);
        if (strcmp(text_str(&first), text_str(&second)))
            fail_msg("flow %d: one order\n%sanother\n%s", i, text_str(&first), text_str(&second));
        n_certain += strstr(text_str(&first), "certain") != NULL;
        text_fini(&first);
        text_fini(&second);
    }
    assert_true(n_certain > 5);
    causes_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_make_possible_and_likely),
        cmocka_unit_test(certain_is_awarded_by_what_was_observed),
        cmocka_unit_test(a_likely_look_alike_takes_the_certainty),
        cmocka_unit_test(absence_is_evidence_and_is_shown),
        cmocka_unit_test(the_order_in_which_rules_spoke_does_not_matter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
