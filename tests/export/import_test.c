#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"
#include "import.h"

static void read_back(struct database *db, const struct text *file, size_t added, size_t skipped)
{
    struct import_result result;
    struct err e = {0};

    if (!import_bytes(db, text_str(file), file->len, NULL, NULL, &result, &e))
        fail_msg("%s", e.text);
    if (result.n_faults)
        fail_msg("%s", text_str(&result.faults[0]));
    assert_int_equal(result.added, added);
    assert_int_equal(result.skipped, skipped);
    import_result_fini(&result);
}

static void what_was_exported_comes_back(void **state)
{
    static const enum export_form forms[] = {EXPORT_JSONL, EXPORT_HAR};
    struct flow_look *look = archive_open(state);

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct text first = {0}, again = {0};
        void *other;

        archive_write(look, &(struct export_ask){.form = forms[i]}, &first);
        assert_int_equal(folder_make(&other), 0);
        struct database *db = traffic_opened(other);
        read_back(db, &first, 3, 0);
        read_back(db, &first, 0, 3);
        struct flow_look *copy = flow_look_new(db);
        archive_write(copy, &(struct export_ask){.form = EXPORT_CSV}, &again);
        text_clear(&first);
        archive_write(look, &(struct export_ask){.form = EXPORT_CSV}, &first);
        assert_string_equal(text_str(&again), text_str(&first));
        flow_look_free(copy);
        folder_drop(&other);
        text_fini(&first);
        text_fini(&again);
    }
    flow_look_free(look);
}

static void heads_and_bodies_come_back_out_of_an_archive(void **state)
{
    struct flow_look *look = archive_open(state);
    struct text first = {0};
    struct spoken *s;
    struct err e = {0};
    void *other;
    int64_t seq;

    archive_write(look, &(struct export_ask){.form = EXPORT_HAR, .raw = true}, &first);
    flow_look_free(look);
    assert_int_equal(folder_make(&other), 0);
    struct database *db = traffic_opened(other);
    read_back(db, &first, 3, 0);
    look = flow_look_new(db);
    assert_true(flow_look_seq(look, "one", &seq, &e) && flow_look_spoken(look, seq, &s, &e));
    assert_non_null(s);
    assert_string_equal(text_str(&s->at[0].said[SPOKEN_REQUEST].head),
        "POST /login?code=geheim&x=<b> HTTP/1.1\r\nHost: a.example\r\nCookie: sid=geheim\r\n"
        "Content-Type: application/json\r\n\r\n");
    assert_string_equal(text_str(&s->at[0].said[SPOKEN_RESPONSE].body), "<p>hello</p>");
    spoken_free(s);
    flow_look_free(look);
    folder_drop(&other);
    text_fini(&first);
}

static const char chrome[] =
    "\xef\xbb\xbf{\n \"log\": {\"version\": \"1.2\", \"creator\": {}, \"entries\": [\n"
    "{\"startedDateTime\": \"2026-11-21T10:00:00.250+01:00\", \"time\": 12.7, \"request\":"
    " {\"method\": \"GET\", \"url\": \"https://shop.example:8443/a?b#c\", \"httpVersion\":"
    " \"h2\", \"headers\": [{\"name\": \"x\", \"value\": \"a\\r\\nb\"}], \"bodySize\": 0},"
    " \"response\": {\"status\": 404, \"statusText\": \"\", \"headers\": [{\"name\":"
    " \"content-encoding\", \"value\": \"br\"}], \"content\": {\"size\": 3, \"text\":"
    " \"YWJj\", \"encoding\": \"base64\"}, \"bodySize\": 70}},\n"
    "{\"startedDateTime\": \"never\", \"request\": {\"method\": \"GET\", \"url\": \"x\"}},\n"
    "{\"startedDateTime\": \"2026-11-21T10:00:00Z\", \"request\": {\"method\": \"GET\", \"url\":"
    " \"data:text\"}},\n"
    "7]}}";

