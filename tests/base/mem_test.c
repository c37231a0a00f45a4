#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "mem.h"

static void new_memory_is_zeroed(void **state)
{
    static const char zero[64];
    char *p = mem_new(sizeof zero);

    (void)state;
    assert_memory_equal(p, zero, sizeof zero);
    mem_free(p);
}

static void nothing_is_still_a_pointer_that_can_be_freed(void **state)
{
    (void)state;
    void *a = mem_new(0), *b = mem_array(0, 8), *c = mem_array(8, 0), *d = mem_dup(NULL, 0),
         *e = mem_resize(NULL, 0);
    assert_true(a && b && c && d && e);
    mem_free(a);
    mem_free(b);
    mem_free(c);
    mem_free(d);
    mem_free(e);
    mem_free(NULL);
}

static void copies_stand_alone(void **state)
{
    char first[] = "certificate";
    char *copy = mem_dup(first, sizeof first), *text = mem_text(first);

    (void)state;
    first[0] = 'X';
    assert_string_equal(copy, "certificate");
    assert_string_equal(text, "certificate");
    assert_null(mem_text(NULL));
    mem_free(copy);
    mem_free(text);
}

static void growing_keeps_what_was_there(void **state)
{
    char *p = mem_text("abc");

    (void)state;
    p = mem_resize(p, 100000);
    assert_string_equal(p, "abc");
    mem_free(p);
}

/* The child answers for us: a process that goes on after this would write where it must not. */
static void an_array_that_overflows_ends_the_process(void **state)
{
    int status = 0;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        fclose(stderr);
        mem_free(mem_array(SIZE_MAX / 2, 8));
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_memory_is_zeroed),
        cmocka_unit_test(nothing_is_still_a_pointer_that_can_be_freed),
        cmocka_unit_test(copies_stand_alone),
        cmocka_unit_test(growing_keeps_what_was_there),
        cmocka_unit_test(an_array_that_overflows_ends_the_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
