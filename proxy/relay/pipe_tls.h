/* relay/pipe_tls.h - a pipe through a pipe: plaintext on this side, TLS on the other. So that a
 * client that speaks TLS to the proxy itself is, to every later stage, a client like any other. */
#ifndef WHYTLS_RELAY_PIPE_TLS_H
#define WHYTLS_RELAY_PIPE_TLS_H

struct leg;
struct pipe;

/* Takes both: a pipe and a leg upon it whose handshake is done. What the leg holds already lies in
 * `in` at once, and is not told of. Reading goes on as the inner pipe stood: say pipe_want_read. A
 * pipe of its own in all its manners (net/pipe.h): its owner is told PIPE_EOF at close_notify or at
 * the end of the transport, PIPE_RESET when TLS breaks. */
struct pipe *pipe_tls_new(struct pipe *inner, struct leg *leg);

#endif
