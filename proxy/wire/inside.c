#include "inside.h"

#include <stdbool.h>
#include <string.h>

static bool begins(const uint8_t *bytes, size_t len, const char *with, size_t n)
{
    return len >= n && memcmp(bytes, with, n) == 0;
}

/* A packet CONNECT, its length in one to four bytes, then the name of the protocol (MQTT 5.0 §2.1.4
 * and §3.1; 3.1 was called otherwise). */
static bool is_mqtt(const uint8_t *bytes, size_t len)
{
    size_t at = 1;

    if (len < 2 || bytes[0] != 0x10)
        return false;
    while (at < 4 && at < len && bytes[at] & 0x80)
        at++;
    if (at < len && bytes[at] & 0x80)
        return false;
    at++;
    return at < len && (begins(bytes + at, len - at, "\0\4MQTT", 6) ||
                           begins(bytes + at, len - at, "\0\6MQIsdp", 8));
}

/* A sequence of a number and a request (RFC 4511 §4.1.1): bind, search, unbind or extended. */
static bool is_ldap(const uint8_t *bytes, size_t len)
{
    size_t header = len > 1 && bytes[1] & 0x80 ? 2u + (bytes[1] & 0x7f) : 2u;

    if (len < 2 || bytes[0] != 0x30 || header > 6 || len < header + 4)
        return false;
    const uint8_t *id = bytes + header;
    if (id[0] != 0x02 || id[1] == 0 || id[1] > 4 || len < header + 3u + id[1])
        return false;
    uint8_t request = id[2 + id[1]];
    return request == 0x60 || request == 0x63 || request == 0x42 || request == 0x77;
}

const char *inside_name(const uint8_t *bytes, size_t len)
{
    if (is_mqtt(bytes, len))
        return "mqtt";
    if (is_ldap(bytes, len))
        return "ldap";
    if (begins(bytes, len, "<?xml", 5) || begins(bytes, len, "<stream:", 8))
        return "xmpp"; /* RFC 6120 §4.2 */
    if (begins(bytes, len, "AMQP", 4))
        return "amqp";
    return "unknown";
}
