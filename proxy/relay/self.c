#include "self.h"

#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "cert/ca.h"
#include "cert/profile.h"

bool self_is_host(const char *host)
{
    return strcmp(host, "whytls.test") == 0;
}

static void respond(struct text *out, const char *status, const char *type, const char *extra,
    const struct text *body)
{
    text_printf(out,
        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src 'none'; style-src "
        "'unsafe-inline'\r\n"
        "%sConnection: close\r\n\r\n",
        status, type, body->len, extra);
    text_add_n(out, text_str(body), body->len);
}

static void set_up_page(const struct ca *ca, struct text *body)
{
    text_printf(body,
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\">"
        "<title>whytls: set up this phone</title>"
        "<style>body{font:17px/1.45 -apple-system,system-ui,sans-serif;max-width:34em;margin:2em "
        "auto;padding:0 1em}"
        "code{font-size:13px;overflow-wrap:anywhere}li{margin:.6em 0}</style>"
        "<h1>Set up this phone</h1><ol>"
        "<li><a href=\"/whytls.mobileconfig\">Download the profile</a> in Safari and allow it.</li>"
        "<li>Settings &gt; General &gt; VPN &amp; Device Management: install the profile "
        "<b>%s</b>.</li>"
        "<li>Settings &gt; General &gt; About &gt; Certificate Trust Settings: switch on full "
        "trust for <b>%s</b>.</li></ol>"
        "<p>The root's SHA-256 fingerprint, to compare:<br><code>%s</code></p>"
        "<p>For other clients: <a href=\"/whytls.pem\">PEM</a>, <a "
        "href=\"/whytls.cer\">DER</a>.</p></html>\n",
        ca_name(ca), ca_name(ca), ca_sha256(ca));
}

static void serve_profile(const struct ca *ca, struct text *out)
{
    struct text body = {0};
    struct err e = {0};

    if (profile_write(ca, &body, &e)) {
        respond(out, "200 OK", "application/x-apple-aspen-config",
            "Content-Disposition: attachment; filename=\"whytls.mobileconfig\"\r\n", &body);
    } else {
        log_error("cannot write the profile: %s", e.text);
        text_clear(&body);
        text_add(&body, "The profile cannot be written; the log says why.\n");
        respond(out, "500 Internal Server Error", "text/plain; charset=utf-8", "", &body);
    }
    text_fini(&body);
}

void self_answer(const struct ca *ca, const char *method, const char *path, struct text *out)
{
    struct text body = {0};
    size_t n = strcspn(path, "?#"), der_len;

    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        text_add(&body, "Only GET and HEAD are answered here.\n");
        respond(out, "405 Method Not Allowed", "text/plain; charset=utf-8", "Allow: GET, HEAD\r\n",
            &body);
    } else if (n == 1) {
        set_up_page(ca, &body);
        respond(out, "200 OK", "text/html; charset=utf-8", "", &body);
    } else if (strncmp(path, "/whytls.pem", n) == 0 && n == strlen("/whytls.pem")) {
        text_add(&body, ca_pem(ca));
        respond(out, "200 OK", "application/x-pem-file", "", &body);
    } else if (strncmp(path, "/whytls.cer", n) == 0 && n == strlen("/whytls.cer")) {
        const uint8_t *der = ca_der(ca, &der_len);

        text_add_n(&body, (const char *)der, der_len);
        respond(out, "200 OK", "application/x-x509-ca-cert", "", &body);
    } else if (strncmp(path, "/whytls.mobileconfig", n) == 0 &&
               n == strlen("/whytls.mobileconfig")) {
        serve_profile(ca, out);
    } else {
        text_add(&body, "Nothing is here. The set-up page is at /.\n");
        respond(out, "404 Not Found", "text/plain; charset=utf-8", "", &body);
    }
    text_fini(&body);
}
