#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "lab.h"
#include "odd_reply.h"

enum { NOW_S = 1795165200, PATIENCE_S = 20, CROWD = 2000 };

struct world {
    char folder[64];
    struct clock clock;
    struct lab *lab;
};

static int world_make(void **state)
{
    static struct world w;
    struct err e = {0};

    snprintf(w.folder, sizeof w.folder, "/tmp/whytls-lab-test-XXXXXX");
    if (!mkdtemp(w.folder))
        return -1;
    clock_fake_init(&w.clock, (int64_t)NOW_S * 1000);
    w.lab = lab_start(&(struct lab_config){.data_dir = w.folder, .clock = &w.clock}, &e);
    *state = &w;
    return w.lab ? 0 : -1;
}

static int world_free(void **state)
{
    static const char *const files[] = {"lab/pki.pem", "lab/root.pem", "lab/lock", "lab", ""};
    struct world *w = *state;

    lab_stop(w->lab);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = file_join(w->folder, files[i]);
        remove(path);
        mem_free(path);
    }
    return 0;
}

static uint16_t port_of(const struct world *w, const char *host, uint16_t port)
{
    struct sockaddr_storage at;
    struct sockaddr_in in;
    socklen_t len;

    assert_int_equal(lab_where(w->lab, host, port, &at, &len), LAB_ADDRESS);
    assert_int_equal(len, sizeof in);
    memcpy(&in, &at, sizeof in);
    assert_int_equal(in.sin_family, AF_INET);
    assert_int_equal(ntohl(in.sin_addr.s_addr), INADDR_LOOPBACK);
    assert_int_not_equal(in.sin_port, 0);
    return ntohs(in.sin_port);
}

