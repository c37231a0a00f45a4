/* Hosts that iOS itself pins: passed through unread by the shipped rules, and told apart from the
 * others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "talk.h"

/* The phone trusts the site's root and not ours, as iOS does for such a host. */
static void meet(struct talk *t, const char *host)
{
    const struct mint *leaf = talk_mint(t, &(struct mint_spec){.cn = host, .dns = {host}});
    struct phone_config own;
    char pem[8192] = "", asked[64];
    struct caller *c = caller_new(t);

    talk_site(t, host, &(struct far_site_config){.chain = {leaf}, .alpn = "http/1.1"});
    own = *talk_phone(t, host);
    mint_pem(talk_root(t), pem, sizeof pem);
    own.root_pem = pem;
    snprintf(asked, sizeof asked, "%s:443", host);
    caller_asks(c, asked);
    caller_shakes(c, &own);
    caller_closes(c);
    far_site_closes(talk_far(t, 0));
    talk_run(t);
}

static void a_host_that_ios_pins_passes_unread(void **state)
{
    struct talk *t = talk_new_with_rules();

    (void)state;
    meet(t, "gsa.apple.com");
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->target->apple_pinned, "GS");
    assert_string_equal(f->decision->action, "tunnel");
    assert_string_equal(f->decision->by, "rule:pinning/apple");
    assert_int_equal(f->n_diagnosis, 0);
    talk_free(t);
}

static void one_that_only_apples_page_names_does_so_too(void **state)
{
    struct talk *t = talk_new_with_rules();

    (void)state;
    meet(t, "albert.apple.com");
    assert_string_equal(talk_flow(t, 0)->target->apple_pinned, "listed");
    assert_string_equal(talk_flow(t, 0)->decision->action, "tunnel");
    talk_free(t);
}

static void any_other_host_is_opened(void **state)
{
    struct talk *t = talk_new_with_rules();

    (void)state;
    meet(t, "gsa.apple.com.example");
    assert_null(talk_flow(t, 0)->target->apple_pinned);
    assert_string_equal(talk_flow(t, 0)->decision->action, "intercept");
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_that_ios_pins_passes_unread),
        cmocka_unit_test(one_that_only_apples_page_names_does_so_too),
        cmocka_unit_test(any_other_host_is_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
