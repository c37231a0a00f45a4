#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "phone.h"

/* A proxy that shakes hands itself, on a thread of its own, and notes what it met. */
struct proxy {
    int listener;
    struct sockaddr_in at;
    SSL_CTX *ctx;
    pthread_t thread;
    /* of the last visitor */
    struct in_addr from;
    char head[1024], request[1024], name[64];
    int version, alert;
    bool shaken, hides;
};

static int ech_see(SSL *ssl, unsigned type, unsigned context, const unsigned char *in, size_t len,
    X509 *x, size_t depth, int *alert, void *arg)
{
    struct proxy *p = arg;

    (void)ssl, (void)type, (void)context, (void)in, (void)x, (void)depth, (void)alert;
    p->hides = len > 300;
    return 1;
}

static void alert_see(const SSL *ssl, int where, int value)
{
    struct proxy *p = SSL_get_app_data(ssl);

    if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value & 0xff) != 0 && !p->alert)
        p->alert = value & 0xff;
}

static void head_read(int fd, char *to, size_t cap)
{
    size_t n = 0;

    while (n < cap - 1 && !text_ends(to, "\r\n\r\n") && recv(fd, to + n, 1, 0) == 1)
        to[++n] = '\0';
}

static void shake(struct proxy *p, int fd)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    SSL *ssl = SSL_new(p->ctx);

    SSL_set_app_data(ssl, p);
    SSL_set_info_callback(ssl, alert_see);
    SSL_set_fd(ssl, fd);
    p->shaken = SSL_accept(ssl) == 1;
    p->version = SSL_version(ssl);
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    strncpy(p->name, name ? name : "", sizeof p->name - 1);
    if (SSL_read(ssl, p->request, sizeof p->request - 1) > 0) {
        SSL_write(ssl, ok, sizeof ok - 1);
        SSL_shutdown(ssl);
    }
    ERR_clear_error();
    SSL_free(ssl);
}

static void *serve(void *arg)
{
    static const char ok[] = "HTTP/1.1 200 Connected\r\n\r\n";
    struct proxy *p = arg;
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    int fd = accept(p->listener, (struct sockaddr *)&from, &len);

    p->from = from.sin_addr;
    head_read(fd, p->head, sizeof p->head);
    if (text_starts(p->head, "CONNECT ")) {
        send(fd, ok, sizeof ok - 1, MSG_NOSIGNAL);
        shake(p, fd);
    }
    close(fd);
    return NULL;
}

static void proxy_begin(struct proxy *p)
{
    socklen_t len = sizeof p->at;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();

    X509_gmtime_adj(X509_getm_notBefore(x), -60);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key);
    X509_sign(x, key, EVP_sha256());
    *p = (struct proxy){.ctx = SSL_CTX_new(TLS_server_method())};
    SSL_CTX_set_security_level(p->ctx, 0);
    SSL_CTX_set_min_proto_version(p->ctx, TLS1_VERSION);
    SSL_CTX_use_certificate(p->ctx, x);
    SSL_CTX_use_PrivateKey(p->ctx, key);
    SSL_CTX_add_custom_ext(p->ctx, 0xfe0d, SSL_EXT_CLIENT_HELLO, NULL, NULL, NULL, ech_see, p);
    X509_free(x);
    EVP_PKEY_free(key);
    p->at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&p->at, sizeof p->at), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&p->at, &len), 0);
    assert_int_equal(listen(p->listener, 1), 0);
    assert_int_equal(pthread_create(&p->thread, NULL, serve, p), 0);
}

static void visit(struct proxy *p, const struct phone_visit *v)
{
    struct phone phone = {.from.s_addr = htonl(INADDR_LOOPBACK + 0x200)};
    struct err e = {0};

    proxy_begin(p);
    phone.proxy = p->at;
    assert_true(phone_visit(&phone, v, &e));
    pthread_join(p->thread, NULL);
    close(p->listener);
    SSL_CTX_free(p->ctx);
    assert_int_equal(p->from.s_addr, phone.from.s_addr);
}

static void each_mood_shows_on_the_wire(void **state)
{
    static const struct {
        enum phone_mood mood;
        int alert; /* that it is told to send */
        bool shaken, asks, named, hides;
        int met; /* the alert that came */
    } cases[] = {
        {PHONE_FINE, 0, true, true, true, false, 0},
        {PHONE_REFUSES, 0, false, false, true, false, 46},
        {PHONE_REFUSES, 42, false, false, true, false, 42},
        {PHONE_REFUSES, 45, false, false, true, false, 45},
        {PHONE_REFUSES, 48, false, false, true, false, 48},
        {PHONE_LEAVES, 0, false, false, true, false, 0},
        {PHONE_CANCELS, 0, false, false, true, false, 90},
        {PHONE_SPARE, 0, true, false, true, false, 0},
        {PHONE_OLD, 0, true, true, true, false, 0},
        {PHONE_NAMELESS, 0, true, true, false, false, 0},
        {PHONE_HIDES, 0, true, true, true, true, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct proxy p;

        print_message("mood %d, alert %d\n", (int)cases[i].mood, cases[i].alert);
        visit(&p, &(struct phone_visit){.mood = cases[i].mood,
                      .host = "good.lab.test",
                      .port = 443,
                      .agent = "Shop/1.0",
                      .alert = cases[i].alert});
        assert_true(text_starts(p.head, "CONNECT good.lab.test:443 HTTP/1.1\r\n"));
        assert_non_null(strstr(p.head, "User-Agent: Shop/1.0\r\n"));
        assert_int_equal(p.shaken, cases[i].shaken);
        assert_int_equal(p.request[0] != '\0', cases[i].asks);
        assert_int_equal(p.name[0] != '\0', cases[i].named);
        assert_int_equal(p.hides, cases[i].hides);
        assert_int_equal(p.alert, cases[i].met);
        if (cases[i].mood == PHONE_OLD)
            assert_true(p.version < TLS1_2_VERSION);
    }
}

static void a_plain_request_goes_to_the_proxy_as_it_is(void **state)
{
    struct proxy p;

    (void)state;
    visit(&p, &(struct phone_visit){.mood = PHONE_ASKS,
                  .host = "http://good.lab.test/login",
                  .port = 80,
                  .agent = "Shop/1.0",
                  .method = "POST",
                  .header = "Referer: https://shop.example/",
                  .body = "a=b"});
    assert_string_equal(p.head, "POST http://good.lab.test/login HTTP/1.1\r\n"
                                "Host: good.lab.test\r\nUser-Agent: Shop/1.0\r\n"
                                "Referer: https://shop.example/\r\nContent-Length: 3\r\n"
                                "Connection: close\r\n\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mood_shows_on_the_wire),
        cmocka_unit_test(a_plain_request_goes_to_the_proxy_as_it_is),
    };

    signal(SIGPIPE, SIG_IGN); /* phones hang up in the middle of things */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
