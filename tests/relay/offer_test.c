/* relay/offer.c: what of the client's offer a site did not get to see. Whom we ask, and what we
 * show, is in
 * conversation_mtls_test.c. */
#include "relay_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "tls/contexts.h"
#include "tls/leg.h"

static const uint8_t h1[] = "\x08http/1.1", both[] = "\x02h2\x08http/1.1";

struct row {
    const char *what;
    uint16_t groups[4];
    const char *protocols[5];
    const uint8_t *asked;
    size_t asked_len;
    const char *note; /* NULL: none */
};

static const struct row rows[] = {
    {"all of it", {0x001d}, {"h2", "http/1.1"}, both, sizeof both - 1, NULL},
    {"GREASE is no offer", {0x1a1a, 0x001d}, {"\n\n", "http/1.1"}, h1, sizeof h1 - 1, NULL},
    {"no HTTP/2", {0x001d}, {"h2", "http/1.1"}, h1, sizeof h1 - 1,
        "The client offers more than we offered the site: protocols h2."},
    {"no post-quantum keys, no protocols", {0x11ec, 0x001d}, {"h2", "\x1b[1m"}, NULL, 0,
        "The client offers more than we offered the site: groups X25519MLKEM768; protocols h2, "
        "U+001B[1m."},
};

static void play(const struct row *row, const struct tls_contexts *contexts)
{
    struct client_hello hello = {.versions = {{0x0304}, 1}};
    struct relay r = {.flow = flow_new("x", 0), .hello = &hello};
    struct leg_server_ask ask = {.alpn = row->asked, .alpn_len = row->asked_len, .like = &hello};
    struct err e = {0};

    while (row->groups[hello.groups.n]) {
        hello.groups.at[hello.groups.n] = row->groups[hello.groups.n];
        hello.groups.n++;
    }
    while (row->protocols[hello.n_alpn]) {
        hello.alpn[hello.n_alpn] = row->protocols[hello.n_alpn];
        hello.n_alpn++;
    }
    r.side[LEG_SERVER].leg = leg_server_new(contexts, &ask, &e);
    assert_non_null(r.side[LEG_SERVER].leg);
    offer_note(&r, &ask);
    if ((r.flow->n_notes > 0) != (row->note != NULL))
        fail_msg("%s: %zu notes", row->what, r.flow->n_notes);
    if (row->note) {
        assert_string_equal(r.flow->notes[0].code, "relay/offer-differs");
        assert_string_equal(r.flow->notes[0].severity, "info");
        assert_string_equal(r.flow->notes[0].text, row->note);
    }
    leg_free(r.side[LEG_SERVER].leg);
    flow_free(r.flow);
}

static void what_we_leave_out_is_noted(void **state)
{
    struct err e = {0};
    struct tls_contexts *contexts = tls_contexts_new(NULL, &e);

    (void)state;
    assert_non_null(contexts);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        play(&rows[i], contexts);
    tls_contexts_free(contexts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_we_leave_out_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
