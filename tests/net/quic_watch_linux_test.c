/* What the kernel tells is seen by tests/e2e/test_transparent.py, on a gateway of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "loopback.h"
#include "quic_watch.h"

enum { GROUP = 60017 }; /* nobody else's */

static void tried(void *arg, const struct quic_try *one)
{
    (void)arg;
    (void)one;
    fail_msg("nobody tried");
}

/* Without the right to it there is a sentence that says so, and nothing to stop. */
static void a_group_is_read_by_one_only(void **state)
{
    struct bench bench;
    struct err e = {0};

    (void)state;
    bench_init(&bench);
    struct quic_watch *first = quic_watch_start(bench.loop, GROUP, tried, NULL, &e);
    if (first) {
        assert_null(quic_watch_start(bench.loop, GROUP, tried, NULL, &e));
        assert_non_null(strstr(e.text, "to one process"));
    } else {
        assert_non_null(strstr(e.text, "netfilter"));
    }
    quic_watch_stop(first);
    quic_watch_stop(NULL);
    bench_fini(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_is_read_by_one_only),
    };

    return cmocka_run_group_tests_name("net/quic_watch_linux", tests, NULL, NULL);
}
