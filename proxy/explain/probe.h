/* explain/probe.h - one TLS handshake with a site, and a short look at what follows it: a site that
 * wants a client certificate says so only then (RFC 8446 §4.4.2.4). Private to explain/. */
#ifndef WHYTLS_EXPLAIN_PROBE_H
#define WHYTLS_EXPLAIN_PROBE_H

#include "base/text.h"
#include "explain.h"
#include "flow/flow.h"
#include "net/dial.h"
#include "tls/leg.h"

struct dialer;
struct loop;
struct loop_timer;
struct resolver;

struct probe {
    /* How it is asked, set before probe_run; zeroed: as an iPhone would. */
    bool wide;             /* as leg_server_ask.wide */
    const char *other_sni; /* instead of the host's; NULL: that one */
    const struct explain_ask *ask;
    struct loop *loop;
    struct resolver *resolver;
    struct dialer *dialer;
    struct loop_timer *beat;
    struct dial_result dialled;
    struct leg *leg;
    struct pipe *pipe;
    struct err *error;
    struct text hello;         /* our ClientHello, as it went out */
    struct mail_talk mail;     /* until TLS begins; without STARTTLS it stands at MAIL_READY */
    int64_t began_ms, open_ms; /* steady; open_ms 0: not yet */
    bool eof, reset, late, failed;
};

bool probe_run(struct probe *p, const struct explain_ask *ask, struct err *e) MUST_USE;
void probe_fini(struct probe *p);

#endif
