#include "socks.h"

#include <arpa/inet.h>
#include <string.h>

#include "read.h"

enum { VERSION = 5, LOGIN_VERSION = 1 }; /* RFC 1928 §3; RFC 1929 §2 */
enum { ADDRESS_V4 = 1, ADDRESS_NAME = 3, ADDRESS_V6 = 4 };

static enum socks_read bad(const char **why, const char *says)
{
    *why = says;
    return SOCKS_BAD;
}

/* The first byte is looked at as soon as it is there: who speaks something else is not waited for.
 */
static bool is_version(const uint8_t *bytes, size_t len, uint8_t version)
{
    return len == 0 || bytes[0] == version;
}

enum socks_read socks_read_greeting(
    const uint8_t *bytes, size_t len, struct socks_greeting *out, size_t *used, const char **why)
{
    struct cursor c = cursor_of(bytes, len);

    *out = (struct socks_greeting){0};
    if (!is_version(bytes, len, VERSION))
        return bad(why, "This is not SOCKS version 5 (RFC 1928 3).");
    read_uint(&c, 1);
    struct cursor methods = read_vector(&c, 1);
    if (len >= 2 && bytes[1] == 0)
        return bad(why, "The SOCKS client offers no way to log in (RFC 1928 3).");
    if (c.failed)
        return SOCKS_NEED_MORE;
    while (methods.left > 0) {
        uint32_t method = read_uint(&methods, 1);

        out->no_login |= method == SOCKS_NO_LOGIN;
        out->password |= method == SOCKS_PASSWORD;
    }
    *used = len - c.left;
    return SOCKS_READY;
}

/* An empty user is outside RFC 1929 §2 (1 to 255 octets); so is a NUL in what we keep as text. */
static bool take_text(struct cursor part, char out[static SOCKS_TEXT_CAP])
{
    if (memchr(part.at, 0, part.left))
        return false;
    memcpy(out, part.at, part.left);
    out[part.left] = 0;
    return true;
}

enum socks_read socks_read_login(
    const uint8_t *bytes, size_t len, struct socks_login *out, size_t *used, const char **why)
{
    struct cursor c = cursor_of(bytes, len);

    *out = (struct socks_login){0};
    if (!is_version(bytes, len, LOGIN_VERSION))
        return bad(why, "The SOCKS login is not of version 1 (RFC 1929 2).");
    read_uint(&c, 1);
    struct cursor user = read_vector(&c, 1);
    struct cursor password = read_vector(&c, 1);
    if (c.failed)
        return SOCKS_NEED_MORE;
    if (user.left == 0 || !take_text(user, out->user) || !take_text(password, out->password))
        return bad(why, "The SOCKS login has no user, or a NUL in it (RFC 1929 2).");
    *used = len - c.left;
    return SOCKS_READY;
}

static bool take_address(struct cursor part, int family, char out[static HOST_CAP])
{
    return inet_ntop(family, part.at, out, HOST_CAP) != NULL;
}

/* The host in one of its three forms; true when it is whole. */
static bool read_host(struct cursor *c, uint32_t type, struct cursor *host)
{
    switch (type) {
    case ADDRESS_V4:
        *host = read_bytes(c, 4);
        break;
    case ADDRESS_V6:
        *host = read_bytes(c, 16);
        break;
    default:
        *host = read_vector(c, 1);
    }
    return !c->failed;
}

static bool take_host(struct cursor host, uint32_t type, char out[static HOST_CAP])
{
    if (type == ADDRESS_V4)
        return take_address(host, AF_INET, out);
    if (type == ADDRESS_V6) {
        char text[HOST_CAP];

        /* ::ffff:a.b.c.d has one normal form with the others */
        return take_address(host, AF_INET6, text) && host_normalise(text, strlen(text), out);
    }
    return host_normalise((const char *)host.at, host.left, out);
}

enum socks_read socks_read_request(const uint8_t *bytes, size_t len, struct socks_request *out,
    size_t *used, enum socks_answer *answer, const char **why)
{
    struct cursor c = cursor_of(bytes, len), host;

    *out = (struct socks_request){0};
    *answer = SOCKS_FAILED;
    if (!is_version(bytes, len, VERSION))
        return bad(why, "The SOCKS request is not of version 5 (RFC 1928 4).");
    read_uint(&c, 1);
    out->command = (uint8_t)read_uint(&c, 1);
    read_uint(&c, 1); /* reserved; senders differ on what stands there */
    uint32_t type = read_uint(&c, 1);
    if (c.failed)
        return SOCKS_NEED_MORE;
    if (type != ADDRESS_V4 && type != ADDRESS_NAME && type != ADDRESS_V6) {
        *answer = SOCKS_BAD_ADDRESS;
        return bad(why, "The SOCKS request has an unknown kind of address (RFC 1928 5).");
    }
    bool whole = read_host(&c, type, &host);
    out->port = (uint16_t)read_uint(&c, 2);
    if (!whole || c.failed)
        return SOCKS_NEED_MORE;
    if (!take_host(host, type, out->host))
        return bad(why, "The SOCKS request names no valid host (RFC 1928 5).");
    if (out->command == SOCKS_CONNECT && out->port == 0)
        return bad(why, "The SOCKS request names port 0.");
    *used = len - c.left;
    return SOCKS_READY;
}

size_t socks_write_method(uint8_t out[static SOCKS_MESSAGE_MOST], uint8_t method)
{
    out[0] = VERSION;
    out[1] = method;
    return 2;
}

