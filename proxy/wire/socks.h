/* wire/socks.h - SOCKS version 5 (RFC 1928) with user and password (RFC 1929), both ends of it:
 * what a client says to us, and what a proxy beyond us answers. Pure; strict; nothing is kept.
 *
 * Every reader looks at the bytes that have come so far and says whether the message is whole;
 * then *used is its length, and bytes behind it belong to the next one. */
#ifndef WHYTLS_WIRE_SOCKS_H
#define WHYTLS_WIRE_SOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/host.h"

/* The longest message of either end: a login of two texts of 255 octets (RFC 1929 §2). */
enum { SOCKS_MESSAGE_MOST = 3 + 2 * 255, SOCKS_TEXT_CAP = 256 };

/* RFC 1928 §3 */
enum { SOCKS_NO_LOGIN = 0x00, SOCKS_PASSWORD = 0x02, SOCKS_NO_METHOD = 0xff };

/* RFC 1928 §4 */
enum socks_command { SOCKS_CONNECT = 1, SOCKS_BIND = 2, SOCKS_UDP = 3 };

/* RFC 1928 §6 */
enum socks_answer {
    SOCKS_DONE = 0,
    SOCKS_FAILED = 1,
    SOCKS_FORBIDDEN = 2,
    SOCKS_NET_UNREACHABLE = 3,
    SOCKS_HOST_UNREACHABLE = 4,
    SOCKS_REFUSED = 5,
    SOCKS_TTL_OVER = 6,
    SOCKS_BAD_COMMAND = 7,
    SOCKS_BAD_ADDRESS = 8,
};

enum socks_read { SOCKS_NEED_MORE = 0, SOCKS_BAD, SOCKS_READY };

/* The methods that a client can do, of those that we can. */
struct socks_greeting {
    bool no_login, password;
};

struct socks_login {
    char user[SOCKS_TEXT_CAP], password[SOCKS_TEXT_CAP];
};

struct socks_request {
    uint8_t command; /* one that is in enum socks_command, or any other */
    char host[HOST_CAP];
    uint16_t port;
};

/* --- as a server: what clients say --- */
/* SOCKS_BAD: *why is a sentence. */
enum socks_read socks_read_greeting(
    const uint8_t *bytes, size_t len, struct socks_greeting *out, size_t *used, const char **why);
enum socks_read socks_read_login(
    const uint8_t *bytes, size_t len, struct socks_login *out, size_t *used, const char **why);
/* A bad address or name is SOCKS_BAD with *answer set to what the client is to be told. */
enum socks_read socks_read_request(const uint8_t *bytes, size_t len, struct socks_request *out,
    size_t *used, enum socks_answer *answer, const char **why);
/* Bytes written; `answer` goes with an address of zeros, because the site is not dialled yet. */
size_t socks_write_method(uint8_t out[static SOCKS_MESSAGE_MOST], uint8_t method);
size_t socks_write_login_answer(uint8_t out[static SOCKS_MESSAGE_MOST], bool welcome);
size_t socks_write_answer(uint8_t out[static SOCKS_MESSAGE_MOST], enum socks_answer answer);

/* --- as a client: what the proxy beyond us says --- */
/* with_login: user and password can be offered. */
size_t socks_write_greeting(uint8_t out[static SOCKS_MESSAGE_MOST], bool with_login);
/* 0 when a text is empty or longer than 255 octets. */
size_t socks_write_login(
    uint8_t out[static SOCKS_MESSAGE_MOST], const char *user, const char *password);
/* CONNECT to a host in normal form: an address as such, a name to be resolved over there. 0 when
 * it is too long. */
size_t socks_write_request(uint8_t out[static SOCKS_MESSAGE_MOST], const char *host, uint16_t port);
enum socks_read socks_read_method(
    const uint8_t *bytes, size_t len, uint8_t *method, size_t *used, const char **why);
enum socks_read socks_read_login_answer(
    const uint8_t *bytes, size_t len, bool *welcome, size_t *used, const char **why);
enum socks_read socks_read_answer(
    const uint8_t *bytes, size_t len, uint8_t *answer, size_t *used, const char **why);

/* "connection refused", in lower case; never NULL. */
const char *socks_answer_text(uint8_t answer);

#endif
