/* lab/hole.h - addresses on which nobody answers, kept for as long as the hole is open. */
#ifndef WHYTLS_LAB_HOLE_H
#define WHYTLS_LAB_HOLE_H

#include <netinet/in.h>
#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"

enum { HOLE_FILL_MOST = 8 };

struct hole {
    int fd; /* -1: closed */
    int fill[HOLE_FILL_MOST];
    int n_fill;
    struct sockaddr_in at;
};

void hole_init(struct hole *h);
/* A port that is bound and not listened on: a SYN is answered by RST, and nobody else can take the
 * port. */
bool hole_open_refusing(struct hole *h, struct err *e) MUST_USE;
/* A port whose queue of connections is full: Linux drops a SYN to it without a word, as a firewall
 * would. */
bool hole_open_silent(struct hole *h, struct err *e) MUST_USE;
void hole_close(struct hole *h);

#endif
