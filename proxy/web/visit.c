#include "visit.h"

#include <event2/buffer.h>
#include <string.h>

#include "answer.h"
#include "base/clock.h"
#include "base/mem.h"
#include "desk.h"
#include "http/h1.h"
#include "limit.h"
#include "net/pipe.h"
#include "request.h"
#include "route.h"
#include "web_priv.h"

static int64_t now_ms(const struct visit *v)
{
    return clock_steady_ms(v->web->config.clock);
}

static void enter(struct visit *v, enum visit_state state, int64_t patience_ms)
{
    v->state = state;
    v->until_ms = patience_ms ? now_ms(v) + patience_ms : 0;
}

static void end(struct visit *v)
{
    enter(v, VISIT_OVER, 0);
    web_sweep_soon(v->web);
}

/* --- out --- */

static size_t waiting(const struct visit *v)
{
    return evbuffer_get_length(v->pipe->out);
}

/* A refusal may come before its request has been read: a peer that still writes would lose it to
 * our reset (RFC 9112 §9.6), so what it sends is taken for a while. */
static void close_softly(struct visit *v)
{
    pipe_shut(v->pipe);
    if (v->has_ended) {
        end(v);
    } else {
        enter(v, VISIT_DRAINING, WEB_DRAIN_MS);
        evbuffer_drain(v->pipe->in, evbuffer_get_length(v->pipe->in));
    }
}

static bool add_piece(struct visit *v)
{
    char *piece = mem_new(WEB_PIECE);
    size_t want = v->file_left < WEB_PIECE ? (size_t)v->file_left : WEB_PIECE;
    size_t n = fread(piece, 1, want, v->answer->file);

    evbuffer_add(v->pipe->out, piece, n);
    mem_free(piece);
    v->file_left -= (int64_t)n;
    return n == want;
}

static void answer_done(struct visit *v)
{
    if (v->answer) {
        answer_fini(v->answer);
        mem_free(v->answer);
        v->answer = NULL;
    }
    if (!v->keep_alive || v->has_ended)
        close_softly(v);
    else
        enter(v, VISIT_IDLE, WEB_IDLE_MS);
}

static void send_on(struct visit *v)
{
    while (v->state == VISIT_SENDING) {
        if (waiting(v)) {
            pipe_send(v->pipe);
            if (v->state != VISIT_SENDING || waiting(v))
                return;
        }
        if (!v->file_left) {
            answer_done(v);
        } else if (!add_piece(v)) {
            v->resets = true; /* a whole one was promised */
            end(v);
        }
    }
}

/* The answer's file goes to the visit, its bytes to the pipe. */
static void send_answer(struct visit *v, struct answer *a, bool head_only)
{
    struct text head = {0};

    answer_head(a, v->keep_alive, &head);
    evbuffer_add(v->pipe->out, text_str(&head), head.len);
    text_fini(&head);
    v->file_left = 0;
    if (head_only)
        ;
    else if (a->bytes)
        evbuffer_add(v->pipe->out, a->bytes, a->len);
    else if (!a->file)
        evbuffer_add(v->pipe->out, text_str(&a->body), a->body.len);
    else
        v->file_left = a->file_len;
    if (v->file_left) {
        v->answer = mem_new(sizeof *v->answer);
        *v->answer = *a;
        *a = (struct answer){0};
    }
    enter(v, VISIT_SENDING, WEB_SEND_MS);
    send_on(v);
}

void visit_refuse(struct visit *v, int status, const char *why)
{
    struct answer a = {0};

    job_free(v->job);
    v->job = NULL;
    v->keep_alive = false;
    answer_error(&a, status, "%s", why);
    send_answer(v, &a, false);
    answer_fini(&a);
}

/* --- in --- */

static size_t body_most(const struct visit *v)
{
    return v->route->is_file ? WEB_IMPORT_MOST : WEB_BODY_MOST;
}

