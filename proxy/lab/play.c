#include "play.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/host.h"
#include "base/text.h"

#define SAFARI                                                                                     \
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "    \
    "Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
#define SHOP "Shop/4.2 CFNetwork/1496.0.7 Darwin/23.5.0"
#define NEWS "News/1.1 CFNetwork/1496.0.7 Darwin/23.5.0"
#define DART "Dart/3.4 (dart:io)"

#define ONE "good.lab.test"
#define TWO "good.lab-two.test"
#define THREE "good.lab-three.test"
#define FOUR "good.lab-four.test"

#define VISIT(how, where, who, ...)                                                                \
    {                                                                                              \
        .mood = how, .host = where, .port = 443, .agent = who, __VA_ARGS__                         \
    }
#define FINE_AT(host, agent) VISIT(PHONE_FINE, host, agent, .alert = 0)
#define REFUSES_AT(host, agent) VISIT(PHONE_REFUSES, host, agent, .alert = 46)
#define ASKS(url, ...) VISIT(PHONE_ASKS, url, SAFARI, __VA_ARGS__)
#define FETCHES_THE_PROFILE ASKS("http://whytls.test/whytls.mobileconfig", .body = NULL)
#define ALL_IS_WELL FINE_AT(ONE, SAFARI), FINE_AT(TWO, NEWS), FINE_AT(THREE, SHOP)
#define REFUSES_EVERYWHERE REFUSES_AT(ONE, SAFARI), REFUSES_AT(TWO, NEWS), REFUSES_AT(THREE, SHOP)

/* Forty days ahead. The page in the browser sends its clock along, and this line is filled in when
 * it is played. */
#define SHOWS_ITS_CLOCK ASKS("http://whytls.test/state.json?t=", .body = NULL)
enum { CLOCK_AHEAD_S = 40 * 86400 };

