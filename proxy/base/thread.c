#include "thread.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>

/* A fault of the thread itself, blocked, would end the process before anybody could tell of it. */
static void others_signals(sigset_t *out)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};

    sigfillset(out);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(out, own[i]);
}

static void name_give(pthread_t thread, const char *name)
{
#ifdef __linux__
    char cut[THREAD_NAME_CAP];

    snprintf(cut, sizeof cut, "%s", name);
    pthread_setname_np(thread, cut);
#else
    (void)thread;
    (void)name;
#endif
}

bool thread_start(
    pthread_t *out, const char *name, void *(*run)(void *arg), void *arg, struct err *e)
{
    sigset_t others, before;

    others_signals(&others);
    pthread_sigmask(SIG_SETMASK, &others, &before);
    errno = pthread_create(out, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (errno)
        return err_sys(e, "cannot start the thread \"%s\"", name);
    name_give(*out, name);
    return true;
}
