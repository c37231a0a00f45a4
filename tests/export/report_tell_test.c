#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"
#include "flow/spoken.h"
#include "report.h"

/* What belongs to whoever asked, in every place of a record where it may stand. */
static struct flow *private_flow(void)
{
    struct flow *f = archive_faulty("two", "shop.example");
    struct flow_diagnosis *d = &f->diagnosis[0];
    struct flow_exchange *x = flow_exchange_add(f);

    f->client->ip = "192.168.1.52";
    f->client->port = 51234;
    f->client->device->id = "d-77";
    f->client->device->name = "Anna's iPhone";
    f->client->agent = "SecretApp/1";
    f->proxy->name = "annas-gateway";
    x->method = "GET";
    x->url = "https://shop.example/secret?token=t0ken";
    x->status = 200;
    archive_say(f, 0, SPOKEN_REQUEST,
        "GET /secret?token=t0ken HTTP/1.1\r\nHost: shop.example\r\nCookie: sid=c00kie\r\n\r\n",
        "b0dy");
    d->why = "192.168.1.52 asked https://shop.example/secret?token=t0ken for <script>alert(1)";
    d->title = "Anna's iPhone refuses shop.example";
    d->next_test = "Ask again with SecretApp/1 from 192.168.1.52 by annas-gateway.";
    d->evidence[0].fact = "server_leg.verdict";
    d->evidence[0].says = "Anna's iPhone sent Bearer t0ken-12345678.";
    d->ios->app = "In SecretApp/1: nothing.";
    f->server_leg->verdict->checks[0].detail = "Anna's iPhone asked for another name";
    flow_texts_add(f, &d->server_fix, "Tell the person at 192.168.1.52 when it is done.");
    flow_note_add(f, "a/b", "low", "the cookie is sid=c00kie", "rule:a/b");
    flow_fact_set(f, &(struct flow_fact){.name = "a.b", .kind = FACT_TEXT, .text = "t0ken"});
    return f;
}

static const enum export_form forms[] = {EXPORT_HTML, EXPORT_MARKDOWN};

static void nothing_private_is_in_a_report(void **state)
{
    static const char *const hidden[] = {"192.168.1.52", "51234", "d-77", "Anna", "SecretApp",
        "/secret", "t0ken", "c00kie", "b0dy", "annas-gateway", " <script"};
    struct database *db = traffic_opened(*state);
    struct flow *f = private_flow();

    traffic_add(db, &f, 1);
    struct flow_look *look = flow_look_new(db);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct text out = {0};

        archive_write(look, &(struct export_ask){.form = forms[i], .now_ms = TRAFFIC_NOW}, &out);
        for (size_t k = 0; k < sizeof hidden / sizeof *hidden; k++)
            if (strstr(text_str(&out), hidden[k]))
                fail_msg("%s is in %s", hidden[k], text_str(&out));
        assert_non_null(strstr(text_str(&out), "the device refuses shop.example"));
        assert_non_null(strstr(text_str(&out), "whytls explain shop.example"));
        assert_null(strstr(text_str(&out), "http-equiv=\"refresh"));
        text_fini(&out);
    }
    flow_look_free(look);
}

static void a_report_says_what_is_wrong_in_its_order(void **state)
{
    static const char *const parts[] = {"Report on shop.example", "certificate has expired",
        "What we found, service by service", "Each fault", "What to do, in this order",
        "Renew the certificate.", "whytls explain shop.example",
        "Why we say so, and how sure we are", "What an iPhone says", "Made by whytls"};
    struct database *db = traffic_opened(*state);
    struct flow *f = archive_faulty("two", "shop.example");

    traffic_add(db, &f, 1);
    struct flow_look *look = flow_look_new(db);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct text out = {0};

        archive_write(look, &(struct export_ask){.form = forms[i], .now_ms = TRAFFIC_NOW}, &out);
        const char *at = text_str(&out);
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            if (!(at = strstr(at, parts[k])))
                fail_msg("%s is not in its place in %s", parts[k], text_str(&out));
        text_fini(&out);
    }
    flow_look_free(look);
}

static void told(struct database *db, struct flow *f, struct text *out)
{
    traffic_add(db, &f, 1);
    struct flow_look *look = flow_look_new(db);

    text_clear(out);
    archive_write(look,
        &(struct export_ask){.form = EXPORT_MARKDOWN, .id = "it", .now_ms = TRAFFIC_NOW}, out);
    flow_look_free(look);
}

static void a_sound_server_is_told_so(void **state)
{
    struct text out = {0};

    told(traffic_opened(*state), traffic_flow("it", "a.example"), &out);
    assert_non_null(strstr(text_str(&out), "**Nothing is wrong with what this server showed**"));
    assert_non_null(strstr(text_str(&out), "## How to check it\n\n1. Check it from outside."));
    assert_null(strstr(text_str(&out), "refused"));
    text_fini(&out);
}

/* Each as people call it, and as `whytls explain` is asked for it. */
static void services_have_their_names(void **state)
{
    static const struct {
        const char *protocol, *starttls, *name, *command;
        int64_t port;
    } cases[] = {
        {"imap", "implicit", "| IMAPS, port 993 |", " imaps://a.example\n", 993},
        {"imap", "offered", "| IMAP with STARTTLS, port 143 |", " imap://a.example\n", 143},
        {"pop3", "absent", "| POP3 with STLS, port 110 |", " pop3://a.example\n", 110},
        {"submission", "offered", "| Submission with STARTTLS, port 2587 |",
            " submission://a.example:2587\n", 2587},
        {"smtp", "offered", "| SMTP with STARTTLS, port 25 |", " smtp://a.example\n", 25},
        {"xmpp", "offered", "| TLS, port 5222 |", " a.example:5222\n", 5222},
    };
    struct text out = {0};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct flow *f = traffic_flow("it", "a.example");
        void *folder;

        f->target->port = cases[i].port;
        f->mail = FLOW_MAKE(f, mail);
        f->mail->protocol = cases[i].protocol;
        f->mail->starttls = cases[i].starttls;
        assert_int_equal(folder_make(&folder), 0);
        told(traffic_opened(folder), f, &out);
        if (!strstr(text_str(&out), cases[i].name) || !strstr(text_str(&out), cases[i].command))
            fail_msg("%s: %s", cases[i].name, text_str(&out));
        folder_drop(&folder);
    }
    text_fini(&out);
    (void)state;
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(nothing_private_is_in_a_report),
        IN_FOLDER(a_report_says_what_is_wrong_in_its_order),
        IN_FOLDER(a_sound_server_is_told_so),
        cmocka_unit_test(services_have_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
