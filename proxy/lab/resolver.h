/* lab/resolver.h - the lab's own name server (RFC 1035 §4): what it says of the names of entries
 * that fail by DNS. Over UDP on loopback, on the lab's thread.
 *
 * The addresses that it gives are nobody's: 10.66.0.0/16 for private ones, 198.18.0.0/15 (RFC 2544)
 * for public ones, 127.66.0.0/16 for sinkholes, 2001:db8:66::/48 (RFC 3849). Whoever connects to
 * one asks lab_turn where it is. */
#ifndef WHYTLS_LAB_RESOLVER_H
#define WHYTLS_LAB_RESOLVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct event_base;
struct lab_resolver;
struct sockaddr;
struct sockaddr_in;

enum { RESOLVER_MESSAGE_MOST = 512 }; /* RFC 1035 §2.3.4, of UDP */

/* Answers one message; 0: with silence. Pure. */
size_t resolver_answer(const uint8_t *query, size_t len, uint8_t out[static RESOLVER_MESSAGE_MOST]);
/* In which of its nets an address lies. Pure. */
enum resolver_net {
    RESOLVER_ELSEWHERE = 0, /* in none */
    RESOLVER_ENTRY,         /* the low bits of an IPv4 address are the entry's place in the table */
    RESOLVER_DEAD,          /* nobody answers there */
};
enum { RESOLVER_ENTRY_MASK = 0xffff };
enum resolver_net resolver_net_of(const struct sockaddr *address);

struct lab_resolver *lab_resolver_open(
    struct event_base *base, struct sockaddr_in *at, struct err *e) MUST_USE;
void lab_resolver_close(struct lab_resolver *r); /* NULL is fine */

#endif
