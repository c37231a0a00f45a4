#include "samples.h"

#include <stdio.h>
#include <stdlib.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "object_priv.h"

static char folder[] = "/tmp/whytls-object-XXXXXX";

static int folder_make(void **state)
{
    *state = mkdtemp(folder);
    return *state ? 0 : -1;
}

static int folder_drop(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void what_others_may_change_is_not_ours(void **state)
{
    static const struct {
        unsigned file_mode, folder_mode;
        bool ours;
    } cases[] = {
        {0644, 0755, true},
        {0600, 0700, true},
        {0646, 0755, false},
        {0644, 0777, false},
        {0644, 01777, false},
    };
    char *path = file_join(folder, "x.so");
    struct err e = {0};

    (void)state;
    assert_true(file_write(path, "", 0, 0644, &e));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(chmod(path, cases[i].file_mode), 0);
        assert_int_equal(chmod(folder, cases[i].folder_mode), 0);
        assert_int_equal(object_is_ours(path, &e), cases[i].ours);
        if (!cases[i].ours)
            assert_non_null(strstr(e.text, "writable by everyone"));
    }
    chmod(folder, 0700);
    unlink(path);
    assert_false(object_is_ours(path, &e));
    mem_free(path);
}

static void what_is_no_plugin_is_not_opened(void **state)
{
    struct object o;
    struct err e = {0};

    (void)state;
    assert_false(object_open("/nonexistent.so", &o, &e));
    assert_false(object_open(WHYTLS_SOURCE_DIR "/CMakeLists.txt", &o, &e));
    assert_non_null(strstr(e.text, "ELF"));
    assert_false(object_open(SAMPLE("no_plugin"), &o, &e));
    assert_non_null(strstr(e.text, "exports no whytls_plugin"));
}

static void only_what_lies_inside_may_be_read(void **state)
{
    struct object o;
    struct err e = {0};
    int elsewhere = 0;

    (void)state;
    assert_true(object_open(SAMPLE("future"), &o, &e));
    assert_string_equal(o.folder, SAMPLES);
    assert_true(object_has(&o, o.symbol, sizeof(struct whytls_plugin), 8));
    assert_false(object_has(&o, (const char *)o.symbol + 1, 8, 8));
    assert_false(object_has(&o, o.symbol, SIZE_MAX / 2, 8));
    assert_false(object_has(&o, &elsewhere, 1, 1));
    assert_false(object_has(&o, NULL, 1, 1));
    assert_true(object_has_text(&o, ((const struct whytls_plugin *)o.symbol)->name));
    assert_false(object_has_text(&o, "another's"));
    object_fini(&o);
}

static void code_is_told_from_data(void **state)
{
    static int data;

    (void)state;
    assert_true(object_is_code((uintptr_t)code_is_told_from_data));
    assert_true(object_is_code((uintptr_t)free));
    assert_false(object_is_code((uintptr_t)&data));
    assert_false(object_is_code(16));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_others_may_change_is_not_ours),
        cmocka_unit_test(what_is_no_plugin_is_not_opened),
        cmocka_unit_test(only_what_lies_inside_may_be_read),
        cmocka_unit_test(code_is_told_from_data),
    };

    return cmocka_run_group_tests(tests, folder_make, folder_drop);
}
