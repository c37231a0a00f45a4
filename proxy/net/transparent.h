/* net/transparent.h - connections that a gateway turned to us: where did the client want to go?
 *
 * The client knows of no proxy; the firewall of this machine brought its connection here. With
 * REDIRECT the firewall rewrote the destination and remembers it, with TPROXY the accepted socket
 * has the destination for its own address. One interface; transparent_linux.c asks netfilter,
 * transparent_pf.c the pf of macOS and the BSDs, transparent_none.c says that this system has
 * neither. Thread: any. */
#ifndef WHYTLS_NET_TRANSPARENT_H
#define WHYTLS_NET_TRANSPARENT_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"
#include "net/addr.h"

enum transparent {
    TRANSPARENT_NONE = 0, /* clients name the site themselves */
    TRANSPARENT_REDIRECT, /* nftables redirect, pf rdr-to */
    TRANSPARENT_TPROXY,   /* nftables tproxy, pf divert-to */
};

/* Makes a listening socket take what the firewall brings to it. Only TPROXY has something to do,
 * and on Linux wants CAP_NET_ADMIN for it. */
bool transparent_arm(int listening, enum transparent how, struct err *e) MUST_USE;
/* The destination that the client of an accepted connection named. False: the firewall does not
 * know it, *e says why. A client that connected straight to our own port gets that port. */
bool transparent_destination(
    int accepted, enum transparent how, union addr *out, struct err *e) MUST_USE;

#endif
