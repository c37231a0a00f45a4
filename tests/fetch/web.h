/* tests/fetch/web.h - a small web server on 127.0.0.1, on a thread of its own: one answer for each
 * path, counted. */
#ifndef WHYTLS_TESTS_FETCH_WEB_H
#define WHYTLS_TESTS_FETCH_WEB_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attrib.h"
#include "base/mem.h"
#include "cert/facts.h"
#include "net/dial.h"

enum { WEB_PAGES_MOST = 16 };

struct web_page {
    const char *path;      /* how the path begins */
    const char *status;    /* "200 OK" */
    const char *headers;   /* each with its line end; NULL: none */
    struct cert_span body; /* borrowed */
    atomic_int asked;
};

struct web {
    struct web_page pages[WEB_PAGES_MOST];
    size_t n;
    int fd;
    uint16_t port;
    pthread_t thread;
    /* Hosts that are mapped to it. */
    struct dial_config dial;
    atomic_int connections;
};

static inline void web_answer(struct web *w, int fd)
{
    char head[8192], out[512];
    size_t len = 0;

    while (len < sizeof head - 1) {
        ssize_t n = recv(fd, head + len, sizeof head - 1 - len, 0);

        if (n <= 0)
            return;
        len += (size_t)n;
        head[len] = '\0';
        if (strstr(head, "\r\n\r\n"))
            break;
    }
    char *path = strchr(head, ' ');
    struct web_page *page = NULL;
    for (size_t i = 0; path && i < w->n && !page; i++)
        if (strncmp(path + 1, w->pages[i].path, strlen(w->pages[i].path)) == 0)
            page = &w->pages[i];
    if (page)
        atomic_fetch_add(&page->asked, 1);
    int n = snprintf(out, sizeof out,
        "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n",
        page ? page->status : "404 Not Found", page ? page->body.len : 0,
        page && page->headers ? page->headers : "");
    if (send(fd, out, (size_t)n, MSG_NOSIGNAL) == n && page && page->body.len)
        (void)!send(fd, page->body.at, page->body.len, MSG_NOSIGNAL);
}

static inline void *web_run(void *arg)
{
    struct web *w = arg;
    int fd;

    while ((fd = accept(w->fd, NULL, NULL)) >= 0) {
        atomic_fetch_add(&w->connections, 1);
        web_answer(w, fd);
        shutdown(fd, SHUT_WR);
        char rest[256];
        while (recv(fd, rest, sizeof rest, 0) > 0)
            ;
        close(fd);
    }
    return NULL;
}

/* Every host under .web.test is this server; gone.web.test does not exist. */
static inline bool web_instead(void *arg, const char *host, uint16_t port, struct sockaddr *to,
    unsigned *to_len, enum dial_error *error)
{
    const struct web *w = arg;
    struct sockaddr_in at = {.sin_family = AF_INET,
        .sin_port = htons(w->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    size_t len = strlen(host);

    (void)port;
    *error = strcmp(host, "gone.web.test") == 0 ? DIAL_NXDOMAIN : DIAL_OK;
    if (len < 9 || strcmp(host + len - 9, ".web.test") != 0)
        return false;
    memcpy(to, &at, sizeof at);
    *to_len = sizeof at;
    return true;
}

static inline void web_page(
    struct web *w, const char *path, const char *status, const char *headers, struct cert_span body)
{
    struct web_page *p = &w->pages[w->n++];

    p->path = path;
    p->status = status;
    p->headers = headers;
    p->body = body;
}

/* After its pages. */
static inline void web_start(struct web *w)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;

    w->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(w->fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(w->fd, 16) != 0 ||
        getsockname(w->fd, (struct sockaddr *)&at, &len) != 0 ||
        pthread_create(&w->thread, NULL, web_run, w) != 0)
        fail_msg("no web server");
    w->port = ntohs(at.sin_port);
    w->dial = (struct dial_config){.instead = web_instead, .arg = w};
}

static inline void web_stop(struct web *w)
{
    shutdown(w->fd, SHUT_RDWR);
    pthread_join(w->thread, NULL);
    close(w->fd);
}

#endif
