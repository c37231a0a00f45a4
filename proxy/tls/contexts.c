#include "contexts.h"

#include <fcntl.h>
#include <string.h>

#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include "base/mem.h"

#include "bio_priv.h"
#include "contexts_priv.h"
#include "leg_priv.h"
#include "tape.h"

enum {
    TICKET_LIFE_S = 3600,
    SCT_EXTENSION = 18, /* RFC 6962 §3.3.1 */
};

/* What a phone would take, in its order, and DHE behind: a site that has nothing else shall be seen
 * and named. */
static const char SITE_CIPHERS[] =
    "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:RSA+AESGCM:RSA+AES:DHE+AESGCM:DHE+CHACHA20:"
    "DHE+AES:!aNULL:!PSK:!SRP";
static const char PHONE_CIPHERS[] = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!aNULL:!PSK:!SRP";

static void keylog_write(const SSL *ssl, const char *line)
{
    const struct tls_contexts *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    const struct leg *leg = SSL_get_app_data(ssl);
    size_t n = strlen(line);
    char row[512];

    if (leg->wire.tape)
        tape_add_secret(leg->wire.tape, line);
    if (t->keylog_fd < 0 || n + 1 > sizeof row)
        return;
    memcpy(row, line, n);
    row[n] = '\n';
    /* One write, so that the lines of several threads stay whole (O_APPEND). */
    ssize_t done = write(t->keylog_fd, row, n + 1);
    (void)done;
    OPENSSL_cleanse(row, sizeof row);
}

/* The judge judges the site's chain, with reasons; OpenSSL's own attempt would cost time and know
 * none. */
static int chain_pass(X509_STORE_CTX *store, void *arg)
{
    (void)store;
    (void)arg;
    return 1;
}

/* Empty in the ClientHello: "send me your SCTs". */
static int sct_ask(SSL *ssl, unsigned type, unsigned context, const unsigned char **out,
    size_t *out_len, X509 *x, size_t depth, int *alert, void *arg)
{
    (void)ssl;
    (void)type;
    (void)context;
    (void)x;
    (void)depth;
    (void)alert;
    (void)arg;
    *out = NULL;
    *out_len = 0;
    return 1;
}

static bool both_set(SSL_CTX *ctx)
{
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_msg_callback(ctx, leg_see_message);
    return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) &&
           SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION);
}

/* Towards phones. Tickets are stateless, under keys that OpenSSL draws for this context; each is
 * bound to its leg's scope by the session id context (leg_client.c). */
static SSL_CTX *phone_side_new(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    if (!ctx)
        return NULL;
    SSL_CTX_set_security_level(ctx, 1);
    SSL_CTX_set_max_early_data(ctx, 0);
    SSL_CTX_set_timeout(ctx, TICKET_LIFE_S);
    SSL_CTX_set_alpn_select_cb(ctx, leg_alpn_choose, NULL);
    /* Of a client certificate, where one is asked for: it is recorded, and nobody is let in by it.
     */
    SSL_CTX_set_cert_verify_callback(ctx, chain_pass, NULL);
    if (both_set(ctx) && SSL_CTX_set_num_tickets(ctx, 1) &&
        SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384") &&
        SSL_CTX_set_cipher_list(ctx, PHONE_CIPHERS))
        return ctx;
    SSL_CTX_free(ctx);
    return NULL;
}

/* Towards sites. No resumption here: a session keeps no chain to judge (openssl#13673). */
static SSL_CTX *site_side_new(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    if (!ctx)
        return NULL;
    /* Level 0, so that a weak key or signature arrives here and is judged by name instead of ending
     * as an alert. */
    SSL_CTX_set_security_level(ctx, 0);
    /* Phones connect to servers without RFC 5746; renegotiation is off anyway. */
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, chain_pass, NULL);
    SSL_CTX_set_max_cert_list(ctx, CERTIFICATE_MOST);
    if (both_set(ctx) && SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp) &&
        SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384:P-521") &&
        SSL_CTX_set_cipher_list(ctx, SITE_CIPHERS) &&
        SSL_CTX_add_custom_ext(ctx, SCT_EXTENSION,
            SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO | SSL_EXT_TLS1_3_CERTIFICATE,
            sct_ask, NULL, NULL, leg_sct_take, NULL))
        return ctx;
    SSL_CTX_free(ctx);
    return NULL;
}

static bool keylog_open(struct tls_contexts *t, const char *path, struct err *e)
{
    if (path) {
        t->keylog_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (t->keylog_fd < 0)
            return err_sys(e, "opening the TLS key log %s", path);
    }
    for (int side = 0; side < 2; side++) {
        SSL_CTX_set_app_data(t->by_side[side], t);
        SSL_CTX_set_keylog_callback(t->by_side[side], keylog_write);
    }
    return true;
}

struct tls_contexts *tls_contexts_new(const struct tls_config *config, struct err *e)
{
    struct tls_contexts *t = mem_new(sizeof *t);

    t->keylog_fd = -1;
    t->bio = bio_method_new();
    t->by_side[LEG_CLIENT] = phone_side_new();
    t->by_side[LEG_SERVER] = site_side_new();
    if (!t->bio || !t->by_side[LEG_CLIENT] || !t->by_side[LEG_SERVER]) {
        tls_err(e, "preparing TLS");
        tls_contexts_free(t);
        return NULL;
    }
    if (config && (config->keylog || config->gives_secrets) && !keylog_open(t, config->keylog, e)) {
        tls_contexts_free(t);
        return NULL;
    }
    return t;
}

void tls_contexts_free(struct tls_contexts *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->by_side[LEG_CLIENT]);
    SSL_CTX_free(t->by_side[LEG_SERVER]);
    BIO_meth_free(t->bio);
    if (t->keylog_fd >= 0)
        close(t->keylog_fd);
    mem_free(t);
}
