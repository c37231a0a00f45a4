/* net/transparent_linux.c - netfilter: SO_ORIGINAL_DST for REDIRECT, the socket's own address for
 * TPROXY. */
#include "transparent.h"

#include <errno.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <string.h>

bool transparent_arm(int listening, enum transparent how, struct err *e)
{
    union addr at = {0};
    socklen_t len = sizeof at;
    int on = 1;

    if (how != TRANSPARENT_TPROXY)
        return true;
    if (getsockname(listening, &at.any, &len) != 0)
        return err_sys(e, "cannot tell what is listened to");
    bool v6 = at.any.sa_family == AF_INET6;
    if (setsockopt(listening, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
            v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, &on, sizeof on) == 0)
        return true;
    if (errno == EPERM)
        return err_set(e, ERR_SYSTEM,
            "--tproxy needs root, or the capability CAP_NET_ADMIN (setcap cap_net_admin+ep "
            "whytls); "
            "--transparent needs neither");
    return err_sys(e, "cannot take connections to foreign addresses (IP_TRANSPARENT)");
}

static bool own_address(int fd, union addr *out, struct err *e)
{
    socklen_t len = sizeof *out;

    return getsockname(fd, &out->any, &len) == 0 ||
           err_sys(e, "cannot tell where the connection was going");
}

bool transparent_destination(int accepted, enum transparent how, union addr *out, struct err *e)
{
    union addr own = {0};
    socklen_t len = sizeof *out;

    memset(out, 0, sizeof *out);
    if (!own_address(accepted, &own, e))
        return false;
    if (how != TRANSPARENT_REDIRECT) {
        *out = own;
        return true;
    }
    bool v6 = own.any.sa_family == AF_INET6;
    if (getsockopt(accepted, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
            v6 ? IP6T_SO_ORIGINAL_DST : SO_ORIGINAL_DST, out, &len) == 0)
        return addr_len(&out->any) != 0 ||
               err_set(e, ERR_SYSTEM, "netfilter tells a destination of another family");
    /* No entry: nobody rewrote it, the client came straight to us (ENOPROTOOPT when nothing on this
     * machine ever tracked a connection). */
    if (errno == ENOENT || errno == ENOPROTOOPT) {
        *out = own;
        return true;
    }
    return err_sys(e, "netfilter does not tell where the connection was going");
}
