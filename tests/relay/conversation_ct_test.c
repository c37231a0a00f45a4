/* Conversations: a public site must have promises of logs, and where they may come from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "mint_sct.h"
#include "relay/relay.h"
#include "support/talk.h"
#include "trust/ct_logs.h"

enum { LOGS = 3 };

static struct mint_log *logs[LOGS];
static struct ct_logs *list;

static int logs_make(void **state)
{
    (void)state;
    list = ct_logs_new();
    for (size_t i = 0; i < LOGS; i++) {
        logs[i] = mint_log_make(MINT_P256);
        assert_true(ct_logs_add(list,
            &(struct ct_log_order){.key = logs[i]->spki, .key_len = logs[i]->spki_len}, NULL));
    }
    return 0;
}

static int logs_free(void **state)
{
    (void)state;
    for (size_t i = 0; i < LOGS; i++)
        mint_log_free(logs[i]);
    ct_logs_unref(list);
    return 0;
}

static struct caller *begin(struct talk *t)
{
    struct caller *c = caller_new(t);

    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    return c;
}

static void a_site_without_promises_is_refused_and_told_so(void **state)
{
    struct talk *t = talk_new_with_logs(list);

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *c = begin(t);
    caller_says(c, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    assert_non_null(strstr(caller_heard(c), "HTTP/1.1 502 "));
    caller_resets(c);
    talk_wait(t, 60 * 1000); /* an unused connection is held for a while */
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->server_leg->verdict->ct, "missing");
    assert_true(f->n_diagnosis > 0);
    assert_string_equal(f->diagnosis[0].cause, "ct-missing");
    assert_string_equal(f->diagnosis[0].confidence, "certain");
    talk_free(t);
}

static void promises_of_the_handshake_count_in_both_versions(void **state)
{
    static const int versions[] = {0x0303, 0x0304};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct talk *t = talk_new_with_logs(list);
        struct far_site_config how = *talk_good(t, "shop.example");
        struct mint_sct scts[2];
        uint8_t bytes[1024];

        for (size_t k = 0; k < 2; k++)
            mint_sct_presented(&(struct mint_promise){.log = logs[k]}, how.chain[0], &scts[k]);
        how.scts = bytes;
        how.scts_len = mint_sct_list(scts, 2, bytes, sizeof(bytes));
        how.max_version = versions[i];
        talk_site(t, "shop.example", &how);
        struct caller *c = begin(t);
        caller_says(c, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
        far_site_says(talk_far(t, 0), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        talk_run(t);
        assert_non_null(strstr(caller_heard(c), "HTTP/1.1 200 OK"));
        caller_closes(c);
        talk_run(t);
        const struct flow *f = talk_flow(t, 0);
        assert_string_equal(f->server_leg->verdict->verdict, "accept");
        assert_string_equal(f->server_leg->verdict->ct, "qualified");
        assert_int_equal(f->server_leg->chain[0].scts, 2);
        assert_int_equal(f->n_diagnosis, 0);
        talk_free(t);
    }
}

static void a_promise_for_another_certificate_does_not_count(void **state)
{
    struct talk *t = talk_new_with_logs(list);
    struct far_site_config other = *talk_good(t, "other.example"),
                           how = *talk_good(t, "shop.example");
    struct mint_sct scts[2];
    uint8_t bytes[1024];

    (void)state;
    for (size_t k = 0; k < 2; k++)
        mint_sct_presented(&(struct mint_promise){.log = logs[k]}, other.chain[0], &scts[k]);
    how.scts = bytes;
    how.scts_len = mint_sct_list(scts, 2, bytes, sizeof(bytes));
    talk_site(t, "shop.example", &how);
    struct caller *c = begin(t);
    caller_resets(c);
    talk_wait(t, 60 * 1000); /* an unused connection is held for a while */
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->server_leg->verdict->ct, "invalid");
    assert_true(f->n_diagnosis > 0);
    assert_string_equal(f->diagnosis[0].cause, "ct-invalid");
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_without_promises_is_refused_and_told_so),
        cmocka_unit_test(promises_of_the_handshake_count_in_both_versions),
        cmocka_unit_test(a_promise_for_another_certificate_does_not_count),
    };

    return cmocka_run_group_tests(tests, logs_make, logs_free);
}
