/* onboard/site.h - the proxy's own site, http://whytls.test/ and the proxy's own address: the
 * set-up page of a phone, the root in its forms, the test page, the proxy script.
 *
 * Requests in, whole responses out: no socket. No cookie, nothing from elsewhere; what it must
 * remember of a phone it tells the memory of devices. Shared, immutable once made: any thread.
 * Uses cert/, trust/, device/, base/. Used by relay/ and app/. */
#ifndef WHYTLS_ONBOARD_SITE_H
#define WHYTLS_ONBOARD_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

struct ca;
struct device_history;
struct history_key;
struct pinned_hosts;
struct signer;
struct site;

struct site_config {
    const struct ca *ca;               /* borrowed for the site's life */
    const struct pinned_hosts *pinned; /* or NULL; read now */
    const struct signer *signer;       /* of the profile; or NULL; read now */
};

/* One request, all borrowed. */
struct site_ask {
    const char *method, *path;
    const char *authority; /* whom it was sent to: "192.168.1.20:8080"; NULL: not told */
    const char *host;      /* where phones reach this proxy, as far as it knows; normal form */
    uint16_t port;
    const char *agent, *origin;
    bool through;    /* it came by way of the proxy, not straight to our address */
    bool tls;        /* inside TLS under our root, of which a certificate was shown */
    bool own_origin; /* `origin` is one of our own addresses */
    bool own_clock_wrong;
    int64_t now_ms;
    struct device_history *history;
    const struct history_key *key; /* who asks */
};

struct site *site_new(const struct site_config *config, struct err *e) MUST_USE;
void site_free(struct site *s);

/* whytls.test; and a name for a test page, which lies below it. In normal form (base/host.h). */
bool site_is_host(const char *host);
bool site_is_probe(const char *host);
extern const char SITE_HOST[];

/* The whole HTTP/1.1 response; it ends the connection. */
void site_answer(const struct site *s, const struct site_ask *ask, struct text *out);

#endif
