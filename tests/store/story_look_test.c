#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/flow_look.h"
#include "store/story_look.h"
#include "traffic.h"

struct told {
    struct text all;
    char key[STORY_KEY_CAP];
};

static void tell(void *arg, const struct story_row *row)
{
    struct told *t = arg;

    text_printf(
        &t->all, "%s at %s x%d last %s; ", row->cause, row->host, (int)row->n, row->last_id);
    snprintf(t->key, sizeof t->key, "%s", row->key);
}

static struct flow *expired(const char *id)
{
    struct flow *f = sample_expired();

    f->id = flow_text(f, id);
    f->diagnosis[0].cause = "cert-expired-leaf";
    return f;
}

static const char *all_of(struct flow_look *look, struct told *t)
{
    text_clear(&t->all);
    assert_true(story_look_each(look, 10, tell, t, NULL));
    return text_str(&t->all);
}

static void a_story_is_settled_and_comes_back(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *first[] = {expired("one"), expired("two")}, *again[] = {expired("three")},
                *fine[] = {traffic_flow("four", "api.shop.example.com")};
    struct told t = {0};
    bool known;

    traffic_add(db, first, 2);
    struct flow_look *look = flow_look_new(traffic_opened(*state));
    assert_string_equal(
        all_of(look, &t), "cert-expired-leaf at api.shop.example.com x2 last two; ");
    assert_true(story_look_settle(look, t.key, &known, NULL) && known);
    assert_string_equal(all_of(look, &t), "");
    traffic_add(db, again, 1);
    assert_string_equal(
        all_of(look, &t), "cert-expired-leaf at api.shop.example.com x3 last three; ");
    traffic_add(db, fine, 1);
    assert_string_equal(all_of(look, &t), "");
    text_fini(&t.all);
    flow_look_free(look);
    database_close(db);
}

static void what_is_no_key_settles_nothing(void **state)
{
    static const char *const keys[] = {"", "1", "1-2", "1-2-3x", "9-9-9", "a-b-c",
        "99999999999999999999999999-1-1", "1-2-3; DROP TABLE story"};
    struct flow_look *look = flow_look_new(traffic_opened(*state));
    bool known;

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_true(story_look_settle(look, keys[i], &known, NULL));
        assert_false(known);
    }
    flow_look_free(look);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_story_is_settled_and_comes_back, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(what_is_no_key_settles_nothing, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
