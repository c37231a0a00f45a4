/* fetch/url_priv.h - an address out of a certificate: may it be asked, and of whom? Pure. */
#ifndef WHYTLS_FETCH_URL_PRIV_H
#define WHYTLS_FETCH_URL_PRIV_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/attrib.h"
#include "base/host.h"
#include "fetch_priv.h"

struct fetch_url {
    char host[HOST_CAP]; /* normal form */
    uint16_t port;
};

/* False: not plain http, with a name and password, without a host, too long, or with bytes that no
 * address has. */
bool url_read(const char *url, struct fetch_url *out) MUST_USE;
/* May a fetch of this reach connect there? Link-local addresses never. */
bool url_may(enum fetch_reach reach, const struct sockaddr *to);
/* The reach that a site at this address ("192.0.2.7:443"; NULL: unknown) allows. */
enum fetch_reach url_reach_of(const char *site_address);

#endif
