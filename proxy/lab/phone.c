#include "phone.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/mem.h"
#include "base/text.h"

enum {
    PATIENCE_S = 20,
    LIFE_S = 3600,
    ANSWER_MOST = 256 * 1024,
    ECH = 0xfe0d,      /* RFC 9849 */
    ECH_PAYLOAD = 300, /* a length that GREASE does not have */
    CERTIFICATE_UNKNOWN = 46,
    USER_CANCELED = 90,
};

static bool dial(const struct phone *p, int *fd, struct err *e)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr = p->from};

    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0)
        return err_sys(e, "a socket");
    setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (bind(*fd, (struct sockaddr *)&from, sizeof from) == 0 &&
        connect(*fd, (const struct sockaddr *)&p->proxy, sizeof p->proxy) == 0)
        return true;
    err_sys(e, "connecting to the proxy");
    close(*fd);
    return false;
}

static bool send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        bytes += sent;
        n -= (size_t)sent;
    }
    return true;
}

/* CONNECT, and the head of the answer: it is read byte by byte, because what follows is TLS. */
static bool tunnel_open(int fd, const struct phone_visit *v)
{
    struct text ask = {0};
    char head[2048];
    size_t n = 0;

    text_printf(&ask, "CONNECT %s:%u HTTP/1.1\r\nHost: %s:%u\r\nUser-Agent: %s\r\n", v->host,
        v->port, v->host, v->port, v->agent);
    if (v->header && text_starts(v->header, "Proxy-"))
        text_printf(&ask, "%s\r\n", v->header);
    text_add(&ask, "\r\n");
    bool asked = send_all(fd, text_str(&ask), ask.len);
    text_fini(&ask);
    while (asked && n < sizeof head - 1 && recv(fd, head + n, 1, 0) == 1) {
        head[++n] = '\0';
        if (text_ends(head, "\r\n\r\n"))
            return text_starts(head, "HTTP/1.1 200");
    }
    return false;
}

/* By which of OpenSSL's reasons it sends which alert (its table is not open to others). */
static int reason_for(int alert)
{
    switch (alert) {
    case 42: /* bad_certificate */
        return X509_V_ERR_CERT_REJECTED;
    case 45: /* certificate_expired */
        return X509_V_ERR_CERT_HAS_EXPIRED;
    case 48: /* unknown_ca */
        return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
    default: /* certificate_unknown, as of each reason that it has no alert for */
        return X509_V_ERR_UNSUPPORTED_NAME_SYNTAX;
    }
}

/* The plight of a visit, as far as it lies in what is thought of our certificate. */
struct judgement {
    const struct phone_visit *visit;
    int fd;
};

static int certificate_met(X509_STORE_CTX *store, void *arg)
{
    static const char canceled[] = {SSL3_RT_ALERT, 3, 3, 0, 2, SSL3_AL_WARNING, USER_CANCELED};
    const struct judgement *j = arg;

    switch (j->visit->mood) {
    case PHONE_REFUSES:
        X509_STORE_CTX_set_error(
            store, reason_for(j->visit->alert ? j->visit->alert : CERTIFICATE_UNKNOWN));
        return 0;
    case PHONE_CANCELS: /* its own words go first, and OpenSSL's never out */
        if (!send_all(j->fd, canceled, sizeof canceled))
            return 0;
        shutdown(j->fd, SHUT_WR);
        return 0;
    case PHONE_LEAVES:
        shutdown(j->fd, SHUT_WR);
        return 0;
    default:
        return 1;
    }
}

/* ECHClientHello, outer (RFC 9849 §5): HKDF-SHA256 and AES-128-GCM, config 7, a key and a payload
 * that nobody can read, we neither. */
static int ech_add(SSL *ssl, unsigned type, unsigned context, const unsigned char **out,
    size_t *len, X509 *x, size_t depth, int *alert, void *arg)
{
    static unsigned char ech[1 + 4 + 1 + 2 + 32 + 2 + ECH_PAYLOAD] = {
        0, 0, 1, 0, 1, 7, 0, 32, [40] = ECH_PAYLOAD >> 8, ECH_PAYLOAD & 0xff};

    (void)ssl, (void)type, (void)context, (void)x, (void)depth, (void)alert, (void)arg;
    *out = ech;
    *len = sizeof ech;
    return 1;
}

/* Signed by itself: what the site would think of it nobody finds out. */
static bool identity_put(SSL_CTX *ctx)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    X509_NAME *name = x ? X509_get_subject_name(x) : NULL;

    bool good = key && x && X509_set_version(x, X509_VERSION_3) &&
                ASN1_INTEGER_set(X509_get_serialNumber(x), 1) &&
                X509_gmtime_adj(X509_getm_notBefore(x), -60) &&
                X509_gmtime_adj(X509_getm_notAfter(x), LIFE_S) &&
                X509_NAME_add_entry_by_txt(
                    name, "CN", MBSTRING_ASC, (const unsigned char *)"Lab phone", -1, -1, 0) &&
                X509_set_issuer_name(x, name) && X509_set_pubkey(x, key) &&
                X509_sign(x, key, EVP_sha256()) > 0 && SSL_CTX_use_certificate(ctx, x) &&
                SSL_CTX_use_PrivateKey(ctx, key);

    X509_free(x);
    EVP_PKEY_free(key);
    return good;
}

