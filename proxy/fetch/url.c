#include "url_priv.h"

#include <string.h>

#include <curl/curl.h>

#include "base/text.h"
#include "net/addr.h"

static bool is_plain(const char *url)
{
    size_t len = strnlen(url, FETCH_URL_MOST + 1);

    if (len > FETCH_URL_MOST)
        return false;
    for (size_t i = 0; i < len; i++)
        if (url[i] <= ' ' || url[i] > '~' || url[i] == '\\')
            return false;
    return true;
}

static bool part(CURLU *u, CURLUPart which, char **out)
{
    *out = NULL;
    return curl_url_get(u, which, out, which == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0) ==
           CURLUE_OK;
}

static bool parts_read(CURLU *u, struct fetch_url *out)
{
    char *scheme = NULL, *user = NULL, *host = NULL, *port = NULL;
    bool good = part(u, CURLUPART_SCHEME, &scheme) && strcmp(scheme, "http") == 0 &&
                !part(u, CURLUPART_USER, &user) && part(u, CURLUPART_HOST, &host) &&
                part(u, CURLUPART_PORT, &port);

    if (good) {
        struct text both = {0};

        text_printf(&both, "%s:%s", host, port);
        good = host_port_parse(text_str(&both), both.len, 0, out->host, &out->port) && out->port;
        text_fini(&both);
    }
    curl_free(scheme);
    curl_free(user);
    curl_free(host);
    curl_free(port);
    return good;
}

bool url_read(const char *url, struct fetch_url *out)
{
    CURLU *u = curl_url();
    bool good = u && is_plain(url) && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
                parts_read(u, out);

    curl_url_cleanup(u);
    return good;
}

bool url_may(enum fetch_reach reach, const struct sockaddr *to)
{
    if (addr_len(to) == 0 || addr_is_any(to) || addr_is_link_local(to))
        return false;
    if (addr_is_loopback(to))
        return reach == FETCH_LOOPBACK;
    return reach != FETCH_PUBLIC || !addr_is_private(to);
}

enum fetch_reach url_reach_of(const char *site_address)
{
    struct sockaddr_storage at;

    if (!site_address || !addr_parse(site_address, 0, &at))
        return FETCH_PUBLIC;
    if (addr_is_loopback((struct sockaddr *)&at))
        return FETCH_LOOPBACK;
    return addr_is_private((struct sockaddr *)&at) ? FETCH_PRIVATE : FETCH_PUBLIC;
}
