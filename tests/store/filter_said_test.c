#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "filter_said.h"
#include "flow/spoken.h"
#include "store/filter.h"
#include "traffic.h"

static struct flow_look *filled(void **state)
{
    struct flow *f[] = {traffic_flow("one", "a.example"), traffic_flow("two", "b.example")};
    static const char request[] = "POST / HTTP/1.1\r\nX-Asked: Kerze\r\n\r\n";
    static const char response[] =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nX-Told: 50%'s\r\n\r\n";
    static const char body[] = "{\0\"Lampe\"}";

    f[0]->spoken = spoken_new();
    spoken_head(f[0]->spoken, 0, SPOKEN_REQUEST, request, strlen(request));
    spoken_head(f[0]->spoken, 0, SPOKEN_RESPONSE, response, strlen(response));
    spoken_body(f[0]->spoken, 0, SPOKEN_RESPONSE, body, sizeof body - 1);
    struct database *db = traffic_opened(*state);
    traffic_add(db, f, 2);
    return flow_look_new(db);
}

static bool collect(void *arg, const struct flow_row *row)
{
    struct text *out = arg;

    text_printf(out, "%s%s", out->len ? " " : "", row->id);
    return true;
}

static void what_was_said_is_found(void **state)
{
    static const char *const cases[][2] = {
        {"~h kerze", "one"},
        {"~hq KERZE", "one"},
        {"~hs kerze", ""},
        {"~hs \"x-told: 50%'s\"", "one"},
        {"~b lampe", "one"},
        {"~b kerze", ""},
        {"!~b lampe", "two"},
        {"~t json", "one"},
        {"~h nothing", ""},
    };
    struct flow_look *look = filled(state);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct filter_fault fault;
        struct filter *filter = filter_parse(cases[i][0], TRAFFIC_NOW, &fault);
        struct flow_list_end end;
        struct text out = {0};
        struct err e = {0};

        if (!filter)
            fail_msg("%s: %s", cases[i][0], fault.text);
        if (!flow_look_list(
                look, &(struct flow_list_ask){.filter = filter}, collect, &out, &end, &e))
            fail_msg("%s: %s", cases[i][0], e.text);
        if (strcmp(text_str(&out), cases[i][1]))
            fail_msg("%s found \"%s\"", cases[i][0], text_str(&out));
        text_fini(&out);
        filter_free(filter);
    }
    flow_look_free(look);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_said_is_found, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