static bool mood_put(SSL_CTX *ctx, enum phone_mood mood)
{
    static const unsigned char h1[] = "\x08http/1.1", h2[] = "\x02h2";

    switch (mood) {
    case PHONE_OLD:
        return SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION) &&
               SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
    case PHONE_POOR:
        return SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION) &&
               SSL_CTX_set_cipher_list(ctx, "AES128-GCM-SHA256:AES128-SHA");
    case PHONE_CANCELS: /* in TLS 1.3 its alert would be encrypted by then */
        return SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION) &&
               SSL_CTX_set_alpn_protos(ctx, h1, sizeof h1 - 1) == 0;
    case PHONE_H2_ONLY:
        return SSL_CTX_set_alpn_protos(ctx, h2, sizeof h2 - 1) == 0;
    case PHONE_SHOWS:
        return identity_put(ctx) && SSL_CTX_set_alpn_protos(ctx, h1, sizeof h1 - 1) == 0;
    case PHONE_HIDES:
        return SSL_CTX_add_custom_ext(
                   ctx, ECH, SSL_EXT_CLIENT_HELLO, ech_add, NULL, NULL, NULL, NULL) &&
               SSL_CTX_set_alpn_protos(ctx, h1, sizeof h1 - 1) == 0;
    default:
        return SSL_CTX_set_alpn_protos(ctx, h1, sizeof h1 - 1) == 0;
    }
}

static SSL *tls_new(SSL_CTX *ctx, struct judgement *j)
{
    const struct phone_visit *v = j->visit;
    SSL *ssl;

    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, certificate_met, j);
    if (!mood_put(ctx, v->mood) || !(ssl = SSL_new(ctx)))
        return NULL;
    const char *name = v->mood == PHONE_HIDES ? "cloudflare-ech.com" : v->host;
    if (SSL_set_fd(ssl, j->fd) &&
        (v->mood == PHONE_NAMELESS || SSL_set_tlsext_host_name(ssl, name)))
        return ssl;
    SSL_free(ssl);
    return NULL;
}

static bool upgrades(const struct phone_visit *v)
{
    return v->header && text_starts(v->header, "Upgrade:");
}

static void request_write(struct text *out, const struct phone_visit *v)
{
    bool asks = v->mood == PHONE_ASKS, lingers = v->mood == PHONE_LINGERS;
    const char *host = asks ? strstr(v->host, "://") + 3 : v->host;

    text_printf(out, "%s %s HTTP/1.1\r\nHost: %.*s\r\nUser-Agent: %s\r\n",
        v->method ? v->method : "GET", asks ? v->host : "/", (int)strcspn(host, "/"), host,
        v->agent);
    if (v->header && !text_starts(v->header, "Proxy-"))
        text_printf(out, "%s\r\n", v->header);
    if (v->body)
        text_printf(out, "Content-Length: %zu\r\n", strlen(v->body));
    const char *connection = upgrades(v) ? "Upgrade" : lingers ? "keep-alive" : "close";

    text_printf(out, "Connection: %s\r\n\r\n%s", connection, v->body ? v->body : "");
}

/* Asks, and takes the answer to its end. */
static void talk(SSL *ssl, int fd, const struct phone_visit *v)
{
    struct text request = {0};
    char chunk[4096];
    size_t taken = 0;

    request_write(&request, v);
    bool sent = ssl ? SSL_write(ssl, text_str(&request), (int)request.len) > 0
                    : send_all(fd, text_str(&request), request.len);
    text_fini(&request);
    while (sent && taken < ANSWER_MOST) {
        ssize_t n = ssl ? SSL_read(ssl, chunk, sizeof chunk) : recv(fd, chunk, sizeof chunk, 0);

        if (n <= 0)
            break;
        taken += (size_t)n;
        if (upgrades(v)) /* the answer is all that it waits for, and nobody closes after it */
            break;
    }
    ERR_clear_error();
}

/* As long as the proxy is still there: what it does next is for its record. */
static void wait_for_end(int fd)
{
    char chunk[4096];

    while (recv(fd, chunk, sizeof chunk, 0) > 0)
        continue;
}

/* The first message alone; what OpenSSL would do with the answer never comes about. */
static void fall_silent(SSL *ssl, int fd)
{
    BIO *out = BIO_new(BIO_s_mem()), *in = BIO_new(BIO_s_mem());
    char *hello;

    SSL_set_bio(ssl, in, out);
    SSL_connect(ssl);
    ERR_clear_error();
    long n = BIO_get_mem_data(out, &hello);
    if (n > 0 && send_all(fd, hello, (size_t)n))
        wait_for_end(fd);
}

static void tls_play(SSL *ssl, int fd, const struct phone_visit *v)
{
    if (v->mood == PHONE_FALLS_SILENT) {
        fall_silent(ssl, fd);
        return;
    }
    bool shaken = SSL_connect(ssl) == 1;
    const unsigned char *alpn;
    unsigned alpn_len;

    ERR_clear_error();
    SSL_get0_alpn_selected(ssl, &alpn, &alpn_len);
    if (shaken && v->mood != PHONE_SPARE && !(v->mood == PHONE_H2_ONLY && alpn_len == 0))
        talk(ssl, fd, v);
    if (shaken) {
        SSL_shutdown(ssl);
        ERR_clear_error();
    }
    shutdown(fd, SHUT_WR);
    wait_for_end(fd);
}

bool phone_visit(const struct phone *p, const struct phone_visit *v, struct err *e)
{
    int fd;

    if (!dial(p, &fd, e))
        return false;
    if (v->mood == PHONE_ASKS) {
        talk(NULL, fd, v);
    } else if (tunnel_open(fd, v)) {
        struct judgement j = {v, fd};
        SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
        SSL *ssl = ctx ? tls_new(ctx, &j) : NULL;

        if (ssl)
            tls_play(ssl, fd, v);
        SSL_free(ssl);
        SSL_CTX_free(ctx);
    }
    close(fd);
    return true;
}
