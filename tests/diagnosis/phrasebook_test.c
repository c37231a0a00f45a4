#include "kit.h"

static void what_is_there_is_found_and_nothing_else(void **state)
{
    struct phrasebook *b = phrasebook_new();
    struct cause_words *w = arena_new(&b->arena, sizeof *w), *v = arena_new(&b->arena, sizeof *v);
    struct note_words *n = arena_new(&b->arena, sizeof *n);
    struct fact_words *f = arena_new(&b->arena, sizeof *f);
    struct err e = {0};

    (void)state;
    w->name = "self-signed-leaf";
    v->name = "own-device";
    w->variants = v;
    b->causes = w;
    n->code = "seen";
    assert_true(phrase_compile("x", &b->arena, &no_names, &n->says, &e));
    b->notes = n;
    f->fact = "target.host";
    f->says = n->says;
    assert_ptr_equal(phrasebook_cause(b, "self-signed-leaf"), w);
    assert_null(phrasebook_cause(b, "other"));
    assert_null(phrasebook_cause(NULL, "other"));
    assert_ptr_equal(cause_words_variant(w, "own-device"), v);
    assert_null(cause_words_variant(w, "other"));
    assert_null(cause_words_variant(w, NULL));
    assert_ptr_equal(phrasebook_note(b, "seen"), n->says);
    assert_null(phrasebook_note(b, "unseen"));
    assert_ptr_equal(fact_words_find(f, "target.host"), n->says);
    assert_null(fact_words_find(f, "target.port"));
    phrasebook_free(b);
    phrasebook_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_there_is_found_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