static const struct lab_play plays[] = {
    {"root-not-installed", THREE, 443, "has never heard of our root", "client", {NULL}, false,
        {REFUSES_EVERYWHERE}},
    {"root-not-fully-trusted", THREE, 443, "installed the profile, and left the switch off",
        "client", {NULL}, false, {FETCHES_THE_PROFILE, REFUSES_EVERYWHERE}},
    {"root-removed-by-restriction", THREE, 443, "trusted us, and then not any more", "client",
        {NULL}, false, {ALL_IS_WELL, REFUSES_EVERYWHERE, REFUSES_AT(THREE, SHOP)}},
    {"device-clock-wrong", THREE, 443, "its clock is forty days ahead", "client", {NULL}, false,
        {SHOWS_ITS_CLOCK, VISIT(PHONE_REFUSES, ONE, SAFARI, .alert = 45),
            VISIT(PHONE_REFUSES, THREE, SHOP, .alert = 45)}},
    {"app-pinning", FOUR, 443, "an app that wants one site's own key", "client", {NULL}, false,
        {FINE_AT(FOUR, SAFARI), FINE_AT(TWO, NEWS), FINE_AT(THREE, SHOP), REFUSES_AT(FOUR, SHOP),
            REFUSES_AT(FOUR, SHOP), FINE_AT(THREE, SHOP), REFUSES_AT(FOUR, SHOP)}},
    {"app-pin-stale", FOUR, 443, "an app that no longer knows the key of its own site", "server",
        {"--learn=on"}, false,
        {ALL_IS_WELL, REFUSES_AT(FOUR, SHOP), FINE_AT(FOUR, SHOP), REFUSES_AT(FOUR, SHOP)}},
    {"app-own-trust-store", TWO, 443, "an app with a list of roots of its own", "client", {NULL},
        false,
        {ALL_IS_WELL, VISIT(PHONE_REFUSES, ONE, DART, .alert = 48),
            VISIT(PHONE_REFUSES, TWO, DART, .alert = 48),
            VISIT(PHONE_REFUSES, ONE, DART, .alert = 48),
            VISIT(PHONE_REFUSES, TWO, DART, .alert = 48)}},
    {"preconnect-unused", ONE, 443, "opens a connection that it does not use", "client", {NULL},
        false, {ALL_IS_WELL, FINE_AT(ONE, SAFARI), VISIT(PHONE_SPARE, ONE, SAFARI, .body = NULL)}},
    {"client-abort-no-alert", ONE, 443, "goes away in the middle of a handshake", "client", {NULL},
        false, {ALL_IS_WELL, FINE_AT(ONE, SAFARI), VISIT(PHONE_LEAVES, ONE, SAFARI, .body = NULL)}},
    {"user-cancelled", ONE, 443, "somebody closes the page while it loads", "client", {NULL}, false,
        {ALL_IS_WELL, FINE_AT(ONE, SAFARI), VISIT(PHONE_CANCELS, ONE, SAFARI, .body = NULL)}},
    {"network-switch", ONE, 443, "falls silent in the middle of a handshake", "client", {NULL},
        true, {ALL_IS_WELL, VISIT(PHONE_FALLS_SILENT, ONE, SAFARI, .body = NULL)}},
    {"client-version-too-low", ONE, 443, "speaks TLS 1.0 and 1.1", "client", {NULL}, false,
        {VISIT(PHONE_OLD, ONE, SHOP, .body = NULL)}},
    {"client-no-shared-cipher", "rsa.lab.test", 443, "has only suites without forward secrecy",
        "client", {NULL}, false, {VISIT(PHONE_POOR, "rsa.lab.test", SHOP, .body = NULL)}},
    {"alpn-downstream-mismatch", ONE, 443, "speaks HTTP/2 only, and the site does not", "client",
        {NULL}, false, {ALL_IS_WELL, VISIT(PHONE_H2_ONLY, ONE, SHOP, .body = NULL)}},
    {"sni-missing", TWO, 443, "sends no server name", "client", {NULL}, false,
        {VISIT(PHONE_NAMELESS, TWO, SHOP, .body = NULL)}},
    {"ech-in-use", "front.lab.test", 443, "hides the name behind that of a front", "client", {NULL},
        false, {VISIT(PHONE_HIDES, "front.lab.test", SAFARI, .body = NULL)}},
    {"mixed-content", ONE, 80, "a page with TLS that loads a part without", "client", {NULL}, false,
        {ASKS("http://" ONE "/picture.png", .header = "Referer: https://" TWO "/page")}},
    {"plain-http-page", "plain-http-page.lab.test", 80, "sends a form in plain HTTP", "client",
        {NULL}, false,
        {ASKS("http://plain-http-page.lab.test/login", .method = "POST",
            .header = "Content-Type: application/x-www-form-urlencoded",
            .body = "user=ada&password=secret")}},
    {"websocket-upgrade-failed", "websocket-upgrade-failed.lab.test", 443,
        "asks for a WebSocket, and gets none", "client", {NULL}, false,
        {VISIT(PHONE_FINE, "websocket-upgrade-failed.lab.test", SHOP,
            .header = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")}},
    {"proxy-auth-required", ONE, 443, "comes with a wrong login to the proxy", "client",
        {"--proxy-auth=ada:secret"}, false,
        {VISIT(PHONE_FINE, ONE, SHOP, .header = "Proxy-Authorization: Basic YWRhOndyb25n")}},
    {"idle-timeout", "idle-timeout.lab.test", 443,
        "leaves a connection open, and it is cut when quiet", "server", {NULL}, true,
        {VISIT(PHONE_LINGERS, "idle-timeout.lab.test", SHOP, .body = NULL)}},
    {"mtls-through-proxy", "mtls-required.lab.test", 443,
        "has the certificate that the site wants, and shows it to us", "client",
        {"--ask-client-certificate=mtls-required.lab.test"}, false,
        {VISIT(PHONE_SHOWS, "mtls-required.lab.test", SHOP, .body = NULL)}},
    {"identity-not-for-app", THREE, 443,
        "has a certificate of its own, which an app on it does not get to see", "client",
        {"--ask-client-certificate=" THREE}, false,
        {VISIT(PHONE_SHOWS, THREE, SAFARI, .body = NULL), FINE_AT(THREE, SHOP)}},
    {"mtls-rejected", "mtls-rejected.lab.test", 443,
        "has given us its certificate, and the site refuses it", "server",
        {"--identity={files}/good.p12=mtls-rejected.lab.test",
            "--identity-password-file={files}/password.txt"},
        false, {FINE_AT("mtls-rejected.lab.test", SHOP)}},
    {"upstream-proxy-407", "upstream-proxy-407.example", 443,
        "goes by a proxy beyond us that wants a login", "server",
        {"--upstream=http://upstream-proxy-407.lab.test:3128=upstream-proxy-407.example"}, false,
        {FINE_AT("upstream-proxy-407.example", SHOP)}},
    {"upstream-proxy-failed", "upstream-proxy-failed.example", 443,
        "goes by a proxy beyond us that does not get there", "server",
        {"--upstream=http://upstream-proxy-failed.lab.test:3128=upstream-proxy-failed.example"},
        false, {FINE_AT("upstream-proxy-failed.example", SHOP)}},
};

enum { N_PLAYS = sizeof plays / sizeof plays[0] };

const struct lab_play *lab_plays(size_t *n)
{
    *n = N_PLAYS;
    return plays;
}

const struct lab_play *lab_play_find(const char *cause)
{
    for (size_t i = 0; i < N_PLAYS; i++)
        if (strcmp(plays[i].cause, cause) == 0)
            return &plays[i];
    return NULL;
}

size_t lab_play_visits(const struct lab_play *p)
{
    size_t n = 0;

    while (n < PLAY_VISITS_MOST && p->visits[n].host)
        n++;
    return n;
}

static bool proxy_read(const char *text, struct sockaddr_in *out, struct err *e)
{
    char host[HOST_CAP];
    uint16_t port;

    *out = (struct sockaddr_in){.sin_family = AF_INET};
    if (!host_port_parse(text, strlen(text), 8080, host, &port) ||
        inet_pton(AF_INET, host, &out->sin_addr) != 1 ||
        ntohl(out->sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
        return err_set(e, ERR_USAGE, "--proxy wants 127.0.0.1 and a port, as in 127.0.0.1:8080");
    out->sin_port = htons(port);
    return true;
}

static bool visit_play(const struct phone *phone, const struct phone_visit *visit, struct err *e)
{
    char url[96];
    struct phone_visit dated = *visit;

    if (!text_ends(visit->host, "?t="))
        return phone_visit(phone, visit, e);
    snprintf(url, sizeof url, "%s%lld000", visit->host, (long long)time(NULL) + CLOCK_AHEAD_S);
    dated.host = url;
    return phone_visit(phone, &dated, e);
}

bool lab_play(const struct lab_play *p, const char *proxy, char from[static 16], struct err *e)
{
    struct phone phone = {0};
    size_t n = lab_play_visits(p);

    if (!proxy_read(proxy, &phone.proxy, e))
        return false;
    /* 127.0.1.1 and on: all of 127/8 is this machine's (RFC 1122 §3.2.1.3). */
    phone.from.s_addr = htonl(INADDR_LOOPBACK + 0x100 + (uint32_t)(p - plays));
    inet_ntop(AF_INET, &phone.from, from, 16);
    for (size_t i = 0; i < n; i++)
        if (!visit_play(&phone, &p->visits[i], e))
            return false;
    return true;
}
