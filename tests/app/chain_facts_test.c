#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "chain_facts.h"
#include "flow/sample_flow.h"
#include "term.h"

static const struct term term = {.utf8 = true, .width = 80};

static void expect(const struct flow *f, const char *wanted)
{
    struct text out = {0};

    assert_int_equal(chain_facts(&term, f, &out), *wanted != '\0');
    assert_string_equal(text_str(&out), wanted);
    text_fini(&out);
}

static void without_anything_to_say_nothing_is_said(void **state)
{
    (void)state;
    struct flow *f = sample_fine();

    expect(f, "");
    f->server_leg->verdict = NULL;
    expect(f, "");
    f->server_leg = NULL;
    expect(f, "");
    flow_free(f);
}

static void what_the_logs_promised_is_told_where_it_counts(void **state)
{
    (void)state;
    static const struct {
        const char *ct, *check, *says;
        bool doubt;
    } rows[] = {
        {"qualified", NULL,
            "  Logs     enough public logs have promised to record the certificate (2\n"
            "           promises)\n",
            false},
        {"missing", "SystemTrustedCTRequired",
            "  Logs     too few public logs have promised to record the certificate (2\n"
            "           promises)\n",
            false},
        {"missing", "CTRequired",
            "  Logs     too few public logs have promised to record the certificate (2\n"
            "           promises)\n",
            false},
        {"missing", NULL, "", false}, /* of a root of somebody's own */
        {"missing", "TemporalValidity", "", false},
        {"invalid", "CTRequired",
            "  Logs     of the logs' promises to record the certificate too few count\n", false},
        {"invalid", NULL, "", false},
        {"unknown", NULL, "  Logs     cannot be told: our list of logs is old\n", true},
        {NULL, NULL, "", true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct flow *f = sample_fine();
        struct flow_verdict *v = f->server_leg->verdict;

        sample_certificate(f, "leaf", "Root", 0, 1);
        f->server_leg->chain[0].scts = 2;
        v->ct = rows[i].ct;
        f->server_leg->ct_doubt = rows[i].doubt ? "old-list" : NULL;
        if (rows[i].check) {
            struct flow_check *check =
                flow_list_add(f, &v->checks, &v->n_checks, flow_type_check());

            check->check = rows[i].check;
        }
        expect(f, rows[i].says);
        flow_free(f);
    }
}

static void revocation_is_told_with_who_said_it(void **state)
{
    (void)state;
    static const struct {
        const char *state, *source, *address, *url, *says;
    } rows[] = {
        {"good", "crl", "192.0.2.1", NULL, "not revoked, says the CA's list"},
        {"good", "ocsp", "192.0.2.1", NULL, "not revoked, says the CA's responder"},
        {"good", "staple", "192.0.2.1", NULL,
            "not revoked, says the answer that the site sent along"},
        {"good", NULL, NULL, NULL, "not revoked"},
        {"revoked", "ocsp", NULL, NULL, "revoked, says the CA's responder"},
        {"unknown", "ocsp", NULL, NULL, "the CA's responder does not know the certificate"},
        {"stale", "staple", NULL, NULL, "not checked: the only answer is out of date"},
        {"invalid", "staple", NULL, NULL,
            "not checked: the only answer is not signed as it has to be"},
        {"unreachable", NULL, NULL, "http://o.test/",
            "not reachable: the CA gave no answer at "
            "http://o.test/"},
        {"none", NULL, "192.0.2.1", NULL,
            "not checked: the site sent no answer along, and iPhones ask nobody"},
        {"none", NULL, NULL, "http://o.test/", "not checked: a file brings no answer along"},
    };
    const struct term wide = {.utf8 = true, .width = 120};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct flow *f = sample_fine();
        struct text out = {0}, wanted = {0};

        f->server_leg->verdict->revocation = rows[i].state;
        f->server_leg->verdict->revocation_source = rows[i].source;
        f->server_leg->address = rows[i].address;
        f->server_leg->revocation_url = rows[i].url;
        assert_true(chain_facts(&wide, f, &out));
        text_printf(&wanted, "  Revoked? %s\n", rows[i].says);
        assert_string_equal(text_str(&out), text_str(&wanted));
        text_fini(&out);
        text_fini(&wanted);
        flow_free(f);
    }
}

