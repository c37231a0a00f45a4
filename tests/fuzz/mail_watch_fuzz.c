/* tests/fuzz/mail_watch_fuzz.c - a hostile mail program and a hostile server. First byte: the
 * protocol. Then turns: a byte that says whose and how long, and its bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/mail_watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HELD_MOST = 32 * 1024 };

struct side {
    uint8_t held[HELD_MOST];
    size_t n;
};

static struct side sides[2];

/* What may go on goes; what is over lets nothing go, and stays over. */
static void hand_in(struct mail_watch *w, int which, const uint8_t *bytes, size_t n)
{
    struct side *s = &sides[which];
    enum mail_watch_state before = w->state;

    n = n < HELD_MOST - s->n ? n : HELD_MOST - s->n;
    memcpy(s->held + s->n, bytes, n);
    s->n += n;
    uint8_t *exact = malloc(s->n ? s->n : 1); /* so that a read past the end is seen */
    memcpy(exact, s->held, s->n);
    size_t passed = (which ? mail_watch_client : mail_watch_server)(w, exact, s->n);
    free(exact);
    if (passed > s->n || (before != WATCH_TALKING && w->state != before))
        abort();
    if ((before == WATCH_UPGRADED || before == WATCH_INJECTED) && passed)
        abort();
    memmove(s->held, s->held + passed, s->n - passed);
    s->n -= passed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mail_watch w;

    if (size < 1)
        return 0;
    sides[0].n = sides[1].n = 0;
    mail_watch_init(&w, (enum mail_protocol)(1 + data[0] % 5));
    for (size_t at = 1; at < size;) {
        int which = data[at] & 1;
        size_t n = data[at] >> 1;

        at++;
        n = n < size - at ? n : size - at;
        hand_in(&w, which, data + at, n);
        hand_in(&w, !which, (const uint8_t *)"", 0);
        at += n;
    }
    if (w.n_awaited > WATCH_REPLIES_MOST || strlen(w.words) >= sizeof w.words ||
        strlen(w.tag) >= sizeof w.tag)
        abort();
    mail_watch_fini(&w);
    return 0;
}
