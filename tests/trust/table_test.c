#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/file.h"
#include "base/mem.h"

#include "table.h"

static void each_table_is_compiled_in_with_its_source_and_date(void **state)
{
    (void)state;
    unsetenv("XDG_DATA_HOME");
    setenv("HOME", "/nowhere", 1);
    for (int i = 0; i < N_TABLES; i++) {
        struct table_facts f;
        struct err e = {0};
        enum table_id id;

        assert_true(table_check((enum table_id)i, NULL, &f, &e));
        assert_null(f.path);
        assert_true(f.rows > 10 && f.date > 1600000000 && *f.source && *f.release && f.fresh_days);
        assert_true(table_find(f.name, &id));
        assert_int_equal(id, i);
        table_facts_fini(&f);
    }
}

static void a_file_in_the_data_folder_comes_first(void **state)
{
    static const char table[] = "{\"table\":\"roots\",\"date\":\"2026-11-20\",\"roots\":[{}]}";
    char dir[] = "/tmp/table-XXXXXX";
    struct table_facts f;
    struct err e = {0};

    (void)state;
    assert_non_null(mkdtemp(dir));
    char *folder = table_folder(dir), *path = file_join(folder, "roots.json");
    assert_true(file_mkdirs(folder, 0700, &e));
    assert_true(file_write(path, table, strlen(table), 0600, &e));
    assert_true(table_check(TABLE_ROOTS, dir, &f, &e));
    assert_string_equal(f.path, path);
    assert_int_equal(f.rows, 1);
    table_facts_fini(&f);
    assert_true(file_write(path, "{", 1, 0600, &e));
    assert_false(table_check(TABLE_ROOTS, dir, &f, &e));
    assert_non_null(strstr(e.text, path));
    unlink(path);
    rmdir(folder);
    rmdir(dir);
    mem_free(path);
    mem_free(folder);
}

static void what_is_no_table_is_refused_with_the_mend(void **state)
{
    static const char *const cases[][2] = {
        {"", "line "},
        {"[]", "\"table\" is not"},
        {"{\"table\":\"removed\",\"date\":\"2026-11-20\",\"roots\":[{}]}",
            "\"table\" is not \"roots\""},
        {"{\"table\":\"roots\",\"roots\":[{}]}", "\"date\" is none"},
        {"{\"table\":\"roots\",\"date\":\"yesterday\",\"roots\":[{}]}", "\"date\" is none"},
        {"{\"table\":\"roots\",\"date\":\"2026-11-20\",\"roots\":[]}", "no list \"roots\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct table_facts f;
        struct err e = {0};

        assert_false(table_check_bytes(
            TABLE_ROOTS, (const uint8_t *)cases[i][0], strlen(cases[i][0]), &f, &e));
        if (!strstr(e.text, cases[i][1]))
            fail_msg("%s: “%s”", cases[i][0], e.text);
    }
}

static void a_fingerprint_in_a_row_has_64_lower_case_digits(void **state)
{
    json_t *row = json_pack("{s:s,s:s,s:i}", "good",
        "00000000000000000000000000000000000000000000000000000000000000ff", "short", "00ff",
        "number", 7);
    uint8_t sha256[32];

    (void)state;
    assert_true(table_sha256(row, "good", sha256));
    assert_int_equal(sha256[31], 0xff);
    assert_false(table_sha256(row, "short", sha256));
    assert_false(table_sha256(row, "number", sha256));
    assert_false(table_sha256(row, "absent", sha256));
    json_decref(row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_table_is_compiled_in_with_its_source_and_date),
        cmocka_unit_test(a_file_in_the_data_folder_comes_first),
        cmocka_unit_test(what_is_no_table_is_refused_with_the_mend),
        cmocka_unit_test(a_fingerprint_in_a_row_has_64_lower_case_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
