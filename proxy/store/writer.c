#include "writer.h"

#include <inttypes.h>
#include <string.h>

#include <stdatomic.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/mem.h"
#include "base/thread.h"
#include "flow/flow.h"
#include "flow/spoken.h"
#include "sink.h"
#include "tls/tape.h"

/* GATHER: after each round flows gather for so long, or until so many are there. A flow that comes
 * alone is written at once; under load one wake of the thread serves many, while what they need is
 * warm. */
enum { IDLE_MS = 400, REPORT_MS = 1000, GATHER_MS = 50, GATHER_FLOWS = 512 };

struct store {
    struct mailbox *mailbox; /* owned; of struct flow */
    struct sink *sinks;      /* owned */
    size_t n_sinks;
    const struct clock *clock;
    pthread_t thread;
    size_t waiting_most;
    atomic_size_t spoken_waiting; /* bytes */
    atomic_uint_fast64_t stripped;

    /* The store's thread only. */
    bool unflushed;
    int64_t flush_at_ms, report_at_ms;
    uint64_t refused_told, stripped_told;
};

static void flow_drop(void *letter)
{
    flow_free(letter);
}

static void sinks_flow(struct store *s, const struct flow *f)
{
    for (size_t i = 0; i < s->n_sinks; i++)
        if (s->sinks[i].flow)
            s->sinks[i].flow(s->sinks[i].arg, f);
}

static void sinks_flush(struct store *s)
{
    for (size_t i = 0; i < s->n_sinks; i++)
        if (s->sinks[i].flush)
            s->sinks[i].flush(s->sinks[i].arg);
    s->unflushed = false;
}

static void stripped_report(struct store *s)
{
    uint64_t stripped = atomic_load(&s->stripped);

    if (stripped == s->stripped_told)
        return;
    log_warn("connections recorded without what was said on them: %" PRIu64 ", in all %" PRIu64
             "; the disk is slower than the traffic",
        stripped - s->stripped_told, stripped);
    s->stripped_told = stripped;
}

static void refused_report(struct store *s)
{
    uint64_t refused = mailbox_refused(s->mailbox);

    if (refused == s->refused_told)
        return;
    log_warn("flows not recorded: %" PRIu64 ", in all %" PRIu64
             "; the disk is slower than the traffic",
        refused - s->refused_told, refused);
    s->refused_told = refused;
}

static void report(struct store *s, int64_t now_ms)
{
    if (now_ms < s->report_at_ms)
        return;
    stripped_report(s);
    refused_report(s);
    s->report_at_ms = now_ms + REPORT_MS;
}

static int wait_ms(const struct store *s, int64_t now_ms)
{
    if (!s->unflushed)
        return IDLE_MS;
    return s->flush_at_ms > now_ms ? (int)(s->flush_at_ms - now_ms) : 0;
}

static size_t spoken_len(const struct flow *f)
{
    size_t len = f->spoken ? f->spoken->heads_len + f->spoken->bodies_len : 0;

    for (int leg = 0; leg < 2; leg++)
        len += f->tape[leg] ? f->tape[leg]->bytes.len : 0;
    return len;
}

static void flow_write(struct store *s, struct flow *f)
{
    atomic_fetch_sub(&s->spoken_waiting, spoken_len(f));
    sinks_flow(s, f);
    flow_free(f);
    if (!s->unflushed) {
        s->unflushed = true;
        s->flush_at_ms = clock_steady_ms(s->clock) + STORE_FLUSH_MS;
    }
}

/* False: there was none. */
static bool round_write(struct store *s)
{
    struct flow *f = mailbox_wait(s->mailbox, wait_ms(s, clock_steady_ms(s->clock)));
    bool any = f != NULL;

    for (int n = 0; f; f = ++n < GATHER_FLOWS ? mailbox_take(s->mailbox) : NULL)
        flow_write(s, f);
    return any;
}

static void *store_run(void *arg)
{
    struct store *s = arg;

    for (;;) {
        bool any = round_write(s);
        if (!any && mailbox_is_closed(s->mailbox))
            break;
        int64_t now_ms = clock_steady_ms(s->clock);
        if (!any || (s->unflushed && now_ms >= s->flush_at_ms))
            sinks_flush(s);
        report(s, now_ms);
        if (any)
            mailbox_gather(s->mailbox, GATHER_FLOWS, GATHER_MS);
    }
    /* Letters that came between the wait's end and the closing. */
    for (struct flow *f; (f = mailbox_take(s->mailbox));)
        flow_write(s, f);
    sinks_flush(s);
    return NULL;
}

static void store_free(struct store *s)
{
    mailbox_free(s->mailbox, flow_drop);
    mem_free(s->sinks);
    mem_free(s);
}

struct store *store_start(const struct store_config *config, struct err *e)
{
    struct store *s = mem_new(sizeof *s);

    s->waiting_most = config->waiting_most ? config->waiting_most : STORE_WAITING_MOST;
    s->mailbox = mailbox_new(s->waiting_most);
    s->sinks = mem_array(config->n_sinks, sizeof *s->sinks);
    if (config->n_sinks)
        memcpy(s->sinks, config->sinks, config->n_sinks * sizeof *s->sinks);
    s->n_sinks = config->n_sinks;
    s->clock = config->clock ? config->clock : clock_system();
    if (thread_start(&s->thread, "store", store_run, s, e))
        return s;
    store_free(s);
    return NULL;
}

/* Several threads may find room for the last bytes at once: the bound is not that sharp. */
static bool has_room(struct store *s, const struct flow *f)
{
    return mailbox_len(s->mailbox) < s->waiting_most / 2 + 1 &&
           atomic_load(&s->spoken_waiting) + spoken_len(f) <= STORE_SPOKEN_MOST;
}

static void strip(struct store *s, struct flow *f)
{
    size_t had = spoken_len(f);

    if (!had || has_room(s, f))
        return;
    for (int leg = 0; leg < 2; leg++) {
        tape_free(f->tape[leg]);
        f->tape[leg] = NULL;
    }
    if (f->spoken)
        spoken_drop_bodies(f->spoken);
    if (atomic_load(&s->spoken_waiting) + spoken_len(f) > STORE_SPOKEN_MOST) {
        spoken_free(f->spoken);
        f->spoken = NULL;
    }
    if (spoken_len(f) < had)
        atomic_fetch_add(&s->stripped, 1);
}

bool store_hand(struct store *s, struct flow *sealed)
{
    strip(s, sealed);
    size_t len = spoken_len(sealed);
    atomic_fetch_add(&s->spoken_waiting, len);
    if (mailbox_post(s->mailbox, sealed))
        return true;
    atomic_fetch_sub(&s->spoken_waiting, len);
    flow_free(sealed);
    return false;
}

uint64_t store_stripped(const struct store *s)
{
    return atomic_load(&s->stripped);
}

size_t store_waiting(const struct store *s)
{
    return mailbox_len(s->mailbox);
}

uint64_t store_refused(const struct store *s)
{
    return mailbox_refused(s->mailbox);
}

void store_stop(struct store *s)
{
    if (!s)
        return;
    mailbox_close(s->mailbox);
    pthread_join(s->thread, NULL);
    for (size_t i = 0; i < s->n_sinks; i++)
        if (s->sinks[i].close)
            s->sinks[i].close(s->sinks[i].arg);
    stripped_report(s);
    refused_report(s);
    store_free(s);
}
