#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/apple_tables.h"

#include "refresh.h"
#include "trust/table.h"

#define NOW INT64_C(1795251600) /* 2026-11-21 */

/* The compiled lists, and a folder with the files to be taken. */
struct fixture {
    struct apple_tables t;
    struct mint *root;
};

static int set_up(void **state)
{
    struct fixture *f = mem_new(sizeof *f);

    apple_tables_init(&f->t);
    f->root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"file", "data/pinned-hosts.json", "data/ct-logs.json"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[100];

        snprintf(path, sizeof path, "%s/%s", f->t.dir, names[i]);
        unlink(path);
    }
    apple_tables_fini(&f->t);
    mint_free(f->root);
    mem_free(f);
    return 0;
}

static bool taken(struct fixture *f, const char *what, const char *content, const char *sha256,
    struct refresh_done *done, struct err *e)
{
    char path[100];

    apple_tables_write(&f->t, "file", content);
    snprintf(path, sizeof path, "%s/file", f->t.dir);
    return refresh(
        &(struct refresh_ask){
            .what = what, .file = path, .sha256 = sha256, .data_dir = f->t.dir, .now_s = NOW},
        done, e);
}

static void refused(
    struct fixture *f, const char *what, const char *content, const char *sha256, const char *words)
{
    struct refresh_done done;
    struct err e = {0};
    char path[100];

    assert_false(taken(f, what, content, sha256, &done, &e));
    if (!strstr(e.text, words))
        fail_msg("%s: “%s”", content, e.text);
    refresh_done_fini(&done);
    snprintf(path, sizeof path, "%s/data/%s.json", f->t.dir, what);
    assert_false(file_exists(path));
}

#define ROW(hex) "{\"sha256\":\"" hex "\",\"key\":\"" hex "\",\"name\":\"CN=a\",\"tls\":\"yes\"}"
#define ONE "0000000000000000000000000000000000000000000000000000000000000001"
#define TABLE(date, row) "{\"table\":\"roots\",\"date\":\"" date "\",\"roots\":[" row "]}"

static void a_newer_list_goes_to_the_data_folder(void **state)
{
    static const char table[] = TABLE("2026-11-01", ROW(ONE));
    struct refresh_done done;
    struct err e = {0};
    uint8_t *bytes;
    size_t len;

    if (!taken(*state, "roots", table, NULL, &done, &e))
        fail_msg("%s", e.text);
    assert_int_equal(done.rows, 1);
    assert_int_equal(done.date, INT64_C(1793491200));
    assert_true(file_read(done.path, 4096, &bytes, &len, &e));
    assert_string_equal((char *)bytes, table);
    mem_free(bytes);
    refresh_done_fini(&done);
}

static void what_is_no_newer_list_is_not_taken(void **state)
{
    struct fixture *f = *state;

    refused(f, "roots", "", NULL, "line ");
    refused(f, "roots", TABLE("2026-11-01", "{}"), NULL, "/file: row 0: its sha256");
    refused(f, "roots", TABLE("2026-11-01", ROW(ONE) "," ROW(ONE)), NULL,
        "row 1: its sha256 is there twice");
    refused(f, "roots", TABLE("2024-01-01", ROW(ONE)), NULL, "the list in use is newer");
    refused(f, "roots", TABLE("2027-01-01", ROW(ONE)), NULL, "still to come");
    refused(f, "removed", TABLE("2026-11-01", ROW(ONE)), NULL, "its \"table\" is not \"removed\"");
    refused(f, "pinned-hosts",
        "{\"table\":\"pinned-hosts\",\"date\":\"2026-11-01\",\"hosts\":[{}]}", NULL, "row 0");
    refused(f, "ct-logs", "{\"table\":\"ct-logs\",\"date\":\"2026-11-01\",\"logs\":[{}]}", NULL,
        "/file: ");
    refused(f, "roots", TABLE("2026-11-01", ROW(ONE)), ONE, "its SHA-256 is ");
    refused(f, "rotos", TABLE("2026-11-01", ROW(ONE)), NULL, "did you mean roots");
    refused(f, "../roots", TABLE("2026-11-01", ROW(ONE)), NULL, "the lists are roots");
}

static void a_fingerprint_may_be_asked_for(void **state)
{
    struct refresh_done done;
    struct err e = {0};
    char hex[65];

    table_fingerprint(
        (const uint8_t *)TABLE("2026-11-01", ROW(ONE)), strlen(TABLE("2026-11-01", ROW(ONE))), hex);
    for (char *at = hex; *at; at++) /* some tools write capitals */
        if (*at >= 'a')
            *at = (char)(*at - 'a' + 'A');
    assert_true(taken(*state, "roots", TABLE("2026-11-01", ROW(ONE)), hex, &done, &e));
    refresh_done_fini(&done);
}

static void a_bundle_must_hold_roots_of_apples_list(void **state)
{
    struct fixture *f = *state;
    struct refresh_done done;
    struct err e = {0};
    char pem[8192] = "";

    mint_pem(f->root, pem, sizeof pem);
    refused(f, "apple-roots", pem, NULL, "none of its 1 certificates is in Apple's list");
    refused(f, "apple-roots", "hello", NULL, "neither PEM nor DER");
    apple_tables_add_root(&f->t, f->root, NULL);
    apple_tables_add_system(&f->t, f->root);
    roots_unref(apple_tables_load(&f->t, NULL));
    assert_true(taken(f, "apple-roots", pem, NULL, &done, &e));
    assert_int_equal(done.rows, 1);
    assert_non_null(strstr(done.path, "/data/apple-roots.pem"));
    refresh_done_fini(&done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_newer_list_goes_to_the_data_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_newer_list_is_not_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fingerprint_may_be_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bundle_must_hold_roots_of_apples_list, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
