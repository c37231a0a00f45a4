#include "site.h"

#include <stdio.h>
#include <string.h>

#include "asset.h"
#include "base/host.h"
#include "base/mem.h"
#include "cert/ca.h"
#include "cert/mobileconfig.h"
#include "cert/profile.h"
#include "cert/signer.h"
#include "device/history.h"
#include "device/memory.h"
#include "pac.h"
#include "state.h"

const char SITE_HOST[] = "whytls.test";

struct site {
    const struct ca *ca;
    struct text profile, pac;
};

/* One answer in the making. */
struct answer {
    const struct site *site;
    const struct site_ask *ask;
    struct text *out;
    char host[HOST_CAP]; /* under which this client reaches us */
    uint16_t port;
};

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: "
    "https://*.whytls.test; connect-src 'self' http://whytls.test https://*.whytls.test; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'";

static bool profile_make(struct site *s, const struct signer *signer, struct err *e)
{
    struct text plain = {0};
    bool made = profile_write(s->ca, &plain, e);

    if (made && signer) {
        struct cert_span bytes = {(const uint8_t *)text_str(&plain), plain.len};

        made = mobileconfig_sign(bytes, signer->chain, signer->key, &s->profile, e);
    } else if (made) {
        text_add_n(&s->profile, text_str(&plain), plain.len);
    }
    text_fini(&plain);
    return made;
}

struct site *site_new(const struct site_config *config, struct err *e)
{
    struct site *s = mem_new(sizeof *s);

    s->ca = config->ca;
    pac_body(config->pinned, &s->pac);
    if (!profile_make(s, config->signer, e)) {
        site_free(s);
        return NULL;
    }
    return s;
}

void site_free(struct site *s)
{
    if (!s)
        return;
    text_fini(&s->profile);
    text_fini(&s->pac);
    mem_free(s);
}

bool site_is_host(const char *host)
{
    return !strcmp(host, SITE_HOST);
}

/* One label more: certificates for what lies deeper are nobody's wish. */
bool site_is_probe(const char *host)
{
    const char *dot = strchr(host, '.');

    return site_is_host(host) || (dot && dot != host && site_is_host(dot + 1));
}

/* --- how it is answered --- */

/* Who may read an answer from another address of ours: the page that was opened there and would
 * know whether whytls.test can be reached as well. */
static void head(const struct answer *a, const char *status, const char *type, size_t len)
{
    text_printf(a->out,
        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        "Referrer-Policy: no-referrer\r\nContent-Security-Policy: %s\r\nVary: Origin\r\n",
        status, type, len, policy);
    if (a->ask->own_origin && a->ask->origin)
        text_printf(a->out, "Access-Control-Allow-Origin: %s\r\n", a->ask->origin);
    text_add(a->out, "Connection: close\r\n");
}

static void send_bytes(const struct answer *a, const char *type, const char *bytes, size_t len)
{
    head(a, "200 OK", type, len);
    text_add(a->out, "\r\n");
    if (strcmp(a->ask->method, "HEAD") != 0)
        text_add_n(a->out, bytes, len);
}

static void send_text(const struct answer *a, const char *type, const char *text)
{
    send_bytes(a, type, text, strlen(text));
}

static void send_fault(
    const struct answer *a, const char *status, const char *field, const char *why)
{
    head(a, status, "text/plain; charset=utf-8", strlen(why) + 1);
    text_printf(a->out, "%s\r\n", field);
    if (strcmp(a->ask->method, "HEAD") != 0)
        text_printf(a->out, "%s\n", why);
}

/* --- what is answered --- */

static void view_take(const struct answer *a, struct state_view *view)
{
    state_look(
        &(struct state_ask){.ca = a->site->ca, .ask = a->ask, .host = a->host, .port = a->port},
        view);
}

static void serve_page(const struct answer *a)
{
    struct state_view view = {0};
    struct text page = {0};

    view_take(a, &view);
    slots_fill(&view.slots, asset_page_html, &page);
    send_bytes(a, "text/html; charset=utf-8", text_str(&page), page.len);
    text_fini(&page);
    slots_fini(&view.slots);
}

