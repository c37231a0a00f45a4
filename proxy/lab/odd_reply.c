#include "odd_reply.h"

#include <stddef.h>

#include "base/text.h"

static const struct odd_reply replies[] = {
    {.host = "truncation-close.lab.test", .breaks_off = true},
    {.host = "misdirected-421.lab.test", .status = "421 Misdirected Request"},
    {.host = "early-data-rejected.lab.test", .status = "425 Too Early"},
    {.host = "rate-limited.lab.test",
        .status = "429 Too Many Requests",
        .headers = "Retry-After: 30\r\n"},
    {.host = "upstream-proxy-407.example",
        .status = "407 Proxy Authentication Required",
        .headers = "Proxy-Authenticate: Basic realm=\"lab\"\r\n"},
    {.host = "upstream-proxy-failed.example", .status = "502 Bad Gateway"},
    {.host = "hsts-block.lab.test", .headers = "Strict-Transport-Security: max-age=31536000\r\n"},
    {.host = "plain-http-page.lab.test",
        .body =
            "<!doctype html><title>Login</title><form method=post action=/login>"
            "<input name=user><input name=password type=\"password\"><button>Go</button></form>\n"},
};

const struct odd_reply *odd_reply_of(const char *host)
{
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++)
        if (text_equal_caseless(replies[i].host, host))
            return &replies[i];
    return NULL;
}
