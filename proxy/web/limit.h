/* web/limit.h - what one user's browser may take, and no more: each bound with its reason. Private
 * to web/. */
#ifndef WHYTLS_WEB_LIMIT_H
#define WHYTLS_WEB_LIMIT_H

enum {
    WEB_VISITS_MOST = 64, /* connections: ten tabs of six each */
    WEB_LIVES_MOST = 32,  /* of them, with a live feed */
    WEB_HEAD_MOST = 16 * 1024,
    WEB_BODY_MOST = 2 * 1024 * 1024,    /* a file of 1 MiB in Base64 */
    WEB_IMPORT_MOST = 64 * 1024 * 1024, /* goes to a file as it comes */
    WEB_HEAD_MS = 10 * 1000, /* from the first byte of a request to the end of its head */
    WEB_BODY_MS = 60 * 1000,
    WEB_IDLE_MS = 60 * 1000,        /* between two requests */
    WEB_SEND_MS = 60 * 1000,        /* without a byte taken */
    WEB_DRAIN_MS = 2 * 1000,        /* after a refusal: for the rest of what it sends */
    WEB_PIECE = 128 * 1024,         /* of a file, in the buffer at a time */
    WEB_BACKLOG_MOST = 1024 * 1024, /* of a live feed that is not read: it ends, and comes again */
    WEB_LIVE_MS = 100,
    WEB_LIVE_ROWS = 200, /* of one event; above that only counts are told */
    WEB_COMMENT_MS = 15 * 1000,
    WEB_HEALTH_MS = 2 * 1000,
};

#endif
