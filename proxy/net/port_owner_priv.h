/* net/port_owner_priv.h - which process holds a TCP port? As far as Linux's /proc tells us. */
#ifndef WHYTLS_NET_PORT_OWNER_PRIV_H
#define WHYTLS_NET_PORT_OWNER_PRIV_H

#include <stdint.h>

enum { PORT_OWNER_CAP = 32 };

/* The process id of somebody who listens at the port, and its name; 0 when it cannot be told. */
int port_owner(uint16_t port, char name[static PORT_OWNER_CAP]);

#endif
