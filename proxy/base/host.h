/* base/host.h - host names and addresses as text: one normal form, and what kind of name it is.
 * Home of libidn2 (IDNA2008) and libpsl (public suffixes). */
#ifndef WHYTLS_BASE_HOST_H
#define WHYTLS_BASE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"

enum { HOST_CAP = 256 }; /* RFC 1035 §2.3.4: 255 octets, and NUL */

/* The normal form of a host that a client named: lower case, A-labels, no trailing dot, an IPv6
 * literal without brackets in RFC 5952 form. False for what can be no host (empty, label over 63,
 * odd characters, bad literal). */
bool host_normalise(const char *text, size_t n, char out[static HOST_CAP]) MUST_USE;
/* "host:port", "[v6]:port", "host"; the port is default_port when absent (0: it must be there). */
bool host_port_parse(const char *text, size_t n, uint16_t default_port, char host[static HOST_CAP],
    uint16_t *port) MUST_USE;
bool host_is_ip(const char *host); /* an IPv4 or IPv6 literal */
/* Private, loopback or link-local address; .local, .lan, .internal, .home.arpa, localhost; a single
 * label. */
bool host_is_local(const char *host);
/* Registrable domain (public suffix list), borrowed from `host`; NULL when there is none. */
const char *host_site(const char *host);
/* True when `*.suffix` would stand directly before a public suffix of the ICANN part of the list
 * ("co.uk"). */
bool host_is_public_suffix(const char *suffix);
/* The same of the whole list, under which customers of one company are strangers as well
 * ("s3.amazonaws.com"). */
bool host_is_any_suffix(const char *suffix);
/* "host:port", with brackets when the host is an IPv6 literal. */
const char *host_port_text(char *buf, size_t cap, const char *host, uint16_t port);

#endif
