#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alert.h"

static void alerts_have_the_names_of_their_rfcs(void **state)
{
    static const struct {
        uint8_t number;
        const char *name, *source;
    } cases[] = {{0, "close_notify", "RFC 8446 §6.1"}, {42, "bad_certificate", "RFC 8446 §6.2"},
        {46, "certificate_unknown", "RFC 8446 §6.2"}, {48, "unknown_ca", "RFC 8446 §6.2"},
        {70, "protocol_version", "RFC 8446 §6.2"}, {100, "no_renegotiation", "RFC 5246 §7.2.2"},
        {112, "unrecognized_name", "RFC 6066 §9"},
        {120, "no_application_protocol", "RFC 7301 §3.2"}, {121, "ech_required", "RFC 9849 §11.2"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(alert_name(cases[i].number), cases[i].name);
        assert_string_equal(alert_source(cases[i].number), cases[i].source);
    }
}

static void every_number_has_some_name(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++)
        assert_non_null(alert_name((uint8_t)i));
    assert_string_equal(alert_name(255), "unknown");
    assert_null(alert_source(255));
}

static void there_are_two_levels(void **state)
{
    (void)state;
    assert_string_equal(alert_level_name(1), "warning");
    assert_string_equal(alert_level_name(2), "fatal");
    assert_string_equal(alert_level_name(0), "unknown");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(alerts_have_the_names_of_their_rfcs),
        cmocka_unit_test(every_number_has_some_name),
        cmocka_unit_test(there_are_two_levels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
