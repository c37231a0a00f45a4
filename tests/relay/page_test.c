#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "flow/flow.h"
#include "page.h"

/* The hostile name of a certificate: markup, a quote, an override of direction, a control
 * character, a broken byte. */
static const char hostile[] = "\"><script>alert('1')</script>\xe2\x80\xaemoc.elgoog\x01\xff";

static struct flow *expired_flow(void)
{
    struct flow *f = flow_new("01JD6Q7T4EXVJ8R3K2M5N7P9QA", 1795254112000);

    f->target->host = "api.shop.example.com";
    f->target->port = 443;
    f->refused_by_us = true;
    f->server_leg = FLOW_MAKE(f, server_leg);
    f->server_leg->address = "203.0.113.18";
    struct flow_certificate *c =
        flow_list_add(f, &f->server_leg->chain, &f->server_leg->n_chain, flow_type_certificate());
    c->subject->cn = "api.shop.example.com";
    c->issuer->cn = "Example Trust R4";
    c->not_before = 1787227200;
    c->not_after = 1795003200;
    flow_texts_add(f, &c->names, "api.shop.example.com");
    struct flow_verdict *v = f->server_leg->verdict = FLOW_MAKE(f, verdict);
    v->verdict = "reject";
    v->text = "“api.shop.example.com” certificate is expired";
    v->openssl->code = 10;
    struct flow_check *check = flow_list_add(f, &v->checks, &v->n_checks, flow_type_check());
    check->check = "TemporalValidity";
    check->osstatus = -67818;
    return f;
}

static struct flow_diagnosis *diagnose(struct flow *f)
{
    struct flow_diagnosis *d =
        flow_list_add(f, &f->diagnosis, &f->n_diagnosis, flow_type_diagnosis());
    static const char *says[] = {
        "It ended on 18 Nov 2026 at 12:00 UTC. Now it is 21 Nov, 09:41 UTC.",
        "Our clock is right. It agrees with 14 other sites to 0.2 s.",
        "The rest of the chain is in order."};

    d->cause = "cert-expired-leaf";
    d->leg = "server";
    d->confidence = "certain";
    d->title = "The server's certificate has expired";
    d->why = "The certificate of api.shop.example.com expired 3 days ago, so an iPhone refuses it.";
    d->ios->text = f->server_leg->verdict->text;
    d->ios->grade = "Apple source";
    d->ios->safari = "“This Connection Is Not Private”, with a way on.";
    for (int i = 0; i < 3; i++) {
        struct flow_evidence *e =
            flow_list_add(f, &d->evidence, &d->n_evidence, flow_type_evidence());

        e->says = says[i];
    }
    struct flow_evidence *against =
        flow_list_add(f, &d->against, &d->n_against, flow_type_evidence());
    against->fact = "history.host.accepted";
    against->value = "4";
    flow_texts_add(f, &d->server_fix, "Renew the certificate.");
    flow_texts_add(f, &d->server_fix, "Install it, and reload every service that uses it.");
    d->next_test = "After the reload, `whytls explain api.shop.example.com` says accepted.";
    return d;
}

/* WHYTLS_PAGES=DIR: to look at what the tests make. */
static void page_keep(const struct text *html)
{
    static int n;
    const char *dir = getenv("WHYTLS_PAGES");
    char path[256];

    snprintf(path, sizeof path, "%s/page-%d.html", dir ? dir : "", ++n);
    FILE *file = dir ? fopen(path, "w") : NULL;
    if (file) {
        fputs(text_str(html), file);
        fclose(file);
    }
}

static const char *page_of(const struct flow *f, struct text *html)
{
    page_write(f, html);
    page_keep(html);
    assert_true(html->len <= PAGE_BYTES_USUAL);
    return text_str(html);
}

static void assert_has(const char *html, const char *part)
{
    if (!strstr(html, part))
        fail_msg("the page lacks %s", part);
}

static void assert_lacks(const char *html, const char *part)
{
    if (strstr(html, part))
        fail_msg("the page has %s", part);
}

static void it_tells_cause_evidence_remedy_and_what_ios_says(void **state)
{
    (void)state;
    struct flow *f = expired_flow();
    struct text html = {0};

    diagnose(f);
    const char *page = page_of(f, &html);
    assert_has(
        page, "<title>whytls stopped this page: The server&#39;s certificate has expired</title>");
    assert_has(page, "<h1><bdi>The certificate of api.shop.example.com expired 3 days ago, so an "
                     "iPhone refuses it.</bdi></h1>");
    assert_has(page, "<b>Certain.</b>");
    assert_has(page, "Our clock is right.");
    assert_has(page, "<code>whytls explain api.shop.example.com</code>");
    assert_has(page, "<b>On this phone:</b> Nothing. No setting helps.");
    assert_has(page, "<ol><li><bdi>Renew the certificate.</bdi></li>");
    assert_has(page, "“api.shop.example.com” certificate is expired");
    assert_has(page, "<span class=\"grade\">Apple source</span>");
    assert_has(page, "cert-expired-leaf");
    assert_has(page, "TemporalValidity");
    assert_has(page, "Record 01JD6Q7T4EXVJ8R3K2M5N7P9QA");
    assert_has(page, "refuses: result 10 at depth 0");
    text_fini(&html);
    flow_free(f);
}

static void it_says_all_causes_when_there_are_several(void **state)
{
    (void)state;
    struct flow *f = expired_flow();
    struct text html = {0};

    for (int i = 0; i < 6; i++)
        diagnose(f);
    f->diagnosis[1].cause = "name-mismatch";
    const char *page = page_of(f, &html);
    assert_has(page, "<h2>Also found</h2>");
    assert_has(page, "<code>name-mismatch</code>");
    assert_has(page, "2 more stand in the record.");
    text_fini(&html);
    flow_free(f);
}

