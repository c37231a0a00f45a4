#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow/sample_flow.h"
#include "live_line.h"
#include "term.h"

static void expect(const struct term *t, struct flow *f, size_t count, const char *wanted)
{
    struct text out = {0};

    live_line(t, f, flow_outcome(f), count, &out);
    assert_string_equal(text_str(&out), wanted);
    text_fini(&out);
    flow_free(f);
}

static const struct term usual = {.utf8 = true, .width = 80};
static const struct term wide = {.utf8 = true, .width = 120};
static const struct term ascii = {.width = 80};

static void a_fine_connection_is_one_line(void **state)
{
    (void)state;
    expect(&usual, sample_fine(), 1,
        "09:41:52  ● fine      api.shop.example.com  4 requests, 212 ms\n");
    expect(&ascii, sample_fine(), 1,
        "09:41:52  + fine      api.shop.example.com  4 requests, 212 ms\n");
    expect(&wide, sample_fine(), 1,
        "09:41:52  ● fine      api.shop.example.com  4 requests, 212 ms                Anna's "
        "iPhone · Grocer\n");
}

static void a_failing_one_has_the_title_how_sure_and_who(void **state)
{
    (void)state;
    expect(&usual, sample_expired(), 11,
        "09:41:52  ◆ failing   The server's certificate has expired          ▮▮▮ certain\n"
        "                      api.shop.example.com · Anna's iPhone · Grocer          ×11\n");
    expect(&ascii, sample_expired(), 1,
        "09:41:52  ! failing   The server's certificate has expired        [###] certain\n"
        "                      api.shop.example.com - Anna's iPhone - Grocer\n");
    expect(&wide, sample_expired(), 1,
        "09:41:52  ◆ failing   The certificate of api.shop.example.com expired 3 days ago, so an "
        "iPhone refuses it.  "
        "▮▮▮ certain\n"
        "                      api.shop.example.com · Anna's iPhone · Grocer · next: Renew the "
        "certificate.\n");
}

static void a_narrow_window_gets_a_line_for_each_thing(void **state)
{
    (void)state;
    expect(&(struct term){.utf8 = true, .width = 30}, sample_expired(), 11,
        "09:41:52  ◆ failing\n"
        "  The server's certificate has\n"
        "  expired\n"
        "  ▮▮▮ certain\n"
        "  api.shop.example.com\n"
        "  Anna's iPhone · Grocer ×11\n");
    expect(&(struct term){.width = 20}, sample_fine(), 1,
        "09:41:52  + fine\n"
        "  api.shop.exampl...\n"
        "  4 requests, 212 ms\n");
}

static void colour_is_added_around_the_same_words(void **state)
{
    (void)state;
    expect(&(struct term){.utf8 = true, .width = 80, .colour = true}, sample_expired(), 1,
        "\033[2m09:41:52\033[0m  \033[1;31m◆ failing\033[0m   \033[1mThe server's certificate has "
        "expired\033[0m          "
        "\033[1m▮▮▮ certain\033[0m\n"
        "                      api.shop.example.com · Anna's iPhone · Grocer\n");
}

static void a_tunnel_says_by_whom_and_how_long(void **state)
{
    (void)state;
    struct flow *f = sample_fine();

    f->decision->action = "tunnel";
    f->decision->by = "rule:bank";
    f->n_exchanges = 0;
    f->ms = 3410;
    f->target->port = 8443;
    f->at_ms -= f->ms;
    expect(&usual, f, 1,
        "09:41:52  » unread    api.shop.example.com:8443  by your rule bank, 3,410 ms\n");
}

static void a_device_without_a_name_is_its_family_and_address(void **state)
{
    (void)state;
    struct flow *f = sample_fine();
    struct text out = {0};

    f->client->device->name = NULL;
    live_device(f, &out);
    assert_string_equal(text_str(&out), "iPhone 192.168.1.52");
    text_clear(&out);
    f->client->device->family = "unknown";
    live_device(f, &out);
    assert_string_equal(text_str(&out), "192.168.1.52");
    text_fini(&out);
    flow_free(f);
}

static void no_line_is_wider_than_the_window(void **state)
{
    (void)state;
    char host[254];

    memset(host, 'a', sizeof host - 1);
    host[sizeof host - 1] = '\0';
    for (int width = 20; width <= 140; width++) {
        const struct term t = {.utf8 = true, .width = width};
        struct flow *flows[] = {sample_fine(), sample_expired()};

        for (int i = 0; i < 2; i++) {
            struct text out = {0};

            flows[i]->target->host = host;
            flows[i]->client->app->name = host;
            live_line(&t, flows[i], flow_outcome(flows[i]), 1234, &out);
            for (char *line = strtok(out.at, "\n"); line; line = strtok(NULL, "\n"))
                if (term_columns(line) > (size_t)width)
                    fail_msg("at %d: %s", width, line);
            text_fini(&out);
            flow_free(flows[i]);
        }
    }
}

static void requests_are_listed_with_their_status(void **state)
{
    (void)state;
    struct flow *f = sample_fine();
    struct text out = {0};

    f->n_exchanges = 2;
    f->exchanges[1].status = FLOW_NONE;
    live_exchanges(&usual, f, &out);
    assert_string_equal(text_str(&out),
        "                      200  GET https://api.shop.example.com/v1/basket\n"
        "                      ---  GET https://api.shop.example.com/v1/basket\n");
    text_fini(&out);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fine_connection_is_one_line),
        cmocka_unit_test(a_failing_one_has_the_title_how_sure_and_who),
        cmocka_unit_test(a_narrow_window_gets_a_line_for_each_thing),
        cmocka_unit_test(colour_is_added_around_the_same_words),
        cmocka_unit_test(a_tunnel_says_by_whom_and_how_long),
        cmocka_unit_test(a_device_without_a_name_is_its_family_and_address),
        cmocka_unit_test(no_line_is_wider_than_the_window),
        cmocka_unit_test(requests_are_listed_with_their_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
