#include "learn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow/flow.h"

enum { NOW = 1000000, ROOT_SINCE = 500000 };

struct past {
    const char *what;
    enum learn_mode mode;
    int64_t after, refused, streak, last_refused; /* here */
    int64_t device_accepted, device_streak;       /* when last; FLOW_NONE: never */
    bool passes;
};

static void a_host_that_an_app_refused_us_for_passes_while_the_device_trusts_us(void **state)
{
    static const struct past rows[] = {
        {"one refusal", LEARN_ON, 0, 1, 1, NOW - 10, NOW - 60, 1, true},
        {"only offered", LEARN_SUGGEST, 0, 1, 1, NOW - 10, NOW - 60, 1, false},
        {"switched off", LEARN_OFF, 0, 1, 1, NOW - 10, NOW - 60, 1, false},
        {"never refused", LEARN_ON, 0, 0, 0, FLOW_NONE, NOW - 60, 0, false},
        {"accepted since", LEARN_ON, 0, 1, 0, NOW - 10, NOW - 5, 0, false},
        {"two of three", LEARN_ON, 3, 2, 2, NOW - 10, NOW - 60, 2, false},
        {"three of three", LEARN_ON, 3, 3, 3, NOW - 10, NOW - 60, 3, true},
        {"a day ago", LEARN_ON, 0, 1, 1, NOW - LEARN_PERIOD_S, NOW - 60, 1, true},
        {"longer ago", LEARN_ON, 0, 1, 1, NOW - LEARN_PERIOD_S - 1, NOW - 60, 1, false},
        {"trusts us nowhere", LEARN_ON, 0, 1, 1, NOW - 10, FLOW_NONE, 1, false},
        {"trusted an older root", LEARN_ON, 0, 1, 1, NOW - 10, ROOT_SINCE - 1, 1, false},
        {"many refuse, and one accepted just now", LEARN_ON, 0, 1, 1, NOW - 10, NOW - 600, 9, true},
        {"many refuse, and long none accepted", LEARN_ON, 0, 1, 1, NOW - 10, NOW - 601, 3, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct flow *f = flow_new("x", 0);

        f->now = NOW;
        f->proxy->root_since = ROOT_SINCE;
        f->history->host->refused = rows[i].refused;
        f->history->host->streak = rows[i].streak;
        f->history->host->last_refused = rows[i].last_refused;
        f->history->device->last_accepted = rows[i].device_accepted;
        f->history->device->streak = rows[i].device_streak;
        if (learn_passes(&(struct learn){.mode = rows[i].mode, .after = rows[i].after}, f) !=
            rows[i].passes)
            fail_msg("%s", rows[i].what);
        flow_free(f);
    }
}

static void modes_have_names(void **state)
{
    (void)state;
    assert_string_equal(learn_mode_name(LEARN_SUGGEST), "suggest");
    assert_string_equal(learn_mode_name(LEARN_OFF), "off");
    assert_string_equal(learn_mode_name(LEARN_ON), "on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_that_an_app_refused_us_for_passes_while_the_device_trusts_us),
        cmocka_unit_test(modes_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
