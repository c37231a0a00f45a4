#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judging_priv.h"

static const uint8_t leaf[32] = "leaf", other_leaf[32] = "other leaf", issuer[32] = "issuer",
                     nobody[32];

static struct sct_question ask(const uint8_t *of, const uint8_t *by, const char *sct)
{
    return (struct sct_question){
        .leaf = of, .issuer = by, .sct = {.at = (const uint8_t *)sct, .len = strlen(sct)}};
}

static void an_answer_is_remembered_for_exactly_its_question(void **state)
{
    struct sct_question asked = ask(leaf, issuer, "sct one"),
                        others[] = {ask(other_leaf, issuer, "sct one"),
                            ask(leaf, nobody, "sct one"), ask(leaf, issuer, "sct xne"),
                            ask(leaf, issuer, "sct on")};
    bool good;

    (void)state;
    assert_false(sct_recall(&asked, &good));
    sct_keep(&asked, true);
    assert_true(sct_recall(&asked, &good));
    assert_true(good);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(sct_recall(&others[i], &good));
}

static void a_bad_one_is_remembered_as_well(void **state)
{
    struct sct_question asked = ask(leaf, issuer, "a bad sct");
    bool good = true;

    (void)state;
    sct_keep(&asked, false);
    assert_true(sct_recall(&asked, &good));
    assert_false(good);
}

static void what_is_too_long_or_too_short_is_asked_again(void **state)
{
    char text[400];
    struct sct_question asked;
    bool good;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    asked = ask(leaf, issuer, text);
    sct_keep(&asked, true);
    assert_false(sct_recall(&asked, &good));
    asked = ask(leaf, issuer, "");
    sct_keep(&asked, true);
    assert_false(sct_recall(&asked, &good));
}

static void many_answers_push_out_old_ones_and_never_mix(void **state)
{
    uint8_t id[32] = {0};
    struct sct_question asked = ask(id, issuer, "sct of many");
    bool good;

    (void)state;
    for (unsigned i = 0; i < 10000; i++) {
        id[0] = (uint8_t)i, id[1] = (uint8_t)(i >> 8);
        sct_keep(&asked, i % 3 == 0);
    }
    for (unsigned i = 0; i < 10000; i++) {
        id[0] = (uint8_t)i, id[1] = (uint8_t)(i >> 8);
        if (sct_recall(&asked, &good))
            assert_int_equal(good, i % 3 == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_remembered_for_exactly_its_question),
        cmocka_unit_test(a_bad_one_is_remembered_as_well),
        cmocka_unit_test(what_is_too_long_or_too_short_is_asked_again),
        cmocka_unit_test(many_answers_push_out_old_ones_and_never_mix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
