#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "flow/sample_flow.h"
#include "scrub.h"

static void what_is_private_goes_from_a_sentence(void **state)
{
    static const char *const cases[][2] = {
        {"Anna's iPhone at 192.168.1.52 refused it.", "the device at the client refused it."},
        {"192.168.1.520 is another", "192.168.1.520 is another"},
        {"see https://shop.example/account/7?x=1, and go", "see https://shop.example and go"},
        {"https://shop.example:8443/a b", "https://shop.example:8443 b"},
        {"https://other.example/a stays", "https://other.example/a stays"},
        {"https://shop.examples/a stays", "https://shop.examples/a stays"},
        {"device d-77 at proxy gate7", "device the device at proxy the proxy"},
        {"", ""},
    };
    struct flow *f = sample_fine();

    (void)state;
    f->client->ip = "192.168.1.52";
    f->client->device->name = "Anna's iPhone";
    f->client->device->id = "d-77";
    f->proxy->name = "gate7";
    f->target->host = "shop.example";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out = {0};

        scrub(&f, 1, cases[i][0], &out);
        assert_string_equal(text_str(&out), cases[i][1]);
        text_fini(&out);
    }
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_private_goes_from_a_sentence)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
