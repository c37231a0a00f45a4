#include "hole.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

void hole_init(struct hole *h)
{
    *h = (struct hole){.fd = -1};
}

bool hole_open_refusing(struct hole *h, struct err *e)
{
    socklen_t len = sizeof h->at;

    h->at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    h->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (h->fd < 0 || bind(h->fd, (struct sockaddr *)&h->at, len) != 0 ||
        getsockname(h->fd, (struct sockaddr *)&h->at, &len) != 0)
        return err_sys(e, "a port of 127.0.0.1");
    return true;
}

/* tcp(7): of a listening socket tcpi_unacked is the length of the queue, tcpi_sacked the longest
 * that is allowed; one more than that fits in. */
static bool queue_is_full(int fd)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
           info.tcpi_unacked > info.tcpi_sacked;
}

bool hole_open_silent(struct hole *h, struct err *e)
{
    if (!hole_open_refusing(h, e))
        return false;
    if (listen(h->fd, 0) != 0)
        return err_sys(e, "listening on 127.0.0.1");
    while (h->n_fill < HOLE_FILL_MOST && !queue_is_full(h->fd)) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0)
            return err_sys(e, "a socket");
        h->fill[h->n_fill++] = fd;
        /* Over loopback the handshake is over when connect gives EINPROGRESS. */
        if (connect(fd, (struct sockaddr *)&h->at, sizeof h->at) != 0 && errno != EINPROGRESS)
            return err_sys(e, "connecting to 127.0.0.1");
    }
    return true;
}

void hole_close(struct hole *h)
{
    while (h->n_fill > 0)
        close(h->fill[--h->n_fill]);
    if (h->fd >= 0)
        close(h->fd);
    h->fd = -1;
}
