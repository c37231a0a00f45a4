/* net/pipe_socket.h - the pipe that is a connected TCP socket. */
#ifndef WHYTLS_NET_PIPE_SOCKET_H
#define WHYTLS_NET_PIPE_SOCKET_H

#include "net/pipe.h"

struct loop;

/* Unread bytes in `in`; above it reading pauses by itself until the owner took half of them. The
 * relay stops earlier. */
enum { PIPE_IN_MOST = 320 * 1024 };

/* Takes the descriptor: connected, non-blocking. Nothing is read, nor an end noticed, before
 * pipe_want_read(p, true). Sending is tried at once: PIPE_SPACE comes only after a pipe_send that
 * left something behind. When a send fails, what the peer had sent before is still handed over,
 * then PIPE_RESET: it may be the alert that says why. */
struct pipe *pipe_socket_new(struct loop *l, int fd);

#endif
