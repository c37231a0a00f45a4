#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "framing.h"
#include "h1.h"

static const struct {
    bool request;
    const char *method, *name, *value;
    const char *refused; /* NULL: it may go on */
} cases[] = {
    {true, "POST", "Transfer-Encoding", "chunked", NULL},
    {true, "POST", "Transfer-Encoding", "Gzip , \tchunked", NULL},
    {true, "POST", "Transfer-Encoding", "x-gzip,compress,deflate,chunked", NULL},
    {true, "POST", "Transfer-Encoding", "br, chunked", "§7"},
    {true, "POST", "Transfer-Encoding", ",chunked", "§7"},
    {true, "POST", "Transfer-Encoding", "chunked,", "§6.1"},
    {true, "POST", "Transfer-Encoding", "chunked, chunked", "§6.1"},
    {false, "", "Transfer-Encoding", "br, chunked", NULL},
    {false, "", "Transfer-Encoding", "identity", NULL},
    {false, "", "Transfer-Encoding", "chunked, identity", "§6.1"},
    {true, "GET", "Connection", "close, Upgrade", NULL},
    {true, "GET", "Connection", "close, HOST", "§7.6.1"},
    {true, "GET", "Connection", "\tcontent-length ", "§7.6.1"},
    {false, "", "Connection", "Transfer-Encoding", "§7.6.1"},
    {true, "GET", "Host", "shop.example:443", NULL},
    {true, "GET", "Host", "[2001:db8::1]:80", NULL},
    {true, "GET", "Host", "my_host.local", NULL},
    {true, "GET", "Host", "", NULL},
    {true, "GET", "Host", "a b", "§3.2"},
    {true, "GET", "Host", "a,b", "§3.2"},
    {true, "GET", "Host", "a/b", "§3.2"},
    {true, "GET", "Host", "a@b", "§3.2"},
    {true, "GET", "Host", "a#b", "§3.2"},
    {true, "GET", "Host", "a\\b", "§3.2"},
    {true, "GET", "Host", "\xc3\xa4", "§3.2"},
    {false, "", "Host", "a b", NULL},
    {true, "PUT", "Expect", "100-Continue", NULL},
    {true, "PUT", "Expect", "100-continue, x", "§10.1.1"},
    {true, "PUT", "Expect", "", "§10.1.1"},
    {true, "CONNECT", "Content-Length", "0", NULL},
    {true, "CONNECT", "Content-Length", "1", "§9.3.6"},
    {true, "CONNECT", "Transfer-Encoding", "chunked", "§9.3.6"},
    {true, "GET", "Content-Length", "1", NULL},
};

static const char *judge(size_t i, unsigned minor)
{
    static struct h1_head head;

    head = (struct h1_head){.method = cases[i].method, .major = 1, .minor = minor, .n_fields = 2};
    head.fields[0] = (struct h1_field){"X", "chunked, , y/z"};
    head.fields[1] = (struct h1_field){cases[i].name, cases[i].value};
    return framing_refused(&head, cases[i].request);
}

static void values_that_are_read_in_two_ways_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *why = judge(i, 1);

        if (!why != !cases[i].refused || (why && !strstr(why, cases[i].refused)))
            fail_msg("%s: %s: %s", cases[i].name, cases[i].value, why ? why : "goes on");
    }
}

static void a_request_of_http_1_0_knows_no_transfer_encoding(void **state)
{
    (void)state;
    assert_non_null(strstr(judge(0, 0), "RFC 9112 §6.1"));
    assert_null(judge(8, 0)); /* a response: read, and the connection ends with it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_that_are_read_in_two_ways_are_refused),
        cmocka_unit_test(a_request_of_http_1_0_knows_no_transfer_encoding),
    };

    return cmocka_run_group_tests_name("http/framing", tests, NULL, NULL);
}