/* A connected socket that gives up after PATIENCE_S, or -1 and errno. */
static int dial(const struct world *w, const char *host, uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_port = htons(port_of(w, host, port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    int failed = errno;
    close(fd);
    errno = failed;
    return -1;
}

/* TLS as a client that believes the lab's root and names; NULL when the handshake fails. */
static SSL *shake_hands(SSL_CTX *ctx, const char *host, int fd)
{
    SSL *ssl = SSL_new(ctx);

    SSL_set_tlsext_host_name(ssl, host);
    SSL_set1_host(ssl, host);
    SSL_set_fd(ssl, fd);
    errno = 0;
    if (SSL_connect(ssl) == 1)
        return ssl;
    SSL_free(ssl);
    return NULL;
}

static SSL_CTX *client_new(const struct world *w, bool verify)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);

    X509_VERIFY_PARAM_set_time(param, NOW_S);
    assert_int_equal(SSL_CTX_load_verify_file(ctx, lab_root_pem_path(w->lab)), 1);
    SSL_CTX_set_verify(ctx, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
    if (!verify)
        SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    return ctx;
}

static void get(SSL *ssl, const char *host, char *out, size_t cap)
{
    char request[512];
    size_t len = 0;
    int n;

    snprintf(
        request, sizeof request, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", host);
    assert_int_equal(SSL_write(ssl, request, (int)strlen(request)), strlen(request));
    while ((n = SSL_read(ssl, out + len, (int)(cap - 1 - len))) > 0)
        len += (size_t)n;
    out[len] = '\0';
    assert_int_equal(SSL_get_error(ssl, n), SSL_ERROR_ZERO_RETURN); /* close_notify, not a cut */
}

static void a_client_that_believes_all_gets_the_page_of_each_tls_site(void **state)
{
    const struct world *w = *state;
    SSL_CTX *ctx = client_new(w, false);
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    for (size_t i = 0; i < n; i++) {
        if (entries[i].dns || (entries[i].way != WAY_TLS && entries[i].way != WAY_TLS12) ||
            strcmp(entries[i].host, "cert-unparsable.lab.test") == 0 ||
            (odd_reply_of(entries[i].host) && odd_reply_of(entries[i].host)->status))
            continue;
        char page[2048];
        int fd = dial(w, entries[i].host, entries[i].port);
        SSL *ssl = shake_hands(ctx, entries[i].host, fd);
        assert_non_null(ssl);
        get(ssl, entries[i].host, page, sizeof page);
        assert_memory_equal(page, "HTTP/1.1 200 OK\r\n", 17);
        assert_non_null(strstr(page, "Date: Fri, 20 Nov 2026 09:00:00 GMT\r\n"));
        assert_non_null(strstr(page, entries[i].host));
        SSL_free(ssl);
        close(fd);
    }
    SSL_CTX_free(ctx);
}

static void healthy_sites_verify_under_the_labs_root(void **state)
{
    const struct world *w = *state;
    SSL_CTX *ctx = client_new(w, true);
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    for (size_t i = 0; i < n; i++) {
        if (entries[i].cause || entries[i].beside || strcmp(entries[i].protocol, "https") != 0)
            continue;
        int fd = dial(w, entries[i].host, entries[i].port);
        SSL *ssl = shake_hands(ctx, entries[i].host, fd);
        assert_non_null(ssl);
        assert_int_equal(SSL_get_verify_result(ssl), X509_V_OK);
        SSL_free(ssl);
        close(fd);
    }
    SSL_CTX_free(ctx);
}

/* What the client's OpenSSL says when the handshake breaks off, and the errno of its socket. */
static void each_fault_breaks_the_handshake_in_its_own_way(void **state)
{
    static const struct {
        const char *host;
        int reason, sys;
    } cases[] = {
        {"tls-version-too-low.lab.test", SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, 0},
        {"no-shared-cipher.lab.test", SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, 0},
        {"mtls-required-tls12.lab.test", SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, 0},
        {"plaintext-on-tls-port.lab.test", SSL_R_WRONG_VERSION_NUMBER, 0},
        {"server-abort-silent.lab.test", SSL_R_UNEXPECTED_EOF_WHILE_READING, 0},
        {"tcp-reset.lab.test", 0, ECONNRESET},
    };
    const struct world *w = *state;
    SSL_CTX *ctx = client_new(w, false);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int fd = dial(w, cases[i].host, 443);

        assert_true(fd >= 0);
        ERR_clear_error();
        assert_null(shake_hands(ctx, cases[i].host, fd));
        int sys = errno;
        if (cases[i].reason)
            assert_int_equal(ERR_GET_REASON(ERR_peek_error()), cases[i].reason);
        if (cases[i].sys)
            assert_int_equal(sys, cases[i].sys);
        close(fd);
    }
    ERR_clear_error();
    SSL_CTX_free(ctx);
}

static void a_missing_client_certificate_is_told_after_the_handshake_in_tls13(void **state)
{
    const struct world *w = *state;
    SSL_CTX *ctx = client_new(w, true);
    int fd = dial(w, "mtls-required.lab.test", 443);
    SSL *ssl = shake_hands(ctx, "mtls-required.lab.test", fd);
    static const char request[] = "GET / HTTP/1.1\r\nHost: mtls-required.lab.test\r\n\r\n";
    char byte;

    assert_non_null(ssl);
    SSL_write(ssl, request,
        sizeof request - 1); /* bytes that the server never reads must not swallow its alert */
    ERR_clear_error();
    assert_true(SSL_read(ssl, &byte, 1) <= 0);
    assert_int_equal(ERR_GET_REASON(ERR_peek_error()), SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED);
    ERR_clear_error();
    SSL_free(ssl);
    close(fd);
    SSL_CTX_free(ctx);
}

static void names_and_ports_are_mapped(void **state)
{
    static const struct {
        const char *host;
        uint16_t port;
        enum lab_answer answer;
    } cases[] = {
        {"good.lab.test", 443, LAB_ADDRESS},
        {"GOOD.Lab.Test", 443, LAB_ADDRESS},
        {"good.lab.test", 80, LAB_ADDRESS},
        {"good.lab.test", 8443, LAB_ADDRESS},
        {"tcp-timeout.lab.test", 443, LAB_ADDRESS},
        {"aia.lab.test", 80, LAB_ADDRESS},
        {"ocsp.lab.test", 80, LAB_ADDRESS},
        {"dns-nxdomain.lab.test", 443, LAB_NXDOMAIN},
        {"nobody.lab.test", 443, LAB_NXDOMAIN},
        {"nobody.lab-two.test", 443, LAB_NXDOMAIN},
        {"lab.test", 443, LAB_NXDOMAIN},
        {"good.lab-five.test", 443, LAB_NOT_OURS},
        {"collab.test", 443, LAB_NOT_OURS},
        {"example.org", 443, LAB_NOT_OURS},
        {"", 443, LAB_NOT_OURS},
    };
    const struct world *w = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sockaddr_storage at;
        socklen_t len;

        assert_int_equal(
            lab_where(w->lab, cases[i].host, cases[i].port, &at, &len), cases[i].answer);
    }
    assert_int_not_equal(port_of(w, "good.lab.test", 80), port_of(w, "good.lab.test", 443));
    assert_int_equal(port_of(w, "good.lab.test", 8443), port_of(w, "tcp-refused.lab.test", 443));
    assert_int_equal(port_of(w, "tcp-reset.lab.test", 80), port_of(w, "tcp-refused.lab.test", 443));
}

