#include "leg.h"

#include <event2/buffer.h>

#include <openssl/err.h>

#include "base/mem.h"
#include "cert/leaf.h"

#include "contexts_priv.h"
#include "leg_priv.h"

/* Below this a stretch of plaintext is joined with its successor, above it makes a record of its
 * own: a copy of 4 KiB costs less than a record. */
enum { STRETCH_LEAST = 4096 };

const char *leg_phase_name(enum leg_phase p)
{
    switch (p) {
    case PHASE_BEFORE_SERVER_HELLO:
        return "before-server-hello";
    case PHASE_AFTER_CERTIFICATE:
        return "after-certificate";
    case PHASE_AFTER_FINISH:
        return "after-finish";
    }
    return "";
}

static bool buffers_new(struct leg *l)
{
    l->wire.in = evbuffer_new();
    l->wire.out = evbuffer_new();
    l->plain_in = evbuffer_new();
    l->plain_out = evbuffer_new();
    return l->wire.in && l->wire.out && l->plain_in && l->plain_out;
}

struct leg *leg_new(const struct tls_contexts *contexts, enum leg_side side, struct err *e)
{
    struct leg *l = mem_new(sizeof *l);
    BIO *bio = bio_new(contexts->bio, &l->wire);

    l->side = side;
    l->ssl = SSL_new(contexts->by_side[side]);
    if (!bio || !l->ssl || !buffers_new(l) || !SSL_set_app_data(l->ssl, l)) {
        BIO_free(bio);
        tls_err(e, "preparing a TLS leg");
        leg_free(l);
        return NULL;
    }
    SSL_set_bio(l->ssl, bio, bio);
    SSL_set_msg_callback_arg(l->ssl, l);
    if (side == LEG_CLIENT)
        SSL_set_accept_state(l->ssl);
    else
        SSL_set_connect_state(l->ssl);
    return l;
}

static void buffer_free(struct evbuffer *b)
{
    if (b)
        evbuffer_free(b);
}

void leg_free(struct leg *l)
{
    if (!l)
        return;
    SSL_free(l->ssl); /* before the buffers: it owns the BIO that borrows them */
    buffer_free(l->wire.in);
    buffer_free(l->wire.out);
    buffer_free(l->plain_in);
    buffer_free(l->plain_out);
    leaf_unref(l->leaf);
    mem_free(l->certificate);
    mem_free(l->scts);
    mem_free(l->unlike);
    request_desk_fini(&l->desk);
    mem_free(l);
}

void leg_keep(struct leg *l, struct tape *tape)
{
    l->wire.tape = tape;
}

void leg_feed(struct leg *l, struct evbuffer *cipher_in)
{
    /* RFC 8446 §6.1: what follows a close_notify is ignored. */
    if (l->state == LEG_CLOSED || l->state == LEG_BROKEN || l->facts.close_notify_in)
        evbuffer_drain(cipher_in, evbuffer_get_length(cipher_in));
    else
        evbuffer_add_buffer(l->wire.in, cipher_in);
}

void leg_eof(struct leg *l)
{
    l->facts.eof = true;
}

static void leg_shake(struct leg *l)
{
    /* A handshake that is done has read its last record and nothing behind it. */
    l->wire.may_read = SIZE_MAX;
    ERR_clear_error();
    int done = SSL_do_handshake(l->ssl);

    if (done == 1) {
        l->facts.finished = true;
        leg_facts_shaken(l);
        l->state = LEG_OPEN;
        return;
    }
    if (SSL_get_error(l->ssl, done) != SSL_ERROR_WANT_READ)
        leg_break(l);
}

/* The length of the first record with its header, once it is whole; 0: not yet. */
static size_t record_whole(const struct leg *l)
{
    uint8_t h[RECORD_HEADER];

    if (evbuffer_copyout(l->wire.in, h, sizeof h) < (ev_ssize_t)sizeof h)
        return 0;
    size_t len = (size_t)h[3] << 8 | h[4];
    if (len > RECORD_MOST)
        return RECORD_HEADER; /* all that OpenSSL needs to refuse it with the right alert */
    return evbuffer_get_length(l->wire.in) < RECORD_HEADER + len ? 0 : RECORD_HEADER + len;
}

static bool record_waits(const struct leg *l)
{
    return SSL_pending(l->ssl) > 0 || record_whole(l) > 0;
}

/* How many bytes of plaintext the next SSL_read can give at most; 0 while no whole record has come.
 * OpenSSL is handed one whole record at a time: an idle leg then holds none of its 17 KiB read
 * buffers, and plaintext gets the room it needs. */
static size_t record_offer(struct leg *l)
{
    int pending = SSL_pending(l->ssl);

    l->wire.may_read = pending > 0 ? 0 : record_whole(l);
    if (pending > 0)
        return (size_t)pending;
    return l->wire.may_read < RECORD_PLAIN_MOST ? l->wire.may_read : RECORD_PLAIN_MOST;
}

