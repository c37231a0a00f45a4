#include "trial.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "hook/hook.h"
#include "plugin_priv.h"

enum { TRIAL_SECONDS = 20, SAYS_MOST = 16 * 1024 };

/* The child's words go to the parent through a pipe: whole lines, so that the last one before a
 * crash is not lost. */
static void tell(int fd, const char *line)
{
    struct text says = {0};

    text_printf(&says, "%s\n", line);
    for (size_t done = 0; done < says.len;) {
        ssize_t n = write(fd, says.at + done, says.len - done);

        if (n <= 0)
            break;
        done += (size_t)n;
    }
    text_fini(&says);
}

static void tell_log(void *arg, enum log_level level, const char *line)
{
    (void)level;
    tell(*(int *)arg, line);
}

/* A phone that wants an ordinary site; enough for each moment to have its records. */
static struct flow *flow_make_up(void)
{
    struct flow *f = flow_new("trial", clock_wall_ms(clock_system()));

    f->now = f->at;
    f->target->host = flow_text(f, "shop.example");
    f->target->port = 443;
    f->client->ip = flow_text(f, "192.0.2.7");
    f->client->ja4 = flow_text(f, "t13d2014h2_a09f3c656075_14788d8d241b");
    f->client_leg = FLOW_MAKE(f, client_leg);
    f->server_leg = FLOW_MAKE(f, server_leg);
    f->server_leg->address = flow_text(f, "198.51.100.9");
    f->request = FLOW_MAKE(f, request);
    f->request->method = flow_text(f, "GET");
    f->request->url = flow_text(f, "https://shop.example/");
    f->request->host = flow_text(f, "shop.example");
    f->request->path = flow_text(f, "/");
    f->request->scheme = flow_text(f, "https");
    f->response = FLOW_MAKE(f, response);
    f->response->status = 200;
    return f;
}

/* Every moment, with filters passed over: a plugin must bear a flow that has less than it hopes. */
static bool flow_pass(struct plugins *all, int fd)
{
    struct plugin *p = all->at[0];
    struct hooks *h = hooks_new();
    struct flow *f = flow_make_up();
    char line[160];

    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        if (p->wakes[m]) {
            wake_free(p->wakes[m]);
            p->wakes[m] = wake_new(m);
        }
    plugins_attach(all, 0, h);
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++) {
        if (!hook_wants(h, m))
            continue;
        snprintf(line, sizeof line, "visit at '%s'", moment_name(m));
        tell(fd, line);
        hook_fire(h, m, f, NULL);
    }
    bool slow = false;

    for (size_t i = 0; i < f->n_notes; i++) {
        slow = slow || !strcmp(f->notes[i].code, "plugins/slow");
        tell(fd, f->notes[i].text);
    }
    for (const struct flow_fact *fact = f->facts; fact; fact = fact->next) {
        snprintf(line, sizeof line, "gives %s", fact->name);
        tell(fd, line);
    }
    hooks_free(h);
    flow_free(f);
    return !slow;
}

static enum trial_end child_try(const struct plugins_config *config, int fd)
{
    struct plugins_config alone = *config;
    struct plugins *all;
    struct err e = {0};

    alone.folders = NULL;
    log_set_level(LOG_LEVEL_DEBUG);
    log_set_sink(tell_log, &fd);
    if (!plugins_load(&alone, &all, &e)) {
        tell(fd, e.text);
        return TRIAL_REFUSED;
    }
    struct plugin *p = all->at[0];
    enum trial_end end = TRIAL_READY;

    if (p->refused) {
        end = TRIAL_REFUSED;
    } else if (!p->current || p->current->ready != WHYTLS_READY) {
        end = TRIAL_IDLE;
    } else {
        if (!flow_pass(all, fd))
            end = TRIAL_FAULTY;
        if (atomic_load(&p->current->n_refused))
            end = TRIAL_FAULTY;
    }
    tell(fd, "unload");
    plugins_free(all);
    return end;
}

static void child_run(const struct plugins_config *config, int fd)
{
    /* Whoever loops for ever is ended by the alarm. */
    signal(SIGALRM, SIG_DFL);
    alarm(TRIAL_SECONDS);
    crash_ends_it();
    dup2(fd, STDERR_FILENO);
    _exit((int)child_try(config, fd));
}

static void listen_to(int fd, struct text *says)
{
    char piece[1024];

    for (;;) {
        ssize_t n = read(fd, piece, sizeof piece);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        if (says->len < SAYS_MOST)
            text_add_n(says, piece, (size_t)n);
    }
}

static enum trial_end end_of(int status, struct text *says)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        text_printf(says, "it did not come back within %d seconds\n", TRIAL_SECONDS);
        return TRIAL_FAULTY;
    }
    if (WIFSIGNALED(status)) {
        text_printf(says, "it crashed: %s\n", strsignal(WTERMSIG(status)));
        return TRIAL_CRASHED;
    }
    if (WEXITSTATUS(status) > TRIAL_CRASHED) {
        text_printf(says, "it ended the process with code %d\n", WEXITSTATUS(status));
        return TRIAL_CRASHED;
    }
    return (enum trial_end)WEXITSTATUS(status);
}

enum trial_end trial_run(const struct plugins_config *config, struct text *says)
{
    int ends[2], status = 0;

    if (pipe(ends)) {
        text_printf(says, "no pipe: %s\n", strerror(errno));
        return TRIAL_REFUSED;
    }
    pid_t child = fork();

    if (child == 0) {
        close(ends[0]);
        child_run(config, ends[1]);
    }
    close(ends[1]);
    if (child > 0)
        listen_to(ends[0], says);
    close(ends[0]);
    if (child < 0 || waitpid(child, &status, 0) != child) {
        text_printf(says, "no child process: %s\n", strerror(errno));
        return TRIAL_REFUSED;
    }
    return end_of(status, says);
}
