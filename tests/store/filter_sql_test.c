#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "base/text.h"
#include "filter_sql.h"
#include "store/filter.h"
#include "traffic.h"

static void condition(struct database *db, const char *text, struct text *out)
{
    struct filter_fault fault;
    struct filter *f = filter_parse(text, TRAFFIC_NOW, &fault);
    bool rare;

    assert_non_null(f);
    text_clear(out);
    assert_true(filter_sql(db, f, out, &rare, NULL));
    filter_free(f);
}

static void no_text_of_a_filter_becomes_sql(void **state)
{
    static const char *const rows[] = {"~d \"x' OR '1'='1\"", "\"%' UNION SELECT\"",
        "~cause \"a';--\"", "~id \"1' OR 1\"", "~c \"4'x\"", "~h \"a: '\"", "~dev \"';\""};
    struct database *db = traffic_opened(*state);
    struct text out = {0};

    traffic_add(db, (struct flow *[]){sample_expired()}, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        condition(db, rows[i], &out);
        assert_null(strchr(text_str(&out), '\''));
        assert_null(strstr(text_str(&out), "UNION"));
    }
    text_fini(&out);
    database_close(db);
}

static void what_nobody_has_finds_nothing(void **state)
{
    struct database *db = traffic_opened(*state);
    struct text out = {0};

    condition(db, "~d nobody.example", &out);
    assert_string_equal(text_str(&out), "0");
    condition(db, "", &out);
    assert_string_equal(text_str(&out), "1");
    condition(db, "!~d nobody.example & ~fail | ~ms <5", &out);
    assert_string_equal(text_str(&out), "((NOT (0) AND flow.outcome = 1) OR (flow.ms < 5))");
    text_fini(&out);
    database_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_text_of_a_filter_becomes_sql, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(what_nobody_has_finds_nothing, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
