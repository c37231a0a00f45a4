#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "device/facts.h"
#include "device/roll.h"
#include "device_checks.h"

static void each_step_is_found_out_anew(void **state)
{
    static const struct {
        const char *what;
        int64_t fetched, accepted;
        const char *root;
        enum device_probe probe;
        enum device_state found;
        size_t n_hosts;
        enum check_state wanted[N_DEVICE_CHECKS];
        const char *ready, *next;
    } cases[] = {
        {"seen on the pages alone", 0, 0, "", DEVICE_PROBE_UNKNOWN, DEVICE_SEEN, 0,
            {CHECK_WAITING, CHECK_WAITING, CHECK_LATER, CHECK_LATER, CHECK_LATER}, "unknown",
            "Configure Proxy"},
        {"profile fetched", 5, 0, "now", DEVICE_PROBE_UNKNOWN, DEVICE_SET_UP_BEGUN, 1,
            {CHECK_PASSED, CHECK_PASSED, CHECK_WAITING, CHECK_WAITING, CHECK_LATER}, "waiting",
            "Profile Downloaded"},
        {"an older root", 5, 0, "old", DEVICE_PROBE_UNKNOWN, DEVICE_SET_UP_BEGUN, 1,
            {CHECK_PASSED, CHECK_FAILED, CHECK_WAITING, CHECK_WAITING, CHECK_LATER}, "waiting",
            "download the profile"},
        {"the switch is off", 5, 0, "now", DEVICE_PROBE_REFUSED, DEVICE_REFUSES, 1,
            {CHECK_PASSED, CHECK_PASSED, CHECK_WAITING, CHECK_FAILED, CHECK_FAILED}, "refusing",
            "Profile Downloaded"},
        {"all is well", 5, 6, "now", DEVICE_PROBE_TRUSTED, DEVICE_READ, 1,
            {CHECK_PASSED, CHECK_PASSED, CHECK_PASSED, CHECK_PASSED, CHECK_PASSED}, "ready", NULL},
        {"trusted without our pages", 0, 6, "", DEVICE_PROBE_UNKNOWN, DEVICE_READ, 1,
            {CHECK_PASSED, CHECK_PASSED, CHECK_PASSED, CHECK_PASSED, CHECK_PASSED}, "ready", NULL},
        {"the clock is off", 5, 0, "now", DEVICE_PROBE_UNKNOWN, DEVICE_CLOCK_WRONG, 1,
            {CHECK_PASSED, CHECK_PASSED, CHECK_WAITING, CHECK_WAITING, CHECK_LATER}, "waiting",
            "Date & Time"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct device_row row = {.setup = {.profile_fetched_ms = cases[i].fetched,
                                     .accepted_ms = cases[i].accepted,
                                     .probe = cases[i].probe}};
        const struct device_facts facts = {
            .row = &row, .state = cases[i].found, .n_hosts = cases[i].n_hosts};
        struct device_step steps[N_DEVICE_CHECKS];

        snprintf(row.setup.root_sha256_hex, sizeof row.setup.root_sha256_hex, "%s", cases[i].root);
        device_checks_find(&facts, "now", steps);
        for (enum device_check c = 0; c < N_DEVICE_CHECKS; c++)
            if (steps[c].state != cases[i].wanted[c])
                fail_msg("%s: %s is %s", cases[i].what, device_check_name(c),
                    check_state_name(steps[c].state));
        assert_string_equal(device_readiness(&facts), cases[i].ready);
        const char *next = device_next_step(&facts, steps);
        if (!next != !cases[i].next || (next && !strstr(next, cases[i].next)))
            fail_msg("%s: %s", cases[i].what, next ? next : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_step_is_found_out_anew)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
