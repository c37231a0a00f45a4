#include "kit.h"

static void a_fact_counts_once_with_the_largest_weight(void **state)
{
    struct causes *c = kit_causes();
    struct flow *f = kit_flow();

    (void)state;
    kit_suspect(f, c, "app-pinning", "rule:a/x");
    kit_because(f, c, "app-pinning", "target.host", 1);
    kit_because(f, c, "app-pinning", "target.host", 3);
    kit_because(f, c, "app-pinning", "target.host", 2);
    kit_against(f, c, "app-pinning", "target.host", 2);
    const struct hypothesis *h = board_find(f, "app-pinning");

    assert_int_equal(h->n_in_favour, 1);
    assert_int_equal(h->in_favour->weight, 3);
    assert_int_equal(h->n_against, 1);
    assert_int_equal(h->against->weight, 2);
    flow_free(f);
    causes_free(c);
}

static void speak(
    struct flow *f, const struct causes *c, const char *who, const char *leg, const char *words)
{
    struct speaker speaker = {.id = who};
    struct with with = {.name = "use", .value = {.kind = FIELD_TEXT, .text = words}};
    struct suspicion how = {.leg = leg, .words = words, .with = &with};
    const struct cause *cause = cause_find(c, "app-pinning");

    board_suspect(f, cause, &speaker, &how);
    board_rule_out(f, cause, &speaker, words);
}

static void the_first_id_chooses_whichever_spoke_first(void **state)
{
    static const int orders[][3] = {
        {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const char *const ids[] = {"rule:a/x", "rule:b/x", "rule:c/x"}, *const legs[] = {
                                                                               "server", "client",
                                                                               "server"};
    struct causes *c = kit_causes();

    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct flow *f = kit_flow();

        for (int j = 0; j < 3; j++) {
            int who = orders[i][j];

            speak(f, c, ids[who], legs[who], ids[who]);
        }
        const struct hypothesis *h = board_find(f, "app-pinning");

        assert_string_equal(h->leg, "server");
        assert_string_equal(h->words, "rule:a/x");
        assert_string_equal(with_find(h->with, "use")->value.text, "rule:a/x");
        assert_string_equal(h->struck_by, "rule:a/x");
        assert_string_equal(h->struck_fact, "rule:a/x");
        assert_string_equal(h->speakers->who.id, "rule:a/x");
        assert_string_equal(h->speakers->next->next->who.id, "rule:c/x");
        flow_free(f);
    }
    causes_free(c);
}

static void it_is_bounded_and_says_so(void **state)
{
    struct causes *c = kit_causes();
    struct flow *f = kit_flow();

    (void)state;
    for (size_t i = 0; i < BOARD_HYPOTHESES_MOST + 3; i++)
        kit_suspect(f, c, causes_at(c, i)->id, "rule:a/x");
    assert_int_equal(f->board->n, BOARD_HYPOTHESES_MOST);
    assert_int_equal(f->board->n_cut, 3);
    flow_free(f);
    causes_free(c);
}

static void what_is_said_again_changes_nothing(void **state)
{
    struct causes *c = kit_causes();
    struct flow *f = kit_flow();

    (void)state;
    speak(f, c, "rule:a/x", "client", "w");
    kit_because(f, c, "app-pinning", "target.host", 3);
    f->board->changed = false;
    size_t used = f->arena.used;

    for (int i = 0; i < 100; i++) {
        speak(f, c, "rule:a/x", "client", "w");
        kit_because(f, c, "app-pinning", "target.host", 3);
    }
    assert_false(f->board->changed);
    assert_int_equal(f->arena.used, used);
    flow_free(f);
    causes_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fact_counts_once_with_the_largest_weight),
        cmocka_unit_test(the_first_id_chooses_whichever_spoke_first),
        cmocka_unit_test(it_is_bounded_and_says_so),
        cmocka_unit_test(what_is_said_again_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
