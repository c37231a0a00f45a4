/* relay/guests.h - who may use the proxy, when it asks for a login: users with their passwords.
 * Filled before the threads start, then read only; shared by all of them. */
#ifndef WHYTLS_RELAY_GUESTS_H
#define WHYTLS_RELAY_GUESTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"

struct guests;

/* RFC 1929 §2 lets a user and a password have 255 octets each. */
enum { GUESTS_MOST = 256, GUEST_TEXT_MOST = 255 };

struct guests *guests_new(void);
void guests_free(struct guests *g);
/* "USER:PASSWORD", or "@FILE" with one of them a line (# begins a comment). */
bool guests_add(struct guests *g, const char *text, struct err *e) MUST_USE;
size_t guests_count(const struct guests *g);
/* How long it takes tells nothing of how much was right. */
bool guests_know(const struct guests *g, const char *user, const char *password);
/* The same of the value of a Proxy-Authorization field of scheme Basic (RFC 7617); NULL is nobody.
 */
bool guests_know_basic(const struct guests *g, const char *credentials);

#endif
