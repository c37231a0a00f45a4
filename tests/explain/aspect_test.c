#include "aspect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "judge/check.h"
#include "mint_chain.h"

static struct words words_of(const char *list)
{
    struct words w = {0};
    char *copy = mem_text(list), *rest = copy, *one;

    while ((one = strsep(&rest, " ")))
        if (*one)
            words_add(&w, one);
    mem_free(copy);
    return w;
}

static void an_order_that_means_nothing_is_no_difference(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {{"", "", true}, {"a b", "b a", true}, {"a", "a a", false}, {"a b", "a c", false},
        {"", "a", false}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct words a = words_of(rows[i].a), b = words_of(rows[i].b);

        assert_true(words_same(&a, &b) == rows[i].same);
        words_fini(&a);
        words_fini(&b);
    }
}

static void a_long_list_tells_what_the_other_lacks(void **state)
{
    static const struct {
        const char *mine, *other, *told;
    } rows[] = {
        {"", "a", "none"},
        {"b a", "", "a, b"},
        {"a b c d e f g", "a b c d e f h", "7, of which 1 only here: g"},
        {"a b c d e f g h", "", "8, of which 8 only here: a, b, c, d, e, f, …"},
        {"a b c d e f g", "a b c d e f g h", "7"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct words a = words_of(rows[i].mine), b = words_of(rows[i].other);
        struct text out = {0};

        words_same(&a, &b);
        words_tell(&a, &b, "none", &out);
        assert_string_equal(text_str(&out), rows[i].told);
        text_fini(&out);
        words_fini(&a);
        words_fini(&b);
    }
}

static void expect(const struct cert *c, const char *name, const char *wanted)
{
    size_t n;
    const struct aspect *all = aspects(&n);

    for (size_t i = 0; i < n; i++) {
        struct words w = {0};
        struct text out = {0};

        if (strcmp(all[i].name, name) != 0)
            continue;
        all[i].gather(c, &w);
        words_same(&w, &w);
        words_tell(&w, &w, all[i].none, &out);
        assert_string_equal(text_str(&out), wanted);
        words_fini(&w);
        text_fini(&out);
        return;
    }
    fail_msg("no aspect %s", name);
}

static void each_aspect_is_told_in_words(void **state)
{
    (void)state;
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root",
                                      .ca = true,
                                      .path_len = 2,
                                      .permitted = "DNS:shop.example,email:.example",
                                      .excluded = "IP:10.0.0.0/255.0.0.0"},
        NULL);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "x",
                                      .dns = {"b.example", "a.example"},
                                      .ips = {"192.0.2.1"},
                                      .not_before = MINT_AT,
                                      .not_after = MINT_AT + 90 * MINT_DAY - 1},
        root);

    expect(leaf->cert, "names", "192.0.2.1, a.example, b.example");
    expect(leaf->cert, "subject", "CN=x");
    expect(leaf->cert, "issuer", "CN=Root");
    expect(leaf->cert, "dates", "2026-11-21 09:00 UTC to 2027-02-19 08:59 UTC");
    expect(leaf->cert, "lifetime", "90 days");
    expect(leaf->cert, "key", "P-256");
    expect(leaf->cert, "signature", "ecdsa-sha256");
    expect(leaf->cert, "extended key usage", "serverAuth");
    expect(leaf->cert, "CA flag", "off");
    expect(leaf->cert, "path length", "not bounded");
    expect(leaf->cert, "name constraints", "not set");
    expect(leaf->cert, "proofs of logging (SCTs)", "none");
    expect(leaf->cert, "stapling", "not wanted");
    expect(leaf->cert, "version", "3");
    expect(root->cert, "CA flag", "on");
    expect(root->cert, "path length", "1 below it at most");
    expect(root->cert, "extended key usage", "not set");
    expect(root->cert, "name constraints",
        "excluded IP 0a000000ff000000, permitted DNS shop.example, permitted e-mail .example");
    mint_free(leaf);
    mint_free(root);
}

static void a_constraint_that_does_not_decode_tells_nothing(void **state)
{
    static const char *const hex[] = {"30", "3000", "300aa008300682", "3003a00101", "04"};

    (void)state;
    for (size_t i = 0; i < sizeof hex / sizeof *hex; i++) {
        const struct mint_extension list[] = {{"2.5.29.30", true, hex[i]}, {0}};
        struct mint *m = mint_make(&(struct mint_spec){.ca = true, .extensions = list}, NULL);

        if (m->cert)
            expect(m->cert, "name constraints", "not set");
        mint_free(m);
    }
}

static void each_check_that_an_aspect_names_exists(void **state)
{
    size_t n;
    const struct aspect *all = aspects(&n);

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < ASPECT_CHECKS_MOST && all[i].checks[k]; k++)
            if (!judge_check_find(all[i].checks[k]))
                fail_msg("%s: no check %s", all[i].name, all[i].checks[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_that_means_nothing_is_no_difference),
        cmocka_unit_test(a_long_list_tells_what_the_other_lacks),
        cmocka_unit_test(each_aspect_is_told_in_words),
        cmocka_unit_test(a_constraint_that_does_not_decode_tells_nothing),
        cmocka_unit_test(each_check_that_an_aspect_names_exists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
