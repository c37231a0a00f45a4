#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "lab.h"
#include "odd_reply.h"

static void odd_replies_are_those_of_sites_of_the_table(void **state)
{
    size_t n, found = 0;
    const struct lab_entry *entries = lab_entries(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        const struct odd_reply *odd = odd_reply_of(entries[i].host);

        found += odd != NULL;
        if (odd)
            assert_string_equal(odd->host, entries[i].host);
        if (odd && odd->headers)
            assert_true(text_ends(odd->headers, "\r\n"));
    }
    assert_true(found >= 4);
    assert_null(odd_reply_of("good.lab.test"));
    assert_non_null(odd_reply_of("RATE-limited.lab.test"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_replies_are_those_of_sites_of_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
