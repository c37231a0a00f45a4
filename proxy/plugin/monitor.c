/* monitor.c - a plugin that does not come back is named, and one that crashes; declared in
 * plugin_priv.h.
 *
 * C cannot be stopped from outside: a thread that is taken away may hold a lock, or half of a list.
 * So a plugin that is stuck is named after a second, and after ten the process ends itself, for the
 * service manager to start it again. */
#include "plugin_priv.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"

enum { LOOK_MS = 200, EXIT_STUCK = 70 };

void post_add(struct plugins *all, struct post *post)
{
    pthread_mutex_lock(&all->lock);
    post->next = all->posts;
    all->posts = post;
    pthread_mutex_unlock(&all->lock);
}

void post_remove(struct plugins *all, struct post *post)
{
    pthread_mutex_lock(&all->lock);
    for (struct post **at = &all->posts; *at; at = &(*at)->next)
        if (*at == post) {
            *at = post->next;
            break;
        }
    pthread_mutex_unlock(&all->lock);
}

/* How long the visit has lasted; 0: there is none. */
static int64_t lasted_ms(const struct post *post, int64_t steady_ms)
{
    const char *doing = atomic_load(&post->doing);
    int64_t since_ms = atomic_load(&post->since_ms);

    return doing && steady_ms > since_ms ? steady_ms - since_ms : 0;
}

const char *monitor_look(struct plugins *all, int64_t steady_ms)
{
    const char *hopeless = NULL;

    pthread_mutex_lock(&all->lock);
    for (struct post *post = all->posts; post; post = post->next) {
        int64_t ms = lasted_ms(post, steady_ms);
        const char *doing = atomic_load(&post->doing);

        if (ms < STUCK_MS)
            atomic_store(&post->told, false);
        else if (!atomic_exchange(&post->told, true))
            log_error("plugin %s has been at '%s' for a second, and its thread stands still",
                post->plugin, doing ? doing : "a moment");
        if (ms >= STUCK_END_MS)
            hopeless = post->plugin;
    }
    pthread_mutex_unlock(&all->lock);
    return hopeless;
}

struct monitor {
    struct plugins *all;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool over; /* under the lock */
};

static void look_at_until(struct timespec *until)
{
    clock_gettime(CLOCK_MONOTONIC, until);
    until->tv_nsec += LOOK_MS * 1000000L;
    until->tv_sec += until->tv_nsec / 1000000000;
    until->tv_nsec %= 1000000000;
}

static void *monitor_run(void *arg)
{
    struct monitor *m = arg;
    const struct clock *clock = m->all->config.clock;

    pthread_mutex_lock(&m->lock);
    while (!m->over) {
        struct timespec until;

        look_at_until(&until);
        pthread_cond_timedwait(&m->wake, &m->lock, &until);
        const char *hopeless = monitor_look(m->all, clock_steady_ms(clock));

        if (!hopeless)
            continue;
        log_error("plugin %s does not come back; whytls ends here, to be started again", hopeless);
        _exit(EXIT_STUCK);
    }
    pthread_mutex_unlock(&m->lock);
    return NULL;
}

struct monitor *monitor_start(struct plugins *all, struct err *e)
{
    struct monitor *m = mem_new(sizeof *m);
    pthread_condattr_t steady;

    m->all = all;
    pthread_mutex_init(&m->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&m->wake, &steady);
    pthread_condattr_destroy(&steady);
    if (thread_start(&m->thread, "plugin monitor", monitor_run, m, e))
        return m;
    mem_free(m);
    return NULL;
}

void monitor_stop(struct monitor *m)
{
    if (!m)
        return;
    pthread_mutex_lock(&m->lock);
    m->over = true;
    pthread_cond_signal(&m->wake);
    pthread_mutex_unlock(&m->lock);
    pthread_join(m->thread, NULL);
    pthread_cond_destroy(&m->wake);
    pthread_mutex_destroy(&m->lock);
    mem_free(m);
}

/* --- crashes --- */

static const struct {
    int number;
    const char *name;
} crashes[] = {
    {SIGSEGV, "a wild pointer (SIGSEGV)"},
    {SIGBUS, "a file that shrank under it, or a misaligned pointer (SIGBUS)"},
    {SIGFPE, "a division by zero (SIGFPE)"},
    {SIGILL, "code that is none (SIGILL)"},
    {SIGABRT, "it gave up by itself (SIGABRT)"},
};

enum { N_CRASHES = sizeof crashes / sizeof *crashes };

static struct sigaction before_us[N_CRASHES];

static void put(char *out, size_t cap, size_t *n, const char *s)
{
    while (*s && *n + 1 < cap)
        out[(*n)++] = *s++;
}

size_t crash_line(char *out, size_t cap, const struct doing *doing, int number)
{
    size_t n = 0;

    put(out, cap, &n, "whytls: plugin ");
    put(out, cap, &n, doing->plugin);
    put(out, cap, &n, " crashed at '");
    put(out, cap, &n, doing->what);
    put(out, cap, &n, "': ");
    for (size_t i = 0; i < N_CRASHES; i++)
        if (crashes[i].number == number)
            put(out, cap, &n, crashes[i].name);
    put(out, cap, &n, "\n");
    out[n] = '\0';
    return n;
}

/* Names the plugin, puts back who handled this before, and returns: the fault happens once more,
 * and is theirs. */
static void crashed(int number)
{
    const struct doing *doing = doing_now();
    char line[256];

    if (doing->plugin) {
        size_t n = crash_line(line, sizeof line, doing, number);

        if (write(STDERR_FILENO, line, n) < 0)
            line[0] = '\0'; /* nobody listens */
    }
    for (size_t i = 0; i < N_CRASHES; i++)
        if (crashes[i].number == number)
            sigaction(number, &before_us[i], NULL);
}

void crash_watch(void)
{
    static bool watches;
    struct sigaction ours = {.sa_handler = crashed, .sa_flags = SA_ONSTACK | SA_NODEFER};

    if (watches)
        return;
    watches = true;
    sigemptyset(&ours.sa_mask);
    for (size_t i = 0; i < N_CRASHES; i++)
        sigaction(crashes[i].number, &ours, &before_us[i]);
}

void crash_ends_it(void)
{
    const struct sigaction end = {.sa_handler = SIG_DFL};

    crash_watch();
    for (size_t i = 0; i < N_CRASHES; i++)
        before_us[i] = end;
}
