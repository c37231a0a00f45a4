/* plugins/fingerprint, with published marks. */
#include "samples.h"

#include "hook/hook.h"

static const char *fact_of(const char *fact, const char *numbers, const char *ja4, char out[64])
{
    struct plugins *all = sample_load(SHIPPED "/fingerprint.so");
    struct hooks *h = hooks_new();
    struct flow *f = flow_new("x", 0);
    const struct flow_fact *found;

    plugins_attach(all, 0, h);
    f->client_leg = FLOW_MAKE(f, client_leg);
    f->client_leg->hello->numbers = numbers;
    f->client->ja4 = ja4;
    hook_fire(h, MOMENT_HELLO, f, NULL);
    found = flow_fact_get(f, fact);
    strncpy(out, found ? found->text : "", 63);
    out[63] = '\0';
    hooks_free(h);
    flow_free(f);
    plugins_free(all);
    return found ? out : NULL;
}

/* The first three are of the authors of JA3 (its description of 2017 and its Python program), the
 * fourth of Chrome 143, measured by others. */
static void published_marks_come_out(void **state)
{
    static const struct {
        const char *numbers, *ja3;
    } cases[] = {
        {"769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0",
            "ada70206e40642a3e4461f35503241d5"},
        {"769,4-5-10-9-100-98-3-6-19-18-99,,,", "de350869b8c85de67a350c8d186f11e6"},
        {"769,255-49162-49172-136-135-57-56-49167-49157-132-53-49159-49161-49169-49171-69-68-51-50-"
         "49164-49166-49154-49156-150-65-4-5-47-49160-49170-22-19-49165-49155-65279-10,0-10-11-35,"
         "23-24-25,0",
            "2aef69b4ba1938c3a400de4188743185"},
        {"771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,45-51-"
         "16-65037-23-17613-0-11-10-43-65281-35-18-5-13-27,4588-29-23-24,0",
            "98487aa16281980e7d1120d399efb6a4"},
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(fact_of("fingerprint.ja3", cases[i].numbers, "x", out), cases[i].ja3);
}

/* The second of the above, with GREASE wherever it may stand. */
static void grease_changes_nothing(void **state)
{
    static const char *const cases[] = {
        "769,2570-4-5-10-9-100-98-3-6-19-18-99,,,",
        "769,4-5-10-9-100-98-3-6-19-18-99-64250,6682,14906-19018,",
        "769,4-5-10-9-35466-100-98-3-39578-43690-6-19-18-99,2570-2570,,",
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(
            fact_of("fingerprint.ja3", cases[i], "x", out), "de350869b8c85de67a350c8d186f11e6");
}

static void families_are_known_by_the_middle_of_ja4(void **state)
{
    static const struct {
        const char *ja4, *family;
    } cases[] = {
        {"t13d2014h2_a09f3c656075_14788d8d241b", "apple"},
        {"t13d2013h2_a09f3c656075_7f0f34a4126d", "apple"},
        {"t13d1516h2_8daaf6152771_e5627efa2ab1", "chromium"},
        {"t13d1715h2_5b57614c22b0_3d5424432f57", "firefox"},
        {"t13d3112h2_e8f1e7e78f70_b26ce05bbdd6", "openssl"},
        {"t13d000000_000000000000_000000000000", NULL},
        {"t13d2014h2_a09f3c65607", NULL},
        {"a09f3c656075", NULL},
        {"_", NULL},
        {"", NULL},
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *family = fact_of("fingerprint.family", NULL, cases[i].ja4, out);

        if (cases[i].family)
            assert_string_equal(family, cases[i].family);
        else
            assert_null(family);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_marks_come_out),
        cmocka_unit_test(grease_changes_nothing),
        cmocka_unit_test(families_are_known_by_the_middle_of_ja4),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
