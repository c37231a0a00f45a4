#include "phone.h"

#include <event2/buffer.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum phone_state { SHAKING = 0, OPEN, OVER };

struct phone {
    struct phone_config config;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    struct evbuffer *in, *out;
    struct text heard;
    enum phone_state state;
    enum phone_end end;
    bool refused, end_told, spoke;
    int alerted;
};

static ssize_t pull(gnutls_transport_ptr_t at, void *bytes, size_t n)
{
    struct phone *p = at;
    int got = evbuffer_remove(p->in, bytes, n);

    if (got > 0)
        return got;
    gnutls_transport_set_errno(p->session, EAGAIN);
    return -1;
}

static ssize_t push(gnutls_transport_ptr_t at, const void *bytes, size_t n)
{
    struct phone *p = at;

    evbuffer_add(p->out, bytes, n);
    return (ssize_t)n;
}

static bool dates_are_fine(const struct phone *p, gnutls_x509_crt_t leaf)
{
    return gnutls_x509_crt_get_activation_time(leaf) <= p->config.clock_s &&
           gnutls_x509_crt_get_expiration_time(leaf) >= p->config.clock_s;
}

static bool pin_matches(const struct phone *p, const gnutls_datum_t *der)
{
    uint8_t digest[32];

    return !p->config.pin ||
           (gnutls_hash_fast(GNUTLS_DIG_SHA256, der->data, der->size, digest) == 0 &&
               memcmp(digest, p->config.pin, sizeof digest) == 0);
}

/* Signed by the root that it trusts, for this host. */
static bool is_ours(const struct phone *p, gnutls_x509_crt_t leaf)
{
    gnutls_x509_crt_t root;
    gnutls_datum_t pem;
    unsigned status = 0;

    if (!p->config.root_pem)
        return false;
    pem.data = mem_dup(p->config.root_pem, strlen(p->config.root_pem) + 1);
    pem.size = (unsigned)strlen(p->config.root_pem);
    gnutls_x509_crt_init(&root);
    bool good =
        gnutls_x509_crt_import(root, &pem, GNUTLS_X509_FMT_PEM) == 0 &&
        gnutls_x509_crt_verify(leaf, &root, 1, GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status) == 0 &&
        status == 0 && gnutls_x509_crt_check_hostname(leaf, p->config.host) != 0;
    gnutls_x509_crt_deinit(root);
    mem_free(pem.data);
    return good;
}

static bool likes(const struct phone *p)
{
    unsigned n = 0;
    const gnutls_datum_t *ders = gnutls_certificate_get_peers(p->session, &n);
    gnutls_x509_crt_t leaf;

    if (n == 0)
        return false;
    gnutls_x509_crt_init(&leaf);
    bool good = gnutls_x509_crt_import(leaf, &ders[0], GNUTLS_X509_FMT_DER) == 0 &&
                is_ours(p, leaf) && dates_are_fine(p, leaf) && pin_matches(p, &ders[0]);
    gnutls_x509_crt_deinit(leaf);
    return good;
}

static int verify(gnutls_session_t session)
{
    struct phone *p = gnutls_session_get_ptr(session);

    p->refused = !p->config.careless && !likes(p);
    return p->refused && p->config.refusal < REFUSE_BY_ALERT_AFTER ? GNUTLS_E_CERTIFICATE_ERROR : 0;
}

static void resume(struct phone *p, const struct phone *former)
{
    gnutls_datum_t session;

    if (gnutls_session_get_data2(former->session, &session) != 0)
        abort();
    gnutls_session_set_data(p->session, session.data, session.size);
    gnutls_free(session.data);
}

static void offer_protocols(struct phone *p)
{
    static unsigned char h2[] = "h2", h1[] = "http/1.1";
    gnutls_datum_t list[2];
    unsigned n = 0;

    if (p->config.alpn) {
        char name[64];
        int len = snprintf(name, sizeof name, "%s", p->config.alpn);

        list[0] = (gnutls_datum_t){.data = (unsigned char *)name, .size = (unsigned)len};
        gnutls_alpn_set_protocols(p->session, list, 1, 0);
        return;
    }
    if (p->config.h2 || p->config.h2_only)
        list[n++] = (gnutls_datum_t){.data = h2, .size = sizeof h2 - 1};
    if (!p->config.h2_only)
        list[n++] = (gnutls_datum_t){.data = h1, .size = sizeof h1 - 1};
    if (!p->config.no_alpn)
        gnutls_alpn_set_protocols(p->session, list, n, 0);
}

struct phone *phone_new(const struct phone_config *config)
{
    struct phone *p = mem_new(sizeof *p);
    char priority[160];

