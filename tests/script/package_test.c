#include "rule_kit.h"

static void a_package_is_its_files(void **state)
{
    struct kit k;
    struct package *p;
    struct err e = {0};

    (void)state;
    kit_init(&k);
    kit_write(&k, "p", "init.lua", "one");
    kit_write(&k, "p", "helper.lua", "two");
    kit_write(&k, "p", "texts/en.lua", "three");
    kit_write(&k, "p", "data/a.txt", "four");
    kit_write(&k, "p", "data/a.bin", "no");
    kit_write(&k, "p", "spec/x_spec.lua", "five");
    kit_write(&k, "p", "README.md", "no");
    assert_true(package_read(k.folder, "p", &p, &e));
    assert_int_equal(p->n_sources, 5);
    assert_string_equal(package_source(p, "data/a.txt")->text, "four");
    assert_null(package_source(p, "README.md"));
    package_free(p);
    kit_fini(&k);
}

static void names_become_part_of_ids(void **state)
{
    (void)state;
    assert_true(package_name_is_right("tls-floor"));
    assert_true(package_name_is_right("a_B9"));
    assert_false(package_name_is_right(""));
    assert_false(package_name_is_right("a/b"));
    assert_false(package_name_is_right(".."));
    assert_false(package_name_is_right("a b"));
}

static void a_file_that_is_too_long_is_refused(void **state)
{
    struct kit k;
    struct package *p;
    struct err e = {0};
    char *long_text = mem_new(LIMIT_FILE + 2);

    (void)state;
    kit_init(&k);
    memset(long_text, ' ', LIMIT_FILE + 1);
    kit_write(&k, "p", "init.lua", long_text);
    assert_false(package_read(k.folder, "p", &p, &e));
    mem_free(long_text);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_package_is_its_files),
        cmocka_unit_test(names_become_part_of_ids),
        cmocka_unit_test(a_file_that_is_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