static void take_body(void *arg, const void *bytes, size_t n)
{
    struct visit *v = arg;
    struct request *r = &v->job->request;

    v->body_len += n;
    if (v->body_len > body_most(v))
        return; /* it is refused behind this event */
    if (r->file)
        fwrite(bytes, 1, n, r->file);
    else
        text_add_n(&r->body, bytes, n);
}

/* Who asks, by which name and from which page? NULL: all is well. */
static const char *why_not(const struct visit *v, const struct request *r, int *status)
{
    const struct guard *g = &v->web->guard;
    enum guard_key key = guard_key_of(g, r);

    *status = 403;
    if (!guard_host_is_ours(g, r->host))
        return "this name is not ours: ask by the address that whytls run has shown";
    if (guard_is_from_elsewhere(r) && v->route->kind != ROUTE_PAGE)
        return "a page from elsewhere asks";
    if (r->method != METHOD_GET && key != GUARD_BEARER &&
        !guard_origin_is_ours(g, r->origin, r->host))
        return r->origin
                   ? "a page from elsewhere asks (Origin)"
                   : "a change wants Authorization: Bearer and the token that whytls run has shown";
    *status = 401;
    if (key == GUARD_NOBODY && !v->route->is_open)
        return "open the address with the token that whytls run has shown";
    return NULL;
}

static bool find_route(struct visit *v, const struct request *r)
{
    bool other;

    v->route = route_find(r, &other);
    if (!v->route)
        visit_refuse(v, other ? 405 : 404, other ? "not by this method" : "nothing is here");
    return v->route != NULL;
}

/* Its body may come. */
static void take_on(struct visit *v, const struct h1_head *head)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

    if (v->route->is_file && !(v->job->request.file = tmpfile())) {
        visit_refuse(v, 500, "there is no room for a file");
        return;
    }
    if (h1_field(head, "Expect") && head->has_body) {
        evbuffer_add(v->pipe->out, go_on, sizeof go_on - 1);
        pipe_send(v->pipe);
    }
    h1_show_body(v->h1, take_body, v);
    enter(v, VISIT_BODY, WEB_BODY_MS);
}

/* The head is complete. */
static void begin(struct visit *v)
{
    const struct h1_head *head = h1_head(v->h1);
    int status;

    v->job = mem_new(sizeof *v->job);
    v->job->of = v;
    v->body_len = 0;
    v->keep_alive = head->keep_alive && head->minor >= 1;
    bool right = request_read(&v->job->request, head);
    if (head->raw_len > WEB_HEAD_MOST) {
        visit_refuse(v, 431, "the head is too long");
        return;
    }
    if (!right) {
        visit_refuse(v, 400, "the path or a value in it cannot be read");
        return;
    }
    if (!find_route(v, &v->job->request))
        return;
    const char *why = why_not(v, &v->job->request, &status);
    if (!why && head->content_length > (int64_t)body_most(v)) {
        why = "the body is too long";
        status = 413;
    }
    if (why) {
        visit_refuse(v, status, why);
        return;
    }
    v->job->request.by_token = guard_key_of(&v->web->guard, &v->job->request) == GUARD_BEARER;
    take_on(v, head);
}

static void at_desk(struct desk *desk, struct job *job)
{
    job->route->answer(desk, &job->request, &job->answer);
}

static void dispatch(struct visit *v)
{
    struct job *job = v->job;

    if (job->request.file)
        rewind(job->request.file);
    if (v->route->kind == ROUTE_LIVE) {
        v->job = NULL;
        live_begin(v->web, v, &job->request);
        job_free(job);
    } else if (serve(v->web, v->route, &job->request, v->from_loopback, &job->answer)) {
        v->job = NULL;
        send_answer(v, &job->answer, job->request.is_head);
        job_free(job);
    } else {
        job->call = at_desk;
        job->route = v->route;
        enter(v, VISIT_DESK, 0);
        v->at_desk = web_hand(v->web, job, v->route->is_long);
        if (!v->at_desk)
            visit_refuse(v, 503, "too much is being asked at once");
    }
}

