#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asked.h"
#include "route.h"

static void each_path_has_its_own(void **state)
{
    static const struct {
        const char *method, *target;
        int kind; /* -1: none; -2: for another method */
        bool is_open;
    } cases[] = {
        {"GET", "/", ROUTE_PAGE, true},
        {"HEAD", "/", ROUTE_PAGE, true},
        {"GET", "/c/01M7ZB59HVR83FMEPM8CT13BPA", ROUTE_PAGE, true},
        {"GET", "/devices", ROUTE_PAGE, true},
        {"GET", "/certificates/00ff", ROUTE_PAGE, true},
        {"GET", "/rules/mine/first", ROUTE_PAGE, true},
        {"GET", "/ui/app.js", ROUTE_ASSET, true},
        {"GET", "/metrics", ROUTE_METRICS, true},
        {"GET", "/api/v1/health", ROUTE_HEALTH, true},
        {"POST", "/api/v1/session", ROUTE_SESSION, true},
        {"GET", "/api/v1/session", -2, false},
        {"GET", "/api/v1/live", ROUTE_LIVE, false},
        {"GET", "/api/v1/flows", ROUTE_DESK, false},
        {"POST", "/api/v1/flows", -2, false},
        {"OPTIONS", "/api/v1/flows", -2, false},
        {"GET", "/report/x", ROUTE_DESK, false},
        {"GET", "/api/v1/flows/x/export", ROUTE_DESK, false},
        {"POST", "/api/v1/import", ROUTE_DESK, false},
        {"POST", "/api/v1/rules/dates/expired", ROUTE_DESK, false},
        {"POST", "/api/v1/rules/reload", ROUTE_DESK, false},
        {"PUT", "/api/v1/rules/files/mine/texts/en.lua", ROUTE_DESK, false},
        {"DELETE", "/api/v1/devices/d-1", ROUTE_DESK, false},
        {"GET", "/api/v1", -1, false},
        {"GET", "/api/v2/flows", -1, false},
        {"GET", "/ui", -1, false},
        {"GET", "/ui/a/b", -1, false},
        {"GET", "/favicon.ico", -1, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request r;
        bool other;

        assert_true(asked(&r, cases[i].method, cases[i].target, NULL));
        const struct route *route = route_find(&r, &other);
        if ((route      ? (int)route->kind
                : other ? -2
                        : -1) != cases[i].kind ||
            (route && route->is_open != cases[i].is_open))
            fail_msg("%s %s", cases[i].method, cases[i].target);
        request_fini(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_path_has_its_own)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
