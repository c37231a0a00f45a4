/* net/dial_error.h - why a site was not reached, as far as this machine can tell. Pure. Used by
 * net/, flow/, relay/, explain/. */
#ifndef WHYTLS_NET_DIAL_ERROR_H
#define WHYTLS_NET_DIAL_ERROR_H

#include "net/resolve.h"

enum dial_error {
    DIAL_OK = 0,
    DIAL_NXDOMAIN,
    DIAL_SERVFAIL,
    DIAL_DNS_TIMEOUT, /* by name */
    DIAL_REFUSED,
    DIAL_TIMEOUT,
    DIAL_UNREACHABLE,
    DIAL_RESET, /* by address */
    /* by a proxy beyond us (net/dial_upstream.h) */
    DIAL_PROXY_LOGIN,       /* it wants a login, or another one */
    DIAL_PROXY_REFUSED,     /* it does not let us through to this host */
    DIAL_PROXY_FAILED,      /* it did not get there, or cannot be understood */
    DIAL_PROXY_UNREACHABLE, /* it was not reached itself */
    DIAL_FORBIDDEN,         /* our own listener, or our own host asked for by another machine */
};

/* The word of the flow record: nxdomain, servfail, timeout, refused, unreachable, reset;
 * proxy-login, proxy-refused, proxy-failed, proxy-unreachable; forbidden.
 * NULL for DIAL_OK. */
const char *dial_error_name(enum dial_error e);

enum dial_error dial_error_of_errno(int e);
enum dial_error dial_error_of_lookup(enum resolve_error e);
/* Of several addresses that failed differently, the one with the most is told: it says most about
 * the site. */
int dial_error_weight(enum dial_error e);

#endif
