#include "far_site.h"

#include <event2/buffer.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "mint_chain.h"

enum { HALF_FLIGHT = 200, SCT_EXTENSION = 18 };

struct far_site {
    struct far_site_config config;
    SSL_CTX *ctx;
    SSL *ssl;
    BIO *in, *out_bio; /* memory, owned by ssl */
    struct evbuffer *out;
    struct text heard, waiting;
    char sni[256];
    bool open, over, saw_eof, saw_close_notify, end_told, was_fed;
    enum far_end end;
    int alerted;
};

static void must(bool worked, const char *what)
{
    if (worked)
        return;
    fprintf(stderr, "far_site: %s\n", what);
    ERR_print_errors_fp(stderr);
    abort();
}

static bool is_tls(const struct far_site *s)
{
    switch (s->config.manner) {
    case FAR_TLS:
    case FAR_RESETS_HALFWAY:
    case FAR_CLOSES_AFTER:
    case FAR_RESETS_AFTER:
    case FAR_RENOUNCES_AFTER:
        return true;
    case FAR_PLAIN:
    case FAR_PLAIN_TEXT_TO_TLS:
    case FAR_CLOSES:
    case FAR_RESETS:
    case FAR_STALLS:
    case FAR_GARBAGE:
    case FAR_ALERT_NAME:
        break;
    }
    return false;
}

static int name_seen(SSL *ssl, int *alert, void *arg)
{
    struct far_site *s = arg;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    (void)alert;
    snprintf(s->sni, sizeof s->sni, "%s", name ? name : "");
    return SSL_TLSEXT_ERR_OK;
}

static int protocol_choose(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
    const struct far_site *s = arg;
    size_t want = strlen(s->config.alpn);

    (void)ssl;
    for (unsigned at = 0; at < in_len; at += 1u + in[at])
        if (in[at] == want && memcmp(in + at + 1, s->config.alpn, want) == 0) {
            *out = in + at + 1;
            *out_len = in[at];
            return SSL_TLSEXT_ERR_OK;
        }
    return SSL_TLSEXT_ERR_NOACK;
}

static int any_certificate(int ok, X509_STORE_CTX *store)
{
    (void)ok;
    (void)store;
    return 1;
}

static void seen(
    int write, int version, int type, const void *bytes, size_t len, SSL *ssl, void *arg)
{
    struct far_site *s = arg;
    const uint8_t *b = bytes;

    (void)version;
    (void)ssl;
    if (!write && type == SSL3_RT_ALERT && len == 2 && b[1] != SSL_AD_CLOSE_NOTIFY)
        s->alerted = b[1];
}

static void chain_put(struct far_site *s)
{
    const struct mint *const *chain = s->config.chain;

    must(SSL_CTX_use_certificate(s->ctx, chain[0]->x509) == 1, "the leaf");
    must(SSL_CTX_use_PrivateKey(s->ctx, chain[0]->key) == 1, "the leaf's key");
    for (size_t i = 1; i < FAR_CHAIN_MOST && chain[i]; i++)
        must(SSL_CTX_add1_chain_cert(s->ctx, chain[i]->x509) == 1, "the chain");
}

/* They go with the leaf, not with the certificates above it. */
static int staple_give(SSL *ssl, void *arg)
{
    const struct far_site *s = arg;
    unsigned char *copy = OPENSSL_memdup(s->config.staple, s->config.staple_len);

    return copy && SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)s->config.staple_len)
               ? SSL_TLSEXT_ERR_OK
               : SSL_TLSEXT_ERR_NOACK;
}

static int scts_give(SSL *ssl, unsigned type, unsigned context, const unsigned char **out,
    size_t *len, X509 *x, size_t depth, int *alert, void *arg)
{
    const struct far_site *s = arg;

    (void)ssl, (void)type, (void)context, (void)x, (void)alert;
    *out = s->config.scts;
    *len = s->config.scts_len;
    return depth == 0;
}

static int scts_asked(SSL *ssl, unsigned type, unsigned context, const unsigned char *in,
    size_t len, X509 *x, size_t depth, int *alert, void *arg)
{
    (void)ssl, (void)type, (void)context, (void)in, (void)x, (void)depth, (void)alert, (void)arg;
    return len == 0;
}

static void client_ca_put(struct far_site *s)
{
    const struct mint *ca = s->config.client_ca;

    if (!ca)
        return;
    must(X509_STORE_add_cert(SSL_CTX_get_cert_store(s->ctx), ca->x509) == 1, "the clients' CA");
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(s->ctx), MINT_AT);
    must(!s->config.names_client_ca || SSL_CTX_add_client_CA(s->ctx, ca->x509) == 1, "its name");
}