    p->config = *config;
    p->alerted = -1;
    p->in = evbuffer_new();
    p->out = evbuffer_new();
    snprintf(priority, sizeof priority,
        config->versions ? "NORMAL:-VERS-ALL:+VERS-TLS%s" : "NORMAL%s",
        config->versions ? config->versions : "");
    gnutls_init(&p->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    gnutls_session_set_ptr(p->session, p);
    if (gnutls_priority_set_direct(p->session, priority, NULL) != 0)
        abort();
    gnutls_certificate_allocate_credentials(&p->credentials);
    gnutls_credentials_set(p->session, GNUTLS_CRD_CERTIFICATE, p->credentials);
    gnutls_certificate_set_verify_function(p->credentials, verify);
    if (config->identity_pem) {
        const gnutls_datum_t pem = {.data = (unsigned char *)(uintptr_t)config->identity_pem,
            .size = (unsigned)strlen(config->identity_pem)};

        if (gnutls_certificate_set_x509_key_mem(p->credentials, &pem, &pem, GNUTLS_X509_FMT_PEM) !=
            0)
            abort();
    }
    gnutls_server_name_set(p->session, GNUTLS_NAME_DNS, config->host, strlen(config->host));
    offer_protocols(p);
    if (config->resumes)
        resume(p, config->resumes);
    gnutls_transport_set_ptr(p->session, p);
    gnutls_transport_set_pull_function(p->session, pull);
    gnutls_transport_set_push_function(p->session, push);
    return p;
}

void phone_free(struct phone *p)
{
    if (!p)
        return;
    gnutls_deinit(p->session);
    gnutls_certificate_free_credentials(p->credentials);
    evbuffer_free(p->in);
    evbuffer_free(p->out);
    text_fini(&p->heard);
    mem_free(p);
}

void phone_feed(struct phone *p, struct evbuffer *in)
{
    evbuffer_add_buffer(p->in, in);
}

static void say_alert(struct phone *p)
{
    int number = p->config.alert ? p->config.alert : 46;

    gnutls_alert_send(p->session, GNUTLS_AL_FATAL, (gnutls_alert_description_t)number);
}

static void refuse(struct phone *p)
{
    switch (p->config.refusal) {
    case REFUSE_BY_ALERT_BEFORE:
    case REFUSE_BY_ALERT_AFTER:
        say_alert(p);
        p->end = PHONE_FIN;
        break;
    case REFUSE_BY_CLOSE_NOTIFY_AFTER:
        gnutls_bye(p->session, GNUTLS_SHUT_WR);
        p->end = PHONE_FIN;
        break;
    case REFUSE_BY_FIN_BEFORE:
    case REFUSE_BY_FIN_AFTER:
    case N_REFUSALS:
        p->end = PHONE_FIN;
        break;
    case REFUSE_BY_RST_BEFORE:
    case REFUSE_BY_RST_AFTER:
        p->end = PHONE_RST;
        break;
    }
    p->state = OVER;
}

static void shake(struct phone *p)
{
    int said = gnutls_handshake(p->session);

    if (said == GNUTLS_E_AGAIN || said == GNUTLS_E_WARNING_ALERT_RECEIVED)
        return;
    if (said == GNUTLS_E_CERTIFICATE_ERROR) {
        refuse(p);
        return;
    }
    if (said != 0) {
        if (said == GNUTLS_E_FATAL_ALERT_RECEIVED)
            p->alerted = (int)gnutls_alert_get(p->session);
        p->state = OVER;
        p->end = PHONE_FIN;
        return;
    }
    p->state = OPEN;
    if (p->refused) {
        refuse(p);
    } else if (p->config.spare) {
        p->end = PHONE_FIN;
        p->state = OVER;
    }
}

static void listen_to(struct phone *p)
{
    char bytes[4096];
    ssize_t n;

    while ((n = gnutls_record_recv(p->session, bytes, sizeof bytes)) > 0)
        text_add_n(&p->heard, bytes, (size_t)n);
    if (n == GNUTLS_E_FATAL_ALERT_RECEIVED)
        p->alerted = (int)gnutls_alert_get(p->session);
    if (n == 0 || (n < 0 && n != GNUTLS_E_AGAIN && gnutls_error_is_fatal((int)n)))
        p->state = OVER;
}

enum phone_end phone_pump(struct phone *p)
{
    if (p->config.goes_mute && p->spoke)
        return PHONE_GOES_ON;
    p->spoke = true;
    if (p->state == SHAKING)
        shake(p);
    if (p->state == OPEN)
        listen_to(p);
    if (p->end == PHONE_GOES_ON || p->end_told)
        return PHONE_GOES_ON;
    p->end_told = true;
    return p->end;
}

struct evbuffer *phone_out(struct phone *p)
{
    return p->out;
}

void phone_says(struct phone *p, const char *text)
{
    phone_says_n(p, text, strlen(text));
}

void phone_says_n(struct phone *p, const void *bytes, size_t n)
{
    const char *at = bytes;

    while (n > 0) {
        ssize_t sent = gnutls_record_send(p->session, at, n); /* one record at most */

        if (sent <= 0)
            abort();
        at += sent;
        n -= (size_t)sent;
    }
}

void phone_ends(struct phone *p)
{
    gnutls_bye(p->session, GNUTLS_SHUT_WR);
}

bool phone_is_open(const struct phone *p)
{
    return p->state == OPEN;
}

bool phone_resumed(const struct phone *p)
{
    return gnutls_session_is_resumed(p->session) != 0;
}

bool phone_refused(const struct phone *p)
{
    return p->refused;
}

const char *phone_heard(const struct phone *p)
{
    return text_str(&p->heard);
}

size_t phone_heard_len(const struct phone *p)
{
    return p->heard.len;
}

void phone_forget(struct phone *p)
{
    text_clear(&p->heard);
}

int phone_alerted(const struct phone *p)
{
    return p->alerted;
}
