#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* A normal form is its own normal form, and nothing in it has a meaning to a shell, a URL or a
 * certificate's text. */
static void form_is_normal(const char *host)
{
    char again[HOST_CAP];

    must(*host && strlen(host) < HOST_CAP);
    must(strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_:") == strlen(host));
    must(host_normalise(host, strlen(host), again) && strcmp(host, again) == 0);
    must(!strchr(host, ':') || host_is_ip(host));
    (void)host_is_local(host);
    (void)host_site(host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char host[HOST_CAP], shown[HOST_CAP + 8], back[HOST_CAP];
    uint16_t port = 0, port_back = 0;

    if (host_normalise((const char *)data, size, host))
        form_is_normal(host);
    if (!host_port_parse((const char *)data, size, 443, host, &port))
        return 0;
    form_is_normal(host);
    host_port_text(shown, sizeof shown, host, port);
    must(host_port_parse(shown, strlen(shown), 0, back, &port_back) && strcmp(host, back) == 0 &&
         port == port_back);
    return 0;
}
