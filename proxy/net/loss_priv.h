/* net/loss_priv.h - what the kernel knows of packets that went missing. Thread: any. */
#ifndef WHYTLS_NET_LOSS_PRIV_H
#define WHYTLS_NET_LOSS_PRIV_H

#include "pipe.h"

/* Of a TCP socket, as it stands now. */
enum pipe_loss socket_loss(int fd);

#endif
