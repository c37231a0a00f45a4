#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include "ct_logs.h"
#include "mint_sct.h"

enum { DAY_S = 86400 };

static struct ct_logs *parse(const char *json, struct err *e)
{
    return ct_logs_parse((const uint8_t *)json, strlen(json), e);
}

static char *key_base64(const struct mint_log *log)
{
    struct text t = {0};

    text_add_base64(&t, log->spki, log->spki_len);
    return text_give(&t);
}

static void each_state_has_its_times(void **state)
{
    struct mint_log *log = mint_log_make(MINT_P256);
    char *key = key_base64(log);
    static const struct {
        const char *row;
        enum ct_log_state is;
        int64_t frozen, expiry;
    } rows[] = {
        {"\"usable\",\"since\":\"2026-01-01T00:00:00Z\"", CT_LOG_USABLE, CT_LOG_NEVER,
            CT_LOG_NEVER},
        {"\"qualified\"", CT_LOG_QUALIFIED, CT_LOG_NEVER, CT_LOG_NEVER},
        {"\"pending\"", CT_LOG_PENDING, CT_LOG_NEVER, CT_LOG_NEVER},
        {"\"rejected\"", CT_LOG_REJECTED, CT_LOG_NEVER, CT_LOG_NEVER},
        {"\"readonly\",\"since\":\"2026-01-01T00:00:00Z\"", CT_LOG_READONLY, 1767225600,
            CT_LOG_NEVER},
        {"\"retired\",\"since\":\"2026-01-01T00:00:00Z\"", CT_LOG_RETIRED, CT_LOG_NEVER,
            1767225600},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct text json = {0};
        struct err e = {0};

        text_printf(&json,
            "{\"date\":\"2026-01-01\",\"logs\":[{\"key\":\"%s\",\"state\":%s,"
            "\"from\":\"2026-01-01T00:00:00Z\",\"until\":\"2026-07-01T00:00:00Z\"}]}",
            key, rows[i].row);
        struct ct_logs *l = parse(text_str(&json), &e);
        if (!l)
            fail_msg("%s: %s", rows[i].row, e.text);
        const struct ct_log *is = ct_logs_find(l, log->id);
        assert_int_equal(is->state, rows[i].is);
        assert_true(is->frozen == rows[i].frozen && is->expiry == rows[i].expiry);
        assert_true(is->from == 1767225600 && is->until == 1782864000);
        ct_logs_unref(l);
        text_fini(&json);
    }
    mem_free(key);
    mint_log_free(log);
}

/* The form in which Apple and Google publish theirs. */
static void a_published_list_is_read_as_well(void **state)
{
    struct mint_log *logs[3];
    struct text json = {0};
    char *keys[3], *id;
    struct err e = {0};
    struct text id_text = {0};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        logs[i] = mint_log_make(MINT_P256);
        keys[i] = key_base64(logs[i]);
    }
    text_add_base64(&id_text, logs[0]->id, 32);
    id = text_give(&id_text);
    text_printf(&json,
        "{\"version\":\"1\",\"log_list_timestamp\":\"2026-11-01T12:00:00Z\",\"operators\":[{"
        "\"name\":\"Acme\","
        "\"logs\":[{\"description\":\"One\",\"log_id\":\"%s\",\"key\":\"%s\",\"url\":\"x\",\"mmd\":"
        "86400,"
        "\"state\":{\"retired\":{\"timestamp\":\"2026-01-01T00:00:00Z\"}},"
        "\"temporal_interval\":{\"start_inclusive\":\"2026-01-01T00:00:00Z\",\"end_exclusive\":"
        "\"2026-07-01T00:00:00Z\"}}],"
        "\"tiled_logs\":[{\"key\":\"%s\",\"state\":{\"usable\":{\"timestamp\":\"2026-01-01T00:00:"
        "00Z\"}}}]},"
        "{\"name\":\"Other\",\"logs\":[{\"key\":\"%s\"}]}]}",
        id, keys[0], keys[1], keys[2]);
    struct ct_logs *l = parse(text_str(&json), &e);
    if (!l)
        fail_msg("%s", e.text);
    assert_int_equal(ct_logs_count(l), 3);
    assert_int_equal(ct_logs_date(l), 1793534400);
    const struct ct_log *one = ct_logs_find(l, logs[0]->id), *two = ct_logs_find(l, logs[1]->id),
                        *three = ct_logs_find(l, logs[2]->id);
    assert_int_equal(one->state, CT_LOG_RETIRED);
    assert_string_equal(one->operator, "Acme");
    assert_string_equal(one->name, "One");
    assert_true(one->expiry == 1767225600 && one->from == 1767225600 && one->until == 1782864000);
    assert_int_equal(two->state, CT_LOG_USABLE);
    assert_int_equal(three->state, CT_LOG_PENDING);
    ct_logs_unref(l);
    for (size_t i = 0; i < 3; i++) {
        mint_log_free(logs[i]);
        mem_free(keys[i]);
    }
    mem_free(id);
    text_fini(&json);
}

