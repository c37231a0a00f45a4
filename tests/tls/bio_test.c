#include "ends.h"

#include "bio_priv.h"

struct fixture {
    BIO_METHOD *method;
    BIO *bio;
    struct bio_ends ends;
};

static int make(void **state)
{
    static struct fixture f;

    f.ends = (struct bio_ends){.in = evbuffer_new(), .out = evbuffer_new(), .may_read = SIZE_MAX};
    f.method = bio_method_new();
    f.bio = bio_new(f.method, &f.ends);
    *state = &f;
    return f.bio ? 0 : -1;
}

static int unmake(void **state)
{
    struct fixture *f = *state;

    BIO_free(f->bio);
    BIO_meth_free(f->method);
    evbuffer_free(f->ends.in);
    evbuffer_free(f->ends.out);
    return 0;
}

static void what_is_written_comes_out_and_is_flushed(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(BIO_write(f->bio, "hello", 5), 5);
    assert_int_equal(BIO_flush(f->bio), 1);
    assert_int_equal(BIO_wpending(f->bio), 5);
    assert_memory_equal(evbuffer_pullup(f->ends.out, -1), "hello", 5);
}

static void reading_takes_what_is_there_and_then_asks_to_come_again(void **state)
{
    struct fixture *f = *state;
    char got[8];

    evbuffer_add(f->ends.in, "abcdef", 6);
    assert_int_equal(BIO_pending(f->bio), 6);
    assert_int_equal(BIO_read(f->bio, got, 4), 4);
    assert_memory_equal(got, "abcd", 4);
    assert_int_equal(BIO_read(f->bio, got, 4), 2);
    assert_int_equal(BIO_read(f->bio, got, 4), -1);
    assert_true(BIO_should_read(f->bio));
    assert_false(BIO_eof(f->bio)); /* an end never goes through here */
}

static void no_more_is_read_than_is_allowed(void **state)
{
    struct fixture *f = *state;
    char got[8];

    evbuffer_add(f->ends.in, "abcdef", 6);
    f->ends.may_read = 4;
    assert_int_equal(BIO_read(f->bio, got, 3), 3);
    assert_int_equal(BIO_read(f->bio, got, 3), 1);
    assert_int_equal(BIO_read(f->bio, got, 3), -1);
    assert_true(BIO_should_read(f->bio));
    f->ends.may_read = 9;
    assert_int_equal(BIO_read(f->bio, got, 3), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_comes_out_and_is_flushed, make, unmake),
        cmocka_unit_test_setup_teardown(
            reading_takes_what_is_there_and_then_asks_to_come_again, make, unmake),
        cmocka_unit_test_setup_teardown(no_more_is_read_than_is_allowed, make, unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