static void take(struct visit *v, enum h1_event event)
{
    switch (event) {
    case H1_HEAD:
        begin(v);
        return;
    case H1_BODY:
        if (v->state == VISIT_BODY && v->body_len > body_most(v))
            visit_refuse(v, 413, "the body is too long");
        return;
    case H1_END:
        if (v->state == VISIT_BODY)
            dispatch(v);
        return;
    case H1_UPGRADED: /* an offer that we need not take (RFC 9110 §7.8) */
        v->keep_alive = false;
        if (v->state == VISIT_BODY)
            dispatch(v);
        return;
    case H1_BAD:
        visit_refuse(v, 400, h1_why(v->h1));
        return;
    case H1_NEED_MORE:
        return;
    }
}

static bool is_reading(const struct visit *v)
{
    return v->state == VISIT_IDLE || v->state == VISIT_HEAD || v->state == VISIT_BODY;
}

/* One request after the other: the next is looked at when the last one's answer has gone. */
static void pump(struct visit *v)
{
    if (v->is_pumping)
        return;
    v->is_pumping = true;
    while (is_reading(v)) {
        if (v->state == VISIT_IDLE && evbuffer_get_length(v->pipe->in) > 0)
            enter(v, VISIT_HEAD, WEB_HEAD_MS);
        enum h1_event event = h1_next(v->h1, v->pipe->in, NULL);

        if (event == H1_NEED_MORE)
            break;
        take(v, event);
    }
    v->is_pumping = false;
    if (is_reading(v) && v->has_ended)
        end(v);
}

static void heard(void *owner, struct pipe *pipe, enum pipe_event what)
{
    struct visit *v = owner;

    switch (what) {
    case PIPE_BYTES:
        if (v->state == VISIT_DRAINING || v->state == VISIT_LIVE)
            evbuffer_drain(pipe->in, evbuffer_get_length(pipe->in));
        break;
    case PIPE_SPACE:
        if (v->state == VISIT_SENDING) {
            enter(v, VISIT_SENDING, WEB_SEND_MS);
            send_on(v);
        }
        break;
    case PIPE_EOF:
        v->has_ended = true;
        if (v->state == VISIT_DRAINING || v->state == VISIT_LIVE)
            end(v);
        break;
    case PIPE_RESET:
        end(v);
        break;
    }
    pump(v);
}

struct visit *visit_new(struct web *web, struct pipe *pipe, bool from_loopback)
{
    struct visit *v = mem_new(sizeof *v);

    v->web = web;
    v->pipe = pipe;
    v->h1 = h1_new(H1_REQUESTS);
    v->from_loopback = from_loopback;
    pipe->owner = v;
    pipe->event = heard;
    enter(v, VISIT_IDLE, WEB_HEAD_MS);
    pipe_want_read(pipe, true);
    return v;
}

void visit_free(struct visit *v)
{
    if (!v->at_desk)
        job_free(v->job);
    if (v->answer) {
        answer_fini(v->answer);
        mem_free(v->answer);
    }
    pipe_close(v->pipe, v->resets);
    h1_free(v->h1);
    mem_free(v);
}

void visit_answered(struct visit *v, struct job *job)
{
    v->job = NULL;
    v->at_desk = false;
    if (v->state == VISIT_DESK) {
        send_answer(v, &job->answer, job->request.is_head);
        pump(v);
    } else {
        web_sweep_soon(v->web); /* the peer has not waited */
    }
    job_free(job);
}

void visit_tell(struct visit *v, const char *bytes, size_t len)
{
    if (v->state != VISIT_LIVE)
        return;
    if (waiting(v) + len > WEB_BACKLOG_MOST) {
        end(v);
        return;
    }
    evbuffer_add(v->pipe->out, bytes, len);
    v->comment_ms = now_ms(v);
    pipe_send(v->pipe);
}

void visit_tick(struct visit *v, int64_t now)
{
    if (v->until_ms && now >= v->until_ms)
        end(v);
}
