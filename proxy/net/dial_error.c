#include "dial_error.h"

#include <errno.h>
#include <stddef.h>

const char *dial_error_name(enum dial_error e)
{
    switch (e) {
    case DIAL_OK:
        return NULL;
    case DIAL_NXDOMAIN:
        return "nxdomain";
    case DIAL_SERVFAIL:
        return "servfail";
    case DIAL_DNS_TIMEOUT:
    case DIAL_TIMEOUT:
        return "timeout";
    case DIAL_REFUSED:
        return "refused";
    case DIAL_UNREACHABLE:
        return "unreachable";
    case DIAL_RESET:
        return "reset";
    case DIAL_PROXY_LOGIN:
        return "proxy-login";
    case DIAL_PROXY_REFUSED:
        return "proxy-refused";
    case DIAL_PROXY_FAILED:
        return "proxy-failed";
    case DIAL_PROXY_UNREACHABLE:
        return "proxy-unreachable";
    case DIAL_FORBIDDEN:
        return "forbidden";
    }
    return NULL;
}

enum dial_error dial_error_of_errno(int e)
{
    switch (e) {
    case ECONNREFUSED:
        return DIAL_REFUSED;
    case ETIMEDOUT:
        return DIAL_TIMEOUT;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
        return DIAL_RESET;
    default: /* no route, no such network, forbidden by a firewall of this machine */
        return DIAL_UNREACHABLE;
    }
}

enum dial_error dial_error_of_lookup(enum resolve_error e)
{
    switch (e) {
    case RESOLVE_OK:
        return DIAL_OK;
    case RESOLVE_NXDOMAIN:
    case RESOLVE_NO_ADDRESS:
        return DIAL_NXDOMAIN;
    case RESOLVE_SERVFAIL:
    case RESOLVE_REFUSED:
    case RESOLVE_BOGUS:
        return DIAL_SERVFAIL;
    case RESOLVE_UNREACHABLE:
    case RESOLVE_TIMEOUT:
        return DIAL_DNS_TIMEOUT;
    }
    return DIAL_SERVFAIL;
}

int dial_error_weight(enum dial_error e)
{
    switch (e) {
    case DIAL_REFUSED:
        return 4;
    case DIAL_RESET:
        return 3;
    case DIAL_TIMEOUT:
        return 2;
    case DIAL_UNREACHABLE:
        return 1;
    case DIAL_OK:
    case DIAL_NXDOMAIN:
    case DIAL_SERVFAIL:
    case DIAL_DNS_TIMEOUT:
    case DIAL_PROXY_LOGIN:
    case DIAL_PROXY_REFUSED:
    case DIAL_PROXY_FAILED:
    case DIAL_PROXY_UNREACHABLE:
    case DIAL_FORBIDDEN:
        break;
    }
    return 0;
}
