#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "cert/sct.h"
#include "mint_sct.h"
#include "trust/ct_logs.h"

#include "case_ct.h"

/* Reads `json`, in which K stands for the key of a log. */
static bool read_case(
    const char *json, const struct mint_log *log, struct case_ct *out, struct err *e)
{
    struct text key = {0}, t = {0};
    json_t *o;
    bool good;

    text_add_base64(&key, log->spki, log->spki_len);
    for (const char *at = json; *at; at++)
        text_add_n(&t, *at == 'K' ? text_str(&key) : at, *at == 'K' ? key.len : 1);
    o = json_loads(text_str(&t), 0, NULL);
    assert_non_null(o);
    good = case_ct_read(o, out, e);
    json_decref(o);
    text_fini(&key);
    text_fini(&t);
    return good;
}

static void a_case_without_a_word_has_nothing_of_its_own(void **state)
{
    static const char *const cases[] = {
        "{}", "{\"ct_logs\":null,\"scts\":null,\"ct_enforced\":null}", "{\"scts\":[]}"};
    struct mint_log *log = mint_log_make(MINT_P256);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct case_ct c;

        assert_true(read_case(cases[i], log, &c, NULL));
        assert_null(c.logs);
        assert_null(c.scts);
        assert_int_equal(c.enforced, CT_AS_USUAL);
        case_ct_fini(&c);
    }
    mint_log_free(log);
}

static void logs_have_the_states_that_their_times_say(void **state)
{
    struct mint_log *log = mint_log_make(MINT_P256);
    static const struct {
        const char *more;
        enum ct_log_state is;
        int64_t frozen, expiry, from, until;
    } rows[] = {
        {"", CT_LOG_USABLE, CT_LOG_NEVER, CT_LOG_NEVER, INT64_MIN, CT_LOG_NEVER},
        {",\"frozen\":\"2026-01-01T00:00:00Z\"", CT_LOG_READONLY, 1767225600, CT_LOG_NEVER,
            INT64_MIN, CT_LOG_NEVER},
        {",\"frozen\":\"2026-01-01T00:00:00Z\",\"expiry\":\"2026-01-01T00:00:00Z\"", CT_LOG_RETIRED,
            1767225600, 1767225600, INT64_MIN, CT_LOG_NEVER},
        {",\"start_inclusive\":\"2026-01-01T00:00:00Z\",\"end_exclusive\":\"2026-07-01T00:00:00Z\"",
            CT_LOG_USABLE, CT_LOG_NEVER, CT_LOG_NEVER, 1767225600, 1782864000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct text json = {0};
        struct case_ct c;

        text_printf(&json, "{\"ct_logs\":[{\"key\":\"K\"%s}],\"ct_enforced\":true}", rows[i].more);
        assert_true(read_case(text_str(&json), log, &c, NULL));
        const struct ct_log *is = ct_logs_find(c.logs, log->id);
        assert_non_null(is);
        assert_int_equal(is->state, rows[i].is);
        assert_true(is->frozen == rows[i].frozen && is->expiry == rows[i].expiry);
        assert_true(is->from == rows[i].from && is->until == rows[i].until);
        assert_int_equal(c.enforced, CT_ENFORCED);
        assert_false(ct_logs_are_stale(c.logs, INT64_MAX));
        case_ct_fini(&c);
        text_fini(&json);
    }
    mint_log_free(log);
}

static void scts_become_the_list_of_a_handshake(void **state)
{
    struct mint_log *log = mint_log_make(MINT_P256);
    struct case_ct c;

    (void)state;
    assert_true(read_case("{\"scts\":[\"YWJj\",\"ZGU=\"],\"ct_enforced\":false}", log, &c, NULL));
    assert_int_equal(c.scts_len, 11);
    assert_memory_equal(c.scts,
        "\x00\x09\x00\x03"
        "abc"
        "\x00\x02"
        "de",
        11);
    assert_int_equal(c.enforced, CT_NOT_ENFORCED);
    case_ct_fini(&c);
    mint_log_free(log);
}

static void what_is_malformed_is_named(void **state)
{
    static const struct {
        const char *json, *says;
    } rows[] = {
        {"{\"ct_enforced\":\"yes\"}", "ct_enforced"},
        {"{\"ct_logs\":{}}", "\"ct_logs\" must be a list"},
        {"{\"ct_logs\":[7]}", "item 0: a log is an object"},
        {"{\"ct_logs\":[{\"key\":\"K\"},{}]}", "item 1: \"key\""},
        {"{\"ct_logs\":[{\"key\":\"YWJj\"}]}", "no DER"},
        {"{\"ct_logs\":[{\"key\":\"K\",\"frozen\":7}]}", "frozen"},
        {"{\"ct_logs\":[{\"key\":\"K\",\"expiry\":\"soon\"}]}", "expiry"},
        {"{\"scts\":7}", "\"scts\" must be a list"},
        {"{\"scts\":[7]}", "scts"},
        {"{\"scts\":[\"YWJj\",\"!\"]}", "scts"},
        {"{\"scts\":[\"\"]}", "scts"},
    };
    struct mint_log *log = mint_log_make(MINT_P256);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct case_ct c;
        struct err e = {0};

        if (read_case(rows[i].json, log, &c, &e) || !strstr(e.text, rows[i].says))
            fail_msg("%s: “%s”", rows[i].json, e.text);
        case_ct_fini(&c);
    }
    mint_log_free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_without_a_word_has_nothing_of_its_own),
        cmocka_unit_test(logs_have_the_states_that_their_times_say),
        cmocka_unit_test(scts_become_the_list_of_a_handshake),
        cmocka_unit_test(what_is_malformed_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
