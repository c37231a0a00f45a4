#include "mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

struct mailbox {
    pthread_mutex_t lock;
    pthread_cond_t came;
    void **ring; /* owned; letters are the posters' until taken */
    size_t cap, first, n;
    size_t enough; /* so many letters wake the reader */
    uint64_t refused;
    int fds[2]; /* once asked for: a byte lies in the pipe while letters wait */
    bool closed;
};

static void set_up_wait(struct mailbox *m)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&m->came, &attr);
    pthread_condattr_destroy(&attr);
}

struct mailbox *mailbox_new(size_t most)
{
    struct mailbox *m = mem_new(sizeof *m);

    m->cap = most ? most : 1;
    m->enough = 1;
    m->ring = mem_array(m->cap, sizeof *m->ring);
    pthread_mutex_init(&m->lock, NULL);
    set_up_wait(m);
    m->fds[0] = m->fds[1] = -1;
    return m;
}

void mailbox_free(struct mailbox *m, void (*drop)(void *letter))
{
    if (!m)
        return;
    for (size_t i = 0; drop && i < m->n; i++)
        drop(m->ring[(m->first + i) % m->cap]);
    for (int i = 0; i < 2; i++)
        if (m->fds[i] >= 0)
            close(m->fds[i]);
    pthread_cond_destroy(&m->came);
    pthread_mutex_destroy(&m->lock);
    mem_free(m->ring);
    mem_free(m);
}

static void ring_bell(struct mailbox *m)
{
    if (m->fds[1] < 0)
        return;
    ssize_t ignored = write(m->fds[1], "", 1); /* full: it is readable already */
    (void)ignored;
}

bool mailbox_post(struct mailbox *m, void *letter)
{
    pthread_mutex_lock(&m->lock);
    bool room = !m->closed && m->n < m->cap;
    if (room) {
        m->ring[(m->first + m->n++) % m->cap] = letter;
        if (m->n == 1)
            ring_bell(m);
        if (m->n == m->enough)
            pthread_cond_signal(&m->came);
    } else {
        m->refused++;
    }
    pthread_mutex_unlock(&m->lock);
    return room;
}

static void *take_locked(struct mailbox *m)
{
    char byte;

    if (m->n == 0)
        return NULL;
    void *letter = m->ring[m->first];
    m->first = (m->first + 1) % m->cap;
    if (--m->n == 0 && !m->closed && m->fds[0] >= 0)
        while (read(m->fds[0], &byte, 1) > 0)
            ;
    return letter;
}

void *mailbox_take(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    void *letter = take_locked(m);
    pthread_mutex_unlock(&m->lock);
    return letter;
}

static struct timespec after(int timeout_ms)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += timeout_ms / 1000;
    t.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

static void wait_locked(struct mailbox *m, size_t enough, int timeout_ms)
{
    struct timespec until = after(timeout_ms);
    int why = 0;

    m->enough = enough;
    while (m->n < enough && !m->closed && why != ETIMEDOUT)
        why = timeout_ms < 0 ? pthread_cond_wait(&m->came, &m->lock)
                             : pthread_cond_timedwait(&m->came, &m->lock, &until);
}

void *mailbox_wait(struct mailbox *m, int timeout_ms)
{
    pthread_mutex_lock(&m->lock);
    wait_locked(m, 1, timeout_ms);
    void *letter = take_locked(m);
    pthread_mutex_unlock(&m->lock);
    return letter;
}

void mailbox_gather(struct mailbox *m, size_t enough, int timeout_ms)
{
    pthread_mutex_lock(&m->lock);
    wait_locked(m, enough < m->cap ? enough : m->cap, timeout_ms);
    pthread_mutex_unlock(&m->lock);
}

void mailbox_close(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    m->closed = true;
    ring_bell(m);
    pthread_cond_broadcast(&m->came);
    pthread_mutex_unlock(&m->lock);
}

bool mailbox_is_closed(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    bool closed = m->closed;
    pthread_mutex_unlock(&m->lock);
    return closed;
}

size_t mailbox_len(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    size_t n = m->n;
    pthread_mutex_unlock(&m->lock);
    return n;
}

uint64_t mailbox_refused(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    uint64_t n = m->refused;
    pthread_mutex_unlock(&m->lock);
    return n;
}

static void bell_hang(struct mailbox *m)
{
    if (pipe(m->fds) != 0) {
        m->fds[0] = m->fds[1] = -1;
        return;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(m->fds[i], F_SETFL, O_NONBLOCK);
        fcntl(m->fds[i], F_SETFD, FD_CLOEXEC);
    }
    if (m->n || m->closed)
        ring_bell(m);
}

int mailbox_fd(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    if (m->fds[0] < 0)
        bell_hang(m);
    int fd = m->fds[0];
    pthread_mutex_unlock(&m->lock);
    return fd;
}
