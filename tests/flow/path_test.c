#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow/path.h"

static bool check_known(const char *check)
{
    return !strcmp(check, "TemporalValidity") || !strcmp(check, "AnchorTrusted");
}

static int fact_kind(void *arg, const char *fact)
{
    (void)arg;
    return !strcmp(fact, "geo.country") ? (int)FIELD_TEXT
           : !strcmp(fact, "geo.share") ? (int)FIELD_INTEGER
                                        : -1;
}

static const struct path_names names = {.check_known = check_known, .fact_kind = fact_kind};

static struct flow *failing_flow(void)
{
    struct flow *f = flow_new("x", 1000);

    f->server_leg = FLOW_MAKE(f, server_leg);
    for (int i = 0; i < 2; i++) {
        struct flow_certificate *c = flow_list_add(
            f, &f->server_leg->chain, &f->server_leg->n_chain, flow_type_certificate());
        c->depth = i;
        c->not_after = 100 + i;
    }
    f->server_leg->verdict = FLOW_MAKE(f, verdict);
    struct flow_verdict *v = f->server_leg->verdict;
    struct flow_check *check = flow_list_add(f, &v->checks, &v->n_checks, flow_type_check());
    check->check = "TemporalValidity";
    check->cert = 1;
    return f;
}

static struct value read_path(const struct flow *f, const char *text)
{
    struct path p;
    struct err e = {0};

    if (!path_compile(text, &names, &p, &e))
        fail_msg("%s", e.text);
    return path_value(&p, f);
}

static void every_field_of_the_table_can_be_read_from_an_empty_record(void **state)
{
    (void)state;
    size_t n;
    const struct record_type *const *types = record_types(&n);
    struct flow *f = flow_new("x", 0);

    assert_string_equal(types[n - 1]->name, "flow");
    for (size_t i = 0; i + 1 < n; i++) {
        const void *record = flow_make(f, types[i]);

        assert_ptr_equal(record_type_find(types[i]->name), types[i]);
        for (size_t k = 0; k < types[i]->n_fields; k++) {
            const struct field *field = &types[i]->fields[k];
            struct value v = field_value(field, record);

            assert_ptr_equal(record_field(types[i], field->name), field);
            if (field->needed)
                assert_false(v.none);
            assert_int_equal(v.kind, field->kind);
        }
    }
    flow_free(f);
}

static void paths_reach_values_records_lists_and_certificates(void **state)
{
    (void)state;
    struct flow *f = failing_flow();

    f->history->host->streak = 4;
    assert_int_equal(read_path(f, "history.host.streak").integer, 4);
    assert_int_equal(read_path(f, "server_leg.chain.leaf.not_after").integer, 100);
    assert_int_equal(read_path(f, "server_leg.chain.issuer.not_after").integer, 101);
    assert_int_equal(read_path(f, "server_leg.chain.top.not_after").integer, 101);
    assert_int_equal(read_path(f, "server_leg.chain").n, 2);
    assert_ptr_equal(read_path(f, "server_leg.chain.leaf").record, f->server_leg->chain);
    assert_int_equal(read_path(f, "server_leg.verdict.overridable").kind, FIELD_BOOLEAN);
    assert_true(read_path(f, "client_leg.alert.number").none);
    assert_int_equal(read_path(f, "client_leg.alert.number").kind, FIELD_INTEGER);
    assert_true(read_path(f, "history.host.last_accepted").none);
    f->server_leg->n_chain = 1;
    assert_true(read_path(f, "server_leg.chain.issuer").none);
    assert_int_equal(read_path(f, "server_leg.chain.top.depth").integer, 0);
    flow_free(f);
}

static void checks_are_found_by_name_and_depth(void **state)
{
    (void)state;
    struct flow *f = failing_flow();

    assert_false(read_path(f, "checks.TemporalValidity").none);
    assert_false(read_path(f, "checks.TemporalValidity@1").none);
    assert_true(read_path(f, "checks.TemporalValidity@0").none);
    assert_true(read_path(f, "checks.AnchorTrusted").none);
    f->identity = FLOW_MAKE(f, identity);
    struct flow_check *check =
        flow_list_add(f, &f->identity->checks, &f->identity->n_checks, flow_type_check());
    check->check = "AnchorTrusted";
    assert_ptr_equal(read_path(f, "checks.AnchorTrusted@0").record, check);
    flow_free(f);
}

static void facts_of_rules_are_read_by_their_declared_kind(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);

    assert_true(read_path(f, "geo.country").none);
    flow_fact_set(f, &(struct flow_fact){.name = "geo.country", .kind = FACT_TEXT, .text = "DE"});
    flow_fact_set(f, &(struct flow_fact){.name = "geo.share", .kind = FACT_NUMBER, .number = 0.5});
    assert_string_equal(read_path(f, "geo.country").text, "DE");
    assert_true(read_path(f, "geo.share").is_number);
    flow_free(f);
}

static void a_misspelt_path_is_refused_with_the_nearest_name(void **state)
{
    (void)state;
    static const struct {
        const char *path, *says;
    } cases[] = {
        {"client_leg.alrt",
            "no fact 'client_leg.alrt': client_leg has no 'alrt'; did you mean 'alert'?"},
        {"clent.ip", "no fact 'clent.ip': the flow has no 'clent'; did you mean 'client'?"},
        {"server_leg.chain.leef.names",
            "no fact 'server_leg.chain.leef.names': chain has no 'leef'; did you mean 'leaf'?"},
        {"server_leg.chain.leaf.not_afer", "no fact 'server_leg.chain.leaf.not_afer': certificate "
                                           "has no 'not_afer'; did you mean 'not_after'?"},
        {"target.host.x", "no fact 'target.host.x': host is a value and has no fields"},
        {"exchanges.first", "no fact 'exchanges.first': exchanges is a list; a path ends there"},
        {"checks.Tempo", "no fact 'checks.Tempo': there is no check 'Tempo'"},
        {"checks.TemporalValidity@x", "no fact 'checks.TemporalValidity@x': '@' is followed by a "
                                      "certificate's depth, 0 for the leaf"},
        {"checks.", "no fact 'checks.': write checks.NAME or checks.NAME@DEPTH"},
        {"zzqqzz.wwxx", "no fact 'zzqqzz.wwxx': the flow has no 'zzqqzz'"},
        {"", "no fact '': the flow has no ''"},
        {"target.", "no fact 'target.': target has no ''"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct path p;
        struct err e = {0};

        assert_false(path_compile(cases[i].path, &names, &p, &e));
        assert_string_equal(e.text, cases[i].says);
        assert_int_equal(e.kind, ERR_RULE);
    }
}

static void a_path_of_any_length_is_refused_without_harm(void **state)
{
    (void)state;
    char text[4096];
    struct path p;

    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = i % 2 ? '.' : 'a';
    text[sizeof text - 1] = '\0';
    assert_false(path_compile(text, &names, &p, NULL));
    memset(text, 'x', sizeof text - 1);
    assert_false(path_compile(text, &names, &p, NULL));
    memcpy(text, "checks.", 7);
    assert_false(path_compile(text, &names, &p, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_the_table_can_be_read_from_an_empty_record),
        cmocka_unit_test(paths_reach_values_records_lists_and_certificates),
        cmocka_unit_test(checks_are_found_by_name_and_depth),
        cmocka_unit_test(facts_of_rules_are_read_by_their_declared_kind),
        cmocka_unit_test(a_misspelt_path_is_refused_with_the_nearest_name),
        cmocka_unit_test(a_path_of_any_length_is_refused_without_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
