#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "roots.h"
#include "store/filter.h"

static struct root_use used_by(size_t n)
{
    struct root_use use = {.sha256 = "0a", .n_tops = n};

    for (size_t i = 0; i < n; i++)
        snprintf(use.tops[i], ROOT_HEX_CAP, "%02zx", i + 0xa0);
    return use;
}

static void flows_are_those_that_had_one_below_it_or_itself(void **state)
{
    static const struct {
        size_t n;
        const char *wanted;
    } cases[] = {
        {0, "~sha 0a"},
        {1, "~sha 0a | ~sha a0"},
        {3, "~sha 0a | ~sha a0 | ~sha a1 | ~sha a2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct root_use use = used_by(cases[i].n);
        struct text out = {0};

        root_expression(&use, &out);
        assert_string_equal(text_str(&out), cases[i].wanted);
        text_fini(&out);
    }
}

static void a_filter_reads_the_longest_of_them(void **state)
{
    struct root_use use = used_by(ROOT_TOPS);
    struct filter_fault fault;
    struct text out = {0};

    (void)state;
    for (size_t i = 0; i < ROOT_TOPS; i++) {
        memset(use.tops[i], 'a', ROOT_HEX_CAP - 1);
        use.tops[i][ROOT_HEX_CAP - 1] = '\0';
    }
    root_expression(&use, &out);
    struct filter *filter = filter_parse(text_str(&out), 0, &fault);
    if (!filter)
        fail_msg("%s: column %zu: %s", text_str(&out), fault.column, fault.text);
    filter_free(filter);
    text_fini(&out);
}

static void a_root_is_found_by_its_fingerprint(void **state)
{
    struct roots_used *all = mem_new(sizeof *all);

    (void)state;
    assert_null(roots_used_get(all, "0a"));
    all->at[all->n++] = used_by(2);
    assert_ptr_equal(roots_used_get(all, "0a"), &all->at[0]);
    assert_null(roots_used_get(all, "0b"));
    mem_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flows_are_those_that_had_one_below_it_or_itself),
        cmocka_unit_test(a_filter_reads_the_longest_of_them),
        cmocka_unit_test(a_root_is_found_by_its_fingerprint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
