#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "flow/path.h"

static struct flow *flow(void)
{
    return flow_new("01JD6Q7T4E0000000000000000", 1795251600123);
}

static void a_new_flow_has_every_record_that_is_needed(void **state)
{
    (void)state;
    struct flow *f = flow();

    assert_string_equal(f->id, "01JD6Q7T4E0000000000000000");
    assert_int_equal(f->at, 1795251600);
    assert_int_equal(f->at_ms, 1795251600123);
    assert_string_equal(f->client->device->family, "unknown");
    assert_string_equal(f->client->app->name, "unknown");
    assert_string_equal(f->decision->action, "intercept");
    assert_non_null(f->target);
    assert_int_equal(f->history->others->accepted, 0);
    assert_true(f->history->host->last_accepted == FLOW_NONE);
    assert_string_equal(f->proxy->clock->state, "unchecked");
    assert_null(f->client_leg);
    assert_null(f->server_leg);
    assert_null(f->dial);
    flow_free(f);
    flow_free(NULL);
}

static void a_made_record_holds_what_it_needs_and_nothing_else(void **state)
{
    (void)state;
    struct flow *f = flow();
    struct flow_certificate *c = FLOW_MAKE(f, certificate);
    struct flow_request *r = FLOW_MAKE(f, request);
    struct flow_client_leg *leg = FLOW_MAKE(f, client_leg);

    assert_non_null(c->subject);
    assert_non_null(c->issuer);
    assert_true(c->path_len == FLOW_NONE);
    assert_int_equal(c->key_bits, 0);
    assert_non_null(r->headers);
    assert_int_equal(r->headers->n, 0);
    assert_non_null(leg->hello);
    assert_null(leg->alert);
    flow_free(f);
}

static void lists_grow_and_keep_their_rows(void **state)
{
    (void)state;
    struct flow *f = flow();

    f->server_leg = FLOW_MAKE(f, server_leg);
    for (int i = 0; i < 100; i++) {
        struct flow_certificate *c = flow_list_add(
            f, &f->server_leg->chain, &f->server_leg->n_chain, flow_type_certificate());
        char name[16];

        assert_non_null(c->subject);
        c->depth = i;
        snprintf(name, sizeof name, "n%d", i);
        flow_texts_add(f, &f->target->aliases, name);
        flow_header_add(f, FLOW_MAKE(f, response)->headers, "a", "b");
    }
    assert_int_equal(f->server_leg->n_chain, 100);
    assert_int_equal(f->target->aliases.n, 100);
    for (int i = 0; i < 100; i++) {
        char name[16];

        snprintf(name, sizeof name, "n%d", i);
        assert_int_equal(f->server_leg->chain[i].depth, i);
        assert_string_equal(f->target->aliases.at[i], name);
    }
    flow_free(f);
}

static void notes_exchanges_and_ticks_are_bounded(void **state)
{
    (void)state;
    struct flow *f = flow();

    for (int i = 0; i < FLOW_NOTES_MOST; i++)
        assert_non_null(flow_note_add(f, "p/c", "info", "text", "rule:p/r"));
    assert_null(flow_note_add(f, "p/c", "info", "text", "rule:p/r"));
    assert_int_equal(f->n_notes, FLOW_NOTES_MOST);
    assert_int_equal(f->n_notes_cut, 1);
    for (int i = 0; i < FLOW_EXCHANGES_MOST; i++)
        assert_non_null(flow_exchange_add(f));
    assert_null(flow_exchange_add(f));
    assert_int_equal(f->n_exchanges_cut, 1);
    for (int i = 0; i < FLOW_TICKS_MOST + 5; i++)
        flow_tick(f, i, "accept");
    assert_int_equal(f->n_ticks, FLOW_TICKS_MOST);
    assert_int_equal(f->ticks[FLOW_TICKS_MOST - 1].at_ms, FLOW_TICKS_MOST - 1);
    flow_free(f);
}

static void a_fact_that_is_set_again_is_replaced(void **state)
{
    (void)state;
    struct flow *f = flow();

    flow_fact_set(f, &(struct flow_fact){.name = "geo.country", .kind = FACT_TEXT, .text = "DE"});
    flow_fact_set(f, &(struct flow_fact){.name = "geo.asn", .kind = FACT_INTEGER, .integer = 7});
    flow_fact_set(f, &(struct flow_fact){.name = "geo.country", .kind = FACT_TEXT, .text = "FR"});
    assert_string_equal(flow_fact_get(f, "geo.country")->text, "FR");
    assert_int_equal(flow_fact_get(f, "geo.asn")->integer, 7);
    assert_null(flow_fact_get(f, "geo.city"));
    assert_null(f->facts->next->next);
    flow_free(f);
}

static void headers_are_found_caseless_and_the_first_wins(void **state)
{
    (void)state;
    struct flow *f = flow();
    struct flow_request *r = FLOW_MAKE(f, request);

    flow_header_add(f, r->headers, "Accept", "text/html");
    flow_header_add(f, r->headers, "ACCEPT", "*/*");
    assert_string_equal(flow_header_get(r->headers, "accept"), "text/html");
    assert_null(flow_header_get(r->headers, "host"));
    assert_null(flow_header_get(NULL, "host"));
    flow_free(f);
}

static void moments_and_symptoms_have_names_both_ways(void **state)
{
    (void)state;
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        assert_int_equal(moment_find(moment_name(m)), m);
    assert_null(moment_name(MOMENT_NONE));
    assert_int_equal(moment_find("juged"), MOMENT_NONE);
    assert_true(symptom_is_known(symptom_name(SYMPTOM_STALLED)));
    assert_null(symptom_name(SYMPTOM_NONE));
    assert_false(symptom_is_known("tired"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_flow_has_every_record_that_is_needed),
        cmocka_unit_test(a_made_record_holds_what_it_needs_and_nothing_else),
        cmocka_unit_test(lists_grow_and_keep_their_rows),
        cmocka_unit_test(notes_exchanges_and_ticks_are_bounded),
        cmocka_unit_test(a_fact_that_is_set_again_is_replaced),
        cmocka_unit_test(headers_are_found_caseless_and_the_first_wins),
        cmocka_unit_test(moments_and_symptoms_have_names_both_ways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