/* A reserved block stays with an empty buffer until something was in it: an idle leg must not keep
 * it. */
static void reserve_undo(struct evbuffer *b, struct evbuffer_iovec *space)
{
    if (evbuffer_get_length(b) > 0)
        return;
    space->iov_len = 1;
    *(uint8_t *)space->iov_base = 0;
    evbuffer_commit_space(b, space, 1);
    evbuffer_drain(b, 1);
}

/* Processing a ticket leaves OpenSSL 3.0 with a write buffer of 16 KiB, which only the next write
 * would give back. */
static void write_buffer_release(struct leg *l)
{
    size_t none;

    if (!l->facts.close_notify_out && SSL_write_ex(l->ssl, "", 0, &none) != 1)
        ERR_clear_error();
}

/* One record; false when reading is over. */
static bool record_read(struct leg *l, size_t room)
{
    struct evbuffer_iovec space;
    size_t got = 0;

    if (evbuffer_reserve_space(l->plain_in, (ev_ssize_t)room, &space, 1) != 1) {
        leg_break_for(l, "no memory for plaintext");
        return false;
    }
    ERR_clear_error();
    int ok = SSL_read_ex(l->ssl, space.iov_base, space.iov_len, &got);
    if (ok == 1) {
        space.iov_len = got;
        evbuffer_commit_space(l->plain_in, &space, 1);
        l->facts.plain_in += got;
        return true;
    }
    reserve_undo(l->plain_in, &space);
    switch (SSL_get_error(l->ssl, ok)) {
    case SSL_ERROR_WANT_READ: /* a ticket or a key update (openssl#7327) */
        write_buffer_release(l);
        return true;
    case SSL_ERROR_ZERO_RETURN:
        evbuffer_drain(l->wire.in, evbuffer_get_length(l->wire.in));
        return false;
    default:
        leg_break(l);
        return false;
    }
}

static void leg_read(struct leg *l, size_t most)
{
    while (!l->facts.close_notify_in && (most == 0 || evbuffer_get_length(l->plain_in) < most)) {
        size_t room = record_offer(l);

        if (room == 0 || !record_read(l, room))
            return;
    }
}

/* The next bytes to encrypt, in one piece. */
static const uint8_t *stretch_next(struct evbuffer *b, size_t *len)
{
    struct evbuffer_iovec first;
    size_t all = evbuffer_get_length(b);
    size_t want = all < RECORD_PLAIN_MOST ? all : RECORD_PLAIN_MOST;

    *len = 0;
    if (want == 0 || evbuffer_peek(b, (ev_ssize_t)want, NULL, &first, 1) < 1)
        return NULL;
    if (first.iov_len < want && first.iov_len < STRETCH_LEAST) {
        *len = want;
        return evbuffer_pullup(b, (ev_ssize_t)want);
    }
    *len = first.iov_len < want ? first.iov_len : want;
    return first.iov_base;
}

static void leg_write(struct leg *l)
{
    const uint8_t *at;
    size_t len, put;

    while ((at = stretch_next(l->plain_out, &len))) {
        ERR_clear_error();
        int ok = SSL_write_ex(l->ssl, at, len, &put);

        if (ok != 1) {
            /* The wire takes everything at once. A message after the handshake that has come in
             * part is to be read first; all else is a failure. */
            if (SSL_get_error(l->ssl, ok) != SSL_ERROR_WANT_READ)
                leg_break(l);
            ERR_clear_error();
            return;
        }
        evbuffer_drain(l->plain_out, put);
        l->facts.plain_out += put;
    }
}

enum leg_state leg_pump(struct leg *l, size_t plain_in_most)
{
    if (l->state == LEG_IDLE)
        l->state = LEG_SHAKING;
    if (l->state == LEG_SHAKING && leg_look(l))
        leg_shake(l);
    if (l->state == LEG_OPEN)
        leg_read(l, plain_in_most);
    if (l->state == LEG_OPEN && !l->facts.close_notify_out) {
        leg_write(l);
        leg_send_close(l);
    }
    leg_end(l, l->state == LEG_OPEN && record_waits(l));
    return l->state;
}

enum leg_side leg_side(const struct leg *l)
{
    return l->side;
}

enum leg_state leg_state(const struct leg *l)
{
    return l->state;
}

struct evbuffer *leg_cipher_out(struct leg *l)
{
    return l->wire.out;
}

struct evbuffer *leg_plain_in(struct leg *l)
{
    return l->plain_in;
}

struct evbuffer *leg_plain_out(struct leg *l)
{
    return l->plain_out;
}

size_t leg_cipher_pending(const struct leg *l)
{
    return evbuffer_get_length(l->wire.in);
}

const struct leg_facts *leg_facts(const struct leg *l)
{
    return &l->facts;
}
