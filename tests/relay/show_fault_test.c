/* Conversations on which a fault is shown on purpose: what the client gets, what it makes of it,
 * and what is remembered of it: nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "relay/mirror.h"
#include "talk.h"

static struct mirror_plan *plan_of(const char *fault, const char *sites)
{
    struct mirror_plan *p = mirror_plan_new();
    struct err e = {0};

    if (fault)
        assert_true(mirror_plan_add_fault(p, fault, &e));
    if (sites)
        assert_true(mirror_plan_add_sites(p, sites, &e));
    return p;
}

/* One request of an app to this host. */
static const struct flow *meet(struct talk *t, const char *host, const struct phone_config *phone)
{
    struct caller *c = caller_new(t);
    struct phone_config own = *phone;
    char asked[80] = "";

    own.host = host;
    strncat(strncat(asked, host, sizeof asked - 8), ":443", 5);
    caller_asks(c, asked);
    caller_shakes(c, &own);
    if (phone_is_open(caller_phone(c)))
        caller_says(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    talk_run(t);
    caller_closes(c);
    for (size_t i = 0; i < talk_dials(t); i++)
        if (talk_far(t, i))
            far_site_closes(talk_far(t, i));
    talk_wait(t, 3000);
    return talk_flow(t, talk_flows(t) - 1);
}

static struct phone_config careless(struct talk *t)
{
    struct phone_config phone = *talk_phone(t, "");

    phone.careless = true;
    return phone;
}

static void a_client_that_accepts_a_fault_is_told_of_loudly(void **state)
{
    struct mirror_plan *plan = plan_of("cert-expired-leaf@shop.example", NULL);
    struct talk *t = talk_new_with_faults(plan);
    struct phone_config phone = careless(t);

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    const struct flow *f = meet(t, "shop.example", &phone);
    assert_string_equal(f->decision->action, "mirror");
    assert_string_equal(f->decision->by, "config");
    assert_string_equal(f->decision->fault, "cert-expired-leaf");
    assert_string_equal(f->decision->fault_met, "accepted");
    assert_string_equal(f->decision->answer, "relay");
    assert_true(f->client_leg->leaf->not_after < f->now);
    assert_string_equal(f->client_leg->verdict->verdict, "reject");
    assert_string_equal(f->client_leg->verdict->causes.at[0], "cert-expired-leaf");
    assert_true(flow_has_note(f, "review/accepts-fault"));
    assert_int_equal(f->n_diagnosis, 0);
    talk_free(t);
    mirror_plan_free(plan);
}

static void a_client_that_refuses_it_is_right_and_nothing_is_diagnosed(void **state)
{
    struct mirror_plan *plan = plan_of("cert-expired-leaf", NULL);
    struct talk *t = talk_new_with_faults(plan);

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    const struct flow *f = meet(t, "shop.example", talk_phone(t, "shop.example"));
    assert_string_equal(f->decision->fault_met, "refused");
    assert_int_equal(f->client_leg->alert->number, 46);
    assert_true(flow_has_note(f, "review/refuses-fault"));
    assert_int_equal(f->n_diagnosis, 0);
    assert_null(f->failed_leg);
    talk_free(t);
    mirror_plan_free(plan);
}

/* A refusal of what is wrong says nothing of our root, and neither does an acceptance. */
static void neither_goes_into_the_memory_of_the_device(void **state)
{
    struct mirror_plan *plan = plan_of("self-signed-leaf@shop.example", NULL);
    struct talk *t = talk_new_with_faults(plan);
    struct phone_config phone = careless(t);

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    talk_site(t, "bank.example", talk_good(t, "bank.example"));
    meet(t, "shop.example", talk_phone(t, "shop.example"));
    meet(t, "shop.example", &phone);
    const struct flow *f = meet(t, "bank.example", talk_phone(t, "bank.example"));
    assert_string_equal(f->decision->action, "intercept");
    assert_null(f->decision->fault);
    assert_int_equal(f->history->device->refused, 0);
    assert_int_equal(f->history->device->accepted, 0);
    talk_free(t);
    mirror_plan_free(plan);
}

static const struct far_site_config *expired_site(struct talk *t, const char *host)
{
    static struct far_site_config site;
    const struct mint *leaf = talk_mint(t, &(struct mint_spec){.cn = host,
                                               .dns = {host},
                                               .not_before = MINT_AT - 60 * MINT_DAY,
                                               .not_after = MINT_AT - MINT_DAY});

    site = (struct far_site_config){.chain = {leaf}, .alpn = "http/1.1"};
    return &site;
}

static void a_site_s_own_fault_is_mirrored_and_the_site_relayed(void **state)
{
    struct mirror_plan *plan = plan_of(NULL, "shop.example");
    struct talk *t = talk_new_with_faults(plan);
    struct phone_config phone = careless(t);

    (void)state;
    talk_site(t, "shop.example", expired_site(t, "shop.example"));
    const struct flow *f = meet(t, "shop.example", &phone);
    assert_string_equal(f->decision->action, "mirror");
    assert_string_equal(f->decision->fault, "cert-expired-leaf");
    assert_string_equal(f->decision->answer, "allow");
    assert_string_equal(f->decision->fault_met, "accepted");
    assert_string_equal(f->diagnosis[0].cause, "cert-expired-leaf");
    talk_free(t);
    mirror_plan_free(plan);
}

static void a_healthy_site_has_nothing_to_mirror(void **state)
{
    struct mirror_plan *plan = plan_of(NULL, "*");
    struct talk *t = talk_new_with_faults(plan);

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    const struct flow *f = meet(t, "shop.example", talk_phone(t, "shop.example"));
    assert_string_equal(f->decision->action, "intercept");
    assert_string_equal(f->decision->by, "default");
    assert_null(f->decision->fault);
    assert_true(f->client_leg->finished);
    talk_free(t);
    mirror_plan_free(plan);
}

static void a_rule_mirrors_as_well(void **state)
{
    struct talk *t = talk_new_with_rules();
    struct phone_config phone = careless(t);

    (void)state;
    talk_decides(t, MOMENT_JUDGED, ACTION_MIRROR);
    talk_site(t, "shop.example", expired_site(t, "shop.example"));
    const struct flow *f = meet(t, "shop.example", &phone);
    assert_string_equal(f->decision->action, "mirror");
    assert_string_equal(f->decision->by, "rule:test/ear");
    assert_string_equal(f->decision->fault, "cert-expired-leaf");
    talk_free(t);
}

static void a_stricter_rule_goes_before(void **state)
{
    struct mirror_plan *plan = plan_of("cert-expired-leaf", NULL);
    struct talk *t = talk_new_with_faults(plan);

    (void)state;
    talk_decides(t, MOMENT_HELLO, ACTION_REFUSE);
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    const struct flow *f = meet(t, "shop.example", talk_phone(t, "shop.example"));
    assert_string_equal(f->decision->action, "refuse");
    assert_null(f->decision->fault);
    talk_free(t);
    mirror_plan_free(plan);
}

static void a_host_that_apple_pins_is_never_shown_a_fault(void **state)
{
    struct mirror_plan *plan = plan_of("cert-expired-leaf", NULL);
    struct talk *t = talk_new_with_faults(plan);

    (void)state;
    talk_decides(t, MOMENT_HELLO, ACTION_NONE);
    talk_site(t, "gsa.apple.com", talk_good(t, "gsa.apple.com"));
    struct caller *c = caller_new(t);
    caller_asks(c, "gsa.apple.com:443");
    caller_shakes(c, talk_phone(t, "gsa.apple.com"));
    caller_closes(c);
    far_site_closes(talk_far(t, 0));
    talk_run(t);
    assert_string_equal(talk_flow(t, 0)->decision->action, "tunnel");
    assert_null(talk_flow(t, 0)->decision->fault);
    talk_free(t);
    mirror_plan_free(plan);
}

static void only_the_named_device_is_shown_it(void **state)
{
    struct mirror_plan *plan = plan_of("cert-expired-leaf%192.0.2.99", NULL);
    struct talk *t = talk_new_with_faults(plan);

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    const struct flow *f = meet(t, "shop.example", talk_phone(t, "shop.example"));
    assert_string_equal(f->decision->action, "intercept");
    talk_free(t);
    mirror_plan_free(plan);
}

static void what_closes_unused_is_no_verdict(void **state)
{
    struct mirror_plan *plan = plan_of("weak-signature-sha1", NULL);
    struct talk *t = talk_new_with_faults(plan);
    struct phone_config phone = careless(t);

    (void)state;
    phone.spare = true;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *c = caller_new(t);
    phone.host = "shop.example";
    caller_asks(c, "shop.example:443");
    caller_shakes(c, &phone);
    talk_wait(t, 3000);
    caller_closes(c);
    far_site_closes(talk_far(t, 0));
    talk_wait(t, 3000);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->decision->fault_met, "unused");
    assert_false(flow_has_note(f, "review/accepts-fault"));
    assert_false(flow_has_note(f, "review/refuses-fault"));
    talk_free(t);
    mirror_plan_free(plan);
}

