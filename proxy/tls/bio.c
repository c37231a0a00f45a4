#include "bio_priv.h"

#include <event2/buffer.h>

#include "tape.h"

static int ends_read(BIO *bio, char *data, int len)
{
    struct bio_ends *ends = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    if (len <= 0)
        return 0;
    size_t want = (size_t)len < ends->may_read ? (size_t)len : ends->may_read;
    int n = want > 0 ? evbuffer_remove(ends->in, data, want) : 0;
    if (n > 0) {
        ends->may_read -= (size_t)n;
        if (ends->tape)
            tape_add(ends->tape, false, data, (size_t)n);
        return n;
    }
    BIO_set_retry_read(bio);
    return -1;
}

static int ends_write(BIO *bio, const char *data, int len)
{
    const struct bio_ends *ends = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    if (len <= 0 || evbuffer_add(ends->out, data, (size_t)len) != 0)
        return -1;
    if (ends->tape)
        tape_add(ends->tape, true, data, (size_t)len);
    return len;
}

static long ends_ctrl(BIO *bio, int command, long number, void *arg)
{
    const struct bio_ends *ends = BIO_get_data(bio);

    (void)number;
    (void)arg;
    switch (command) {
    case BIO_CTRL_FLUSH: /* nothing is held back here */
    case BIO_CTRL_DUP:
        return 1;
    case BIO_CTRL_PENDING:
        return (long)evbuffer_get_length(ends->in);
    case BIO_CTRL_WPENDING:
        return (long)evbuffer_get_length(ends->out);
    default:
        return 0;
    }
}

BIO_METHOD *bio_method_new(void)
{
    BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "evbuffers");

    if (m && BIO_meth_set_read(m, ends_read) && BIO_meth_set_write(m, ends_write) &&
        BIO_meth_set_ctrl(m, ends_ctrl))
        return m;
    BIO_meth_free(m);
    return NULL;
}

BIO *bio_new(const BIO_METHOD *method, struct bio_ends *ends)
{
    BIO *bio = BIO_new(method);

    if (!bio)
        return NULL;
    BIO_set_data(bio, ends);
    BIO_set_init(bio, 1);
    return bio;
}
