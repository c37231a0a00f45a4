#include "review.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "base/text.h"
#include "term.h"

#define CLIENT(app) "\"client\":{\"ip\":\"192.0.2.7\",\"device\":\"d-1\",\"app\":\"" app "\"}"
#define LINE(app, host, decision, leg)                                                             \
    "{\"v\":1," CLIENT(app) ",\"target\":{\"host\":\"" host "\"},\"decision\":{" decision          \
                            "},\"client_leg\":{" leg "}}"
#define SHOWN(met) "\"action\":\"mirror\",\"fault\":\"cert-expired-leaf\",\"fault_met\":\"" met "\""
#define USUAL "\"action\":\"intercept\""
#define REFUSES                                                                                    \
    "\"symptom\":\"alert-after-certificate\",\"alert\":{\"number\":46,\"name\":\"certificate_"     \
    "unknown\"}"

static const struct term ascii = {.width = 120};

static void take(struct review *r, const char *line)
{
    struct err e = {0};

    if (!review_take(r, line, strlen(line), &e))
        fail_msg("%s: %s", line, e.text);
}

static struct review *sample(void)
{
    struct review *r = review_new(NULL);
    struct err e = {0};

    take(r, LINE("Zoo", "shop.example", SHOWN("accepted"), "\"bytes_in\":9"));
    take(r, LINE("Bank", "shop.example", SHOWN("refused"), REFUSES));
    take(r, LINE("Bank", "shop.example", SHOWN("refused"), REFUSES));
    take(r, LINE("Bank", "shop.example", SHOWN("unused"), ""));
    take(r, LINE("Bank", "api.bank.example", USUAL, REFUSES));
    take(r, LINE("Bank", "www.bank.example", USUAL, "\"bytes_in\":9"));
    assert_false(review_take(r, "{", 1, &e));
    return r;
}

static void the_table_is_in_one_order_with_how_often_and_how(void **state)
{
    struct review *r = sample();
    struct text out = {0};

    (void)state;
    review_write(r, &ascii, &out);
    assert_string_equal(text_str(&out),
        "Faults shown on purpose, and how they were met\n"
        "  + refused   cert-expired-leaf     shop.example                    Bank - 192.0.2.7  "
        "            x2  with alert 46 certificate_unknown\n"
        "  - unused    cert-expired-leaf     shop.example                    Bank - 192.0.2.7  "
        "            x1  closed without sending anything\n"
        "  ! accepted  cert-expired-leaf     shop.example                    Zoo - 192.0.2.7   "
        "            x1  a finding\n"
        "\nPinning: our usual certificate is refused here, and accepted elsewhere\n"
        "  o pins      api.bank.example                Bank - 192.0.2.7              x1  with "
        "alert 46 certificate_unknown\n"
        "\n1 finding in 6 records; 1 line could not be read.\n"
        "An app that accepts a faulty certificate sends its data to whoever stands between it "
        "and its server.\n");
    text_fini(&out);
    review_free(r);
}

static void the_same_stands_in_json(void **state)
{
    struct review *r = sample();
    struct text out = {0};
    struct json_out j;

    (void)state;
    json_init(&j, &out);
    review_json(r, &j);
    assert_string_equal(text_str(&out),
        "{\"v\":1,\"records\":6,\"bad_lines\":1,\"left_out\":0,\"findings\":1,\"faults\":["
        "{\"device\":\"d-1\",\"device_name\":null,\"ip\":\"192.0.2.7\",\"app\":\"Bank\",\"host\":"
        "\"shop.example\",\"fault\":\"cert-expired-leaf\",\"accepted\":0,\"refused\":2,\"unused\":"
        "1,\"how\":\"alert 46 certificate_unknown\",\"as_ios\":false,\"finding\":false},"
        "{\"device\":\"d-1\",\"device_name\":null,\"ip\":\"192.0.2.7\",\"app\":\"Zoo\",\"host\":"
        "\"shop.example\",\"fault\":\"cert-expired-leaf\",\"accepted\":1,\"refused\":0,\"unused\":"
        "0,\"how\":null,\"as_ios\":false,\"finding\":true}],\"pinning\":["
        "{\"device\":\"d-1\",\"device_name\":null,\"ip\":\"192.0.2.7\",\"app\":\"Bank\",\"host\":"
        "\"api.bank.example\",\"refused\":1,\"how\":\"alert 46 certificate_unknown\"}]}");
    text_fini(&out);
    review_free(r);
}

static void the_same_stands_in_a_spreadsheet(void **state)
{
    struct review *r = sample();
    struct text out = {0};

    (void)state;
    take(r, LINE("=cmd()", "shop.example", SHOWN("accepted"), "\"bytes_in\":9"));
    review_csv(r, &out);
    assert_string_equal(text_str(&out),
        "kind,app,device,ip,host,fault,accepted,refused,unused,how,as_ios,finding\r\n"
        "\"fault\",\"'=cmd()\",\"192.0.2.7\",\"192.0.2.7\",\"shop.example\","
        "\"cert-expired-leaf\",1,0,0,\"\",no,yes\r\n"
        "\"fault\",\"Bank\",\"192.0.2.7\",\"192.0.2.7\",\"shop.example\","
        "\"cert-expired-leaf\",0,2,1,\"alert 46 certificate_unknown\",no,no\r\n"
        "\"fault\",\"Zoo\",\"192.0.2.7\",\"192.0.2.7\",\"shop.example\","
        "\"cert-expired-leaf\",1,0,0,\"\",no,yes\r\n"
        "\"pinning\",\"Bank\",\"192.0.2.7\",\"192.0.2.7\",\"api.bank.example\",\"\","
        "0,1,0,\"alert 46 certificate_unknown\",no,no\r\n");
    text_fini(&out);
    review_free(r);
}

static void names_out_of_a_log_do_not_reach_the_terminal_as_they_are(void **state)
{
    struct review *r = review_new(NULL);
    struct text out = {0};

    (void)state;
    take(r, LINE("\\u001b[2JEvil\\u202e", "a\\nb.example", SHOWN("accepted"), ""));
    review_write(r, &ascii, &out);
    assert_null(strchr(text_str(&out), 0x1b));
    assert_null(strstr(text_str(&out), "\xe2\x80\xae"));
    assert_null(strstr(text_str(&out), "a\nb"));
    text_fini(&out);
    review_free(r);
}

static void without_a_fault_it_says_how_to_show_one(void **state)
{
    struct review *r = review_new(NULL);
    struct text out = {0};

    (void)state;
    take(r, LINE("Bank", "www.bank.example", USUAL, "\"bytes_in\":9"));
    review_write(r, &ascii, &out);
    assert_non_null(strstr(text_str(&out), "whytls run --fault CAUSE"));
    assert_non_null(strstr(text_str(&out), "0 findings in 1 record."));
    text_fini(&out);
    review_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_in_one_order_with_how_often_and_how),
        cmocka_unit_test(the_same_stands_in_json),
        cmocka_unit_test(the_same_stands_in_a_spreadsheet),
        cmocka_unit_test(names_out_of_a_log_do_not_reach_the_terminal_as_they_are),
        cmocka_unit_test(without_a_fault_it_says_how_to_show_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
