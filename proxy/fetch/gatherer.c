#include "gatherer.h"

#include "base/magic.h"
#include "base/mailbox.h"
#include "base/mem.h"
#include "net/loop.h"
#include "search_priv.h"

enum { GATHERS_MOST = 256, GATHERER_MAGIC = 0x67617468 };

/* One search, seen from the loop's side. It lives until its letter has come back. */
struct gather {
    struct loop_gatherer *g;
    struct search *search;
    void (*done)(void *arg, struct fetch_evidence *found); /* NULL: cancelled */
    void *arg;
};

struct loop_gatherer {
    struct gatherer door; /* first: a gatherer is its loop_gatherer */
    struct magic magic;
    struct fetcher *f;
    struct mailbox *inbox; /* of gathers */
    struct loop_watch *watch;
    size_t n; /* under way */
};

/* Fetcher's thread. There is room: no more are under way than the mailbox holds. */
static void came(void *arg, struct search *s)
{
    struct gather *one = arg;

    (void)s;
    if (!mailbox_post(one->g->inbox, one)) {
        search_free(one->search);
        mem_free(one);
    }
}

static void gather_free(void *letter)
{
    struct gather *one = letter;

    search_free(one->search);
    mem_free(one);
}

static void hand_over(void *arg)
{
    struct loop_gatherer *g = arg;
    struct gather *one;

    magic_check(&g->magic, GATHERER_MAGIC);
    while ((one = mailbox_take(g->inbox))) {
        void (*done)(void *, struct fetch_evidence *) = one->done;
        void *done_arg = one->arg;
        struct fetch_evidence *found = search_give(one->search);

        g->n--;
        gather_free(one);
        if (done)
            done(done_arg, found);
        else
            evidence_free(found);
    }
}

static struct gather *start(struct gatherer *door, const struct evidence_ask *ask,
    void (*done)(void *arg, struct fetch_evidence *found), void *arg)
{
    struct loop_gatherer *g = (struct loop_gatherer *)door;

    magic_check(&g->magic, GATHERER_MAGIC);
    if (g->n >= GATHERS_MOST)
        return NULL;
    struct gather *one = mem_new(sizeof *one);
    *one = (struct gather){.g = g, .done = done, .arg = arg};
    one->search = search_new(ask, came, one);
    if (!search_start(one->search, g->f)) {
        gather_free(one);
        return NULL;
    }
    g->n++;
    return one;
}

static void cancel(struct gatherer *door, struct gather *one)
{
    (void)door;
    one->done = NULL; /* read on this thread only */
    search_cancel(one->search);
}

struct gatherer *gatherer_loop_new(struct fetcher *f, struct loop *l)
{
    struct loop_gatherer *g = mem_new(sizeof *g);

    magic_set(&g->magic, GATHERER_MAGIC);
    g->door = (struct gatherer){.start = start, .cancel = cancel};
    g->f = f;
    g->inbox = mailbox_new(GATHERS_MOST);
    g->watch = loop_watch_fd(l, mailbox_fd(g->inbox), hand_over, g);
    return &g->door;
}

void gatherer_loop_free(struct gatherer *door)
{
    struct loop_gatherer *g = (struct loop_gatherer *)door;

    if (!g)
        return;
    loop_watch_free(g->watch);
    mailbox_free(g->inbox, gather_free);
    mem_free(g);
}

/* --- for a caller who waits --- */

static void came_to_waiter(void *arg, struct search *s)
{
    /* A mailbox of one, for one letter. */
    if (!mailbox_post(arg, s))
        search_free(s);
}

struct fetch_evidence *gather_and_wait(struct fetcher *f, const struct evidence_ask *ask)
{
    struct mailbox *inbox = mailbox_new(1);
    struct search *s = search_new(ask, came_to_waiter, inbox);
    struct fetch_evidence *found = NULL;

    if (search_start(s, f)) {
        s = mailbox_wait(inbox, -1);
        found = search_give(s);
    }
    search_free(s);
    mailbox_free(inbox, NULL);
    return found;
}