size_t socks_write_login_answer(uint8_t out[static SOCKS_MESSAGE_MOST], bool welcome)
{
    out[0] = LOGIN_VERSION;
    out[1] = welcome ? 0 : 1;
    return 2;
}

size_t socks_write_answer(uint8_t out[static SOCKS_MESSAGE_MOST], enum socks_answer answer)
{
    const uint8_t bytes[] = {VERSION, (uint8_t)answer, 0, ADDRESS_V4, 0, 0, 0, 0, 0, 0};

    memcpy(out, bytes, sizeof bytes);
    return sizeof bytes;
}

size_t socks_write_greeting(uint8_t out[static SOCKS_MESSAGE_MOST], bool with_login)
{
    out[0] = VERSION;
    out[1] = with_login ? 2 : 1;
    out[2] = SOCKS_NO_LOGIN;
    out[3] = SOCKS_PASSWORD;
    return with_login ? 4 : 3;
}

/* Bytes written, with the length before them. */
static size_t put_text(uint8_t *out, const char *text, size_t n)
{
    out[0] = (uint8_t)n;
    memcpy(out + 1, text, n);
    return n + 1;
}

size_t socks_write_login(
    uint8_t out[static SOCKS_MESSAGE_MOST], const char *user, const char *password)
{
    size_t n_user = strlen(user), n_password = strlen(password), n = 1;

    if (n_user == 0 || n_password == 0 || n_user > 255 || n_password > 255)
        return 0;
    out[0] = LOGIN_VERSION;
    n += put_text(out + n, user, n_user);
    return n + put_text(out + n, password, n_password);
}

size_t socks_write_request(uint8_t out[static SOCKS_MESSAGE_MOST], const char *host, uint16_t port)
{
    size_t len = strlen(host), n = 4;

    if (len == 0 || len > 255)
        return 0;
    out[0] = VERSION;
    out[1] = SOCKS_CONNECT;
    out[2] = 0;
    if (inet_pton(AF_INET, host, out + 4) == 1) {
        out[3] = ADDRESS_V4;
        n += 4;
    } else if (inet_pton(AF_INET6, host, out + 4) == 1) {
        out[3] = ADDRESS_V6;
        n += 16;
    } else {
        out[3] = ADDRESS_NAME;
        n += put_text(out + 4, host, len);
    }
    out[n] = (uint8_t)(port >> 8);
    out[n + 1] = (uint8_t)(port & 0xff);
    return n + 2;
}

enum socks_read socks_read_method(
    const uint8_t *bytes, size_t len, uint8_t *method, size_t *used, const char **why)
{
    if (!is_version(bytes, len, VERSION))
        return bad(why, "The answer is not SOCKS version 5 (RFC 1928 3).");
    if (len < 2)
        return SOCKS_NEED_MORE;
    *method = bytes[1];
    *used = 2;
    return SOCKS_READY;
}

enum socks_read socks_read_login_answer(
    const uint8_t *bytes, size_t len, bool *welcome, size_t *used, const char **why)
{
    /* Some proxies put the version of SOCKS where that of the login belongs. */
    if (!is_version(bytes, len, LOGIN_VERSION) && bytes[0] != VERSION)
        return bad(why, "The answer to the login is not of version 1 (RFC 1929 2).");
    if (len < 2)
        return SOCKS_NEED_MORE;
    *welcome = bytes[1] == 0;
    *used = 2;
    return SOCKS_READY;
}

enum socks_read socks_read_answer(
    const uint8_t *bytes, size_t len, uint8_t *answer, size_t *used, const char **why)
{
    struct cursor c = cursor_of(bytes, len), host;

    if (!is_version(bytes, len, VERSION))
        return bad(why, "The answer is not SOCKS version 5 (RFC 1928 6).");
    read_uint(&c, 1);
    *answer = (uint8_t)read_uint(&c, 1);
    /* A refusal says all it has to say in its second byte, and some proxies send no more. */
    if (!c.failed && *answer != SOCKS_DONE) {
        *used = len;
        return SOCKS_READY;
    }
    read_uint(&c, 1);
    uint32_t type = read_uint(&c, 1);
    if (c.failed)
        return SOCKS_NEED_MORE;
    if (type != ADDRESS_V4 && type != ADDRESS_NAME && type != ADDRESS_V6)
        return bad(why, "The answer has an unknown kind of address (RFC 1928 6).");
    bool whole = read_host(&c, type, &host);
    read_uint(&c, 2);
    if (!whole || c.failed)
        return SOCKS_NEED_MORE;
    *used = len - c.left;
    return SOCKS_READY;
}

const char *socks_answer_text(uint8_t answer)
{
    static const char *const texts[] = {
        [SOCKS_DONE] = "done",
        [SOCKS_FAILED] = "it failed in general",
        [SOCKS_FORBIDDEN] = "its rules do not allow this connection",
        [SOCKS_NET_UNREACHABLE] = "the network cannot be reached",
        [SOCKS_HOST_UNREACHABLE] = "the host cannot be reached",
        [SOCKS_REFUSED] = "the connection was refused",
        [SOCKS_TTL_OVER] = "the time to live is over",
        [SOCKS_BAD_COMMAND] = "it does not know the command",
        [SOCKS_BAD_ADDRESS] = "it does not know this kind of address",
    };

    return answer < sizeof texts / sizeof texts[0] ? texts[answer] : "an unknown code";
}
