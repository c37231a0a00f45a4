#include "leg_priv.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include "base/mem.h"

#include "contexts_priv.h"
#include "proof_priv.h"

enum { ALERT_USER_CANCELED = 90 /* RFC 8446 §6.1 */, ALERT_BYTES = 2, VERSION_AND_RANDOM = 2 + 32 };

/* RFC 8446 §4.1.3: a ServerHello with this random is a HelloRetryRequest. */
static const uint8_t RETRY_RANDOM[32] = {
    0xcf,
    0x21,
    0xad,
    0x74,
    0xe5,
    0x9a,
    0x61,
    0x11,
    0xbe,
    0x1d,
    0x8c,
    0x02,
    0x1e,
    0x65,
    0xb8,
    0x91,
    0xc2,
    0xa2,
    0x11,
    0x16,
    0x7a,
    0xbb,
    0x8c,
    0x5e,
    0x07,
    0x9e,
    0x09,
    0xe2,
    0xc8,
    0xa8,
    0x33,
    0x9c,
};

bool tls_err(struct err *e, const char *what)
{
    unsigned long code = ERR_peek_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;

    err_set(e, ERR_CRYPTO, "%s%s%s", what, reason ? ": " : "", reason ? reason : "");
    if (e)
        e->lib = code;
    ERR_clear_error();
    return false;
}

static enum leg_phase phase_now(const struct leg *l)
{
    if (l->facts.finished)
        return PHASE_AFTER_FINISH;
    return l->facts.server_hello ? PHASE_AFTER_CERTIFICATE : PHASE_BEFORE_SERVER_HELLO;
}

/* Certificate complaints that a stack sends at warning level before it hangs up are refusals in all
 * but name. */
static bool is_complaint(uint8_t number)
{
    return number >= SSL_AD_BAD_CERTIFICATE && number <= SSL_AD_UNKNOWN_CA;
}

static void alert_see(struct leg *l, bool write, int version, uint8_t level, uint8_t number)
{
    struct leg_facts *f = &l->facts;

    if (number == SSL_AD_CLOSE_NOTIFY) {
        *(write ? &f->close_notify_out : &f->close_notify_in) = true;
        return;
    }
    /* RFC 8446 §6: in TLS 1.3 the level is to be ignored; all but these two are errors. */
    bool fatal =
        number != ALERT_USER_CANCELED && (level == SSL3_AL_FATAL || version == TLS1_3_VERSION);
    if (!fatal && number != ALERT_USER_CANCELED && !is_complaint(number))
        return;
    if (f->alert.seen && (f->alert.fatal || !fatal))
        return;
    f->alert = (struct leg_alert){
        .seen = true,
        .from_client = write == (l->side == LEG_SERVER),
        .fatal = fatal,
        .number = number,
        .phase = phase_now(l),
    };
}

static void old_version_see(struct leg_facts *f, unsigned version)
{
    const char *name = version == TLS1_1_VERSION ? "TLSv1.1"
                       : version == TLS1_VERSION ? "TLSv1.0"
                       : version == SSL3_VERSION ? "SSLv3"
                                                 : NULL;
    if (name)
        snprintf(f->version, sizeof f->version, "%s", name);
}

static void server_hello_see(struct leg *l, const uint8_t *body, size_t len)
{
    if (len < VERSION_AND_RANDOM || memcmp(body + 2, RETRY_RANDOM, sizeof RETRY_RANDOM) == 0)
        return;
    l->facts.server_hello = true;
    /* OpenSSL refuses such a version right after this, and would then only tell what we had
     * offered. */
    old_version_see(&l->facts, (unsigned)body[0] << 8 | body[1]);
}

/* Kept as it came: "the chain exactly as sent" must hold for certificates that OpenSSL cannot read,
 * too. */
static void certificate_keep(struct leg *l, const uint8_t *body, size_t len)
{
    if (l->certificate || len == 0 || len > CERTIFICATE_MOST)
        return;
    l->certificate = mem_dup(body, len);
    l->certificate_len = len;
}

static void certificate_see(struct leg *l, const uint8_t *body, size_t len)
{
    l->facts.certificate = true;
    if (l->side == LEG_SERVER)
        certificate_keep(l, body, len);
}

/* RFC 8446 §4.4.2: a context before the list; RFC 5246 §7.4.6: the list alone. An empty one means
 * that there is none. */
