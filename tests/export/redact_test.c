#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "redact.h"

static void check(const char *what, const struct text *out, const char *wanted)
{
    if (strcmp(text_str(out), wanted))
        fail_msg("%s\nbecame %s\nwanted %s", what, text_str(out), wanted);
}

static void credentials_in_urls_go_and_the_rest_stays(void **state)
{
    static const char *const cases[][2] = {
        {"https://a.example/?q=1&access_token=abc&x=2",
            "https://a.example/?q=1&access_token=REDACTED&x=2"},
        {"/v1/list?key=AIza-9#top", "/v1/list?key=REDACTED#top"},
        {"https://a.example/cb#id_token=abc&state=1",
            "https://a.example/cb#id_token=REDACTED&state=1"},
        {"https://s3.example/o?X-Amz-Signature=ab&X-Amz-Date=1",
            "https://s3.example/o?X-Amz-Signature=REDACTED&X-Amz-Date=1"},
        {"/?clientSecret=x", "/?clientSecret=REDACTED"},
        {"/?user[password]=x", "/?user[password]=REDACTED"},
        {"/?access%5Ftoken=x", "/?access%5Ftoken=REDACTED"},
        {"https://anna:geheim@a.example/p", "https://REDACTED@a.example/p"},
        {"see https://a.example/?code=77 for it", "see https://a.example/?code=REDACTED for it"},
        {"it said Bearer abcdefgh12345678.", "it said Bearer REDACTED"},
        {"eyJhbGciOi.eyJzdWIi.c2ln and more", "REDACTED and more"},
        {"/?monkey=1&keyboard=2&passport=3", "/?monkey=1&keyboard=2&passport=3"},
        {"code=77 in prose stays", "code=77 in prose stays"},
        {"the Basic idea", "the Basic idea"},
        {"/?token=", "/?token="},
        {"", ""},
        {"//a.example/@x", "//a.example/@x"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out = {0};

        redact_text(cases[i][0], strlen(cases[i][0]), &out);
        check(cases[i][0], &out, cases[i][1]);
        text_fini(&out);
    }
}

static void fields_that_carry_credentials_lose_them(void **state)
{
    static const char *const cases[][3] = {
        {"Authorization", "Bearer abc.def", "Bearer REDACTED"},
        {"authorization", "Basic YTpi", "Basic REDACTED"},
        {"Proxy-Authorization", "Digest username=\"a\", response=\"b\"", "Digest REDACTED"},
        {"Authorization", "abc", "REDACTED"},
        {"Cookie", "sid=abc; theme=dark", "sid=REDACTED; theme=REDACTED"},
        {"Set-Cookie", "sid=abc; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly",
            "sid=REDACTED; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly"},
        {"X-Api-Key", "abc", "REDACTED"},
        {"X-CSRF-Token", "abc", "REDACTED"},
        {"X-Amz-Security-Token", "abc", "REDACTED"},
        {"Location", "https://a.example/cb?code=abc&state=1",
            "https://a.example/cb?code=REDACTED&state=1"},
        {"WWW-Authenticate", "Bearer realm=\"a\"", "Bearer realm=\"a\""},
        {"Content-Type", "text/html; charset=utf-8", "text/html; charset=utf-8"},
        {"Accept", "*/*", "*/*"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out = {0};

        redact_field(cases[i][0], strlen(cases[i][0]), cases[i][1], strlen(cases[i][1]), &out);
        check(cases[i][1], &out, cases[i][2]);
        text_fini(&out);
    }
}

static void bodies_lose_them_by_their_names(void **state)
{
    static const char *const cases[][3] = {
        {"application/x-www-form-urlencoded", "password=x&user=anna",
            "password=REDACTED&user=anna"},
        {"application/json; charset=utf-8",
            "{\"user\":\"anna\",\"password\" : \"a\\\"b\",\"code\":404}",
            "{\"user\":\"anna\",\"password\" : \"REDACTED\",\"code\":404}"},
        {"application/json", "{\"pin\":1234,\"a\":[1]}", "{\"pin\":\"REDACTED\",\"a\":[1]}"},
        {"application/json", "{\"token\":{\"access_token\":\"x\",\"type\":\"b\"}}",
            "{\"token\":{\"access_token\":\"REDACTED\",\"type\":\"b\"}}"},
        {"application/json", "{\"access_token\":\"cut off he", "{\"access_token\":\"REDACTED\""},
        {"application/vnd.api+json", "[\"https://a/?token=x\"]", "[\"https://a/?token=REDACTED\"]"},
        {"multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nx\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nREDACTED\r\n--b--"},
        {"text/plain", "GET /?sig=abc", "GET /?sig=REDACTED"},
        {"", "nothing here", "nothing here"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out = {0};

        redact_body(cases[i][0], cases[i][1], strlen(cases[i][1]), &out);
        check(cases[i][1], &out, cases[i][2]);
        text_fini(&out);
    }
}

static void bytes_that_are_no_text_stay_as_they_are(void **state)
{
    static const char bytes[] = "\x89PNG\0\xff\xfe=&?\0end";
    struct text out = {0};

    (void)state;
    redact_body("image/png", bytes, sizeof bytes, &out);
    assert_int_equal(out.len, sizeof bytes);
    assert_memory_equal(out.at, bytes, sizeof bytes);
    text_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credentials_in_urls_go_and_the_rest_stays),
        cmocka_unit_test(fields_that_carry_credentials_lose_them),
        cmocka_unit_test(bodies_lose_them_by_their_names),
        cmocka_unit_test(bytes_that_are_no_text_stay_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
