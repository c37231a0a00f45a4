/* web/visit.h - one connection of a browser or a script: requests in, answers out, one at a time.
 * Thread: the web's. Private to web/. */
#ifndef WHYTLS_WEB_VISIT_H
#define WHYTLS_WEB_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer;
struct h1;
struct job;
struct pipe;
struct web;

enum visit_state {
    VISIT_IDLE = 0, /* between two requests */
    VISIT_HEAD,
    VISIT_BODY,
    VISIT_DESK, /* its request is being worked on */
    VISIT_SENDING,
    VISIT_LIVE,
    VISIT_DRAINING, /* answered; what it still sends is thrown away */
    VISIT_OVER,
};

struct visit {
    struct web *web;   /* borrowed */
    struct pipe *pipe; /* owned; as all others */
    struct h1 *h1;
    enum visit_state state;
    int64_t until_ms; /* steady; 0: no end */
    bool from_loopback, has_ended, keep_alive, is_pumping, resets;
    bool at_desk;              /* the job is; so the visit stays until it comes back */
    const struct route *route; /* of the request whose body comes */
    struct job *job;           /* made with the head; the desk's while at_desk */
    struct answer *answer;     /* its file is being sent */
    int64_t file_left;
    size_t body_len;
    /* Of a live feed: told up to here, -1: from now on; the last sign of life; stories told of. */
    int64_t seq, comment_ms, stories;
    bool is_greeted; /* it has had its first event */
    struct visit *next;
};

/* Takes the pipe. */
struct visit *visit_new(struct web *web, struct pipe *pipe, bool from_loopback);
void visit_free(struct visit *v);
/* Its job has come back; the visit takes the answer. */
void visit_answered(struct visit *v, struct job *job);
/* Instead of an answer; it ends the connection. */
void visit_refuse(struct visit *v, int status, const char *why);
/* Bytes of a live feed. */
void visit_tell(struct visit *v, const char *bytes, size_t len);
/* Once a while: ends what is late. */
void visit_tick(struct visit *v, int64_t now_ms);

#endif