static void without_a_diagnosis_the_verdict_speaks(void **state)
{
    (void)state;
    struct flow *f = expired_flow();
    struct text html = {0};
    const char *page = page_of(f, &html);

    assert_has(page, "An iPhone would refuse the certificate of ");
    assert_has(page, "“api.shop.example.com” certificate is expired");
    assert_has(page, "Apple source");
    text_fini(&html);
    flow_free(f);
}

static void a_site_that_was_not_reached_is_named_with_the_reason(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);
    struct text html = {0};

    f->target->host = "no.such.example";
    f->target->port = 8443;
    f->dial = FLOW_MAKE(f, dial);
    f->dial->error = "nxdomain";
    const char *page = page_of(f, &html);
    assert_has(page, "no.such.example</bdi> is a name that does not exist.");
    assert_has(page, "whytls explain no.such.example:8443");
    assert_lacks(page, "What iOS says");
    text_clear(&html);
    struct flow *empty = flow_new(NULL, 0);
    assert_has(page_of(empty, &html), "The connection to ");
    text_fini(&html);
    flow_free(f);
    flow_free(empty);
}

static void hostile_values_cannot_leave_their_place(void **state)
{
    (void)state;
    struct flow *f = expired_flow();
    struct text html = {0};

    struct flow_diagnosis *d = diagnose(f);
    d->cause = d->title = d->why = d->next_test = d->confidence = hostile;
    d->ios->text = d->ios->safari = d->ios->app = d->ios->grade = hostile;
    d->evidence[0].says = NULL;
    d->evidence[0].fact = d->evidence[0].value = d->evidence[1].says = hostile;
    d->device_fix.at = d->server_fix.at;
    d->device_fix.n = 2;
    d->server_fix.at[0] = d->server_fix.at[1] = hostile;
    f->id = hostile;
    f->target->host = hostile;
    f->server_leg->address = hostile;
    f->server_leg->chain[0].subject->cn = f->server_leg->chain[0].subject->o = hostile;
    f->server_leg->chain[0].issuer->cn = f->server_leg->chain[0].names.at[0] = hostile;
    f->server_leg->verdict->checks[0].check = hostile;
    const char *page = page_of(f, &html);

    assert_lacks(page, "<script");
    assert_lacks(page, "'1'");
    assert_lacks(page, "\xe2\x80\xae");
    assert_lacks(page, "\x01");
    assert_lacks(page, "\xff");
    assert_has(page, "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;<span "
                     "class=\"u\">U+202E</span>moc.elgoog"
                     "<span class=\"u\">U+0001</span>\xef\xbf\xbd");
    assert_lacks(page, "http");
    text_clear(&html);
    page_head(f, 1, &html);
    assert_lacks(text_str(&html), "script");
    text_fini(&html);
    flow_free(f);
}

static void long_values_are_cut_in_the_middle(void **state)
{
    (void)state;
    struct flow *f = expired_flow();
    struct text html = {0};
    char *value = malloc(100001);

    memset(value, '<', 100000);
    value[100000] = '\0';
    for (int i = 0; i < 10; i++)
        diagnose(f);
    struct flow_diagnosis *d = &f->diagnosis[0];
    d->why = d->title = d->cause = value;
    d->evidence[0].says = value;
    f->target->host = f->server_leg->chain[0].subject->cn = value;
    page_write(f, &html);
    assert_has(text_str(&html), "&lt;…&lt;");
    assert_true(html.len < 4 * PAGE_BYTES_USUAL);
    text_fini(&html);
    free(value);
    flow_free(f);
}

static void the_head_forbids_everything_but_the_style_of_the_page(void **state)
{
    (void)state;
    struct flow *f = expired_flow();
    struct text html = {0}, head = {0}, hash = {0};
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned sum_len;

    diagnose(f);
    page_write(f, &html);
    page_head(f, html.len, &head);
    const char *style = strstr(text_str(&html), "<style>") + strlen("<style>");
    const char *end = strstr(style, "</style>");
    assert_int_equal(
        EVP_Digest(style, (size_t)(end - style), sum, &sum_len, EVP_sha256(), NULL), 1);
    text_add(&hash, "style-src 'sha256-");
    text_add_base64(&hash, sum, sum_len);
    text_add(&hash, "';");
    assert_has(text_str(&head), text_str(&hash));
    assert_true(text_starts(text_str(&head), "HTTP/1.1 502 Bad Gateway\r\n"));
    assert_has(text_str(&head), "Content-Security-Policy: default-src 'none'; ");
    assert_has(text_str(&head), "\r\nCache-Control: no-store\r\n");
    assert_has(text_str(&head), "\r\nX-Content-Type-Options: nosniff\r\n");
    assert_has(text_str(&head), "\r\nWhytls-Cause: cert-expired-leaf\r\n");
    assert_true(text_ends(text_str(&head), "\r\nConnection: close\r\n\r\n"));
    assert_lacks(text_str(&html), "style=\"");
    assert_lacks(text_str(&html), "<script");
    text_fini(&hash);
    text_fini(&head);
    text_fini(&html);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_all_causes_when_there_are_several),
        cmocka_unit_test(without_a_diagnosis_the_verdict_speaks),
        cmocka_unit_test(a_site_that_was_not_reached_is_named_with_the_reason),
        cmocka_unit_test(hostile_values_cannot_leave_their_place),
        cmocka_unit_test(long_values_are_cut_in_the_middle),
        cmocka_unit_test(the_head_forbids_everything_but_the_style_of_the_page),
        cmocka_unit_test(it_tells_cause_evidence_remedy_and_what_ios_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
