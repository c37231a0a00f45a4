#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lab.h"
#include "recipe.h"

static void the_usual_site_is_what_ios_wants(void **state)
{
    struct recipe r;

    (void)state;
    recipe_of_site("good.lab.test", &r);
    assert_int_equal(r.issuer, CA_ISSUING);
    assert_int_equal(r.key, KEY_P256);
    assert_string_equal(r.digest, "SHA256");
    assert_string_equal(r.extended_key_usage, "serverAuth");
    assert_string_equal(r.authority_key_id, "keyid:always");
    assert_null(r.alt_name);
    assert_true(r.from_day < 0);
    assert_true(r.to_day > 0);
    assert_true(r.to_day - r.from_day <= 398);
    assert_false(r.is_ca);
}

static void every_ca_stands_after_its_issuer(void **state)
{
    (void)state;
    for (enum recipe_ca ca = CA_ROOT; ca < N_RECIPE_CAS; ca++) {
        struct recipe r;

        recipe_of_ca(ca, &r);
        assert_true(r.is_ca);
        assert_true(r.issuer <= ca);
        assert_non_null(r.subject);
    }
}

static void a_recipe_differs_from_the_usual_in_its_fault_alone(void **state)
{
    static const struct {
        const char *host;
        int days, issuer, key;
        const char *digest, *purpose;
    } cases[] = {
        {"cert-expired-leaf.lab.test", 90, CA_ISSUING, KEY_P256, "SHA256", "serverAuth"},
        {"cert-not-yet-valid.lab.test", 45, CA_ISSUING, KEY_P256, "SHA256", "serverAuth"},
        {"validity-too-long.lab.test", 500, CA_ISSUING, KEY_P256, "SHA256", "serverAuth"},
        {"weak-key-rsa.lab.test", 90, CA_ISSUING, KEY_RSA1024, "SHA256", "serverAuth"},
        {"weak-signature-sha1.lab.test", 90, CA_RSA, KEY_P256, "SHA1", "serverAuth"},
        {"eku-not-server.lab.test", 90, CA_ISSUING, KEY_P256, "SHA256", "clientAuth"},
        {"eku-missing.lab.test", 90, CA_ISSUING, KEY_P256, "SHA256", ""},
        {"not-a-ca.lab.test", 90, CA_NOT_A_CA, KEY_P256, "SHA256", "serverAuth"},
        {"self-signed-leaf.lab.test", 90, CA_ITSELF, KEY_P256, "SHA256", "serverAuth"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recipe r;

        recipe_of_site(cases[i].host, &r);
        assert_int_equal(r.to_day - r.from_day, cases[i].days);
        assert_int_equal(r.issuer, cases[i].issuer);
        assert_int_equal(r.key, cases[i].key);
        assert_string_equal(r.digest, cases[i].digest);
        assert_string_equal(r.extended_key_usage, cases[i].purpose);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_usual_site_is_what_ios_wants),
        cmocka_unit_test(every_ca_stands_after_its_issuer),
        cmocka_unit_test(a_recipe_differs_from_the_usual_in_its_fault_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
