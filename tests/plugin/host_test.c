/* The verbs, through sample plugins that call them, on flows that the test makes. */
#include "samples.h"

#include "hook/hook.h"

static struct flow *flow_made(void)
{
    struct flow *f = flow_new("x", 1795251600000);

    f->now = 1795251600;
    f->target->host = "shop.example";
    f->target->port = 443;
    f->client_leg = FLOW_MAKE(f, client_leg);
    flow_texts_add(f, &f->client_leg->hello->alpn, "h2");
    return f;
}

static struct hooks *hooks_of(struct plugins *all)
{
    struct hooks *h = hooks_new();

    plugins_attach(all, 0, h);
    return h;
}

static void at_hello_facts_notes_and_decisions_are_taken(void **state)
{
    struct plugins *all = sample_load(SAMPLE("verbs"));
    struct hooks *h = hooks_of(all);
    struct flow *f = flow_made();
    struct decision d;

    (void)state;
    flow_fact_set(f, &(struct flow_fact){.name = "some.fact", .text = "given"});
    assert_int_equal(hook_fire(h, MOMENT_HELLO, f, &d), 1);
    assert_string_equal(note_text(f, "verbs/seen"), "shop.example by h2, 41 times, true; 443");
    assert_string_equal(f->notes[0].by, "plugin:verbs");
    assert_string_equal(f->notes[0].severity, "low");
    assert_int_equal(d.action, ACTION_TUNNEL);
    assert_string_equal(d.by, "plugin:verbs");
    assert_string_equal(d.why, "a test");
    assert_int_equal(flow_fact_get(f, "verbs.count")->integer, 41);
    assert_int_equal(flow_fact_get(f, "verbs.flag")->kind, FACT_BOOLEAN);
    assert_true(flow_fact_get(f, "verbs.share")->number > 0.4);
    assert_int_equal(flow_fact_get(f, "verbs.since")->integer, 1795251600);
    assert_string_equal(flow_fact_get(f, "verbs.name")->text, "given");
    hooks_free(h);
    flow_free(f);
    plugins_free(all);
}

static void each_thread_has_a_state_of_its_own(void **state)
{
    struct plugins *all = sample_load(SAMPLE("verbs"));
    struct hooks *one = hooks_of(all), *two = hooks_of(all);
    struct flow *f = flow_made();

    (void)state;
    hook_fire(one, MOMENT_HELLO, f, NULL);
    hook_fire(one, MOMENT_HELLO, f, NULL);
    assert_int_equal(flow_fact_get(f, "verbs.count")->integer, 42);
    hook_fire(two, MOMENT_HELLO, f, NULL);
    assert_int_equal(flow_fact_get(f, "verbs.count")->integer, 41);
    hooks_free(one);
    hooks_free(two);
    flow_free(f);
    plugins_free(all);
}

static void filters_are_those_of_rules(void **state)
{
    struct plugins *all = sample_load(SAMPLE("verbs"));
    struct hooks *h = hooks_of(all);
    struct flow *f = flow_made();

    (void)state;
    f->server_leg = FLOW_MAKE(f, server_leg);
    f->server_leg->verdict = FLOW_MAKE(f, verdict);
    assert_int_equal(hook_fire(h, MOMENT_JUDGED, f, NULL), 0); /* no chain */
    struct flow_certificate *leaf = flow_list_add(
        f, &f->server_leg->chain, &f->server_leg->n_chain, record_type_find("certificate"));

    leaf->sha256 = "ab";
    leaf->not_after = 1795251600;
    assert_int_equal(hook_fire(h, MOMENT_JUDGED, f, NULL), 0); /* no such check fails */
    struct flow_check *check = flow_list_add(
        f, &f->server_leg->verdict->checks, &f->server_leg->verdict->n_checks, flow_type_check());

    check->check = "TemporalValidity";
    assert_int_equal(hook_fire(h, MOMENT_JUDGED, f, NULL), 1);
    assert_non_null(strstr(note_text(f, "verbs/chain"), "until 2026-11-21"));
    assert_non_null(strstr(note_text(f, "verbs/chain"), ", -1")); /* told of, not kept */
    hooks_free(h);
    flow_free(f);
    plugins_free(all);
}

static void headers_are_edited_where_that_is_allowed(void **state)
{
    struct plugins *all = sample_load(SAMPLE("verbs"));
    struct hooks *h = hooks_of(all);
    struct flow *f = flow_made();

    (void)state;
    f->request = FLOW_MAKE(f, request);
    f->request->method = "GET";
    flow_header_add(f, f->request->headers, "Accept", "text/html");
    flow_header_add(f, f->request->headers, "cookie", "secret");
    assert_int_equal(hook_fire(h, MOMENT_REQUEST, f, NULL), 1);
    assert_string_equal(flow_header_get(f->request->headers, "x-first"), "Accept: text/html");
    assert_null(flow_header_get(f->request->headers, "cookie"));
    f->request->method = "PUT";
    assert_int_equal(hook_fire(h, MOMENT_REQUEST, f, NULL), 0);
    hooks_free(h);
    flow_free(f);
    plugins_free(all);
}

static void what_was_not_declared_is_refused_and_counted(void **state)
{
    struct plugins *all = sample_load(SAMPLE("rogue"));
    struct hooks *h = hooks_of(all);
    struct flow *f = flow_made();
    struct decision d;

    (void)state;
    f->request = FLOW_MAKE(f, request);
    hook_fire(h, MOMENT_JUDGED, f, &d);
    assert_int_equal(d.action, ACTION_NONE);
    assert_string_equal(note_text(f, "rogue/refused"), "all was refused");
    assert_null(note_text(f, "rogue/taken"));
    assert_null(f->facts);
    /* Three at load; then all but the certificate that is not there, which is an answer. */
    assert_int_equal(atomic_load(&all->at[0]->current->n_refused), 3 + 12);
    hooks_free(h);
    flow_free(f);
    plugins_free(all);
}

static void a_visit_that_waits_is_named_and_the_third_switches_it_off(void **state)
{
    struct plugins *all = sample_load(SAMPLE("rogue"));
    struct hooks *h = hooks_of(all);
    struct flow *f = flow_made();

    (void)state;
    hook_fire(h, MOMENT_FINISH, f, NULL);
    assert_non_null(strstr(note_text(f, "plugins/slow"), "rogue took "));
    assert_non_null(strstr(note_text(f, "plugins/slow"), "'finish'"));
    hook_fire(h, MOMENT_FINISH, f, NULL);
    hook_fire(h, MOMENT_FINISH, f, NULL);
    assert_non_null(note_text(f, "plugins/off"));
    assert_int_equal(hook_fire(h, MOMENT_FINISH, f, NULL), 0);
    hooks_free(h);
    flow_free(f);
    plugins_free(all);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_hello_facts_notes_and_decisions_are_taken),
        cmocka_unit_test(each_thread_has_a_state_of_its_own),
        cmocka_unit_test(filters_are_those_of_rules),
        cmocka_unit_test(headers_are_edited_where_that_is_allowed),
        cmocka_unit_test(what_was_not_declared_is_refused_and_counted),
        cmocka_unit_test(a_visit_that_waits_is_named_and_the_third_switches_it_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
