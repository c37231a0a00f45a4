#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "flow/sample_flow.h"
#include "store/tag.h"
#include "traffic.h"

static bool has(const struct tag_list *list, enum tag_kind kind, const char *text)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i].kind == kind && !strcmp(list->at[i].text, text))
            return true;
    return false;
}

static struct tag_list list; /* large */

static void a_flow_is_found_by_all_that_it_shows(void **state)
{
    static const struct {
        enum tag_kind kind;
        const char *text;
    } rows[] = {
        {TAG_HOST, "api.shop.example.com"},
        {TAG_CLIENT, "192.168.1.52"},
        {TAG_APP, "Grocer"},
        {TAG_CAUSE, "cert-expired-leaf"},
        {TAG_TITLE, "The server's certificate has expired"},
        {TAG_LEG, "server"},
        {TAG_ADDRESS, "203.0.113.18"},
        {TAG_VERSION, "TLSv1.3"},
        {TAG_STORE, "both"},
        {TAG_CHECK, "TemporalValidity"},
        {TAG_SUBJECT, "Example Trust R4"},
        {TAG_ISSUER, "Example Trust Root X1"},
        {TAG_SUBJECT, "An issuer that was fetched"},
        {TAG_ALERT, "46"},
        {TAG_ALERT, "certificate_unknown"},
        {TAG_METHOD, "GET"},
        {TAG_URL, "https://api.shop.example.com/v1/basket"},
        {TAG_STATUS, "404"},
        {TAG_COUNTRY, "DE"},
        {TAG_ASN, "64500"},
        {TAG_NOTE, "a/b"},
        {TAG_SEVERITY, "high"},
        {TAG_WORDS, "loud"},
    };
    struct flow *f = sample_expired();
    struct flow_exchange *x = flow_exchange_add(f);

    (void)state;
    x->method = "GET";
    x->url = "https://api.shop.example.com/v1/basket?token=secret#top";
    x->status = 404;
    struct flow_server_leg *leg = f->server_leg;
    struct flow_certificate *fetched =
        flow_list_add(f, &leg->fetched, &leg->n_fetched, flow_type_certificate());
    fetched->subject->text = "An issuer that was fetched";
    f->server_leg->alert = FLOW_MAKE(f, alert);
    f->server_leg->alert->number = 46;
    f->server_leg->alert->name = "certificate_unknown";
    flow_note_add(f, "a/b", "high", "loud", "rule:a/b");
    flow_fact_set(f, &(struct flow_fact){.name = "geo.country", .kind = FACT_TEXT, .text = "DE"});
    flow_fact_set(
        f, &(struct flow_fact){.name = "geo.asn", .kind = FACT_INTEGER, .integer = 64500});
    tag_gather(f, &list);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!has(&list, rows[i].kind, rows[i].text))
            fail_msg("no %s %s", tag_name(rows[i].kind), rows[i].text);
    for (size_t i = 0; i < list.n; i++)
        assert_null(strstr(list.at[i].text, "secret")); /* a query is no tag */
    flow_free(f);
}

static void a_failure_without_a_diagnosis_has_a_sentence(void **state)
{
    struct flow *f = sample_fine();

    (void)state;
    f->failed_leg = "client";
    tag_gather(f, &list);
    assert_true(has(&list, TAG_TITLE, "The phone ended the connection early"));
    flow_free(f);
}

static void tags_are_bounded_and_cut_between_characters(void **state)
{
    char text[600], number[32];

    (void)state;
    list.n = 0;
    memset(text, 'x', sizeof text);
    memcpy(text + TAG_BYTES - 1, "é", 2);
    text[sizeof text - 1] = '\0';
    assert_true(tag_add(&list, TAG_WORDS, text));
    assert_int_equal(strlen(list.at[0].text), TAG_BYTES - 1);
    assert_true(tag_add(&list, TAG_WORDS, text)); /* the same once more */
    assert_int_equal(list.n, 1);
    assert_true(tag_add(&list, TAG_WORDS, ""));
    assert_true(tag_add(&list, TAG_WORDS, NULL));
    for (int i = 0; i < TAGS_MOST - 1; i++) {
        snprintf(number, sizeof number, "%d", i);
        assert_true(tag_add(&list, TAG_STATUS, number));
    }
    assert_false(tag_add(&list, TAG_STATUS, "one more"));
    assert_true(tag_add(&list, TAG_STATUS, "1"));
}

static void the_book_knows_what_a_database_has(void **state)
{
    struct database *db = traffic_opened(*state);
    struct tag_book *book = tag_book_new();
    int64_t id;

    list.n = 0;
    tag_add(&list, TAG_HOST, "a.example");
    assert_true(tag_book_look_up(book, db, &list, NULL));
    id = tag_first(&list, TAG_HOST);
    assert_true(id > 0 && list.at[0].fresh);
    list.at[0].fresh = false;
    list.at[0].id = 0;
    assert_true(tag_book_look_up(book, db, &list, NULL));
    assert_int_equal(tag_first(&list, TAG_HOST), id);
    assert_false(list.at[0].fresh);
    tag_book_forget(book);
    list.at[0].id = 0;
    assert_true(tag_book_look_up(book, db, &list, NULL));
    assert_int_equal(tag_first(&list, TAG_HOST), id);
    assert_int_equal(tag_first(&list, TAG_APP), 0);
    tag_book_free(book);
    database_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flow_is_found_by_all_that_it_shows),
        cmocka_unit_test(a_failure_without_a_diagnosis_has_a_sentence),
        cmocka_unit_test(tags_are_bounded_and_cut_between_characters),
        cmocka_unit_test_setup_teardown(
            the_book_knows_what_a_database_has, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