static void a_list_that_is_none_is_refused_with_the_place(void **state)
{
    struct mint_log *log = mint_log_make(MINT_P256);
    char *key = key_base64(log);
    static const struct {
        const char *json, *says; /* K stands for the key */
    } rows[] = {
        {"", "line 1"},
        {"{\n\n!}", "line 3"},
        {"[]", "date"},
        {"{\"logs\":[]}", "date"},
        {"{\"date\":\"yesterday\",\"logs\":[]}", "date"},
        {"{\"date\":\"2026-01-01\"}", "no list of logs"},
        {"{\"date\":\"2026-01-01\",\"logs\":[]}", "no list of logs"},
        {"{\"date\":\"2026-01-01\",\"logs\":[7]}", "log 0"},
        {"{\"date\":\"2026-01-01\",\"logs\":[{\"key\":\"K\"}]}", "log 0: its state"},
        {"{\"date\":\"2026-01-01\",\"logs\":[{\"key\":\"K\",\"state\":\"happy\"}]}", "state"},
        {"{\"date\":\"2026-01-01\",\"logs\":[{\"key\":\"K\",\"state\":\"retired\"}]}",
            "since when"},
        {"{\"date\":\"2026-01-01\",\"logs\":[{\"key\":\"K\",\"state\":\"usable\",\"from\":\"x\"}]}",
            "time"},
        {"{\"date\":\"2026-01-01\",\"logs\":[{\"key\":\"%\",\"state\":\"usable\"}]}", "Base64"},
        {"{\"date\":\"2026-01-01\",\"logs\":[{\"key\":7,\"state\":\"usable\"}]}", "Base64"},
        {"{\"date\":\"2026-01-01\",\"logs\":[{\"key\":\"K\",\"state\":\"usable\",\"id\":\"AAAA\"}]"
         "}",
            "id"},
        {"{\"date\":\"2026-01-01\",\"logs\":[{\"key\":\"K\",\"state\":\"usable\",\"name\":7}]}",
            "name"},
        {"{\"date\":\"2026-01-01\",\"date\":\"2026-01-01\",\"logs\":[]}", "line 1"},
        {"{\"date\":\"2026-01-01\",\"operators\":7}", "operators"},
        {"{\"date\":\"2026-01-01\",\"operators\":[]}", "no log"},
        {"{\"date\":\"2026-01-01\",\"operators\":[{\"logs\":7}]}", "operator 0"},
        {"{\"operators\":[]}", "date"},
        {"{\"date\":\"2026-01-01\",\"operators\":[{\"logs\":[{\"key\":\"K\",\"state\":{\"odd\":{}}}"
         "]}]}",
            "logs 0"},
        {"{\"date\":\"2026-01-01\",\"operators\":[{\"logs\":[{\"key\":\"K\",\"state\":{\"retired\":"
         "{}}}]}]}",
            "since when"},
        {"{\"date\":\"2026-01-01\",\"operators\":[{\"logs\":[{\"key\":\"K\",\"log_id\":\"AAAA\"}]}]"
         "}",
            "id"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct text json = {0};
        struct err e = {0};

        for (const char *at = rows[i].json; *at; at++)
            text_add_n(&json, *at == 'K' ? key : at, *at == 'K' ? strlen(key) : 1);
        if (parse(text_str(&json), &e) || !strstr(e.text, rows[i].says))
            fail_msg("%s: “%s”", rows[i].json, e.text);
        text_fini(&json);
    }
    mem_free(key);
    mint_log_free(log);
}

/* The list as it is shipped; that every id is its key's has been asked by reading it. */
static void the_shipped_list_is_whole(void **state)
{
    uint8_t *bytes;
    size_t len;
    struct err e = {0};
    struct ct_logs *l;

    (void)state;
    assert_true(
        file_read(WHYTLS_SOURCE_DIR "/certs/apple/ct-logs.json", 1 << 20, &bytes, &len, &e));
    l = ct_logs_parse(bytes, len, &e);
    mem_free(bytes);
    if (!l)
        fail_msg("%s", e.text);
    assert_true(ct_logs_count(l) >= 100);
    assert_true(ct_logs_date(l) > 1700000000 && ct_logs_date(l) < MINT_AT);
    assert_false(ct_logs_are_stale(l, ct_logs_date(l) + (int64_t)CT_LOGS_FRESH_DAYS * DAY_S));
    assert_true(ct_logs_are_stale(l, ct_logs_date(l) + (int64_t)CT_LOGS_FRESH_DAYS * DAY_S + 1));
    ct_logs_unref(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_has_its_times),
        cmocka_unit_test(a_published_list_is_read_as_well),
        cmocka_unit_test(a_list_that_is_none_is_refused_with_the_place),
        cmocka_unit_test(the_shipped_list_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