static void others_are_told_of_where_they_agree(void **state)
{
    (void)state;
    static const struct {
        const char *ours, *theirs, *anchors, *says;
    } rows[] = {
        {"accept", "accept", "system", "  Others   Chrome, Firefox and Android accept it too\n"},
        {"accept", "accept", NULL, "  Others   Chrome, Firefox and Android accept it too\n"},
        {"accept", "accept", "user",
            "  Others   Chrome, Firefox and Android accept it too, where the same root is\n"
            "           installed\n"},
        {"reject", "reject", "user", "  Others   Chrome, Firefox and Android refuse it too\n"},
        {"accept", "reject", "system", ""}, /* a rule's note says it */
        {"reject", "accept", "system", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct flow *f = sample_fine();

        f->server_leg->verdict->verdict = rows[i].ours;
        f->server_leg->verdict->anchors_are = rows[i].anchors;
        f->server_leg->verdict_webpki = FLOW_MAKE(f, verdict);
        f->server_leg->verdict_webpki->verdict = rows[i].theirs;
        expect(f, rows[i].says);
        flow_free(f);
    }
}

static struct flow_detour *detour_add(struct flow *f, const char *why)
{
    struct flow_verdict *v = f->server_leg->verdict;
    struct flow_detour *d = flow_list_add(f, &v->detours, &v->n_detours, flow_type_detour());

    d->why = why;
    return d;
}

static void the_ways_that_were_turned_down_are_named(void **state)
{
    (void)state;
    struct flow *f = sample_fine();

    sample_certificate(f, "shop.test", "Old CA", 0, 1);
    f->server_leg->chain[0].sha256 = "aa";
    struct flow_certificate *c = flow_list_add(
        f, &f->server_leg->fetched, &f->server_leg->n_fetched, flow_type_certificate());
    c->sha256 = "bb";
    c->subject->o = "Acme";
    struct flow_detour *d = detour_add(f, "TemporalValidity of “Acme”");
    flow_texts_add(f, &d->path, "aa");
    flow_texts_add(f, &d->path, "bb");
    flow_texts_add(f, &d->path, "0123456789abcdef");
    detour_add(f, NULL);
    expect(f, "  Detour   turned down: “shop.test”, “Acme”, a root (01234567…).\n"
              "           TemporalValidity of “Acme”\n"
              "           turned down: .\n");
    flow_free(f);
}

static void of_many_detours_the_rest_is_counted(void **state)
{
    (void)state;
    struct flow *f = sample_fine();
    struct text out = {0};

    for (int i = 0; i < 5; i++)
        detour_add(f, "no");
    assert_true(chain_facts(&term, f, &out));
    assert_non_null(strstr(text_str(&out), "           and 2 more\n"));
    text_fini(&out);
    flow_free(f);
}

static void notes_are_told_up_to_eight(void **state)
{
    (void)state;
    struct flow *f = sample_fine();
    struct text out = {0};

    f->server_leg = NULL;
    flow_note_add(f, "a/code", "info", NULL, "rule:a/code");
    for (int i = 0; i < 9; i++)
        flow_note_add(f, "a/other", "info", "Something is odd.", "rule:a/other");
    assert_true(chain_facts(&term, f, &out));
    assert_true(text_starts(text_str(&out), "  Note     a/code\n  Note     Something is odd.\n"));
    size_t n = 0;
    for (const char *at = text_str(&out); (at = strstr(at, "  Note ")); at++)
        n++;
    assert_int_equal(n, 8);
    text_fini(&out);
    flow_free(f);
}

static void hostile_words_never_reach_the_terminal(void **state)
{
    (void)state;
    static const char hostile[] = "\033]0;owned\a\xe2\x80\xae\xff\n\033[2J";
    struct flow *f = sample_fine();
    struct text out = {0};

    sample_certificate(f, hostile, hostile, 0, 1);
    f->server_leg->chain[0].sha256 = "aa";
    struct flow_detour *d = detour_add(f, hostile);
    flow_texts_add(f, &d->path, "aa");
    flow_texts_add(f, &d->path, hostile);
    f->server_leg->verdict->revocation = "unreachable";
    f->server_leg->revocation_url = hostile;
    flow_note_add(f, "a/code", "info", hostile, "rule:a/code");
    assert_true(chain_facts(&term, f, &out));
    assert_null(strchr(text_str(&out), '\033'));
    assert_null(strchr(text_str(&out), '\a'));
    assert_null(strstr(text_str(&out), "\xe2\x80\xae"));
    assert_null(strchr(text_str(&out), '\xff'));
    text_fini(&out);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_anything_to_say_nothing_is_said),
        cmocka_unit_test(what_the_logs_promised_is_told_where_it_counts),
        cmocka_unit_test(revocation_is_told_with_who_said_it),
        cmocka_unit_test(others_are_told_of_where_they_agree),
        cmocka_unit_test(the_ways_that_were_turned_down_are_named),
        cmocka_unit_test(of_many_detours_the_rest_is_counted),
        cmocka_unit_test(notes_are_told_up_to_eight),
        cmocka_unit_test(hostile_words_never_reach_the_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
