#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/log.h"
#include "flow/flow.h"
#include "store/log_jsonl.h"
#include "store/sink.h"

struct place {
    char dir[64], log[96];
    char lines[8][300]; /* what was told to the operator */
    int n_lines;
};

static void remember_line(void *arg, enum log_level level, const char *line)
{
    struct place *p = arg;

    (void)level;
    if (p->n_lines < 8)
        snprintf(p->lines[p->n_lines++], sizeof p->lines[0], "%s", line);
}

static int place_make(void **state)
{
    struct place *p = calloc(1, sizeof *p);

    snprintf(p->dir, sizeof p->dir, "/tmp/whytls-log-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->log, sizeof p->log, "%s/flows.jsonl", p->dir);
    log_set_sink(remember_line, p);
    *state = p;
    return 0;
}

static int place_drop(void **state)
{
    struct place *p = *state;

    log_set_sink(NULL, NULL);
    unlink(p->log);
    rmdir(p->dir);
    free(p);
    return 0;
}

static void hand(const struct sink *sink, const char *id)
{
    struct flow *f = flow_new(id, 0);

    sink->flow(sink->arg, f);
    flow_free(f);
}

static struct sink opened(const char *path)
{
    struct sink sink = {0};
    struct err e = {0};

    if (!log_jsonl_open(path, &sink, &e))
        fail_msg("%s", e.text);
    return sink;
}

/* Each line's id, "?" for a line that is no JSON, joined. */
static void ids_read(const char *path, char *ids, size_t cap)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t line_cap = 0;

    assert_non_null(file);
    *ids = '\0';
    while (getline(&line, &line_cap, file) > 0) {
        json_t *doc = json_loads(line, 0, NULL);

        strncat(
            ids, doc ? json_string_value(json_object_get(doc, "id")) : "?", cap - strlen(ids) - 1);
        json_decref(doc);
    }
    free(line);
    fclose(file);
}

static void each_flow_is_one_line_of_json_that_only_its_owner_can_read(void **state)
{
    struct place *p = *state;
    struct sink sink = opened(p->log);
    char ids[64];
    struct stat st;

    hand(&sink, "a");
    ids_read(p->log, ids, sizeof ids);
    assert_string_equal(ids, "");
    hand(&sink, "b");
    sink.flush(sink.arg);
    ids_read(p->log, ids, sizeof ids);
    assert_string_equal(ids, "ab");
    hand(&sink, "c");
    sink.close(sink.arg);
    sink = opened(p->log);
    hand(&sink, "d");
    sink.close(sink.arg);
    ids_read(p->log, ids, sizeof ids);
    assert_string_equal(ids, "abcd");
    assert_int_equal(stat(p->log, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_path_that_cannot_be_written_is_told_at_the_start(void **state)
{
    struct place *p = *state;
    struct sink sink;
    struct err e = {0};
    char path[160];

    snprintf(path, sizeof path, "%s/none/flows.jsonl", p->dir);
    assert_false(log_jsonl_open(path, &sink, &e));
    assert_non_null(strstr(e.text, "cannot write the log /tmp/whytls-log-"));
    assert_non_null(strstr(e.text, "No such file or directory"));
    assert_false(log_jsonl_open(p->dir, &sink, &e));
    assert_non_null(strstr(e.text, "Is a directory"));
}

static void a_full_disk_is_told_once_and_counted(void **state)
{
    struct place *p = *state;
    struct sink sink = opened("/dev/full");

    for (int i = 0; i < 3; i++) {
        hand(&sink, "x");
        sink.flush(sink.arg);
    }
    assert_int_equal(p->n_lines, 1);
    assert_non_null(strstr(p->lines[0], "cannot write the log /dev/full: No space left on device"));
    sink.close(sink.arg);
    assert_int_equal(p->n_lines, 2);
    assert_non_null(strstr(p->lines[1], "/dev/full lacks: 3"));
}

static void a_line_that_was_torn_does_not_spoil_the_next(void **state)
{
    struct place *p = *state;
    struct sink sink = opened(p->log);
    struct rlimit before, tight;
    char ids[64];

    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 100;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    hand(&sink, "a");
    sink.flush(sink.arg);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    hand(&sink, "b");
    sink.flush(sink.arg);
    sink.close(sink.arg);
    ids_read(p->log, ids, sizeof ids);
    assert_string_equal(ids, "?b");
    assert_int_equal(p->n_lines, 3);
    assert_non_null(strstr(p->lines[1], "is written again; flows not kept: 1"));
}

static void half_a_line_from_a_killed_process_is_ended_first(void **state)
{
    struct place *p = *state;
    FILE *file = fopen(p->log, "w");
    char ids[64];

    assert_non_null(file);
    fputs("{\"v\":1,\"id\":\"ha", file);
    fclose(file);
    struct sink sink = opened(p->log);
    hand(&sink, "b");
    sink.close(sink.arg);
    ids_read(p->log, ids, sizeof ids);
    assert_string_equal(ids, "?b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            each_flow_is_one_line_of_json_that_only_its_owner_can_read, place_make, place_drop),
        cmocka_unit_test_setup_teardown(
            a_path_that_cannot_be_written_is_told_at_the_start, place_make, place_drop),
        cmocka_unit_test_setup_teardown(
            a_full_disk_is_told_once_and_counted, place_make, place_drop),
        cmocka_unit_test_setup_teardown(
            a_line_that_was_torn_does_not_spoil_the_next, place_make, place_drop),
        cmocka_unit_test_setup_teardown(
            half_a_line_from_a_killed_process_is_ended_first, place_make, place_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
