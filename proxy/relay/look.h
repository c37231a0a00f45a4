/* relay/look.h - bytes on their way are looked at where they lie. Private to relay/. */
#ifndef WHYTLS_RELAY_LOOK_H
#define WHYTLS_RELAY_LOOK_H

#include <stddef.h>

struct evbuffer;

/* Shows all of them, in order and in pieces as they lie there; none is taken out. */
void look_along(
    struct evbuffer *bytes, void (*see)(void *arg, const void *piece, size_t n), void *arg);

#endif
