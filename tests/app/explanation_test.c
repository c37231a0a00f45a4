#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "explanation.h"
#include "flow/sample_flow.h"
#include "term.h"

static const struct term term = {.utf8 = true, .width = 80};

static void expect(const struct flow *f, bool with_chain, const char *wanted)
{
    struct text out = {0};

    explanation_write(&term, f, with_chain, false, &out);
    assert_string_equal(text_str(&out), wanted);
    text_fini(&out);
}

static void a_diagnosis_is_told_from_the_sentence_to_the_record(void **state)
{
    (void)state;
    struct flow *f = sample_expired();

    expect(f, false,
        "◆ The server's certificate has expired                               ▮▮▮ certain\n"
        "  The certificate of api.shop.example.com expired 3 days ago, so an iPhone\n"
        "  refuses it.\n"
        "\n"
        "  Because  ✓ It ended on 18 Nov 2026, 12:00 UTC, 2 days and 21 hours ago.\n"
        "           ✓ Our clock agrees with 14 other hosts to 0.2 s.\n"
        "           ✗ Not the phone's clock: the phone objects to nothing.\n"
        "  iOS      “api.shop.example.com” certificate is expired          [Apple source]\n"
        "           TemporalValidity, errSecCertificateExpired -67818\n"
        "  OpenSSL  refuses: result 10 at depth 0\n"
        "  Phone    Nothing. No setting helps.\n"
        "  Server   1. Renew the certificate.\n"
        "           2. Install it.\n"
        "           3. Reload every service that uses it.\n"
        "  Next     Settled. After the reload: whytls explain api.shop.example.com\n"
        "\n"
        "  cert-expired-leaf · server leg · by rule dates/expired · 01JD6Q7T4E\n");
    flow_free(f);
}

static void without_a_diagnosis_the_verdict_speaks(void **state)
{
    (void)state;
    struct flow *f = sample_expired();

    f->n_diagnosis = 0;
    expect(f, false,
        "◆ “api.shop.example.com” certificate is expired\n"
        "\n"
        "  Because  TemporalValidity, certificate 1\n"
        "  iOS      “api.shop.example.com” certificate is expired          [Apple source]\n"
        "           TemporalValidity, errSecCertificateExpired -67818\n"
        "  OpenSSL  refuses: result 10 at depth 0\n"
        "\n");
    flow_free(f);
    f = sample_fine();
    expect(f, true, "● An iPhone accepts this\n\n");
    flow_free(f);
}

static void only_five_facts_are_listed_unless_all_are_wanted(void **state)
{
    (void)state;
    struct flow *f = sample_expired();
    struct flow_diagnosis *d = &f->diagnosis[0];
    struct text out = {0};

    for (int i = 0; i < 5; i++)
        sample_evidence(f, &d->evidence, &d->n_evidence, i ? NULL : "One more.");
    explanation_write(&term, f, false, false, &out);
    assert_non_null(strstr(text_str(&out), "             and 3 more\n"));
    text_clear(&out);
    explanation_write(&term, f, false, true, &out);
    assert_null(strstr(text_str(&out), " more\n"));
    assert_non_null(strstr(text_str(&out), "✓ proxy.clock.state is right\n"));
    text_fini(&out);
    flow_free(f);
}

static void every_failure_has_a_plain_sentence(void **state)
{
    (void)state;
    struct flow *f = sample_fine();

    f->failed_leg = "client";
    assert_string_equal(explanation_plain(f), "The phone ended the connection early");
    f->client_leg->alert = FLOW_MAKE(f, alert);
    assert_string_equal(explanation_plain(f), "The phone refused our certificate");
    f->failed_leg = "server";
    assert_string_equal(explanation_plain(f), "The site ended the connection early");
    f->decision->action = "refuse";
    assert_string_equal(explanation_plain(f), "A rule of yours refuses this host");
    f->dial = FLOW_MAKE(f, dial);
    f->dial->error = "timeout";
    assert_string_equal(explanation_plain(f), "The site gave no answer in time");
    f->dial->error = "moon phase";
    assert_string_equal(explanation_plain(f), "The site could not be reached");
    flow_free(f);
}

static void hostile_words_never_reach_the_terminal(void **state)
{
    (void)state;
    static const char hostile[] = "\033]0;owned\a\xe2\x80\xae\xff\n\033[2J";
    struct flow *f = sample_expired();
    struct flow_diagnosis *d = &f->diagnosis[0];
    struct text out = {0};

    d->title = d->why = d->cause = d->leg = d->next_test = d->confidence = hostile;
    d->ios->text = d->ios->safari = d->ios->app = d->ios->grade = hostile;
    d->evidence[0].says = d->evidence[1].fact = d->evidence[1].value = hostile;
    d->evidence[1].says = NULL;
    d->server_fix.at[0] = d->by.at[0] = f->id = hostile;
    f->server_leg->chain[0].subject->cn = f->server_leg->address = f->server_leg->alpn = hostile;
    f->server_leg->version = f->server_leg->chain[0].key = hostile;
    f->server_leg->verdict->checks[0].check = hostile;
    explanation_write(&term, f, true, true, &out);
    assert_null(strchr(text_str(&out), '\033'));
    assert_null(strchr(text_str(&out), '\a'));
    assert_null(strstr(text_str(&out), "\xe2\x80\xae"));
    assert_null(strchr(text_str(&out), '\xff'));
    text_fini(&out);
    flow_free(f);
}

static void it_is_printed_for_people_or_as_one_object(void **state)
{
    struct flow *f = sample_expired();
    struct term t;

    (void)state;
    term_set(&t, TERM_COLOUR_NEVER, &(struct term_env){.lang = "C.UTF-8"});
    for (int json = 0; json < 2; json++) {
        char *at = NULL;
        size_t len = 0;
        FILE *to = open_memstream(&at, &len);

        explanation_print(&t, f, json, false, to);
        fclose(to);
        assert_int_equal(at[0] == '{', json);
        assert_int_equal(at[len - 1], '\n');
        assert_int_equal(strncmp(at + len - 2, "}\n", 2) == 0, json);
        free(at);
    }
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_diagnosis_is_told_from_the_sentence_to_the_record),
        cmocka_unit_test(without_a_diagnosis_the_verdict_speaks),
        cmocka_unit_test(only_five_facts_are_listed_unless_all_are_wanted),
        cmocka_unit_test(every_failure_has_a_plain_sentence),
        cmocka_unit_test(hostile_words_never_reach_the_terminal),
        cmocka_unit_test(it_is_printed_for_people_or_as_one_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
