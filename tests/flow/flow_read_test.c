/* A line of the log becomes the flow that it tells of, and nothing else becomes one. */
#include "flow/flow_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "flow/flow.h"
#include "flow/flow_json.h"

#define HEAD                                                                                       \
    "{\"v\":1,\"id\":\"x\",\"at\":\"2026-11-21T09:00:00.5Z\",\"ms\":12,\"client\":{\"ip\":\"10.0." \
    "0.2\"}"

static struct flow *read_line(const char *line, struct err *e)
{
    return flow_read(line, strlen(line), e);
}

static void what_the_log_tells_is_there(void **state)
{
    struct err e = {0};
    struct flow *f = read_line(HEAD
        ",\"proxy\":{\"name\":\"p\",\"clock\":\"right\"}"
        ",\"target\":{\"host\":\"shop.example\",\"port\":443}"
        ",\"client_leg\":{\"sni\":\"shop.example\",\"leaf\":\"ab\",\"resumed\":true,\"alert\":{"
        "\"number\":46,"
        "\"name\":\"certificate_unknown\"}}"
        ",\"server_leg\":{\"chain\":[\"aa\",\"bb\"],\"verdict\":{\"verdict\":\"reject\",\"checks\":"
        "[{\"check\":"
        "\"TemporalValidity\",\"cert\":0,\"osstatus\":-67818}]},\"certificates\":[{\"sha256\":"
        "\"aa\","
        "\"subject\":\"CN=shop.example, O=A\\\\, "
        "B\",\"not_after\":\"2026-11-18T09:00:00Z\",\"names\":"
        "[\"shop.example\"]},{\"sha256\":\"bb\"}]}"
        ",\"facts\":{\"geo.country\":\"XA\",\"geo.asn\":7,\"a.b\":true,\"a.c\":0.5}"
        ",\"exchanges\":[{\"method\":\"GET\",\"url\":\"https://shop.example/\",\"status\":200}]"
        ",\"later\":{\"v\":2},\"mail\":null}",
        &e);

    (void)state;
    if (!f)
        fail_msg("%s", e.text);
    assert_int_equal(f->at, 1795251600);
    assert_int_equal(f->now, f->at);
    assert_int_equal(f->ms, 12);
    assert_string_equal(f->target->site, "shop.example");
    assert_string_equal(f->proxy->clock->state, "right");
    assert_string_equal(f->client_leg->leaf->sha256, "ab");
    assert_int_equal(f->client_leg->alert->number, 46);
    assert_int_equal(f->server_leg->n_chain, 2);
    assert_string_equal(f->server_leg->chain[0].subject->o, "A, B");
    assert_int_equal(f->server_leg->chain[0].not_after, 1794992400);
    assert_int_equal(f->server_leg->chain[1].depth, 1);
    assert_int_equal(f->server_leg->verdict->checks[0].osstatus, -67818);
    assert_string_equal(flow_fact_get(f, "geo.country")->text, "XA");
    assert_int_equal(flow_fact_get(f, "geo.asn")->integer, 7);
    assert_int_equal(f->exchanges[0].status, 200);
    assert_null(f->mail);
    flow_free(f);
}

static const struct {
    const char *line, *wanted;
} wrongs[] = {
    {"", "column"},
    {"nothing", "column"},
    {"[1]", "it is no record of a connection"},
    {"{\"v\":2,\"client\":{}}", "it is no record of a connection"},
    {"{\"v\":1}", "it is no record of a connection"},
    {"{\"v\":1,\"v\":1,\"client\":{}}", "duplicate"},
    {HEAD ",\"target\":{\"host\":7}}", "\"host\" is no text"},
    {HEAD ",\"target\":[]}", "\"target\" is no record"},
    {HEAD ",\"target\":\"x\"}", "\"target\" is no record"},
    {HEAD ",\"entry\":{}}", "\"entry\" is no text"},
    {HEAD ",\"exchanges\":{}}", "\"exchanges\" is no list"},
    {HEAD ",\"exchanges\":[3]}", "\"exchanges\" is no record"},
    {HEAD ",\"server_leg\":{\"chain\":[[]]}}", "\"chain\" is no record"},
    {HEAD ",\"client_leg\":{\"resumed\":1}}", "\"resumed\" is no boolean"},
    {HEAD ",\"client_leg\":{\"bytes_in\":\"1\"}}", "\"bytes_in\" is no number"},
    {HEAD ",\"server_leg\":{\"certificates\":[{\"not_after\":\"soon\"}]}}",
        "\"not_after\" is no time"},
    {HEAD ",\"server_leg\":{\"verdict\":{\"causes\":[1]}}}", "\"causes\" is no text"},
    {"{\"v\":1,\"client\":{\"agent\":\"a\\u0000b\"}}", "column"},
    {HEAD ",\"timeline\":{}}", "\"timeline\" is no list"},
    {HEAD ",\"timeline\":[{\"at_ms\":1}]}", "\"timeline\" is no list of"},
    {HEAD ",\"timeline\":[{\"at_ms\":1e99,\"moment\":\"dial\"}]}", "\"timeline\" is no list of"},
    {HEAD ",\"exchanges\":[{\"ms\":9007199254740991}]}", "\"ms\" is no number of the size"},
    {HEAD ",\"target\":{\"port\":9223372036854775807}}", "\"port\" is no number of the size"},
    {"{\"v\":1,\"at\":9223372036854775807,\"client\":{}}", "\"at\" is no time"},
};

