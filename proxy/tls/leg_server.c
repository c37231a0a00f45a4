#include "leg_priv.h"

#include <stdio.h>
#include <string.h>

#include <openssl/tls1.h>

#include "base/mem.h"
#include "base/text.h"
#include "cert/chain.h"

#include "contexts_priv.h"
#include "likeness_priv.h"

static int within(uint16_t asked, int bound)
{
    return asked == TLS1_2_VERSION || asked == TLS1_3_VERSION ? asked : bound;
}

static bool ask_put(SSL *ssl, const struct leg_server_ask *ask)
{
    return (!ask->sni || SSL_set_tlsext_host_name(ssl, ask->sni) == 1)
           /* This one gives 0 when it works. */
           && (!ask->alpn || ask->alpn_len == 0 ||
                  SSL_set_alpn_protos(ssl, ask->alpn, (unsigned)ask->alpn_len) == 0) &&
           (ask->wide
                   ? likeness_put_wide(ssl)
                   : SSL_set_min_proto_version(ssl, within(ask->min_version, TLS1_2_VERSION)) &&
                         SSL_set_max_proto_version(ssl, within(ask->max_version, TLS1_3_VERSION)));
}

static bool likeness_take(struct leg *l, const struct client_hello *like)
{
    struct text unlike = {0};

    if (!like)
        return true;
    bool good = likeness_put(l->ssl, like, &unlike);
    l->unlike = text_give(&unlike);
    return good;
}

static void identities_take_up(struct leg *l, const struct leg_server_ask *ask)
{
    l->desk.identities = ask->host ? ask->identities : NULL;
    snprintf(l->desk.host, sizeof l->desk.host, "%s", ask->host ? ask->host : "");
    SSL_set_cert_cb(l->ssl, leg_request_answer, l);
    SSL_set_post_handshake_auth(l->ssl, ask->late_request);
}

struct leg *leg_server_new(
    const struct tls_contexts *contexts, const struct leg_server_ask *ask, struct err *e)
{
    struct leg *l = leg_new(contexts, LEG_SERVER, e);

    if (l)
        identities_take_up(l, ask);
    if (l && (!ask_put(l->ssl, ask) || !likeness_take(l, ask->wide ? NULL : ask->like))) {
        tls_err(e, "preparing a TLS leg to the site");
        leg_free(l);
        return NULL;
    }
    return l;
}

int leg_sct_take(SSL *ssl, unsigned type, unsigned context, const unsigned char *in, size_t in_len,
    X509 *x, size_t depth, int *alert, void *arg)
{
    struct leg *l = SSL_get_app_data(ssl);

    (void)type;
    (void)context;
    (void)x;
    (void)alert;
    (void)arg;
    /* Those of the leaf; what is too long to be true is left out, and CT then stays unjudged. */
    if (depth == 0 && !l->scts && in_len > 0 && in_len <= SCTS_MOST) {
        l->scts = mem_dup(in, in_len);
        l->scts_len = in_len;
    }
    return 1;
}

/* What is left of a message. */
struct cursor {
    const uint8_t *at;
    size_t left;
};

/* A vector with a length of `width` bytes in front (RFC 8446 §3.4). */
static bool vector_take(struct cursor *from, size_t width, struct cursor *out)
{
    size_t len = 0;

    if (from->left < width)
        return false;
    for (size_t i = 0; i < width; i++)
        len = len << 8 | from->at[i];
    if (from->left - width < len)
        return false;
    *out = (struct cursor){from->at + width, len};
    from->at += width + len;
    from->left -= width + len;
    return true;
}

/* RFC 8446 §4.4.2 (a context, extensions after each certificate) and RFC 5246 §7.4.2 (neither). */
static bool certificates_read(const struct leg *l, struct cert_chain *chain, struct err *e)
{
    struct cursor message = {l->certificate, l->certificate_len}, context, list, der, extensions;
    bool is_13 = SSL_version(l->ssl) == TLS1_3_VERSION;

    if ((is_13 && !vector_take(&message, 1, &context)) || !vector_take(&message, 3, &list))
        return err_set(e, ERR_INPUT, "the site's Certificate message is malformed");
    while (list.left > 0) {
        if (!vector_take(&list, 3, &der) || (is_13 && !vector_take(&list, 2, &extensions)))
            return err_set(e, ERR_INPUT, "the site's Certificate message is malformed");
        if (!cert_chain_add(chain, der.at, der.left, e))
            return false;
    }
    return true;
}

struct cert_chain *leg_give_chain(struct leg *l, struct err *e)
{
    struct cert_chain *chain = NULL;

    if (!l->certificate)
        return err_set(e, ERR_INPUT, "%s",
                   l->facts.certificate
                       ? "the site's Certificate message is too large, or was given away"
                       : "the site sent no certificate"),
               NULL;
    chain = cert_chain_new();
    if (!certificates_read(l, chain, e)) {
        cert_chain_free(chain);
        return NULL;
    }
    if (chain->n == 0) {
        cert_chain_free(chain);
        return err_set(e, ERR_INPUT, "the site's Certificate message is empty"), NULL;
    }
    mem_free(l->certificate);
    l->certificate = NULL;
    l->certificate_len = 0;
    return chain;
}

const uint8_t *leg_staple(const struct leg *l, size_t *len)
{
    unsigned char *der = NULL;
    long n = l->side == LEG_SERVER ? SSL_get_tlsext_status_ocsp_resp(l->ssl, &der) : -1;

    *len = n > 0 ? (size_t)n : 0;
    return n > 0 ? der : NULL;
}

const uint8_t *leg_scts(const struct leg *l, size_t *len)
{
    *len = l->scts_len;
    return l->scts;
}

const char *leg_unlike(const struct leg *l)
{
    return l->unlike ? l->unlike : "";
}
