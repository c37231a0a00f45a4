/* net/transparent_pf.c - pf of OpenBSD, FreeBSD and macOS: DIOCNATLOOK for rdr-to, the socket's own
 * address for divert-to (OpenBSD; ipfw fwd on FreeBSD does the same). */
#include "transparent.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <net/if.h>
#include <netinet/in.h>

#ifdef __APPLE__
/* The SDK leaves net/pfvar.h out; what the kernel (XNU, bsd/net/pfvar.h) reads and writes. */
enum { PF_OUT = 2 };

union pf_port {
    uint16_t port; /* network order */
    uint32_t spi;
};

struct pfioc_natlook {
    uint8_t saddr[16], daddr[16], rsaddr[16], rdaddr[16];
    union pf_port sxport, dxport, rsxport, rdxport;
    sa_family_t af;
    uint8_t proto, proto_variant, direction;
};

#define DIOCNATLOOK _IOWR('D', 23, struct pfioc_natlook)
#define LOOK_PORT(look, which) ((look)->which##xport.port)
#else
#include <net/pfvar.h>
/* Some make macros of these; our union addr has members of the same names. */
#undef v4
#undef v6
#define LOOK_PORT(look, which) ((look)->which##port)
#endif

bool transparent_arm(int listening, enum transparent how, struct err *e)
{
    if (how != TRANSPARENT_TPROXY)
        return true;
#ifdef SO_BINDANY
    int on = 1;

    return setsockopt(listening, SOL_SOCKET, SO_BINDANY, &on, sizeof on) == 0 ||
           err_sys(e, "cannot take connections to foreign addresses (SO_BINDANY)");
#else
    (void)listening;
    return err_set(e, ERR_USAGE, "--tproxy is not possible on this system; take --transparent");
#endif
}

/* The bytes of the address alone; *n is 4 or 16. */
static void *bytes_of(union addr *a, size_t *n)
{
    *n = a->any.sa_family == AF_INET ? sizeof a->v4.sin_addr : sizeof a->v6.sin6_addr;
    return a->any.sa_family == AF_INET ? (void *)&a->v4.sin_addr : (void *)&a->v6.sin6_addr;
}

static void put_ends(struct pfioc_natlook *look, union addr *client, union addr *own)
{
    size_t n;

    look->af = client->any.sa_family;
    look->proto = IPPROTO_TCP;
    look->direction = PF_OUT; /* as the client's packets leave pf, towards us */
    memcpy(&look->saddr, bytes_of(client, &n), n);
    memcpy(&look->daddr, bytes_of(own, &n), n);
    LOOK_PORT(look, s) = htons(addr_port(&client->any));
    LOOK_PORT(look, d) = htons(addr_port(&own->any));
}

static void take_end(const struct pfioc_natlook *look, union addr *out)
{
    size_t n;

    memset(out, 0, sizeof *out);
    out->any.sa_family = look->af;
    void *bytes = bytes_of(out, &n);
    memcpy(bytes, &look->rdaddr, n);
    addr_set_port(&out->any, ntohs(LOOK_PORT(look, rd)));
}

/* /dev/pf is opened each time: who holds it may read the whole firewall. */
static int look_up(struct pfioc_natlook *look)
{
    int pf = open("/dev/pf", O_RDONLY | O_CLOEXEC), failed = 0;

    if (pf < 0)
        return errno;
    if (ioctl(pf, DIOCNATLOOK, look) != 0)
        failed = errno;
    close(pf);
    return failed;
}

bool transparent_destination(int accepted, enum transparent how, union addr *out, struct err *e)
{
    union addr client = {0}, own = {0};
    socklen_t client_len = sizeof client, own_len = sizeof own;
    struct pfioc_natlook look = {0};

    memset(out, 0, sizeof *out);
    if (getpeername(accepted, &client.any, &client_len) != 0 ||
        getsockname(accepted, &own.any, &own_len) != 0)
        return err_sys(e, "cannot tell where the connection was going");
    if (addr_len(&own.any) == 0 || client.any.sa_family != own.any.sa_family)
        return err_set(e, ERR_SYSTEM, "a connection of another family");
    *out = own;
    if (how != TRANSPARENT_REDIRECT)
        return true;
    put_ends(&look, &client, &own);
    errno = look_up(&look);
    if (errno == 0)
        take_end(&look, out);
    if (errno == 0 || errno == ENOENT) /* ENOENT: nobody rewrote it */
        return true;
    return err_sys(e, "pf (/dev/pf) does not tell where the connection was going");
}
