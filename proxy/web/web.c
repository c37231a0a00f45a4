#include "web.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/mem.h"
#include "base/thread.h"
#include "desk.h"
#include "limit.h"
#include "net/addr.h"
#include "net/listen.h"
#include "net/loop.h"
#include "net/pipe_socket.h"
#include "visit.h"
#include "web_priv.h"

enum { ANSWERS_MOST = 1024 };

/* --- connections --- */

static void sweep(void *arg)
{
    struct web *w = arg;

    for (struct visit **at = &w->visits; *at;) {
        struct visit *v = *at;

        if (v->state != VISIT_OVER || v->at_desk || v->is_pumping) {
            at = &v->next;
            continue;
        }
        *at = v->next;
        w->n_visits--;
        visit_free(v);
    }
}

void web_sweep_soon(struct web *w)
{
    loop_post(w->loop, sweep, w);
}

/* So that who holds many open keeps nobody out: the one that has waited longest for a request. */
static bool make_room(struct web *w)
{
    struct visit *oldest = NULL;

    sweep(w); /* many may have ended at once */
    if (w->n_visits < WEB_VISITS_MOST)
        return true;
    for (struct visit *v = w->visits; v; v = v->next)
        if ((v->state == VISIT_IDLE || v->state == VISIT_HEAD || v->state == VISIT_DRAINING) &&
            (!oldest || v->until_ms < oldest->until_ms))
            oldest = v;
    if (!oldest)
        return false;
    oldest->state = VISIT_OVER;
    sweep(w);
    return w->n_visits < WEB_VISITS_MOST;
}

static void accepted(void *arg, int fd, const struct sockaddr *peer, unsigned peer_len)
{
    struct web *w = arg;

    (void)peer_len;
    if (w->n_visits >= WEB_VISITS_MOST && !make_room(w)) {
        close(fd);
        return;
    }
    struct visit *v = visit_new(w, pipe_socket_new(w->loop, fd), addr_is_loopback(peer));
    v->next = w->visits;
    w->visits = v;
    w->n_visits++;
}

/* --- work --- */

bool web_hand(struct web *w, struct job *job, bool is_long)
{
    return desk_hand(w->desks[is_long ? DESK_LONG : DESK_QUICK], job);
}

/* Thread: a desk's. */
static void job_done(void *arg, struct job *job)
{
    struct web *w = arg;

    if (!mailbox_post(w->answers, job))
        job_free(job);
}

static void answers_came(void *arg)
{
    struct web *w = arg;
    struct job *job;

    while ((job = mailbox_take(w->answers)) != NULL) {
        if (live_is_job(job))
            live_told(w, job);
        else
            visit_answered(job->of, job);
    }
}

static void ticked(void *arg)
{
    struct web *w = arg;
    int64_t now = clock_steady_ms(w->config.clock);

    for (struct visit *v = w->visits; v; v = v->next)
        visit_tick(v, now);
    live_tick(w, now);
}

/* --- the thread --- */

static void *serve_all(void *arg)
{
    struct web *w = arg;

    loop_run(w->loop);
    return NULL;
}

static bool desks_open(struct web *w, struct err *e)
{
    const struct desk_config config = {.web = &w->config, .done = job_done, .arg = w};

    w->answers = mailbox_new(ANSWERS_MOST);
    w->answers_watch = loop_watch_fd(w->loop, mailbox_fd(w->answers), answers_came, w);
    for (size_t i = 0; i < N_DESKS; i++)
        if (!(w->desks[i] = desk_start(&config, e)))
            return false;
    return true;
}

static bool open_all(struct web *w, struct err *e)
{
    const struct sockaddr *at = (const struct sockaddr *)&w->config.at;

    w->loop = loop_new(w->config.clock, e);
    if (!w->loop || !guard_open(&w->guard, w->config.folder, e) || !desks_open(w, e))
        return false;
    w->listener = listen_start(w->loop, at, addr_len(at), false, accepted, w, e);
    if (!w->listener)
        return err_wrap(e, "--ui");
    listen_address(w->listener, &w->guard.at);
    w->tick = loop_every(w->loop, WEB_LIVE_MS, ticked, w);
    return true;
}

struct web *web_open(const struct web_config *config, struct web_count *count, struct err *e)
{
    struct web *w = mem_new(sizeof *w);

    w->config = *config;
    w->count = count;
    w->config.since_ms = clock_wall_ms(config->clock);
    if (open_all(w, e))
        return w;
    web_stop(w);
    return NULL;
}

bool web_start(struct web *w, struct err *e)
{
    w->started = thread_start(&w->thread, "web", serve_all, w, e);
    return w->started;
}

static void drop_job(void *letter)
{
    job_free(letter);
}

void web_stop(struct web *w)
{
    if (!w)
        return;
    if (w->started) {
        loop_stop(w->loop);
        pthread_join(w->thread, NULL);
    }
    for (size_t i = 0; i < N_DESKS; i++)
        desk_stop(w->desks[i]);
    listen_stop(w->listener);
    while (w->visits) {
        struct visit *v = w->visits;

        w->visits = v->next;
        visit_free(v);
    }
    if (w->tick)
        loop_timer_free(w->tick);
    if (w->answers_watch)
        loop_watch_free(w->answers_watch);
    if (w->answers)
        mailbox_free(w->answers, drop_job);
    if (w->loop)
        loop_free(w->loop);
    mem_free(w);
}

void web_address(const struct web *w, struct sockaddr_storage *out)
{
    *out = w->guard.at;
}

void web_url(const struct web *w, struct text *out)
{
    const struct sockaddr *at = (const struct sockaddr *)&w->guard.at;
    char where[ADDR_TEXT_CAP];

    if (addr_is_any(at))
        text_printf(out, "http://localhost:%u/#token=%s", addr_port(at), w->guard.token);
    else
        text_printf(out, "http://%s/#token=%s", addr_port_text(where, at), w->guard.token);
}
