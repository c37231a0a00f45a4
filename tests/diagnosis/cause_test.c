#include "kit.h"

static void the_catalogue_holds_together(void **state)
{
    struct causes *c = kit_causes();
    struct err e = {0};

    (void)state;
    if (!causes_check(c, &e))
        fail_msg("%s", e.text);
    assert_true(causes_len(c) > 100);
    for (size_t i = 0; i < causes_len(c); i++) {
        const struct cause *cause = causes_at(c, i);

        assert_ptr_equal(cause_find(c, cause->id), cause);
        assert_int_equal(cause->order, i);
        assert_true(*cause->title);
        assert_true(!strcmp(cause->leg, "client") || !strcmp(cause->leg, "server") ||
                    !strcmp(cause->leg, "identity"));
        assert_false(strchr(cause->id, '/') != NULL);
    }
    causes_free(c);
}

static void what_the_wire_cannot_tell_is_never_certain(void **state)
{
    struct causes *c = kit_causes();

    (void)state;
    assert_int_equal(cause_find(c, "root-not-installed")->n_certain, 0);
    assert_int_equal(cause_find(c, "root-not-fully-trusted")->n_certain, 0);
    assert_true(cause_find(c, "cert-expired-leaf")->n_certain >= 2);
    assert_null(cause_find(c, "no-such-cause"));
    assert_string_equal(cause_nearest(c, "cert-expired-leave"), "cert-expired-leaf");
    causes_free(c);
}

static void packages_add_causes_and_take_them_back(void **state)
{
    struct causes *c = kit_causes();
    struct err e = {0};
    const char *const rivals[] = {"app-pinning", NULL}, *const unknown[] = {"nope", NULL},
                      *const certain[] = {"client_leg.resumed", NULL};
    struct cause_row row = {
        .id = "acme/old-tls", .leg = "client", .rivals = rivals, .certain = certain};
    size_t before = causes_len(c);

    (void)state;
    assert_true(causes_define(c, &row, &no_names, &e));
    assert_int_equal(cause_find(c, "acme/old-tls")->n_certain, 1);
    assert_false(causes_define(c, &row, &no_names, &e));
    assert_non_null(strstr(e.text, "is there already"));
    causes_cut(c, before);
    assert_null(cause_find(c, "acme/old-tls"));
    row.rivals = unknown;
    assert_true(causes_define(c, &row, &no_names, &e));
    assert_false(causes_check(c, &e));
    assert_non_null(strstr(e.text, "'nope', which is no cause"));
    row = (struct cause_row){.id = "old-tls", .leg = "client"};
    assert_false(causes_define(c, &row, &no_names, &e));
    assert_non_null(strstr(e.text, "needs a slash, as in 'acme/old-tls'"));
    row = (struct cause_row){.id = "a/b", .leg = "both"};
    assert_false(causes_define(c, &row, &no_names, &e));
    causes_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_catalogue_holds_together),
        cmocka_unit_test(what_the_wire_cannot_tell_is_never_certain),
        cmocka_unit_test(packages_add_causes_and_take_them_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
