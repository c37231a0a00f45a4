#include "guard.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/file.h"
#include "base/host.h"
#include "base/mem.h"
#include "base/text.h"
#include "net/addr.h"
#include "request.h"

const char GUARD_COOKIE[] = "whytls";

enum { SECRET_BYTES = 32, SECRET_LEN = GUARD_SECRET_CAP - 1 };

/* --- the secrets --- */

static bool secret_make(char out[static GUARD_SECRET_CAP], struct err *e)
{
    uint8_t bytes[SECRET_BYTES];
    struct text text = {0};

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return err_sys(e, "cannot get random bytes");
    text_add_base64(&text, bytes, sizeof bytes);
    for (size_t i = 0; i < SECRET_LEN; i++)
        out[i] = text.at[i] == '+' ? '-' : text.at[i] == '/' ? '_' : text.at[i];
    out[SECRET_LEN] = '\0';
    memset(text.at, 0, text.len);
    text_fini(&text);
    return true;
}

static bool secret_take(char out[static GUARD_SECRET_CAP], const char *line)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    if (strspn(line, alphabet) != SECRET_LEN || line[SECRET_LEN] != '\n')
        return false;
    memcpy(out, line, SECRET_LEN);
    out[SECRET_LEN] = '\0';
    return true;
}

/* A file of another form is taken for none: whoever had a session asks for a new one. */
static bool secrets_read(struct guard *g, const char *path)
{
    uint8_t *bytes = NULL;
    size_t len;
    bool read = file_exists(path) && file_read(path, 4 * GUARD_SECRET_CAP, &bytes, &len, NULL) &&
                len == 2 * GUARD_SECRET_CAP && secret_take(g->token, (const char *)bytes) &&
                secret_take(g->session, (const char *)bytes + GUARD_SECRET_CAP);

    mem_free(bytes);
    return read;
}

bool guard_open(struct guard *g, const char *folder, struct err *e)
{
    char *path = file_join(folder, "ui-token");
    char both[2 * GUARD_SECRET_CAP + 1];
    bool right = secrets_read(g, path);

    if (!right && secret_make(g->token, e) && secret_make(g->session, e)) {
        snprintf(both, sizeof both, "%s\n%s\n", g->token, g->session);
        right = file_write(path, both, strlen(both), 0600, e) || err_wrap(e, "the token of the UI");
    }
    mem_free(path);
    return right;
}

/* The time that it takes tells nothing of where the first difference is. */
static bool secret_equal(const char *secret, const char *s, size_t len)
{
    unsigned difference = len != SECRET_LEN;

    for (size_t i = 0; i < SECRET_LEN; i++)
        difference |= (unsigned char)secret[i] ^ (unsigned char)(i < len ? s[i] : 0);
    return difference == 0;
}

bool guard_token_fits(const struct guard *g, const char *token, size_t len)
{
    return secret_equal(g->token, token, len);
}

/* --- names --- */

bool guard_host_is_ours(const struct guard *g, const char *text)
{
    const struct sockaddr *at = (const struct sockaddr *)&g->at;
    struct sockaddr_storage named;
    char host[HOST_CAP];
    uint16_t port;

    /* 80 is what a browser leaves out. */
    if (!text || !host_port_parse(text, strlen(text), 80, host, &port) || port != addr_port(at))
        return false;
    if (!strcmp(host, "localhost"))
        return addr_is_loopback(at) || addr_is_any(at);
    if (!host_is_ip(host) || !addr_parse(host, port, &named))
        return false;
    /* No name can be turned into an address in Host: behind 0.0.0.0 each of them is ours. */
    return addr_is_any(at) || addr_equal((struct sockaddr *)&named, at);
}

bool guard_origin_is_ours(const struct guard *g, const char *origin, const char *host)
{
    static const char scheme[] = "http://";

    return origin && text_starts(origin, scheme) &&
           text_equal_caseless(origin + sizeof scheme - 1, host) && guard_host_is_ours(g, host);
}

bool guard_is_from_elsewhere(const struct request *r)
{
    return r->fetch_site && strcmp(r->fetch_site, "same-origin") != 0 &&
           strcmp(r->fetch_site, "none") != 0;
}

enum guard_key guard_key_of(const struct guard *g, const struct request *r)
{
    static const char bearer[] = "Bearer ";
    size_t len;
    const char *cookie = request_cookie(r, GUARD_COOKIE, &len);

    if (r->authorization && text_starts(r->authorization, bearer) &&
        secret_equal(g->token, r->authorization + sizeof bearer - 1,
            strlen(r->authorization + sizeof bearer - 1)))
        return GUARD_BEARER;
    return cookie && secret_equal(g->session, cookie, len) ? GUARD_SESSION : GUARD_NOBODY;
}
