#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/host_likeness.h"

static void letters_that_look_latin_are_read_as_such(void **state)
{
    static const struct {
        const char *host, *looks;
    } cases[] = {
        {"xn--pple-43d.lab.test", "apple.lab.test"},
        {"www.xn--80ak6aa92e.com", "www.apple.com"}, /* every letter is Cyrillic */
        {"xn--bcher-kva.example", NULL},             /* an umlaut is no other script's letter */
        {"xn--80ak6aa92e.xn--p1ai", NULL},           /* Cyrillic, and says so at its end */
        {"xn--e1afmkfd.com", NULL},                  /* has letters that Latin has not */
        {"apple.com", NULL},
        {"xn--", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[HOST_CAP];
        bool looks = host_likeness(cases[i].host, out);

        assert_int_equal(looks, cases[i].looks != NULL);
        if (looks)
            assert_string_equal(out, cases[i].looks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(letters_that_look_latin_are_read_as_such)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
