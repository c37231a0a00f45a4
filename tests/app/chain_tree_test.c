#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "chain_tree.h"
#include "flow/sample_flow.h"
#include "term.h"

static const struct term term = {.utf8 = true, .width = 80};

static void expect(const struct term *t, struct flow *f, const char *wanted)
{
    struct text out = {0};

    chain_tree(t, f, &out);
    assert_string_equal(text_str(&out), wanted);
    text_fini(&out);
    flow_free(f);
}

static void the_fault_stands_beside_its_certificate_and_only_there(void **state)
{
    (void)state;
    expect(&term, sample_expired(),
        "  Sent by 203.0.113.18, port 443, TLS 1.3, h2\n"
        "\n"
        "  ◆ api.shop.example.com                         ended 2 days ago ◄ the fault\n"
        "  │ 20 Aug 2026 to 18 Nov 2026 · RSA 2048\n"
        "  │ signed by\n"
        "  ● Example Trust R4                             1,388 days left\n"
        "  │ 11 Nov 2020 to 10 Sep 2030 · RSA 2048\n"
        "  │ signed by\n"
        "  ● Example Trust Root X1                        in Apple's and Mozilla's store\n");
}

static void another_check_is_named_and_is_found_along_the_judged_path(void **state)
{
    (void)state;
    struct flow *f = sample_expired();
    struct flow_verdict *v = f->server_leg->verdict;

    f->server_leg->address = NULL;
    f->server_leg->trusted_by = "neither";
    f->server_leg->chain[0].sha256 = "aa";
    f->server_leg->chain[0].not_after = SAMPLE_NOW + 69 * 86400;
    f->server_leg->chain[1].sha256 = "bb";
    v->checks[0].check = "WeakKeySize";
    v->checks[0].cert = 1;
    flow_texts_add(f, &v->path, "aa");
    flow_texts_add(f, &v->path, "bb");
    expect(&term, f,
        "  ● api.shop.example.com                         69 days left\n"
        "  │ 20 Aug 2026 to 29 Jan 2027 · RSA 2048\n"
        "  │ signed by\n"
        "  ◆ Example Trust R4                             1,388 days left ◄ WeakKeySize\n"
        "  │ 11 Nov 2020 to 10 Sep 2030 · RSA 2048\n"
        "  │ signed by\n"
        "  ○ Example Trust Root X1                        not sent\n");
}

/* The system's bundle has the root, and Apple's list has not: the fault is the root's. */
static void a_fault_of_a_root_that_was_not_sent_is_drawn_there(void **state)
{
    (void)state;
    struct flow *f = sample_expired();
    struct flow_verdict *v = f->server_leg->verdict;

    f->server_leg->address = NULL;
    f->server_leg->trusted_by = "mozilla";
    f->server_leg->chain[0].not_after = SAMPLE_NOW + 69 * 86400;
    f->server_leg->chain[0].sha256 = "aa";
    f->server_leg->chain[1].sha256 = "bb";
    v->checks[0].check = "AnchorTrusted";
    v->checks[0].cert = 2;
    flow_texts_add(f, &v->path, "aa");
    flow_texts_add(f, &v->path, "bb");
    flow_texts_add(f, &v->path, "cc");
    expect(&term, f,
        "  ● api.shop.example.com                         69 days left\n"
        "  │ 20 Aug 2026 to 29 Jan 2027 · RSA 2048\n"
        "  │ signed by\n"
        "  ● Example Trust R4                             1,388 days left\n"
        "  │ 11 Nov 2020 to 10 Sep 2030 · RSA 2048\n"
        "  │ signed by\n"
        "  ◆ Example Trust Root X1                        only Mozilla's ◄ AnchorTrusted\n");
}

static void a_self_signed_leaf_stands_alone(void **state)
{
    (void)state;
    struct flow *f = sample_fine();

    sample_certificate(
        f, "router\033[2J.lan", "router\033[2J.lan", SAMPLE_NOW - 10, SAMPLE_NOW + 3600);
    f->server_leg->chain[0].self_signed = true;
    expect(&(struct term){.width = 80}, f,
        "  + routerU+001B[2J.lan                          1 hour left\n"
        "    21 Nov 2026 to 21 Nov 2026 - RSA 2048\n");
}

static void a_certificate_that_does_not_follow_is_said(void **state)
{
    (void)state;
    struct flow *f = sample_expired();
    struct text out = {0};

    f->server_leg->chain[1].subject->text = "Somebody Else";
    chain_tree(&term, f, &out);
    assert_non_null(
        strstr(text_str(&out), "  │ signed by Example Trust R4, which does not follow\n"));
    text_fini(&out);
    flow_free(f);
}

static void a_certificate_that_was_not_kept_has_its_fingerprint(void **state)
{
    (void)state;
    struct flow *f = sample_expired();

    f->server_leg->address = NULL;
    f->server_leg->chain[0].subject->cn = f->server_leg->chain[0].subject->text = NULL;
    f->server_leg->chain[0].sha256 = "5b1fa0c34af2bd8b05ba8d2e9ebb0b1c";
    f->server_leg->n_chain = 1;
    f->server_leg->verdict->n_checks = 0;
    expect(&term, f,
        "  ● (a certificate)                              not kept\n"
        "    SHA-256 5b1fa0c34af2bd8b05ba8d2e9ebb0b1c\n");
}

static void a_chain_of_any_length_is_drawn_in_part(void **state)
{
    (void)state;
    struct flow *f = sample_fine();
    struct text out = {0};

    for (int i = 0; i < 100; i++)
        sample_certificate(f, "a", "a", 0, 1);
    chain_tree(&term, f, &out);
    assert_non_null(strstr(text_str(&out), "84 more certificates were sent\n"));
    text_fini(&out);
    flow_free(f);
    expect(&term, sample_fine(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fault_stands_beside_its_certificate_and_only_there),
        cmocka_unit_test(another_check_is_named_and_is_found_along_the_judged_path),
        cmocka_unit_test(a_fault_of_a_root_that_was_not_sent_is_drawn_there),
        cmocka_unit_test(a_self_signed_leaf_stands_alone),
        cmocka_unit_test(a_certificate_that_does_not_follow_is_said),
        cmocka_unit_test(a_certificate_that_was_not_kept_has_its_fingerprint),
        cmocka_unit_test(a_chain_of_any_length_is_drawn_in_part),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
