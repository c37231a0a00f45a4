#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "store/filter.h"

#define NOW (INT64_C(1795254112) * 1000) /* 2026-11-21 09:41:52 UTC */

/* The tree in words: "all(d=a.example,not(ok))". */
static void show(const struct filter_node *node, struct text *out)
{
    static const char *const ops[] = {"all", "any", "not"};

    if (!node) {
        text_add(out, "everything");
        return;
    }
    if (node->op == FILTER_IS) {
        text_printf(out, "%s%s%s", *node->atom->name ? node->atom->name : "word",
            *node->text ? "=" : "", node->text);
        return;
    }
    text_printf(out, "%s(", ops[node->op]);
    for (const struct filter_node *child = node->first; child; child = child->next) {
        if (child != node->first)
            text_add(out, ",");
        show(child, out);
    }
    text_add(out, ")");
}

static void a_filter_becomes_a_tree(void **state)
{
    static const char *const rows[][2] = {
        {"", "everything"},
        {"   ", "everything"},
        {"shop", "word=shop"},
        {"~d shop.example", "d=shop.example"},
        {"~fail", "fail"},
        {"~fail shop", "all(fail,word=shop)"},
        {"~fail & shop & ~c 404", "all(fail,word=shop,c=404)"},
        {"~fail | ~warn", "any(fail,warn)"},
        {"a b | c", "any(all(word=a,word=b),word=c)"},
        {"a (b | c)", "all(word=a,any(word=b,word=c))"},
        {"!~ok", "not(ok)"},
        {"!(~ok | ~unread) ~d x", "all(not(any(ok,unread)),d=x)"},
        {"!!a", "not(not(word=a))"},
        {"~cause \"missing intermediate\"", "cause=missing intermediate"},
        {"'a (b)'", "word=a (b)"},
        {"\"say \\\"hi\\\"\"", "word=say \"hi\""},
        {"~u /v1/pay&~m POST", "all(u=/v1/pay,m=POST)"},
        {"((a))", "word=a"},
        {"a | b | c", "any(word=a,word=b,word=c)"},
        {"(a | b) | c", "any(word=a,word=b,word=c)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct filter_fault fault;
        struct filter *f = filter_parse(rows[i][0], NOW, &fault);
        struct text out = {0};

        if (!f)
            fail_msg("%s: column %zu: %s", rows[i][0], fault.column, fault.text);
        show(filter_root(f), &out);
        assert_string_equal(text_str(&out), rows[i][1]);
        text_fini(&out);
        filter_free(f);
    }
}

static void values_are_read_by_their_kind(void **state)
{
    const int64_t day = INT64_C(86400000), midnight = NOW - NOW % day;
    const struct {
        const char *text;
        int64_t from, to;
    } rows[] = {
        {"~ms >500", 501, INT64_MAX},
        {"~ms >=500", 500, INT64_MAX},
        {"~ms <20", INT64_MIN, 20},
        {"~ms <=20", INT64_MIN, 21},
        {"~ms 7", 7, 8},
        {"~ms 100-200", 100, 201},
        {"~since 1h", NOW - 3600000, INT64_MAX},
        {"~since 90s", NOW - 90000, INT64_MAX},
        {"~ends 14d", INT64_MIN, NOW + 14 * day},
        {"~at 09:30", midnight + 570 * 60000, midnight + 571 * 60000},
        {"~at 09:30-09:45", midnight + 570 * 60000, midnight + 586 * 60000},
        {"~at 2026-11-20", midnight - day, midnight},
        {"~sure likely", 2, 0},
        {"~sure Certain", 3, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct filter_fault fault;
        struct filter *f = filter_parse(rows[i].text, NOW, &fault);

        if (!f)
            fail_msg("%s: %s", rows[i].text, fault.text);
        assert_true(filter_root(f)->from == rows[i].from);
        assert_true(filter_root(f)->to == rows[i].to);
        filter_free(f);
    }
}

static void a_fault_points_at_its_place_and_names_the_mend(void **state)
{
    static const struct {
        const char *text;
        size_t column;
        bool incomplete;
        const char *says;
    } rows[] = {
        {"~fail & ~alert", 9, true, "after ~alert comes a number or a name"},
        {"~alert & a", 8, false, "after ~alert comes a number or a name"},
        {"~cuase x", 1, false, "there is no ~cuase; did you mean ~cause?"},
        {"a ~", 4, true, "after ~ comes the name of an atom, such as ~d or ~cause"},
        {"(a", 1, true, "the bracket is not closed"},
        {"a)", 2, false, "there is no bracket to close here"},
        {"a |", 4, true, "something is missing here: an atom or a word"},
        {"| a", 1, false, "an atom or a word is missing before \"|\""},
        {"~cause \"open", 8, true, "the quotation mark is not closed"},
        {"é ~sure maybe", 9, true, "after ~sure comes certain, likely or possible"},
        {"~ms fast x", 5, false, "after ~ms comes a number such as 500, >500 or 100-200"},
        {"~since 5 x", 8, false, "after ~since comes a duration such as 15m, 1h or 14d"},
        {"~at 25:00 x", 5, false,
            "after ~at comes a time such as 09:30, 09:30-09:45 or 2026-11-21"},
        {"\"\"", 3, false, "an empty word finds nothing"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct filter_fault fault;

        assert_null(filter_parse(rows[i].text, NOW, &fault));
        assert_string_equal(fault.text, rows[i].says);
        assert_int_equal(fault.column, rows[i].column);
        assert_int_equal(fault.incomplete, rows[i].incomplete);
    }
}

static void of_certificates_few_atoms_say_something(void **state)
{
    struct filter_fault fault;
    struct filter *f = filter_parse_about(
        FILTER_ABOUT_CERTIFICATES, "~d a | ~issuer b ~ends 14d !~sha c ~subject d e", NOW, &fault);

    (void)state;
    assert_non_null(f);
    filter_free(f);
    assert_null(filter_parse_about(FILTER_ABOUT_CERTIFICATES, "a ~fail", NOW, &fault));
    assert_int_equal(fault.column, 3);
    assert_false(fault.incomplete);
    assert_string_equal(fault.text,
        "~fail says nothing of a certificate; these do: ~d ~issuer ~subject ~sha ~ends");
}

static void a_hostile_filter_is_refused_in_time(void **state)
{
    struct filter_fault fault;
    char text[FILTER_BYTES_MOST + 100];

    (void)state;
    memset(text, '(', sizeof text);
    text[FILTER_BYTES_MOST - 1] = '\0';
    assert_null(filter_parse(text, NOW, &fault));
    memset(text, '!', FILTER_BYTES_MOST - 1);
    assert_null(filter_parse(text, NOW, &fault));
    for (size_t i = 0; i + 2 < FILTER_BYTES_MOST; i += 2)
        memcpy(text + i, "a ", 2);
    assert_null(filter_parse(text, NOW, &fault));
    assert_string_equal(fault.text, "the filter has more than 128 parts");
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_null(filter_parse(text, NOW, &fault));
}

static void every_atom_has_a_gloss_and_is_found(void **state)
{
    size_t n;
    const struct filter_atom *atoms = filter_atoms(&n);

    (void)state;
    assert_true(n > 30);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(filter_atom_find(atoms[i].name, strlen(atoms[i].name)), &atoms[i]);
        assert_true(strlen(atoms[i].gloss) > 2);
    }
    assert_null(filter_atom_find("nothing", 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_becomes_a_tree),
        cmocka_unit_test(values_are_read_by_their_kind),
        cmocka_unit_test(a_fault_points_at_its_place_and_names_the_mend),
        cmocka_unit_test(of_certificates_few_atoms_say_something),
        cmocka_unit_test(a_hostile_filter_is_refused_in_time),
        cmocka_unit_test(every_atom_has_a_gloss_and_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
