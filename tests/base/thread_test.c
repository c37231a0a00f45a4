#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <signal.h>
#include <string.h>

#include <cmocka.h>

#include "mailbox.h"
#include "thread.h"

struct seen {
    struct mailbox *may_end;
    sigset_t blocked;
};

static void *look_around(void *arg)
{
    struct seen *seen = arg;

    mailbox_wait(seen->may_end, -1);
    pthread_sigmask(SIG_BLOCK, NULL, &seen->blocked);
    return seen;
}

static void begin(pthread_t *thread, const char *name, struct seen *seen)
{
    seen->may_end = mailbox_new(1);
    assert_true(thread_start(thread, name, look_around, seen, NULL));
}

static void end(pthread_t thread, struct seen *seen)
{
    void *gave;

    mailbox_close(seen->may_end);
    assert_int_equal(pthread_join(thread, &gave), 0);
    assert_ptr_equal(gave, seen);
    mailbox_free(seen->may_end, NULL);
}

static void a_thread_gets_no_signal_but_those_of_its_own_faults(void **state)
{
    sigset_t before, after;
    struct seen seen;
    pthread_t thread;

    (void)state;
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    begin(&thread, "one", &seen);
    end(thread, &seen);
    assert_true(sigismember(&seen.blocked, SIGINT) && sigismember(&seen.blocked, SIGTERM));
    assert_true(sigismember(&seen.blocked, SIGPIPE) && sigismember(&seen.blocked, SIGHUP));
    assert_false(sigismember(&seen.blocked, SIGSEGV) || sigismember(&seen.blocked, SIGABRT));
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    assert_int_equal(sigismember(&after, SIGINT), sigismember(&before, SIGINT));
    assert_int_equal(sigismember(&after, SIGPIPE), sigismember(&before, SIGPIPE));
}

static void a_thread_has_its_name_cut_to_what_fits(void **state)
{
    char name[THREAD_NAME_CAP] = "";
    struct seen seen;
    pthread_t thread;

    (void)state;
#ifndef __linux__
    skip();
#endif
    begin(&thread, "a name that is too long", &seen);
    assert_int_equal(pthread_getname_np(thread, name, sizeof name), 0);
    assert_string_equal(name, "a name that is ");
    end(thread, &seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_gets_no_signal_but_those_of_its_own_faults),
        cmocka_unit_test(a_thread_has_its_name_cut_to_what_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