static void what_is_no_line_of_ours_is_an_error_that_says_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        struct err e = {0};
        struct flow *f = read_line(wrongs[i].line, &e);

        if (f)
            fail_msg("read: %s", wrongs[i].line);
        if (!strstr(e.text, wrongs[i].wanted))
            fail_msg("%s\n  wanted: %s\n  got:    %s", wrongs[i].line, wrongs[i].wanted, e.text);
    }
}

static void what_is_needed_is_there_though_the_line_lacks_it(void **state)
{
    struct err e = {0};
    struct flow *f = read_line(HEAD
        ",\"exchanges\":[{}],\"server_leg\":{\"verdict\":{\"checks\":[{}]},\"certificates\":[{}]},"
        "\"diagnosis\":[{\"evidence\":[{}]}],\"notes\":[{}],\"mail\":{}}",
        &e);

    (void)state;
    if (!f)
        fail_msg("%s", e.text);
    assert_string_equal(f->exchanges[0].method, "");
    assert_string_equal(f->exchanges[0].url, "");
    assert_string_equal(f->server_leg->verdict->verdict, "");
    assert_string_equal(f->server_leg->verdict->checks[0].check, "");
    assert_string_equal(f->server_leg->chain[0].sha256, "");
    assert_string_equal(f->diagnosis[0].cause, "");
    assert_string_equal(f->diagnosis[0].evidence[0].fact, "");
    assert_string_equal(f->notes[0].text, "");
    assert_string_equal(f->mail->protocol, "");
    flow_free(f);
}

static void too_much_of_anything_is_refused(void **state)
{
    struct text line = {0};
    struct err e = {0};

    (void)state;
    text_add(&line, HEAD ",\"exchanges\":[");
    for (int i = 0; i <= FLOW_ROWS_MOST; i++)
        text_add(&line, i ? ",{}" : "{}");
    text_add(&line, "]}");
    assert_null(read_line(text_str(&line), &e));
    text_clear(&line);
    text_add(&line, HEAD ",\"entry\":\"");
    for (int i = 0; i <= FLOW_TEXT_MOST; i++)
        text_add_char(&line, 'x');
    text_add(&line, "\"}");
    assert_null(read_line(text_str(&line), &e));
    text_fini(&line);
    assert_null(flow_read("{", (size_t)FLOW_LINE_MOST + 1, &e));
}

static void what_we_write_we_read(void **state)
{
    struct flow *f = flow_new("id", 1795251600000), *back;
    struct text one = {0}, two = {0};
    struct json_out json;
    struct err e = {0};

    (void)state;
    f->target->host = "shop.example";
    f->target->port = 443;
    f->target->learnt = "sni";
    f->target->site = "shop.example";
    f->entry = "connect";
    f->client->ip = "10.0.0.2";
    f->client_leg = FLOW_MAKE(f, client_leg);
    f->dial = FLOW_MAKE(f, dial);
    f->dial->error = "nxdomain";
    flow_note_add(f, "a/b", "low", "text", "rule:a/x");
    flow_tick(f, 0, "sniff");
    flow_tick(f, 12, "dial");
    f->ms = 20;
    f->n_exchanges_cut = 3;
    f->n_notes_cut = 4;
    json_init(&json, &one);
    flow_json(f, &json);
    back = read_line(text_str(&one), &e);
    if (!back)
        fail_msg("%s", e.text);
    json_init(&json, &two);
    flow_json(back, &json);
    assert_string_equal(text_str(&one), text_str(&two));
    flow_free(f);
    flow_free(back);
    text_fini(&one);
    text_fini(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_log_tells_is_there),
        cmocka_unit_test(what_is_no_line_of_ours_is_an_error_that_says_why),
        cmocka_unit_test(what_is_needed_is_there_though_the_line_lacks_it),
        cmocka_unit_test(too_much_of_anything_is_refused),
        cmocka_unit_test(what_we_write_we_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
