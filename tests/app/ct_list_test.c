#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "lab/lab.h"
#include "trust/ct_logs.h"

#include "ct_list.h"

/* A folder of the test's own, and nobody else's tables in sight. */
static int folder_make(void **state)
{
    static char path[64];

    snprintf(path, sizeof(path), "/tmp/whytls-ct-list-XXXXXX");
    *state = mkdtemp(path);
    return *state && setenv("XDG_DATA_HOME", *state, 1) == 0 ? 0 : -1;
}

static int folder_remove(void **state)
{
    static const char *const files[] = {
        "data/ct-logs.json", "data", "lab/pki.pem", "lab/root.pem", "lab/lock", "lab", ""};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char *path = file_join(*state, files[i]);

        remove(path);
        mem_free(path);
    }
    return 0;
}

static void table_put(const char *folder, const char *text)
{
    char *data = file_join(folder, "data"), *path = file_join(data, "ct-logs.json");

    assert_true(file_mkdirs(data, 0700, NULL));
    assert_true(file_write(path, text, strlen(text), 0600, NULL));
    mem_free(path);
    mem_free(data);
}

static void the_shipped_list_is_taken_without_another(void **state)
{
    struct ct_logs *logs = ct_list_open(*state, NULL, NULL);

    assert_non_null(logs);
    assert_true(ct_logs_count(logs) > 100);
    assert_true(ct_logs_date(logs) != CT_LOG_NEVER);
    ct_logs_unref(logs);
}

static void a_list_in_the_data_folder_comes_first(void **state)
{
    struct ct_logs *logs;

    table_put(
        *state, "{\"date\":\"2026-11-01\",\"logs\":[{\"state\":\"usable\",\"key\":\"MAMCAQU=\"}]}");
    logs = ct_list_open(*state, NULL, NULL);
    assert_non_null(logs);
    assert_int_equal(ct_logs_count(logs), 1);
    assert_int_equal(ct_logs_date(logs), 1793491200);
    ct_logs_unref(logs);
}

static void a_broken_one_is_told_with_its_name_and_not_passed_over(void **state)
{
    struct err e = {0};

    table_put(*state, "{");
    assert_null(ct_list_open(*state, NULL, &e));
    assert_non_null(strstr(e.text, "data/ct-logs.json: "));
}

static void the_lab_s_logs_stand_beside_apple_s(void **state)
{
    struct lab *lab =
        lab_start(&(struct lab_config){.data_dir = *state, .clock = clock_system()}, NULL);
    struct ct_logs *apples = ct_list_open(*state, NULL, NULL), *all;

    assert_true(lab && apples);
    all = ct_list_open(*state, lab, NULL);
    assert_non_null(all);
    assert_true(lab_n_ct_logs(lab) >= 3);
    assert_int_equal(ct_logs_count(all), ct_logs_count(apples) + lab_n_ct_logs(lab));
    ct_logs_unref(all);
    ct_logs_unref(apples);
    lab_stop(lab);
}

#define FOLDER(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER(the_shipped_list_is_taken_without_another),
        FOLDER(a_list_in_the_data_folder_comes_first),
        FOLDER(a_broken_one_is_told_with_its_name_and_not_passed_over),
        FOLDER(the_lab_s_logs_stand_beside_apple_s),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
