#include "mirror.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "cert/leaf_fault.h"
#include "flow/flow.h"

static void an_order_is_for_a_cause_a_host_and_a_device(void **state)
{
    static const struct {
        const char *order, *says;
    } cases[] = {
        {"cert-expired-leaf", "cert-expired-leaf at every host"},
        {"cert-expired-leaf@*", "cert-expired-leaf at every host"},
        {"cert-expired-leaf@Shop.Example", "cert-expired-leaf at shop.example"},
        {"cert-expired-leaf@*.shop.example", "cert-expired-leaf at *.shop.example"},
        {"eku-missing@shop.example%192.0.2.7", "eku-missing at shop.example, from 192.0.2.7"},
        {"eku-missing%192.0.2.7", "eku-missing at every host, from 192.0.2.7"},
        {"eku-missing@*%2001:DB8::0:1", "eku-missing at every host, from 2001:db8::1"},
        {"name-mismatch@192.0.2.80", "name-mismatch at 192.0.2.80"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mirror_plan *p = mirror_plan_new();
        struct text says = {0};
        struct err e = {0};

        if (!mirror_plan_add_fault(p, cases[i].order, &e))
            fail_msg("%s: %s", cases[i].order, e.text);
        mirror_order_say(p, 0, &says);
        assert_string_equal(text_str(&says), cases[i].says);
        text_fini(&says);
        mirror_plan_free(p);
    }
}

static void an_order_that_cannot_be_read_says_why(void **state)
{
    static const struct {
        const char *order, *says;
    } cases[] = {
        {"", "no \"\"; there are cert-expired-leaf, "},
        {"cert-expired-leef", "did you mean cert-expired-leaf"},
        {"cert-revoked", "no \"cert-revoked\""},
        {"cert-expired-leaf@sh op", "\"sh op\" is no host"},
        {"cert-expired-leaf@*.*.example", "is no host"},
        {"cert-expired-leaf@*.192.0.2.7", "is no host"},
        {"cert-expired-leaf@shop*.example", "is no host"},
        {"cert-expired-leaf%phone", "\"phone\" is no address"},
        {"cert-expired-leaf@shop.example%", "\"\" is no address"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mirror_plan *p = mirror_plan_new();
        struct err e = {0};

        assert_false(mirror_plan_add_fault(p, cases[i].order, &e));
        assert_int_equal(e.kind, ERR_USAGE);
        if (!strstr(e.text, cases[i].says))
            fail_msg("%s: %s", cases[i].order, e.text);
        assert_int_equal(mirror_plan_count(p), 0);
        mirror_plan_free(p);
    }
}

static const char *found(const struct mirror_plan *p, const char *ip, const char *host)
{
    const struct mirror_order *order = mirror_plan_find(p, ip, host);

    return order ? order->fault ? order->fault->cause : "its own" : "none";
}

static void the_first_order_that_fits_is_taken(void **state)
{
    struct mirror_plan *p = mirror_plan_new();
    struct err e = {0};

    (void)state;
    assert_true(mirror_plan_add_fault(p, "eku-missing@shop.example%192.0.2.7", &e));
    assert_true(mirror_plan_add_fault(p, "name-mismatch@*.shop.example", &e));
    assert_true(mirror_plan_add_sites(p, "shop.example", &e));
    assert_true(mirror_plan_add_sites(p, "*%192.0.2.9", &e));
    assert_string_equal(found(p, "192.0.2.7", "shop.example"), "eku-missing");
    assert_string_equal(found(p, "192.0.2.8", "shop.example"), "its own");
    assert_string_equal(found(p, "192.0.2.8", "a.b.shop.example"), "name-mismatch");
    assert_string_equal(found(p, "192.0.2.8", "ashop.example"), "none");
    assert_string_equal(found(p, "192.0.2.8", "shop.example.org"), "none");
    assert_string_equal(found(p, "192.0.2.9", "bank.example"), "its own");
    assert_null(mirror_plan_find(NULL, "192.0.2.9", "bank.example"));
    mirror_plan_free(p);
    mirror_plan_free(NULL);
}

static void orders_are_bounded(void **state)
{
    struct mirror_plan *p = mirror_plan_new();
    struct err e = {0};

    (void)state;
    for (int i = 0; i < MIRROR_ORDERS_MOST; i++)
        assert_true(mirror_plan_add_sites(p, NULL, &e));
    assert_false(mirror_plan_add_fault(p, "eku-missing", &e));
    assert_false(mirror_plan_add_sites(p, NULL, &e));
    assert_int_equal(mirror_plan_count(p), MIRROR_ORDERS_MOST);
    mirror_plan_free(p);
}

static const char *fault_for(const char *diagnosed, const char *leg, const char *judged)
{
    struct flow *f = flow_new("f", 0);

    if (diagnosed) {
        struct flow_diagnosis *d =
            flow_list_add(f, &f->diagnosis, &f->n_diagnosis, flow_type_diagnosis());
        d->cause = diagnosed;
        d->leg = leg;
    }
    f->server_leg = FLOW_MAKE(f, server_leg);
    f->server_leg->verdict = FLOW_MAKE(f, verdict);
    if (judged)
        flow_texts_add(f, &f->server_leg->verdict->causes, judged);
    const struct leaf_fault *fault = mirror_fault_of(f);
    flow_free(f);
    return fault ? fault->cause : "none";
}

static void a_site_s_fault_becomes_the_nearest_that_a_leaf_can_have(void **state)
{
    (void)state;
    assert_string_equal(fault_for(NULL, NULL, "cert-expired-leaf"), "cert-expired-leaf");
    assert_string_equal(fault_for(NULL, NULL, "cert-expired-intermediate"), "cert-expired-leaf");
    assert_string_equal(fault_for(NULL, NULL, "wildcard-depth"), "name-mismatch");
    assert_string_equal(fault_for(NULL, NULL, "missing-intermediate-no-aia"), "untrusted-root");
    assert_string_equal(fault_for(NULL, NULL, "cert-revoked"), "none");
    assert_string_equal(fault_for(NULL, NULL, NULL), "none");
    assert_string_equal(fault_for("name-mismatch", "server", "cert-expired-leaf"), "name-mismatch");
    assert_string_equal(fault_for("untrusted-root", "client", "eku-missing"), "eku-missing");
    assert_string_equal(fault_for("cert-revoked", "server", "eku-missing"), "eku-missing");
}

static void nothing_is_mirrored_before_a_site_was_seen(void **state)
{
    struct flow *f = flow_new("f", 0);

    (void)state;
    assert_null(mirror_fault_of(f));
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_for_a_cause_a_host_and_a_device),
        cmocka_unit_test(an_order_that_cannot_be_read_says_why),
        cmocka_unit_test(the_first_order_that_fits_is_taken),
        cmocka_unit_test(orders_are_bounded),
        cmocka_unit_test(a_site_s_fault_becomes_the_nearest_that_a_leaf_can_have),
        cmocka_unit_test(nothing_is_mirrored_before_a_site_was_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
