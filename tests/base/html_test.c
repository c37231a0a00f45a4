#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "html.h"

enum { MOST = 40 };

static const struct {
    const char *in, *plain, *prose;
} rows[] = {
    {"a < b & \"c\" 'd'", "a &lt; b &amp; &quot;c&quot; &#39;d&#39;",
        "<bdi>a &lt; b &amp; &quot;c&quot; &#39;d&#39;</bdi>"},
    {"x\xe2\x80\xaey\xff", "x<span class=\"u\">U+202E</span>y\xef\xbf\xbd",
        "<bdi>x<span class=\"u\">U+202E</span>y\xef\xbf\xbd</bdi>"},
    {"Run `ls <x>` now.", "Run `ls &lt;x&gt;` now.",
        "<bdi>Run <code>ls &lt;x&gt;</code> now.</bdi>"},
    {"a lone ` stays", "a lone ` stays", "<bdi>a lone ` stays</bdi>"},
    {"two\nlines", "two<span class=\"u\">U+000A</span>lines", "<bdi>two lines</bdi>"},
    {"`0123456789012345678901234567890123456789` end", "`0123456789012345678…67890123456789` end",
        "<bdi><code>0123456789012345678…67890123456789</code> end</bdi>"},
};

static void text_is_harmless_and_code_is_code_in_prose_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text plain = {0}, prose = {0};

        html_plain(&plain, rows[i].in, MOST);
        html_prose(&prose, rows[i].in, MOST);
        assert_string_equal(text_str(&plain), rows[i].plain);
        assert_string_equal(text_str(&prose), rows[i].prose);
        text_fini(&plain);
        text_fini(&prose);
    }
}

static void code_whose_end_was_cut_out_is_closed(void **state)
{
    struct text html = {0};

    (void)state;
    html_prose(&html, "aaaa `bbbbbbbb` cccccccc", 12);
    assert_string_equal(text_str(&html), "<bdi>aaaa <code>…ccccc</code></bdi>");
    text_fini(&html);
}

static void a_name_stands_apart(void **state)
{
    struct text html = {0};

    (void)state;
    html_name(&html, "`shop`", MOST);
    assert_string_equal(text_str(&html), "<bdi class=\"v\">`shop`</bdi>");
    text_fini(&html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_harmless_and_code_is_code_in_prose_only),
        cmocka_unit_test(code_whose_end_was_cut_out_is_closed),
        cmocka_unit_test(a_name_stands_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
