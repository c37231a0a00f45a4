#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/apple_tables.h"

#include "checkup.h"

#define IN_TIME INT64_C(1761000000) /* 2025-10-20: days after the newest list was issued */

static const struct checkup_finding *found(const struct checkup *c, const char *about)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->at[i].about, about) == 0)
            return &c->at[i];
    fail_msg("nothing is said of %s", about);
    return NULL;
}

static void each_list_is_told_with_its_age_and_an_old_one_with_the_mend(void **state)
{
    static const struct {
        const char *about;
        int days;
        enum finding_state state;
        const char *mend;
    } rows[] = {
        {"Apple's roots", 365, FINDING_FINE, NULL},
        {"Apple's roots", 366, FINDING_WARNING, "--refresh roots"},
        {"Removed roots", 366, FINDING_WARNING, "--refresh removed"},
        {"Apple's hosts", 366, FINDING_WARNING, "--refresh pinned-hosts"},
        {"CT logs", 60, FINDING_FINE, NULL}, {"CT logs", 61, FINDING_WARNING, "--refresh ct-logs"},
        {"Limited CAs", 1, FINDING_WARNING,
            "--refresh limits"}, /* of 2023 when the others are of 2025 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct checkup c = {0};
        struct checkup_ask ask = {
            .data_dir = "/nowhere", .now_s = INT64_C(1760572800) + rows[i].days * INT64_C(86400)};

        assert_int_equal(checkup_tables(&c, &ask), INT64_C(1760572800)); /* 2025-10-16 */
        const struct checkup_finding *f = found(&c, rows[i].about);
        assert_int_equal(f->state, rows[i].state);
        assert_true(f->has_table);
        assert_true(rows[i].mend ? strstr(f->mend, rows[i].mend) != NULL : f->mend == NULL);
        checkup_fini(&c);
    }
}

static void a_broken_list_is_a_fault_that_names_the_file_and_the_row(void **state)
{
    struct apple_tables t;
    struct checkup c = {0};
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);

    (void)state;
    apple_tables_init(&t);
    apple_tables_add_root(&t, root, NULL);
    apple_tables_add_system(&t, root);
    roots_unref(apple_tables_load(&t, NULL));
    apple_tables_write(&t, "data/roots.json",
        "{\"table\":\"roots\",\"date\":\"2026-11-01\",\"roots\":[{\"sha256\":\"12\"}]}");
    checkup_tables(&c, &(struct checkup_ask){.data_dir = t.dir, .now_s = IN_TIME});
    const struct checkup_finding *f = found(&c, "Apple's roots");
    assert_int_equal(f->state, FINDING_FAULT);
    assert_non_null(strstr(f->text, "/data/roots.json: row 0: its sha256"));
    assert_non_null(strstr(f->mend, "remove it"));
    assert_int_equal(found(&c, "System's roots")->state, FINDING_FAULT);
    checkup_fini(&c);
    apple_tables_fini(&t);
    mint_free(root);
}

static void who_has_how_many_roots_is_counted(void **state)
{
    struct apple_tables t;
    struct checkup c = {0};
    struct mint *both = mint_make(&(struct mint_spec){.cn = "Both", .ca = true}, NULL);
    struct mint *apples = mint_make(&(struct mint_spec){.cn = "Apple's", .ca = true}, NULL);
    struct mint *mail = mint_make(&(struct mint_spec){.cn = "Mail", .ca = true}, NULL);
    struct mint *mozillas = mint_make(&(struct mint_spec){.cn = "Mozilla's", .ca = true}, NULL);
    char path[80];

    (void)state;
    apple_tables_init(&t);
    apple_tables_add_root(&t, both, NULL);
    apple_tables_add_root(&t, apples, NULL);
    apple_tables_add_root(&t, mail, "no");
    apple_tables_add_system(&t, both);
    apple_tables_add_system(&t, mozillas);
    roots_unref(apple_tables_load(&t, NULL));
    snprintf(path, sizeof path, "%s/system.pem", t.dir);
    setenv("SSL_CERT_FILE", path, 1);
    checkup_tables(&c, &(struct checkup_ask){.data_dir = t.dir, .now_s = IN_TIME});
    unsetenv("SSL_CERT_FILE");
    assert_non_null(strstr(found(&c, "System's roots")->text, "2 in "));
    assert_non_null(strstr(found(&c, "System's roots")->text, "Apple has 1 of them, and lacks 1"));
    assert_non_null(strstr(found(&c, "Whose roots")->text,
        "2 of Apple's 3 are for sites; the certificates of 1 are at hand, 1 more"));
    checkup_fini(&c);
    apple_tables_fini(&t);
    mint_free(both);
    mint_free(apples);
    mint_free(mail);
    mint_free(mozillas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_list_is_told_with_its_age_and_an_old_one_with_the_mend),
        cmocka_unit_test(a_broken_list_is_a_fault_that_names_the_file_and_the_row),
        cmocka_unit_test(who_has_how_many_roots_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