static void tls_start(struct far_site *s)
{
    const struct far_site_config *c = &s->config;

    s->ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(s->ctx, 0);
    SSL_CTX_set_mode(s->ctx, SSL_MODE_NO_AUTO_CHAIN);
    chain_put(s);
    must(SSL_CTX_set_min_proto_version(s->ctx, c->min_version) &&
             SSL_CTX_set_max_proto_version(s->ctx, c->max_version),
        "versions");
    must(!c->ciphers || SSL_CTX_set_cipher_list(s->ctx, c->ciphers), "ciphers");
    if (c->demands_certificate || c->asks_certificate)
        SSL_CTX_set_verify(s->ctx,
            SSL_VERIFY_PEER | (c->demands_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
            c->client_ca ? NULL : any_certificate);
    client_ca_put(s);
    SSL_CTX_set_tlsext_servername_callback(s->ctx, name_seen);
    SSL_CTX_set_tlsext_servername_arg(s->ctx, s);
    if (c->staple) {
        SSL_CTX_set_tlsext_status_cb(s->ctx, staple_give);
        SSL_CTX_set_tlsext_status_arg(s->ctx, s);
    }
    if (c->scts)
        must(SSL_CTX_add_custom_ext(s->ctx, SCT_EXTENSION,
                 SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO | SSL_EXT_TLS1_3_CERTIFICATE,
                 scts_give, NULL, s, scts_asked, NULL),
            "SCTs");
    if (c->alpn)
        SSL_CTX_set_alpn_select_cb(s->ctx, protocol_choose, s);
    s->ssl = SSL_new(s->ctx);
    s->in = BIO_new(BIO_s_mem());
    s->out_bio = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(s->in, -1);
    SSL_set_bio(s->ssl, s->in, s->out_bio);
    SSL_set_accept_state(s->ssl);
    SSL_set_msg_callback(s->ssl, seen);
    SSL_set_msg_callback_arg(s->ssl, s);
}

struct far_site *far_site_new(const struct far_site_config *config)
{
    struct far_site *s = mem_new(sizeof *s);

    s->config = *config;
    s->alerted = -1;
    s->out = evbuffer_new();
    if (is_tls(s))
        tls_start(s);
    return s;
}

void far_site_free(struct far_site *s)
{
    if (!s)
        return;
    SSL_free(s->ssl);
    SSL_CTX_free(s->ctx);
    evbuffer_free(s->out);
    text_fini(&s->heard);
    text_fini(&s->waiting);
    mem_free(s);
}

static void stop(struct far_site *s, enum far_end end)
{
    if (!s->over)
        s->end = end;
    s->over = true;
}

void far_site_feed(struct far_site *s, struct evbuffer *in)
{
    size_t n = evbuffer_get_length(in);
    const unsigned char *bytes = n ? evbuffer_pullup(in, -1) : NULL;

    if (n == 0)
        return;
    s->was_fed = true;
    if (s->ssl)
        BIO_write(s->in, bytes, (int)n);
    else
        text_add_n(&s->heard, (const char *)bytes, n);
    evbuffer_drain(in, n);
}

void far_site_eof(struct far_site *s)
{
    s->saw_eof = true;
}

static void give(struct far_site *s, const char *bytes, size_t n, enum far_end end)
{
    evbuffer_add(s->out, bytes, n);
    stop(s, end);
}

static void misbehave(struct far_site *s)
{
    static const char web[] =
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    static const char garbage[] = "\x16\x03\x03\x00\x08\x02\x00\x00\x04\xde\xad\xbe\xef";
    static const char name[] = "\x15\x03\x03\x00\x02\x02\x70";

    switch (s->config.manner) {
    case FAR_PLAIN_TEXT_TO_TLS:
        give(s, web, sizeof web - 1, FAR_FIN);
        break;
    case FAR_CLOSES:
        stop(s, FAR_FIN);
        break;
    case FAR_RESETS:
        stop(s, FAR_RST);
        break;
    case FAR_GARBAGE:
        give(s, garbage, sizeof garbage - 1, FAR_GOES_ON);
        break;
    case FAR_ALERT_NAME:
        give(s, name, sizeof name - 1, FAR_FIN);
        break;
    case FAR_TLS:
    case FAR_PLAIN:
    case FAR_STALLS:
    case FAR_RESETS_HALFWAY:
    case FAR_CLOSES_AFTER:
    case FAR_RESETS_AFTER:
    case FAR_RENOUNCES_AFTER:
        break;
    }
}

static void shaken(struct far_site *s)
{
    s->open = true;
    if (s->config.manner == FAR_CLOSES_AFTER) {
        SSL_shutdown(s->ssl);
        stop(s, FAR_FIN);
    } else if (s->config.manner == FAR_RESETS_AFTER) {
        stop(s, FAR_RST);
    } else if (s->config.manner == FAR_RENOUNCES_AFTER) {
        /* OpenSSL sends no alert of one's choice; a record that it cannot read makes it send 10
         * unexpected_message. */
        static const char nonsense[] = "\x99\x03\x03\x00\x01\x00";
        char byte;

        BIO_write(s->in, nonsense, sizeof nonsense - 1);
        SSL_read(s->ssl, &byte, 1);
        stop(s, FAR_FIN);
    }
}

static void shake(struct far_site *s)
{
    ERR_clear_error();
    int done = SSL_do_handshake(s->ssl);

    if (done == 1)
        shaken(s);
    else if (SSL_get_error(s->ssl, done) != SSL_ERROR_WANT_READ)
        stop(s, FAR_FIN); /* its alert, if any, lies in out_bio */
}

static void listen_to(struct far_site *s)
{
    char bytes[4096];
    int n;

    ERR_clear_error();
    while ((n = SSL_read(s->ssl, bytes, sizeof bytes)) > 0)
        text_add_n(&s->heard, bytes, (size_t)n);
    int why = SSL_get_error(s->ssl, n);
    if (why == SSL_ERROR_ZERO_RETURN)
        s->saw_close_notify = true;
    else if (why != SSL_ERROR_WANT_READ)
        stop(s, FAR_FIN);
}

static void speak(struct far_site *s)
{
    if (!s->open || s->over || s->waiting.len == 0)
        return;
    size_t put = 0;
    must(SSL_write_ex(s->ssl, text_str(&s->waiting), s->waiting.len, &put) == 1 &&
             put == s->waiting.len,
        "speaking");
    text_clear(&s->waiting);
}

static void collect(struct far_site *s)
{
    char *bytes;
    long n = BIO_get_mem_data(s->out_bio, &bytes);

    if (n > 0)
        evbuffer_add(s->out, bytes, (size_t)n);
    (void)BIO_reset(s->out_bio);
    if (s->config.manner == FAR_RESETS_HALFWAY && evbuffer_get_length(s->out) > HALF_FLIGHT &&
        !s->over) {
        struct evbuffer *half = evbuffer_new();

        evbuffer_remove_buffer(s->out, half, HALF_FLIGHT);
        evbuffer_free(s->out);
        s->out = half;
        stop(s, FAR_RST);
    }
}

enum far_end far_site_pump(struct far_site *s)
{
    if (s->ssl) {
        if (!s->open && !s->over && s->was_fed)
            shake(s);
        if (s->open && !s->over)
            listen_to(s);
        speak(s);
        collect(s);
    } else if (s->was_fed && !s->over) {
        misbehave(s);
    }
    if (s->end == FAR_GOES_ON || s->end_told)
        return FAR_GOES_ON;
    s->end_told = true;
    return s->end;
}

struct evbuffer *far_site_out(struct far_site *s)
{
    return s->out;
}

void far_site_upgrades(struct far_site *s)
{
    must(!s->ssl && s->config.manner == FAR_PLAIN, "only a plain site can upgrade");
    s->was_fed = false;
    tls_start(s);
}

bool far_site_asks_late(struct far_site *s)
{
    SSL_set_verify(s->ssl, SSL_VERIFY_PEER, s->config.client_ca ? NULL : any_certificate);
    bool asked = SSL_verify_client_post_handshake(s->ssl) == 1;
    if (asked)
        must(SSL_do_handshake(s->ssl) == 1, "asking late");
    ERR_clear_error();
    return asked;
}

bool far_site_got_certificate(const struct far_site *s)
{
    return SSL_get0_peer_certificate(s->ssl) != NULL;
}

bool far_site_is_open(const struct far_site *s)
{
    return s->open && !s->over;
}

const char *far_site_sni(const struct far_site *s)
{
    return s->sni;
}

const char *far_site_version(const struct far_site *s)
{
    return SSL_get_version(s->ssl);
}

void far_site_says_n(struct far_site *s, const void *bytes, size_t n)
{
    if (s->ssl)
        text_add_n(&s->waiting, bytes, n);
    else
        evbuffer_add(s->out, bytes, n);
}

void far_site_says(struct far_site *s, const char *text)
{
    far_site_says_n(s, text, strlen(text));
}

const char *far_site_heard(struct far_site *s)
{
    return text_str(&s->heard);
}

size_t far_site_heard_len(const struct far_site *s)
{
    return s->heard.len;
}

void far_site_forget(struct far_site *s)
{
    text_clear(&s->heard);
}

void far_site_closes(struct far_site *s)
{
    if (s->ssl) {
        speak(s);
        SSL_shutdown(s->ssl);
    }
    stop(s, FAR_FIN);
}

void far_site_ends(struct far_site *s)
{
    speak(s);
    SSL_shutdown(s->ssl);
}

void far_site_cuts(struct far_site *s)
{
    if (s->ssl)
        speak(s);
    stop(s, FAR_FIN);
}

void far_site_resets(struct far_site *s)
{
    if (s->ssl)
        speak(s);
    stop(s, FAR_RST);
}

bool far_site_saw_close_notify(const struct far_site *s)
{
    return s->saw_close_notify;
}

bool far_site_saw_eof(const struct far_site *s)
{
    return s->saw_eof;
}

int far_site_alerted(const struct far_site *s)
{
    return s->alerted;
}
