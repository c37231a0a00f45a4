#include "inquiry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "flow/flow.h"
#include "judge/verdict.h"
#include "mint_chain.h"

struct desk {
    char dir[64], root[96], leaf[96];
    struct mint *ca, *site;
};

static void write_pem(const char *path, const struct mint *m)
{
    char pem[8192] = "";
    struct err e = {0};

    mint_pem(m, pem, sizeof pem);
    assert_true(file_write(path, pem, strlen(pem), 0600, &e));
}

static int set_up(void **state)
{
    static struct desk d;

    strcpy(d.dir, "/tmp/whytls-inquiry-XXXXXX");
    assert_non_null(mkdtemp(d.dir));
    snprintf(d.root, sizeof d.root, "%s/root.pem", d.dir);
    snprintf(d.leaf, sizeof d.leaf, "%s/leaf.pem", d.dir);
    d.ca = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    d.site = mint_make(&(struct mint_spec){.cn = "shop.example", .dns = {"shop.example"}}, d.ca);
    write_pem(d.root, d.ca);
    write_pem(d.leaf, d.site);
    setenv("WHYTLS_LUA", WHYTLS_SOURCE_DIR "/lua", 1);
    setenv("XDG_CONFIG_HOME", d.dir, 1);
    setenv("XDG_DATA_HOME", d.dir, 1);
    *state = &d;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *d = *state;

    unlink(d->root);
    unlink(d->leaf);
    rmdir(d->dir);
    mint_free(d->site);
    mint_free(d->ca);
    return 0;
}

static void opened(struct inquiry *q, const struct desk *d)
{
    struct err e = {0};

    q->roots_file = d->root;
    q->at = "2026-11-21T09:00:00Z";
    q->no_fetch = true;
    if (!inquiry_open(q, &e))
        fail_msg("%s", e.text);
}

static void a_file_is_judged_and_its_verdict_kept(void **state)
{
    static const struct {
        const char *option, *given;
        enum verdict_answer answer;
        int code;
    } rows[] = {
        {NULL, NULL, VERDICT_ACCEPT, 0}, {NULL, "shop.example", VERDICT_ACCEPT, 0},
        {NULL, "other.example", VERDICT_REJECT, 1},
        {"shop.example", "other.example", VERDICT_ACCEPT, 0}, /* --host wins */
    };
    struct desk *d = *state;
    struct inquiry q = {0};

    opened(&q, d);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct verdict v = {0};
        struct flow *f = NULL;
        struct err e = {0};

        q.host = rows[i].option;
        assert_true(inquiry_ask(&q, d->leaf, rows[i].given, &v, &f, &e));
        assert_int_equal(v.answer, rows[i].answer);
        assert_int_equal(v.n_path, 2);
        assert_int_equal(inquiry_code(f), rows[i].code);
        verdict_fini(&v);
        flow_free(f);
    }
    inquiry_close(&q);
}

static void what_cannot_be_read_is_an_error_that_names_it(void **state)
{
    static const struct {
        const char *target, *says;
        enum err_kind kind;
    } rows[] = {
        {"/", "/: ", ERR_INPUT},
        {"/dev/null", "/dev/null: ", ERR_INPUT},
        {"/nowhere.pem", "there is no such file", ERR_USAGE},
        {"gopher://shop.example/", "no such scheme", ERR_USAGE},
        {"shop.example:99999", "the port 99999", ERR_USAGE},
    };
    struct inquiry q = {0};

    opened(&q, *state);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct verdict v = {0};
        struct flow *f = NULL;
        struct err e = {0};

        assert_false(inquiry_ask(&q, rows[i].target, NULL, &v, &f, &e));
        assert_int_equal(e.kind, rows[i].kind);
        if (!strstr(e.text, rows[i].says))
            fail_msg("%s: %s", rows[i].target, e.text);
    }
    inquiry_close(&q);
}

static void an_option_that_makes_no_sense_is_told_before_anything_is_asked(void **state)
{
    static const struct inquiry rows[] = {
        {.at = "yesterday"}, {.anchors = "mine"}, {.host = "a..b"}, {.roots_file = "/nowhere.pem"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct inquiry q = rows[i];
        struct err e = {0};

        assert_false(inquiry_open(&q, &e));
        assert_string_not_equal(e.text, "");
        inquiry_close(&q);
    }
}

static void only_its_own_options_are_taken(void **state)
{
    struct inquiry q = {0};
    struct err e = {0};
    bool taken;

    (void)state;
    assert_true(inquiry_take(&q, "host", "shop.example", &taken, &e) && taken);
    assert_string_equal(q.host, "shop.example");
    assert_true(inquiry_take(&q, "revocation", NULL, &taken, &e) && taken && q.revocation);
    assert_true(inquiry_take(&q, "fetch", "off", &taken, &e) && taken && q.no_fetch);
    assert_false(inquiry_take(&q, "fetch", "often", &taken, &e));
    assert_false(inquiry_take(&q, "resolve", "nothing", &taken, &e));
    assert_true(inquiry_take(&q, "json", NULL, &taken, &e));
    assert_false(taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_judged_and_its_verdict_kept),
        cmocka_unit_test(what_cannot_be_read_is_an_error_that_names_it),
        cmocka_unit_test(an_option_that_makes_no_sense_is_told_before_anything_is_asked),
        cmocka_unit_test(only_its_own_options_are_taken),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
