/* web/guard.h - who may ask: the token of this installation, the session that it is exchanged for,
 * and the Host and Origin of a request.
 *
 * A page from elsewhere that has its own name point to this machine (DNS rebinding) says that name
 * in Host; one that posts to us says its own Origin. A request through the proxy says whatever it
 * likes, and is kept away by app/reach.h. Private to web/. */
#ifndef WHYTLS_WEB_GUARD_H
#define WHYTLS_WEB_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/attrib.h"
#include "base/err.h"

struct request;

enum { GUARD_SECRET_CAP = 44 }; /* 32 bytes in Base64url (RFC 4648 §5), 43 characters */

struct guard {
    char token[GUARD_SECRET_CAP];   /* shown to the owner, at start */
    char session[GUARD_SECRET_CAP]; /* the cookie's value */
    struct sockaddr_storage at;     /* where we listen */
};

extern const char GUARD_COOKIE[];

/* Reads both secrets from FOLDER, so that a browser's session outlives a restart; makes them when
 * they are missing, readable by the owner alone. */
bool guard_open(struct guard *g, const char *folder, struct err *e) MUST_USE;

/* The name by which it was asked is one that only this machine has: its address, or localhost. */
bool guard_host_is_ours(const struct guard *g, const char *host);
/* `origin` is "http://" and the host that was asked, which is ours. */
bool guard_origin_is_ours(const struct guard *g, const char *origin, const char *host);
/* A page of another origin has made the browser ask (Fetch Metadata, Sec-Fetch-Site). */
bool guard_is_from_elsewhere(const struct request *r);
bool guard_token_fits(const struct guard *g, const char *token, size_t len);

enum guard_key { GUARD_NOBODY = 0, GUARD_SESSION, GUARD_BEARER };

/* What the request has proved. */
enum guard_key guard_key_of(const struct guard *g, const struct request *r);

#endif
