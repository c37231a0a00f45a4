#include "loss_priv.h"

enum pipe_loss socket_loss(int fd)
{
    (void)fd;
    return PIPE_LOSS_NONE;
}
