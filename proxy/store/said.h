/* store/said.h - the body of a message as a reader would see it, content codings undone. Pure. */
#ifndef WHYTLS_STORE_SAID_H
#define WHYTLS_STORE_SAID_H

#include <stdbool.h>

#include "base/text.h"

struct spoken_message;

/* Undone of one body at most. */
enum { SAID_BODY_MOST = 1024 * 1024 };

/* Appends the body of which the beginning was kept. False: it is not all there is, since it was
 * cut, or its coding is not known. */
bool said_body(const struct spoken_message *m, struct text *out);

#endif