static void the_refused_one_refuses(void **state)
{
    assert_int_equal(dial(*state, "tcp-refused.lab.test", 443), -1);
    assert_int_equal(errno, ECONNREFUSED);
}

static void plain_http_gives_the_missing_issuer(void **state)
{
    static const char request[] =
        "GET /unsent-ca.der HTTP/1.1\r\nHost: aia.lab.test\r\nConnection: close\r\n\r\n";
    char reply[4096];
    size_t len = 0;
    int fd = dial(*state, "aia.lab.test", 80);

    assert_int_equal(send(fd, request, sizeof request - 1, 0), sizeof request - 1);
    for (ssize_t n; (n = recv(fd, reply + len, sizeof reply - 1 - len, 0)) > 0;)
        len += (size_t)n;
    close(fd);
    reply[len] = '\0';
    assert_memory_equal(reply, "HTTP/1.1 200 OK", 15);
    assert_non_null(strstr(reply, "application/pkix-cert"));
}

static void raise_open_files(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_true(limit.rlim_cur > 2 * CROWD + 100);
}

static void a_crowd_can_be_there_at_once(void **state)
{
    const struct world *w = *state;
    SSL_CTX *ctx = client_new(w, true);
    SSL **guests = mem_array(CROWD, sizeof *guests);

    raise_open_files();
    for (size_t i = 0; i < CROWD; i++) {
        guests[i] = shake_hands(ctx, "good.lab.test", dial(w, "good.lab.test", 443));
        assert_non_null(guests[i]);
    }
    for (size_t i = 0; i < CROWD; i++) {
        char page[2048];
        int fd = SSL_get_fd(guests[i]);

        get(guests[i], "good.lab.test", page, sizeof page);
        SSL_free(guests[i]);
        close(fd);
    }
    mem_free(guests);
    SSL_CTX_free(ctx);
}

static void it_stops_with_visitors_inside(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    SSL_CTX *ctx = client_new(w, true);
    int fd = dial(w, "good.lab.test", 443), stalled = dial(w, "handshake-stall-mtu.lab.test", 443);
    SSL *ssl = shake_hands(ctx, "good.lab.test", fd);
    char byte;

    assert_non_null(ssl);
    lab_stop(w->lab);
    assert_true(SSL_read(ssl, &byte, 1) <= 0);
    assert_true(recv(stalled, &byte, 1, 0) <= 0);
    w->lab = lab_start(&(struct lab_config){.data_dir = w->folder, .clock = &w->clock}, &e);
    assert_non_null(w->lab);
    ERR_clear_error();
    SSL_free(ssl);
    close(fd);
    close(stalled);
    SSL_CTX_free(ctx);
}

static void a_folder_that_cannot_be_made_stops_the_start(void **state)
{
    const struct world *w = *state;
    struct err e = {0};

    assert_null(lab_start(&(struct lab_config){.data_dir = "/dev/null/x", .clock = &w->clock}, &e));
    assert_non_null(strstr(e.text, "starting the lab: "));
    lab_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_that_believes_all_gets_the_page_of_each_tls_site),
        cmocka_unit_test(healthy_sites_verify_under_the_labs_root),
        cmocka_unit_test(each_fault_breaks_the_handshake_in_its_own_way),
        cmocka_unit_test(a_missing_client_certificate_is_told_after_the_handshake_in_tls13),
        cmocka_unit_test(names_and_ports_are_mapped),
        cmocka_unit_test(the_refused_one_refuses),
        cmocka_unit_test(plain_http_gives_the_missing_issuer),
        cmocka_unit_test(a_crowd_can_be_there_at_once),
        cmocka_unit_test(it_stops_with_visitors_inside),
        cmocka_unit_test(a_folder_that_cannot_be_made_stops_the_start),
    };

    return cmocka_run_group_tests(tests, world_make, world_free);
}