static void an_archive_of_a_browser_is_read(void **state)
{
    struct database *db = traffic_opened(*state);
    struct import_result result;
    struct text out = {0};
    struct err e = {0};

    assert_true(import_bytes(db, chrome, strlen(chrome), NULL, NULL, &result, &e));
    assert_int_equal(result.added, 1);
    assert_int_equal(result.n_faults, 3);
    assert_string_equal(text_str(&result.faults[0]), "entry 2: it lacks a startedDateTime (RFC "
                                                     "3339)");
    assert_string_equal(text_str(&result.faults[1]), "entry 3: its URL has no host");
    assert_string_equal(text_str(&result.faults[2]), "entry 4: it lacks request.url");
    import_result_fini(&result);
    struct flow_look *look = flow_look_new(db);
    archive_write(look, &(struct export_ask){.form = EXPORT_CSV}, &out);
    assert_non_null(strstr(text_str(&out), "\"2026-11-21T09:00:00.250Z\",12,"));
    assert_non_null(strstr(text_str(&out), "\"shop.example\",8443,"));
    text_clear(&out);
    archive_write(look, &(struct export_ask){.form = EXPORT_HAR}, &out);
    assert_non_null(strstr(text_str(&out), "\"text\":\"abc\""));
    assert_null(strstr(text_str(&out), "content-encoding"));
    assert_non_null(strstr(text_str(&out), "\"value\":\"a  b\""));
    text_fini(&out);
    flow_look_free(look);
}

static void the_timings_of_a_browser_become_a_time_line(void **state)
{
    static const char timed[] =
        "{\"log\": {\"entries\": [{\"startedDateTime\": \"2026-11-21T10:00:00Z\", \"time\": 100,"
        " \"request\": {\"method\": \"GET\", \"url\": \"https://a.example/\", \"headers\":"
        " [{\"name\": \"a\", \"value\": \"b\"}]}, \"response\": {\"status\": 200},"
        " \"timings\": {\"blocked\": 5.5, \"dns\": 10, \"connect\": 40, \"ssl\": 25, \"send\": 0,"
        " \"wait\": 45, \"receive\": -1}}]}}";
    struct database *db = traffic_opened(*state);
    struct import_result result;
    struct text out = {0};
    struct err e = {0};

    assert_true(import_bytes(db, timed, strlen(timed), NULL, NULL, &result, &e));
    import_result_fini(&result);
    struct flow_look *look = flow_look_new(db);
    archive_write(look, &(struct export_ask){.form = EXPORT_JSONL}, &out);
    assert_non_null(strstr(text_str(&out),
        "\"timeline\":[{\"at_ms\":5,\"moment\":\"dial\"},"
        "{\"at_ms\":30,\"moment\":\"server_tls\"},{\"at_ms\":55,\"moment\":\"talk\"}]"));
    text_clear(&out);
    archive_write(look, &(struct export_ask){.form = EXPORT_HAR}, &out);
    assert_non_null(strstr(text_str(&out), "\"connect\":50,\"ssl\":25,\"send\":0,\"wait\":45"));
    text_fini(&out);
    flow_look_free(look);
}

static void what_is_neither_is_an_error_with_its_place(void **state)
{
    static const char *const wrong[][2] = {
        {"", "neither an HTTP Archive nor JSON Lines of whytls"},
        {"hello", "neither an HTTP Archive nor JSON Lines of whytls: line 1: column 5"},
        {"{\"v\":1}\n", "line 1: it is no record"},
        {"{\"log\":{}}", "an archive without log.entries"},
        {"{\"log\":", "line 1, column 7"},
        {"{\"log\":{\"entries\":[]}}", "neither"},
    };
    struct database *db = traffic_opened(*state);

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct import_result result;
        struct err e = {0};

        assert_false(import_bytes(db, wrong[i][0], strlen(wrong[i][0]), NULL, NULL, &result, &e));
        if (!strstr(e.text, wrong[i][1]))
            fail_msg("%s: %s", wrong[i][0], e.text);
        import_result_fini(&result);
    }
    database_close(db);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_was_exported_comes_back),
        IN_FOLDER(heads_and_bodies_come_back_out_of_an_archive),
        IN_FOLDER(an_archive_of_a_browser_is_read),
        IN_FOLDER(the_timings_of_a_browser_become_a_time_line),
        IN_FOLDER(what_is_neither_is_an_error_with_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
