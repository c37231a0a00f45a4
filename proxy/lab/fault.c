#include "fault.h"

#include <stdbool.h>

enum { RECORD_HEAD = 5, RECORD_HANDSHAKE = 22 };

/* The first record is what a client sends before it waits; a hello that is spread over more is not
 * read on. */
static bool hello_is_here(const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return false;
    if (bytes[0] != RECORD_HANDSHAKE || len >= FAULT_HELLO_MOST)
        return true;
    return len >= RECORD_HEAD && len - RECORD_HEAD >= (size_t)(bytes[3] << 8 | bytes[4]);
}

enum fault_act fault_next(enum lab_way way, const uint8_t *bytes, size_t len)
{
    if (way == WAY_PLAIN || way == WAY_SSH)
        return len > 0 ? FAULT_ANSWER : FAULT_WAIT;
    if (!hello_is_here(bytes, len))
        return FAULT_WAIT;
    if (way == WAY_RESET)
        return FAULT_RESET;
    return way == WAY_STALL ? FAULT_STALL : FAULT_CLOSE;
}

const char *fault_plain_text(enum lab_way way)
{
    if (way == WAY_SSH)
        return "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"; /* RFC 4253 §4.2 */
    return "HTTP/1.1 400 Bad Request\r\n"
           "Content-Type: text/html; charset=utf-8\r\n"
           "Content-Length: 44\r\n"
           "Connection: close\r\n"
           "\r\n"
           "<!doctype html><title>400</title>No TLS here";
}
