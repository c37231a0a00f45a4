#include "trial.h"

static void names_must_lie_within_what_the_cas_permit(void **state)
{
    static const struct trial_row rows[] = {
        {"permitted", {.ica.permitted = "DNS:example"}, "", ""},
        {"at the border of a label", {.ica.permitted = "DNS:p.example"}, "NameConstraints@0",
            "name-constraint-dns"},
        {"another tree", {.ica.permitted = "DNS:test"}, "NameConstraints@0", "name-constraint-dns"},
        {"equal", {.ica.permitted = "DNS:shop.example"}, "", ""},
        {"a leading dot wants one more label", {.ica.permitted = "DNS:.shop.example"},
            "NameConstraints@0", "name-constraint-dns"},
        {"either of two in one list", {.ica.permitted = "DNS:shop.example,DNS:.shop.example"}, "",
            ""},
        {"excluded", {.ica.excluded = "DNS:shop.example"}, "NameConstraints@0",
            "name-constraint-dns"},
        {"excluded by the anchor", {.root.excluded = "DNS:example"}, "NameConstraints@0",
            "name-constraint-dns"},
        {"another kind of name is free", {.ica.permitted = "email:example"}, "", ""},
        {"an address outside",
            {.ica.permitted = "IP:10.0.0.0/255.0.0.0",
                .leaf.ips = {"192.0.2.1"},
                .host = "192.0.2.1"},
            "NameConstraints@0", "name-constraint-other"},
        {"an address inside",
            {.ica.permitted = "IP:192.0.2.0/255.255.255.0",
                .leaf.ips = {"192.0.2.1"},
                .host = "192.0.2.1"},
            "", ""},
        {"the common name is not a DNS name",
            {.ica.permitted = "DNS:example", .leaf.cn = "elsewhere.test"}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

/* iOS does not intersect: what surprises stays as a test. */
static void disjoint_lists_add_up_for_ios_and_not_for_the_web(void **state)
{
    static const struct trial_row rows[] = {
        {"iOS takes either", {.root.permitted = "DNS:test", .ica.permitted = "DNS:example"}, "",
            ""},
        {"a narrower tree replaces a wider one",
            {.root.permitted = "DNS:example", .ica.permitted = "DNS:other.example"},
            "NameConstraints@0", "name-constraint-dns"},
        {"the web wants both",
            {.root.permitted = "DNS:test", .ica.permitted = "DNS:example", .policy = JUDGE_WEBPKI},
            "NameConstraints@0", "name-constraint-dns"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void directory_names_must_be_longer_than_their_constraint(void **state)
{
    /* permitted: directoryName O=Acme as UTF8String */
    static const struct mint_extension acme[] = {
        {"2.5.29.30", true, "3019a0173015a4133011310f300d060355040a0c0641636d652031"},
        {NULL, false, NULL}};
    static const struct trial_row rows[] = {
        {"longer", {.ica.extensions = acme, .leaf.subject = "O=Acme 1/CN=shop.example"}, "", ""},
        {"equal", {.ica.extensions = acme, .leaf.subject = "O=Acme 1"}, "NameConstraints@0",
            "name-constraint-other"},
        {"equal is enough for the web",
            {.ica.extensions = acme, .leaf.subject = "O=Acme 1", .policy = JUDGE_WEBPKI}, "", ""},
        {"another", {.ica.extensions = acme, .leaf.subject = "O=Other"}, "NameConstraints@0",
            "name-constraint-other"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void what_cannot_be_applied_fails_at_its_ca(void **state)
{
    /* permitted: registeredID 1.2 */
    static const struct mint_extension odd[] = {{"2.5.29.30", true,
                                                    "3007a0053003"
                                                    "88012a"},
        {NULL, false, NULL}};
    static const struct mint_extension mild[] = {{"2.5.29.30", false,
                                                     "3007a0053003"
                                                     "88012a"},
        {NULL, false, NULL}};
    static const struct trial_row rows[] = {
        {"critical", {.ica.extensions = odd}, "NameConstraints@1", "name-constraint-malformed"},
        {"not critical", {.ica.extensions = mild}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

/* Each dNSName of the leaf against each of a CA's trees: the time is bounded, and what could not be
 * compared is not let through. */
static char *hex_of_many(const char *item, size_t n, const char *tags)
{
    struct text body = {0}, outer = {0};

    for (size_t i = 0; i < n; i++)
        text_add(&body, item);
    for (; *tags; tags += 2) {
        text_clear(&outer);
        text_printf(&outer, "%.2s82%04zx%s", tags, body.len / 2, text_str(&body));
        text_clear(&body);
        text_add(&body, text_str(&outer));
    }
    text_fini(&outer);
    return text_give(&body);
}

static void too_many_names_and_trees_are_refused_and_not_compared(void **state)
{
    char *names = hex_of_many("8209732e6578616d706c65", 2000, "30");       /* s.example */
    char *trees = hex_of_many("300b8209742e6578616d706c65", 1000, "a130"); /* t.example */
    char *few = hex_of_many("300b8209742e6578616d706c65", 30, "a130");
    struct mint_extension many_names[] = {{"2.5.29.17", false, names}, {0}},
                          many_trees[] = {{"2.5.29.30", true, trees}, {0}},
                          few_trees[] = {{"2.5.29.30", true, few}, {0}};
    struct trial_row rows[] = {
        {"many of both",
            {.bare = true, .host = "", .leaf.extensions = many_names, .ica.extensions = many_trees},
            "NameConstraints@0", "chain-hostile-dos"},
        {"many of both, for the web",
            {.bare = true,
                .host = "",
                .leaf.cn = "Shop",
                .leaf.extensions = many_names,
                .ica.extensions = many_trees,
                .policy = JUDGE_WEBPKI},
            "NameConstraints@0", "chain-hostile-dos"},
        {"many names",
            {.bare = true,
                .host = "s.example",
                .leaf.extensions = many_names,
                .ica.extensions = few_trees},
            "", ""},
        {"many trees", {.ica.extensions = many_trees}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
    mem_free(few);
    mem_free(trees);
    mem_free(names);
}

/* RFC 5280 §4.2.1.10 */
static void the_web_refuses_names_of_a_kind_that_nobody_can_compare(void **state)
{
    /* excluded: otherName 1.2.3 */
    static const struct mint_extension tree[] = {
        {"2.5.29.30", true, "300ea10c300aa00806022a03a0020500"}, {0}};
    /* otherName 1.2.3 beside shop.example */
    static const struct mint_extension other[] = {
        {"2.5.29.17", false, "3018820c73686f702e6578616d706c65a00806022a03a0020500"}, {0}};
    static const struct trial_row rows[] = {
        {"none there", {.ica.extensions = tree, .policy = JUDGE_WEBPKI}, "", ""},
        {"one there",
            {.bare = true,
                .leaf.extensions = other,
                .ica.extensions = tree,
                .policy = JUDGE_WEBPKI},
            "NameConstraints@0", "name-constraint-other"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_must_lie_within_what_the_cas_permit),
        cmocka_unit_test(disjoint_lists_add_up_for_ios_and_not_for_the_web),
        cmocka_unit_test(directory_names_must_be_longer_than_their_constraint),
        cmocka_unit_test(what_cannot_be_applied_fails_at_its_ca),
        cmocka_unit_test(too_many_names_and_trees_are_refused_and_not_compared),
        cmocka_unit_test(the_web_refuses_names_of_a_kind_that_nobody_can_compare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