static void client_certificate_see(struct leg *l, const uint8_t *body, size_t len)
{
    size_t at = SSL_version(l->ssl) == TLS1_3_VERSION && len > 0 ? 1u + body[0] : 0;
    bool sent = len > at + 3;

    l->facts.client_certificate = sent ? CERTIFICATE_SENT : CERTIFICATE_NONE;
    if (sent && l->side == LEG_CLIENT)
        certificate_keep(l, body, len);
}

static void handshake_see(struct leg *l, bool from_server, const uint8_t *message, size_t len)
{
    const uint8_t *body = message + HANDSHAKE_HEADER;
    size_t body_len = len - HANDSHAKE_HEADER;

    if (!from_server) {
        if (message[0] == SSL3_MT_CERTIFICATE)
            client_certificate_see(l, body, body_len);
        return;
    }
    if (message[0] == SSL3_MT_SERVER_HELLO)
        server_hello_see(l, body, body_len);
    else if (message[0] == SSL3_MT_CERTIFICATE)
        certificate_see(l, body, body_len);
    else if (message[0] == SSL3_MT_SERVER_KEY_EXCHANGE)
        proof_see_key_exchange(l, body, body_len);
    else if (message[0] == SSL3_MT_CERTIFICATE_VERIFY)
        proof_see_verify(l, body, body_len);
    else if (message[0] == SSL3_MT_CERTIFICATE_REQUEST)
        l->facts.certificate_requested = true;
    else if (message[0] == SSL3_MT_HELLO_REQUEST)
        l->facts.renegotiation_wanted = true;
}

void leg_see_message(
    int write, int version, int type, const void *bytes, size_t len, SSL *ssl, void *arg)
{
    struct leg *l = arg;
    const uint8_t *b = bytes;

    (void)ssl;
    if (type == SSL3_RT_ALERT && len == ALERT_BYTES)
        alert_see(l, write != 0, version, b[0], b[1]);
    else if (type == SSL3_RT_HANDSHAKE && len >= HANDSHAKE_HEADER)
        handshake_see(l, (write != 0) == (l->side == LEG_CLIENT), b, len);
}

static const char *group_name(SSL *ssl)
{
    static const struct {
        int nid;
        const char *name;
    } names[] = {
        {NID_X25519, "X25519"},
        {NID_X9_62_prime256v1, "secp256r1"},
        {NID_secp384r1, "secp384r1"},
        {NID_secp521r1, "secp521r1"},
        {NID_X448, "x448"},
    };
    EVP_PKEY *theirs = NULL;
    char group[LEG_NAME_CAP];
    int nid = (int)SSL_get_negotiated_group(ssl);

    /* OpenSSL 3.0 keeps no group for TLS 1.2 on the client side; the key that the server sent tells
     * it. */
    if (nid == NID_undef && SSL_get_peer_tmp_key(ssl, &theirs)) {
        if (EVP_PKEY_get_group_name(theirs, group, sizeof group, NULL))
            nid = OBJ_sn2nid(group);
        else
            nid = EVP_PKEY_is_a(theirs, "X25519") ? NID_X25519 : NID_undef;
        EVP_PKEY_free(theirs);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].nid == nid)
            return names[i].name;
    }
    return nid == NID_undef ? NULL : OBJ_nid2sn(nid);
}

static void fact_set(char *to, size_t cap, const char *value)
{
    if (value)
        snprintf(to, cap, "%s", value);
}

void leg_facts_shaken(struct leg *l)
{
    struct leg_facts *f = &l->facts;
    const SSL_CIPHER *cipher = SSL_get_pending_cipher(l->ssl);
    const unsigned char *alpn = NULL;
    unsigned alpn_len = 0;

    /* A version that is there already is one that we refused. */
    if (!f->server_hello || f->version[0])
        return;
    if (!cipher)
        cipher = SSL_get_current_cipher(l->ssl);
    fact_set(f->version, sizeof f->version, SSL_get_version(l->ssl));
    fact_set(f->cipher, sizeof f->cipher, cipher ? SSL_CIPHER_standard_name(cipher) : NULL);
    fact_set(f->group, sizeof f->group, group_name(l->ssl));
    SSL_get0_alpn_selected(l->ssl, &alpn, &alpn_len);
    if (alpn_len > 0 && alpn_len < sizeof f->alpn) {
        memcpy(f->alpn, alpn, alpn_len);
        f->alpn[alpn_len] = '\0';
    }
    f->resumed = SSL_session_reused(l->ssl) == 1;
    f->unsafe_renegotiation =
        SSL_version(l->ssl) < TLS1_3_VERSION && !SSL_get_secure_renegotiation_support(l->ssl);
    ERR_clear_error();
}
