#include "listen.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <unistd.h>

#include "addr.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop_priv.h"
#include "port_owner_priv.h"

enum { BACKLOG = 1024, PAUSE_MS = 100, LOG_EVERY_MS = 60000 };

struct listener {
    struct loop *loop; /* borrowed */
    struct evconnlistener *accepting;
    struct event *again;
    bool paused; /* by its owner */
    int64_t logged_ms;
    void (*accepted)(void *arg, int fd, const struct sockaddr *peer, unsigned peer_len);
    void *arg;
};

static void took_one(struct evconnlistener *accepting, evutil_socket_t fd, struct sockaddr *peer,
    int peer_len, void *arg)
{
    struct listener *l = arg;

    (void)accepting;
    l->accepted(l->arg, fd, peer, (unsigned)peer_len);
}

/* Out of descriptors or memory: the connection stays in the kernel's queue, and a level-triggered
 * loop would spin on it. */
static void accept_failed(struct evconnlistener *accepting, void *arg)
{
    const struct timeval pause = {.tv_usec = PAUSE_MS * 1000};
    struct listener *l = arg;
    int kept = errno;
    int64_t now = loop_now_ms(l->loop);

    evconnlistener_disable(accepting);
    event_add(l->again, &pause);
    if (l->logged_ms && now - l->logged_ms < LOG_EVERY_MS)
        return;
    l->logged_ms = now;
    errno = kept;
    struct err e;
    err_sys(&e, "cannot accept connections for a moment");
    log_warn("%s", e.text);
}

static void accept_again(evutil_socket_t fd, short what, void *arg)
{
    struct listener *l = arg;

    (void)fd;
    (void)what;
    if (!l->paused)
        evconnlistener_enable(l->accepting);
}

static int open_socket(const struct sockaddr *at, unsigned len, bool reuse_port)
{
    int fd = socket(at->sa_family, SOCK_STREAM, 0), on = 1;

    if (fd < 0)
        return -1;
    evutil_make_socket_nonblocking(fd);
    evutil_make_socket_closeonexec(fd);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (reuse_port)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (at->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, at, len) == 0)
        return fd;
    int kept = errno;
    close(fd);
    errno = kept;
    return -1;
}

static bool in_use(struct err *e, const char *where, int pid, const char *name)
{
    if (pid > 0)
        return err_set(
            e, ERR_SYSTEM, "cannot listen on %s: in use by %s (process %d)", where, name, pid);
    return err_set(e, ERR_SYSTEM, "cannot listen on %s: in use", where);
}

/* SO_REUSEPORT shares a port with any process of the same user, silently: a second whytls would get
 * half of the phones. So try without it first; when that fails, only a port held by ourselves may
 * be shared. */
static int bind_socket(const struct sockaddr *at, unsigned len, bool reuse_port, struct err *e)
{
    char where[ADDR_TEXT_CAP], name[PORT_OWNER_CAP];
    int fd = open_socket(at, len, false);

    addr_port_text(where, at);
    if (fd >= 0 && !reuse_port)
        return fd;
    if (fd >= 0) {
        close(fd);
    } else if (errno == EADDRINUSE) {
        int pid = port_owner(addr_port(at), name);

        if (!reuse_port || (pid > 0 && pid != getpid())) {
            in_use(e, where, pid, name);
            return -1;
        }
        errno = EADDRINUSE; /* the search has left another */
    }
    if (fd >= 0 || errno == EADDRINUSE)
        fd = open_socket(at, len, true);
    if (fd >= 0)
        return fd;
    if (errno == EADDRINUSE)
        in_use(e, where, 0, NULL);
    else
        err_sys(e, "cannot listen on %s", where);
    return -1;
}

struct listener *listen_start(struct loop *loop, const struct sockaddr *at, unsigned len,
    bool reuse_port,
    void (*accepted)(void *arg, int fd, const struct sockaddr *peer, unsigned peer_len), void *arg,
    struct err *e)
{
    int fd = bind_socket(at, len, reuse_port, e);

    if (fd < 0)
        return NULL;
    struct listener *l = mem_new(sizeof *l);
    l->loop = loop;
    l->accepted = accepted;
    l->arg = arg;
    l->again = evtimer_new(loop_base(loop), accept_again, l);
    l->accepting = evconnlistener_new(
        loop_base(loop), took_one, l, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG, fd);
    if (!l->accepting || !l->again) {
        char where[ADDR_TEXT_CAP];

        if (errno ==
            EADDRINUSE) /* two that share no port option meet at listen(2), not at bind(2) */
            in_use(e, addr_port_text(where, at), 0, NULL);
        else
            err_sys(e, "cannot listen on %s", addr_port_text(where, at));
        if (!l->accepting)
            close(fd);
        listen_stop(l);
        return NULL;
    }
    evconnlistener_set_error_cb(l->accepting, accept_failed);
    return l;
}

void listen_stop(struct listener *l)
{
    if (!l)
        return;
    if (l->accepting)
        evconnlistener_free(l->accepting);
    if (l->again)
        event_free(l->again);
    mem_free(l);
}

void listen_pause(struct listener *l)
{
    l->paused = true;
    event_del(l->again);
    evconnlistener_disable(l->accepting);
}

void listen_resume(struct listener *l)
{
    l->paused = false;
    evconnlistener_enable(l->accepting);
}

bool listen_arm(struct listener *l, enum transparent how, struct err *e)
{
    return transparent_arm(evconnlistener_get_fd(l->accepting), how, e);
}

void listen_address(const struct listener *l, struct sockaddr_storage *out)
{
    socklen_t len = sizeof *out;

    *out = (struct sockaddr_storage){0};
    getsockname(evconnlistener_get_fd(l->accepting), (struct sockaddr *)out, &len);
}
