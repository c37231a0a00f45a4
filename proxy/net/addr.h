/* net/addr.h - socket addresses as text, and what kind of place they name. IPv4 inside IPv6
 * (::ffff:a.b.c.d) counts, and is shown, as IPv4.
 *
 * Pure. An address of another family (getifaddrs gives AF_PACKET, too) is equal to nothing and has
 * no properties. */
#ifndef WHYTLS_NET_ADDR_H
#define WHYTLS_NET_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/attrib.h"

/* An IPv6 text of 45 characters, '%', a scope id; with brackets and a port. */
enum { ADDR_TEXT_CAP = 64 };

/* Small storage for the two families that are spoken here. */
union addr {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* "192.0.2.7", "2001:db8::7"; "?" for another family. */
const char *addr_text(char buf[static ADDR_TEXT_CAP], const struct sockaddr *a);
/* "192.0.2.7:80", "[2001:db8::7]:80" */
const char *addr_port_text(char buf[static ADDR_TEXT_CAP], const struct sockaddr *a);
/* "192.0.2.7:80", "[2001:db8::7]:80", both also without the port, and a bare "2001:db8::7". Without
 * a port, default_port is taken; -1 means that it must be there. No names, no scope ids. */
bool addr_parse(const char *text, int default_port, struct sockaddr_storage *out) MUST_USE;
/* Size for bind and connect; 0 for another family. */
unsigned addr_len(const struct sockaddr *a);
uint16_t addr_port(const struct sockaddr *a);
void addr_set_port(struct sockaddr *a, uint16_t port);
/* The same host; ports are not looked at. */
bool addr_equal(const struct sockaddr *a, const struct sockaddr *b);
bool addr_is_any(const struct sockaddr *a); /* 0.0.0.0 or :: */
/* 127.0.0.0/8 or ::1 */
bool addr_is_loopback(const struct sockaddr *a);
/* 169.254.0.0/16 or fe80::/10 */
bool addr_is_link_local(const struct sockaddr *a);
/* Not of the public Internet: loopback, link-local, RFC 1918, RFC 6598 (carrier NAT), fc00::/7 (RFC
 * 4193). */
bool addr_is_private(const struct sockaddr *a);

#endif
