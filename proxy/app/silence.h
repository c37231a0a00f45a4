/* app/silence.h - a sink that keeps no flow: it tells, once, of a phone that was busy and of which
 * nothing is heard any more. iOS goes past a proxy that it cannot reach, so that silence is a
 * finding. Bounded: the phones that were heard of last. */
#ifndef WHYTLS_APP_SILENCE_H
#define WHYTLS_APP_SILENCE_H

#include <stddef.h>

struct clock;
struct sink;

/* Busy: so many connections, none longer than SILENCE_MS after the one before. */
enum { SILENCE_MS = 5 * 60 * 1000, SILENCE_BUSY = 10, SILENCE_PHONES_MOST = 256 };

struct silence_config {
    const struct clock *clock; /* borrowed until the sink is closed */
    void (*tell)(void *arg, const char *line);
    void *arg;
};

void silence_open(const struct silence_config *config, struct sink *out);

#endif