static void serve_state(const struct answer *a)
{
    struct state_view view = {0};
    struct text json = {0};

    view_take(a, &view);
    state_json(&view, &json);
    send_bytes(a, "application/json", text_str(&json), json.len);
    text_fini(&json);
    slots_fini(&view.slots);
}

static void serve_style(const struct answer *a)
{
    send_text(a, "text/css; charset=utf-8", asset_page_css);
}

static void serve_script(const struct answer *a)
{
    send_text(a, "text/javascript; charset=utf-8", asset_page_js);
}

/* Whoever only asks for the head has not got it. */
static void note_fetched(const struct answer *a)
{
    const struct site_ask *ask = a->ask;

    if (!strcmp(ask->method, "GET"))
        device_profile_fetched(ask->history, ask->key, ca_sha256(a->site->ca), ask->now_ms);
}

static void serve_profile(const struct answer *a)
{
    note_fetched(a);
    send_bytes(
        a, "application/x-apple-aspen-config", text_str(&a->site->profile), a->site->profile.len);
}

static void serve_der(const struct answer *a)
{
    size_t len;
    const uint8_t *der = ca_der(a->site->ca, &len);

    note_fetched(a);
    send_bytes(a, "application/x-x509-ca-cert", (const char *)der, len);
}

static void serve_pem(const struct answer *a)
{
    note_fetched(a);
    send_text(a, "application/x-pem-file", ca_pem(a->site->ca));
}

static void serve_pac(const struct answer *a)
{
    struct text pac = {0};

    pac_write(&a->site->pac, a->host, a->port, &pac);
    send_bytes(a, "application/x-ns-proxy-autoconfig", text_str(&pac), pac.len);
    text_fini(&pac);
}

/* Whoever reads this in TLS has accepted our certificate: that is the proof. */
static void serve_probe(const struct answer *a)
{
    send_text(a, "text/plain; charset=utf-8",
        a->ask->tls ? "This page was opened with a certificate under our root.\n"
                    : "Only over https does this page prove anything.\n");
}

static const struct {
    const char *path;
    bool tells; /* something about the phone that asks */
    void (*serve)(const struct answer *a);
} pages[] = {
    {"/", false, serve_page},
    {"/state.json", true, serve_state},
    {"/page.css", false, serve_style},
    {"/page.js", false, serve_script},
    {"/whytls.mobileconfig", false, serve_profile},
    {"/whytls.cer", false, serve_der},
    {"/whytls.pem", false, serve_pem},
    {"/proxy.pac", false, serve_pac},
    {"/probe", false, serve_probe},
};

/* By which name does the client know us? A name of its own choice that leads here (DNS rebinding)
 * is none of ours: a page from there could otherwise read our answers as its own. */
static bool authority_read(struct answer *a)
{
    char host[HOST_CAP];
    uint16_t port;
    const char *authority = a->ask->authority;

    snprintf(a->host, sizeof a->host, "%s", a->ask->host);
    a->port = a->ask->port;
    if (!authority || !*authority)
        return true;
    if (!host_port_parse(authority, strlen(authority), 80, host, &port))
        return false;
    if (site_is_probe(host))
        return true;
    if (!host_is_ip(host) && !host_is_local(host))
        return false;
    memcpy(a->host, host, sizeof host);
    a->port = port;
    return true;
}

void site_answer(const struct site *s, const struct site_ask *ask, struct text *out)
{
    struct answer a = {.site = s, .ask = ask, .out = out};
    size_t n = strcspn(ask->path, "?#");
    bool known = authority_read(&a);

    if (strcmp(ask->method, "GET") != 0 && strcmp(ask->method, "HEAD") != 0) {
        send_fault(&a, "405 Method Not Allowed", "Allow: GET, HEAD\r\n",
            "Only GET and HEAD are answered here.");
        return;
    }
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (strlen(pages[i].path) != n || memcmp(ask->path, pages[i].path, n) != 0)
            continue;
        if (pages[i].tells && !known)
            break;
        pages[i].serve(&a);
        return;
    }
    if (known)
        send_fault(&a, "404 Not Found", "", "Nothing is here. The set-up page is at /.");
    else
        send_fault(&a, "421 Misdirected Request", "",
            "This name is not ours. The set-up page is at http://whytls.test/.");
}
