#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <poll.h>
#include <pthread.h>
#include <sched.h>

#include <cmocka.h>

#include "mailbox.h"

static int letters[4];
static int dropped;

static void drop(void *letter)
{
    (void)letter;
    dropped++;
}

static bool bell_rings(struct mailbox *m)
{
    struct pollfd p = {.fd = mailbox_fd(m), .events = POLLIN};

    return poll(&p, 1, 0) == 1 && (p.revents & POLLIN);
}

static void letters_come_out_as_they_went_in(void **state)
{
    struct mailbox *m = mailbox_new(3);

    (void)state;
    assert_null(mailbox_take(m));
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 3; i++)
            assert_true(mailbox_post(m, &letters[i]));
        assert_int_equal(mailbox_len(m), 3);
        for (int i = 0; i < 3; i++)
            assert_ptr_equal(i == 1 ? mailbox_wait(m, 0) : mailbox_take(m), &letters[i]);
        assert_int_equal(mailbox_len(m), 0);
    }
    mailbox_free(m, NULL);
}

static void a_full_mailbox_turns_letters_away_and_counts_them(void **state)
{
    struct mailbox *m = mailbox_new(2);

    (void)state;
    assert_true(mailbox_post(m, &letters[0]) && mailbox_post(m, &letters[1]));
    assert_false(mailbox_post(m, &letters[2]));
    assert_false(mailbox_post(m, &letters[2]));
    assert_int_equal(mailbox_refused(m), 2);
    assert_ptr_equal(mailbox_take(m), &letters[0]);
    assert_true(mailbox_post(m, &letters[3]));
    dropped = 0;
    mailbox_free(m, drop);
    assert_int_equal(dropped, 2);
    mailbox_free(NULL, drop);
}

static void the_descriptor_is_readable_while_letters_wait(void **state)
{
    struct mailbox *m = mailbox_new(4);

    (void)state;
    assert_false(bell_rings(m));
    assert_true(mailbox_post(m, &letters[0]) && mailbox_post(m, &letters[1]));
    assert_true(bell_rings(m));
    mailbox_take(m);
    assert_true(bell_rings(m));
    mailbox_take(m);
    assert_false(bell_rings(m));
    assert_true(mailbox_post(m, &letters[2]));
    assert_true(bell_rings(m));
    mailbox_free(m, NULL);
}

static void a_descriptor_asked_for_late_tells_of_what_is_there(void **state)
{
    struct mailbox *m = mailbox_new(4), *closed = mailbox_new(1);

    (void)state;
    assert_true(mailbox_post(m, &letters[0]));
    assert_true(bell_rings(m));
    mailbox_close(closed);
    assert_true(bell_rings(closed));
    mailbox_free(closed, NULL);
    mailbox_free(m, NULL);
}

static void gathering_takes_nothing_and_ends_with_enough_with_time_or_with_the_closing(void **state)
{
    struct mailbox *m = mailbox_new(2);

    (void)state;
    mailbox_gather(m, 1, 0);
    assert_true(mailbox_post(m, &letters[0]));
    mailbox_gather(m, 1, -1);
    mailbox_gather(m, 2, 1);
    assert_int_equal(mailbox_len(m), 1);
    assert_true(mailbox_post(m, &letters[1]));
    mailbox_gather(m, 99, -1); /* more than it holds never come */
    assert_int_equal(mailbox_len(m), 2);
    mailbox_close(m);
    mailbox_take(m);
    mailbox_gather(m, 2, -1);
    assert_ptr_equal(mailbox_wait(m, -1), &letters[1]);
    mailbox_free(m, NULL);
}

static void a_closed_mailbox_still_gives_what_it_holds(void **state)
{
    struct mailbox *m = mailbox_new(4);

    (void)state;
    assert_true(mailbox_post(m, &letters[0]));
    assert_false(mailbox_is_closed(m));
    mailbox_close(m);
    assert_true(mailbox_is_closed(m));
    assert_false(mailbox_post(m, &letters[1]));
    assert_ptr_equal(mailbox_wait(m, -1), &letters[0]);
    assert_null(mailbox_wait(m, -1)); /* does not wait for what cannot come */
    assert_true(bell_rings(m));       /* so that a loop learns of the end */
    mailbox_close(m);
    mailbox_free(m, NULL);
}

static void an_empty_mailbox_lets_the_reader_go_when_time_is_up(void **state)
{
    struct mailbox *m = mailbox_new(1);

    (void)state;
    assert_null(mailbox_wait(m, 0));
    assert_null(mailbox_wait(m, 1));
    mailbox_free(m, NULL);
}

enum { POSTERS = 4, EACH = 2000 };

static void *post_many(void *arg)
{
    for (int i = 0; i < EACH; i++)
        while (!mailbox_post(arg, &letters[i % 4]))
            sched_yield();
    return NULL;
}

static void many_posters_and_one_reader_lose_nothing(void **state)
{
    struct mailbox *m = mailbox_new(16);
    pthread_t threads[POSTERS];

    (void)state;
    for (int i = 0; i < POSTERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, m), 0);
    for (int n = 0; n < POSTERS * EACH; n++)
        assert_non_null(mailbox_wait(m, -1));
    for (int i = 0; i < POSTERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(mailbox_len(m), 0);
    assert_false(bell_rings(m));
    mailbox_free(m, NULL);
}

static void *close_it(void *arg)
{
    mailbox_close(arg);
    return NULL;
}

static void many_posters_wake_a_reader_that_gathers(void **state)
{
    struct mailbox *m = mailbox_new(POSTERS * EACH);
    pthread_t threads[POSTERS];

    (void)state;
    for (int i = 0; i < POSTERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, m), 0);
    mailbox_gather(m, POSTERS * EACH, -1);
    assert_int_equal(mailbox_len(m), POSTERS * EACH);
    for (int i = 0; i < POSTERS; i++)
        pthread_join(threads[i], NULL);
    mailbox_free(m, NULL);
}

static void closing_wakes_the_reader(void **state)
{
    struct mailbox *m = mailbox_new(1);
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, close_it, m), 0);
    assert_null(mailbox_wait(m, -1));
    pthread_join(thread, NULL);
    mailbox_free(m, NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_come_out_as_they_went_in),
        cmocka_unit_test(a_full_mailbox_turns_letters_away_and_counts_them),
        cmocka_unit_test(the_descriptor_is_readable_while_letters_wait),
        cmocka_unit_test(a_descriptor_asked_for_late_tells_of_what_is_there),
        cmocka_unit_test(
            gathering_takes_nothing_and_ends_with_enough_with_time_or_with_the_closing),
        cmocka_unit_test(a_closed_mailbox_still_gives_what_it_holds),
        cmocka_unit_test(an_empty_mailbox_lets_the_reader_go_when_time_is_up),
        cmocka_unit_test(many_posters_and_one_reader_lose_nothing),
        cmocka_unit_test(many_posters_wake_a_reader_that_gathers),
        cmocka_unit_test(closing_wakes_the_reader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
