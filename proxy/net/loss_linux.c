#include "loss_priv.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum pipe_loss socket_loss(int fd)
{
    struct tcp_info info = {0}; /* an older kernel fills in less of it: the rest stays 0 */
    socklen_t len = sizeof info;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return PIPE_LOSS_NONE;
    /* A service that hangs has a kernel that acknowledges in its stead. */
    if (info.tcpi_unacked > 0 && info.tcpi_retransmits > 0)
        return PIPE_LOSS_SENT;
    return info.tcpi_rcv_ooopack > 0 ? PIPE_LOSS_RECEIVED : PIPE_LOSS_NONE;
}
