#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "count.h"
#include "flow/flow.h"
#include "flow/sample_flow.h"
#include "store/sink.h"
#include "web.h"

static void has(const struct text *text, const char *line)
{
    if (!strstr(text_str(text), line))
        fail_msg("%s is not in\n%s", line, text_str(text));
}

static void flows_are_counted_by_all_that_is_asked_for(void **state)
{
    struct web_count *c = web_count_new();
    struct flow *flows[] = {sample_fine(), sample_expired(), sample_expired()};
    struct text out = {0};
    struct sink sink;

    (void)state;
    web_count_open(c, &sink);
    for (size_t i = 0; i < 3; i++)
        sink.flow(sink.arg, flows[i]);
    count_metrics(c, &out);
    has(&out, "whytls_connections_total{outcome=\"fine\"} 1\n");
    has(&out, "whytls_connections_total{outcome=\"failing\"} 2\n");
    has(&out, "whytls_causes_total{cause=\"cert-expired-leaf\"} 2\n");
    has(&out, "# TYPE whytls_handshakes_total counter\n");
    has(&out, "whytls_handshakes_total{leg=\"server\",result=\"done\"}");
    for (size_t i = 0; i < 3; i++)
        flow_free(flows[i]);
    text_fini(&out);
    web_count_free(c);
}

static void news_are_told_once_they_are_in_the_store(void **state)
{
    struct web_count *c = web_count_new();
    struct flow *f = sample_fine();
    struct sink sink;

    (void)state;
    web_count_open(c, &sink);
    sink.flush(sink.arg);
    assert_false(count_has_news(c));
    sink.flow(sink.arg, f);
    assert_false(count_has_news(c));
    sink.flush(sink.arg);
    assert_true(count_has_news(c));
    assert_false(count_has_news(c));
    flow_free(f);
    web_count_free(c);
}

static void a_rule_is_known_by_what_it_said_and_how_it_failed(void **state)
{
    struct web_count *c = web_count_new();
    struct flow *f = sample_fine();
    struct web_rule_count n;
    struct sink sink;

    (void)state;
    flow_note_add(f, "mine/seen", "info", "seen", "rule:mine/watch");
    flow_note_add(f, "mine/seen", "info", "seen again", "rule:mine/watch");
    flow_note_add(f, "rules/fault", "medium", "it failed", "rule:mine/bad");
    flow_note_add(f, "rules/off", "high", "it is off", "rule:mine/bad");
    flow_note_add(f, "geo/x", "info", "a plugin", "plugin:geo");
    web_count_open(c, &sink);
    sink.flow(sink.arg, f);
    web_count_rule(c, "mine/watch", &n);
    assert_true(n.hits == 1 && n.faults == 0 && n.last_ms == f->at_ms);
    web_count_rule(c, "mine/bad", &n);
    assert_true(n.hits == 0 && n.faults == 1 && n.is_failed);
    web_count_rules_anew(c);
    web_count_rule(c, "mine/bad", &n);
    assert_false(n.is_failed);
    web_count_rule(c, "nobody/ever", &n);
    assert_true(n.hits == 0 && n.last_ms == 0);
    flow_free(f);
    web_count_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flows_are_counted_by_all_that_is_asked_for),
        cmocka_unit_test(news_are_told_once_they_are_in_the_store),
        cmocka_unit_test(a_rule_is_known_by_what_it_said_and_how_it_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
