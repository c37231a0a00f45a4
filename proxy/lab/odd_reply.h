/* lab/odd_reply.h - sites whose TLS is in order and whose HTTP is not: what they answer, by name.
 * Pure. */
#ifndef WHYTLS_LAB_ODD_REPLY_H
#define WHYTLS_LAB_ODD_REPLY_H

#include <stdbool.h>

enum { ODD_MISSING = 1000 }; /* bytes that a reply which breaks off is short of */

/* NULL stands for the usual. All static. */
struct odd_reply {
    const char *host;
    const char *status;
    const char *headers; /* whole lines */
    const char *body;    /* HTML */
    bool breaks_off;     /* announces more than it sends, and closes */
};

const struct odd_reply *odd_reply_of(const char *host);

#endif
