#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/ca.h"

#include "checkup.h"
#include "term.h"

#define IN_TIME INT64_C(1761000000) /* 2025-10-20: days after the newest list was issued */

enum { DAY_S = 86400 };

static const struct checkup_finding *found(const struct checkup *c, const char *about)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->at[i].about, about) == 0)
            return &c->at[i];
    fail_msg("nothing is said of %s", about);
    return NULL;
}

static void says(
    const struct checkup *c, const char *about, enum finding_state state, const char *words)
{
    const struct checkup_finding *f = found(c, about);

    if (f->state != state || !strstr(f->text, words))
        fail_msg("%s: %s: %s", about, finding_state_name(f->state), f->text);
    assert_true(state == FINDING_FINE || f->mend || strcmp(about, "Our root") == 0);
}

static void an_empty_computer_is_fine(void **state)
{
    struct checkup c;

    (void)state;
    checkup_run(&c, &(struct checkup_ask){.data_dir = "/nowhere/whytls", .now_s = IN_TIME});
    says(&c, "Clock", FINDING_FINE, "2025-10-20");
    says(&c, "OpenSSL", FINDING_FINE, "OpenSSL 3.");
    says(&c, "Data folder", FINDING_FINE, "not there yet");
    says(&c, "Configuration", FINDING_FINE, "no home folder");
    says(&c, "Our root", FINDING_FINE, "not made yet");
    says(&c, "System's roots", FINDING_FINE, "Apple has");
    checkup_fini(&c);
}

static void a_clock_before_the_lists_is_a_fault(void **state)
{
    struct checkup c;

    (void)state;
    checkup_run(&c, &(struct checkup_ask){.data_dir = "/nowhere/whytls", .now_s = 1000});
    says(&c, "Clock", FINDING_FAULT, "1970-01-01");
    assert_int_equal(checkup_worst(&c), FINDING_FAULT);
    checkup_fini(&c);
}

static void folders_that_others_can_write_are_a_fault(void **state)
{
    char dir[] = "/tmp/checkup-XXXXXX";
    struct checkup c;

    (void)state;
    assert_non_null(mkdtemp(dir));
    struct checkup_ask ask = {.data_dir = dir, .config_dir = dir, .now_s = IN_TIME};
    checkup_run(&c, &ask);
    says(&c, "Data folder", FINDING_FINE, ", 0700, ");
    says(&c, "Configuration", FINDING_FINE, ", 0700");
    checkup_fini(&c);
    assert_int_equal(chmod(dir, 0777), 0);
    checkup_run(&c, &ask);
    says(&c, "Data folder", FINDING_FAULT, "written by others (0777)");
    says(&c, "Configuration", FINDING_FAULT, "what is in it runs");
    assert_non_null(strstr(found(&c, "Data folder")->mend, "chmod go-w"));
    checkup_fini(&c);
    rmdir(dir);
}

static void the_root_its_key_and_a_leaf_of_it_are_tried(void **state)
{
    char dir[] = "/tmp/checkup-XXXXXX", key[64];
    struct err e = {0};
    struct checkup c;
    bool made;

    (void)state;
    assert_non_null(mkdtemp(dir));
    struct checkup_ask ask = {.data_dir = dir, .now_s = IN_TIME};
    struct ca *ca = ca_open(dir, IN_TIME, &made, &e);
    assert_non_null(ca);
    int64_t until = ca_until(ca);
    ca_free(ca);
    checkup_run(&c, &ask);
    says(&c, "Our root", FINDING_FINE, "valid to ");
    says(&c, "Key", FINDING_FINE, ", 0600");
    says(&c, "Test leaf", FINDING_FINE, "accepted");
    checkup_fini(&c);
    ask.now_s = until - 10 * DAY_S;
    checkup_run(&c, &ask);
    says(&c, "Our root", FINDING_WARNING, "ends on");
    checkup_fini(&c);
    ask.now_s = until + DAY_S;
    checkup_run(&c, &ask);
    says(&c, "Our root", FINDING_FAULT, "ended on");
    says(&c, "Test leaf", FINDING_FAULT, "expired");
    checkup_fini(&c);
    snprintf(key, sizeof key, "%s/ca/root.key", dir);
    assert_int_equal(chmod(key, 0644), 0);
    checkup_run(&c, &ask);
    says(&c, "Our root", FINDING_FAULT, "chmod 600");
    checkup_fini(&c);
    static const char *const files[] = {"ca/root.key", "ca/root.pem", "ca/lock", "ca", ""};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[64];

        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        if (unlink(path) != 0)
            rmdir(path);
    }
}

static void it_is_written_for_people_and_for_programs(void **state)
{
    static const struct term t = {.utf8 = true, .width = 120};
    struct text people = {0}, programs = {0};
    struct json_out json;
    struct checkup c;

    (void)state;
    setenv("WHYTLS_LUA", WHYTLS_SOURCE_DIR "/lua", 1);
    checkup_run(
        &c, &(struct checkup_ask){.data_dir = "/nowhere/whytls", .now_s = IN_TIME + 70LL * DAY_S});
    checkup_write(&t, &c, &people);
    assert_ptr_equal(strstr(text_str(&people), "  This computer\n  ● Clock "), text_str(&people));
    assert_non_null(strstr(text_str(&people),
        "\n  ▲ CT logs        132 logs of 16 Oct 2025, 74 days old, 60 at most;"));
    assert_non_null(
        strstr(text_str(&people), "2 things to mend. Nothing stops whytls from running.\n"));
    json_init(&json, &programs);
    checkup_write_json(&c, &json);
    assert_ptr_equal(strstr(text_str(&programs), "{\"v\":1,\"state\":\"warning\",\"findings\":[{"),
        text_str(&programs));
    assert_non_null(
        strstr(text_str(&programs), "\"name\":\"ct-logs\",\"source\":\"apple-oss-distributions/"));
    assert_non_null(strstr(text_str(&programs),
        "\"date\":\"2025-10-16\",\"rows\":132,\"days\":74,\"days_most\":60,\"path\":null"));
    text_fini(&people);
    text_fini(&programs);
    checkup_fini(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_computer_is_fine),
        cmocka_unit_test(a_clock_before_the_lists_is_a_fault),
        cmocka_unit_test(folders_that_others_can_write_are_a_fault),
        cmocka_unit_test(the_root_its_key_and_a_leaf_of_it_are_tried),
        cmocka_unit_test(it_is_written_for_people_and_for_programs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
