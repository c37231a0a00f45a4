#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "base/err.h"

#include "ct_logs.h"
#include "mint_sct.h"

enum { DAY_S = 86400 };

static void a_log_is_found_by_the_hash_of_its_key(void **state)
{
    struct ct_logs *l = ct_logs_new();
    struct mint_log *logs[20];

    (void)state;
    for (size_t i = 0; i < 20; i++) {
        logs[i] = mint_log_make(MINT_P256);
        if (i == 19)
            break;
        assert_true(ct_logs_add(
            l, &(struct ct_log_order){.key = logs[i]->spki, .key_len = logs[i]->spki_len}, NULL));
    }
    assert_int_equal(ct_logs_count(l), 19);
    for (size_t i = 0; i < 19; i++) {
        const struct ct_log *log = ct_logs_find(l, logs[i]->id);

        assert_non_null(log);
        assert_memory_equal(log->id, logs[i]->id, 32);
        assert_int_equal(EVP_PKEY_eq(ct_logs_key(l, log), logs[i]->key), 1);
        assert_ptr_equal(ct_logs_key(l, log), ct_logs_key(l, log));
        assert_true(log->frozen == CT_LOG_NEVER && log->expiry == CT_LOG_NEVER);
        assert_true(log->from == INT64_MIN && log->until == CT_LOG_NEVER);
    }
    assert_null(ct_logs_find(l, logs[19]->id));
    for (size_t i = 0; i < 20; i++)
        mint_log_free(logs[i]);
    ct_logs_unref(l);
}

static void the_first_word_about_a_log_counts(void **state)
{
    struct ct_logs *l = ct_logs_new();
    struct mint_log *log = mint_log_make(MINT_P256);
    struct ct_log_order o = {.key = log->spki, .key_len = log->spki_len, .name = "first"};

    (void)state;
    assert_true(ct_logs_add(l, &o, NULL));
    o.name = "second";
    assert_true(ct_logs_add(l, &o, NULL));
    assert_int_equal(ct_logs_count(l), 1);
    assert_string_equal(ct_logs_find(l, log->id)->name, "first");
    mint_log_free(log);
    ct_logs_unref(l);
}

static void what_is_no_key_is_refused_or_verifies_nothing(void **state)
{
    static const uint8_t junk[] = {0x30, 0x03, 0x02, 0x01, 0x05};
    struct ct_logs *l = ct_logs_new();
    struct err e = {0};
    uint8_t id[32];

    (void)state;
    assert_false(
        ct_logs_add(l, &(struct ct_log_order){.key = (const uint8_t *)"x", .key_len = 1}, &e));
    assert_non_null(strstr(e.text, "key"));
    assert_false(ct_logs_add(l, &(struct ct_log_order){0}, NULL));
    assert_true(ct_logs_add(l, &(struct ct_log_order){.key = junk, .key_len = sizeof(junk)}, NULL));
    EVP_Digest(junk, sizeof(junk), id, NULL, EVP_sha256(), NULL);
    assert_null(ct_logs_key(l, ct_logs_find(l, id)));
    ct_logs_unref(l);
}

static void a_list_ages_from_its_date_and_that_of_a_case_never(void **state)
{
    struct ct_logs *l = ct_logs_new();

    (void)state;
    assert_int_equal(ct_logs_date(l), CT_LOG_NEVER);
    assert_false(ct_logs_are_stale(l, INT64_MAX));
    ct_logs_set_date(l, MINT_AT);
    assert_int_equal(ct_logs_date(l), MINT_AT);
    assert_false(ct_logs_are_stale(l, MINT_AT + (int64_t)CT_LOGS_FRESH_DAYS * DAY_S));
    assert_true(ct_logs_are_stale(l, MINT_AT + (int64_t)CT_LOGS_FRESH_DAYS * DAY_S + 1));
    ct_logs_unref(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_is_found_by_the_hash_of_its_key),
        cmocka_unit_test(the_first_word_about_a_log_counts),
        cmocka_unit_test(what_is_no_key_is_refused_or_verifies_nothing),
        cmocka_unit_test(a_list_ages_from_its_date_and_that_of_a_case_never),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
