/* tests/tls/ends.h - a world of our own and a far end played by OpenSSL over memory: no sockets, no
 * clock. */
#ifndef WHYTLS_TESTS_TLS_ENDS_H
#define WHYTLS_TESTS_TLS_ENDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <event2/buffer.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "cert/ca.h"
#include "cert/leaf.h"
#include "cert/leaf_key.h"

#include "contexts.h"
#include "leg.h"

enum { TEST_NOW_S = 1795165200 };

struct world {
    struct ca *ca;
    struct leaf_keys *keys;
    struct leaf *leaf; /* for shop.example */
    struct tls_contexts *contexts;
};

/* The other end of a leg: bytes written to `in` are read by `ssl`, what it says comes out of `out`.
 */
struct far {
    SSL_CTX *ctx;
    SSL *ssl;
    BIO *in, *out; /* owned by ssl */
    bool finished;
    int error; /* of the last SSL_get_error */
};

static inline int world_make(void **state)
{
    static struct world w;
    struct err e = {0};

    w.ca = ca_new_in_memory(TEST_NOW_S, &e);
    w.keys = leaf_keys_new(&e);
    w.leaf = leaf_mint(w.ca, w.keys, "shop.example", TEST_NOW_S, &e);
    w.contexts = tls_contexts_new(NULL, &e);
    *state = &w;
    return w.leaf && w.contexts ? 0 : -1;
}

static inline int world_free(void **state)
{
    struct world *w = *state;

    tls_contexts_free(w->contexts);
    leaf_unref(w->leaf);
    leaf_keys_free(w->keys);
    ca_free(w->ca);
    return 0;
}

static inline void far_begin(struct far *f)
{
    f->ssl = SSL_new(f->ctx);
    f->in = BIO_new(BIO_s_mem());
    f->out = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(f->in, -1);
    SSL_set_bio(f->ssl, f->in, f->out);
}

/* A site: a TLS server with our test leaf. version 0: what both can. */
static inline void far_site_init(struct far *f, const struct world *w, int version)
{
    *f = (struct far){.ctx = SSL_CTX_new(TLS_server_method())};
    SSL_CTX_set_security_level(f->ctx, 0);
    SSL_CTX_set_min_proto_version(f->ctx, version);
    SSL_CTX_set_max_proto_version(f->ctx, version);
    assert_int_equal(SSL_CTX_use_certificate(f->ctx, leaf_certificate(w->leaf)), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(f->ctx, leaf_key(w->leaf)), 1);
}

/* A phone: a TLS client that takes any certificate unless the test says otherwise. */
static inline void far_phone_init(struct far *f, int version)
{
    *f = (struct far){.ctx = SSL_CTX_new(TLS_client_method())};
    SSL_CTX_set_security_level(f->ctx, 0);
    SSL_CTX_set_min_proto_version(f->ctx, version);
    SSL_CTX_set_max_proto_version(f->ctx, version);
}

static inline void far_fini(struct far *f)
{
    SSL_free(f->ssl);
    SSL_CTX_free(f->ctx);
    ERR_clear_error();
}

static inline void far_site_ready(struct far *f)
{
    far_begin(f);
    SSL_set_accept_state(f->ssl);
}

static inline void far_phone_ready(struct far *f)
{
    far_begin(f);
    SSL_set_connect_state(f->ssl);
    SSL_set_tlsext_host_name(f->ssl, "shop.example");
}

static inline void far_shake(struct far *f)
{
    if (f->finished)
        return;
    ERR_clear_error();
    int done = SSL_do_handshake(f->ssl);
    f->finished = done == 1;
    f->error = SSL_get_error(f->ssl, done);
    ERR_clear_error();
}

/* Moves what the leg has for the far end; gives the number of bytes. */
static inline size_t to_far(struct leg *l, struct far *f)
{
    struct evbuffer *out = leg_cipher_out(l);
    size_t n = evbuffer_get_length(out);

    if (n > 0) {
        assert_int_equal(BIO_write(f->in, evbuffer_pullup(out, -1), (int)n), (int)n);
        evbuffer_drain(out, n);
    }
    return n;
}

static inline void feed_bytes(struct leg *l, const void *bytes, size_t n)
{
    struct evbuffer *b = evbuffer_new();

    evbuffer_add(b, bytes, n);
    leg_feed(l, b);
    evbuffer_free(b);
}

static inline size_t from_far(struct leg *l, struct far *f)
{
    char *at = NULL;
    size_t n = (size_t)BIO_get_mem_data(f->out, &at);

    if (n > 0) {
        feed_bytes(l, at, n);
        (void)BIO_reset(f->out);
    }
    return n;
}

/* Shakes until neither end says anything more. */
static inline void shake(struct leg *l, struct far *f)
{
    size_t moved = 1;

    while (moved > 0) {
        leg_pump(l, 0);
        moved = to_far(l, f);
        far_shake(f);
        moved += from_far(l, f);
    }
}

static inline void far_write(struct far *f, const void *bytes, size_t n)
{
    ERR_clear_error();
    assert_int_equal(SSL_write(f->ssl, bytes, (int)n), (int)n);
}

/* What the far end can read now, at most cap bytes; -1 as SSL_read. */
static inline int far_read(struct far *f, void *bytes, size_t cap)
{
    ERR_clear_error();
    int n = SSL_read(f->ssl, bytes, (int)cap);
    f->error = SSL_get_error(f->ssl, n);
    ERR_clear_error();
    return n;
}

static inline struct leg *client_leg(const struct world *w, const char *scope, const char *alpn)
{
    struct err e = {0};
    struct leg *l = leg_client_new(
        w->contexts, &(struct leg_client_show){.leaf = w->leaf, .alpn = alpn, .scope = scope}, &e);

    assert_non_null(l);
    return l;
}

static inline struct leg *server_leg(const struct world *w, int version)
{
    static const uint8_t alpn[] = "\x02h2\x08http/1.1";
    struct err e = {0};
    struct leg *l = leg_server_new(w->contexts,
        &(struct leg_server_ask){.sni = "shop.example",
            .alpn = alpn,
            .alpn_len = sizeof alpn - 1,
            .min_version = (uint16_t)version,
            .max_version = (uint16_t)version},
        &e);

    assert_non_null(l);
    return l;
}

#endif