/* Each fault gets through the handshake, in both versions, to a client that takes anything. */
static void every_fault_can_be_shown(void **state)
{
    static const char *const faults[] = {"cert-expired-leaf", "cert-not-yet-valid", "name-mismatch",
        "self-signed-leaf", "untrusted-root", "validity-too-long", "weak-key-rsa",
        "weak-signature-sha1", "san-missing-cn-only", "eku-missing"};
    static const char *const versions[] = {"1.2", "1.3"};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof faults / sizeof *faults; i++) {
        struct mirror_plan *plan = plan_of(faults[i / 2], NULL);
        struct talk *t = talk_new_with_faults(plan);
        struct phone_config phone = careless(t);
        bool ios_accepts = strcmp(faults[i / 2], "eku-missing") == 0;

        phone.versions = versions[i % 2];
        talk_site(t, "shop.example", talk_good(t, "shop.example"));
        const struct flow *f = meet(t, "shop.example", &phone);
        assert_string_equal(f->decision->fault, faults[i / 2]);
        assert_non_null(f->decision->fault_met);
        assert_string_equal(f->decision->fault_met, "accepted");
        assert_string_equal(f->client_leg->verdict->verdict, ios_accepts ? "accept" : "reject");
        assert_true(
            flow_has_note(f, ios_accepts ? "review/accepts-as-ios" : "review/accepts-fault"));
        talk_free(t);
        mirror_plan_free(plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_that_accepts_a_fault_is_told_of_loudly),
        cmocka_unit_test(a_client_that_refuses_it_is_right_and_nothing_is_diagnosed),
        cmocka_unit_test(neither_goes_into_the_memory_of_the_device),
        cmocka_unit_test(a_site_s_own_fault_is_mirrored_and_the_site_relayed),
        cmocka_unit_test(a_healthy_site_has_nothing_to_mirror),
        cmocka_unit_test(a_rule_mirrors_as_well),
        cmocka_unit_test(a_stricter_rule_goes_before),
        cmocka_unit_test(a_host_that_apple_pins_is_never_shown_a_fault),
        cmocka_unit_test(only_the_named_device_is_shown_it),
        cmocka_unit_test(what_closes_unused_is_no_verdict),
        cmocka_unit_test(every_fault_can_be_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
