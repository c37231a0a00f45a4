/* lab/phone.h - a phone of the lab: one connection to a proxy, made as a device in some plight
 * makes it. A program of its own plays it, so it may block; it trusts whatever it is shown unless
 * its plight is not to. */
#ifndef WHYTLS_LAB_PHONE_H
#define WHYTLS_LAB_PHONE_H

#include <netinet/in.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

enum phone_mood {
    PHONE_FINE = 0,     /* accepts us, asks and is answered */
    PHONE_REFUSES,      /* does not like our certificate, and says so */
    PHONE_LEAVES,       /* goes away while it holds our certificate */
    PHONE_CANCELS,      /* the same, and says that somebody wanted it so (alert 90) */
    PHONE_LINGERS,      /* asks, is answered, and leaves the connection open */
    PHONE_SPARE,        /* shakes hands, and closes without a request */
    PHONE_FALLS_SILENT, /* sends its ClientHello and nothing after it */
    PHONE_OLD,          /* speaks TLS 1.0 and 1.1 */
    PHONE_POOR,         /* has only cipher suites that we do not speak */
    PHONE_NAMELESS,     /* sends no server name */
    PHONE_HIDES,        /* hides the name behind that of a front (ECH) */
    PHONE_H2_ONLY,      /* offers HTTP/2 and nothing else */
    PHONE_SHOWS,        /* has a certificate of its own, and shows it to who asks */
    PHONE_ASKS,         /* no TLS: the request goes to the proxy as it is */
};

struct phone_visit {
    enum phone_mood mood;
    const char *host; /* of PHONE_ASKS: its whole URL */
    uint16_t port;
    const char *agent;  /* User-Agent */
    const char *method; /* NULL: GET */
    const char *header; /* one more header line without its end; NULL: none */
    const char *body;   /* NULL: none */
    int alert;          /* of PHONE_REFUSES: RFC 8446 §6; 0: 46, as Apple's stack says of most */
};

/* Who plays, and against whom. */
struct phone {
    struct sockaddr_in proxy;
    struct in_addr from; /* an address of this machine: the device */
};

/* One visit, from the connection to its end. False: the proxy cannot be reached. */
bool phone_visit(const struct phone *p, const struct phone_visit *v, struct err *e) MUST_USE;

#endif
