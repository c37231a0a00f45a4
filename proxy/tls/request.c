#include "request.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/mem.h"

#include "identities_priv.h"
#include "leg_priv.h"
#include "request_priv.h"

/* RFC 4514, with the bytes of other scripts left as they are. */
static const unsigned long NAME_FLAGS = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;

static char *name_text(const X509_NAME *name)
{
    BIO *out = BIO_new(BIO_s_mem());
    char text[REQUEST_NAME_MOST + 1] = "";
    int n = 0;

    if (out && X509_NAME_print_ex(out, name, 0, NAME_FLAGS) >= 0)
        n = BIO_read(out, text, REQUEST_NAME_MOST);
    text[n > 0 ? n : 0] = '\0';
    BIO_free(out);
    return mem_text(text);
}

static void accepts_forget(struct leg_request *told)
{
    for (size_t i = 0; i < told->n_accepts; i++)
        mem_free(told->accepts[i]);
    *told = (struct leg_request){0};
}

static void accepts_keep(struct leg_request *told, const STACK_OF(X509_NAME) * accepted)
{
    int n = sk_X509_NAME_num(accepted);

    told->n_accepts_all = n > 0 ? (size_t)n : 0;
    for (int i = 0; i < n && told->n_accepts < REQUEST_ACCEPTS_MOST; i++)
        told->accepts[told->n_accepts++] = name_text(sk_X509_NAME_value(accepted, i));
}

int leg_request_answer(SSL *ssl, void *arg)
{
    struct leg *l = arg;
    struct request_desk *d = &l->desk;
    const STACK_OF(X509_NAME) *accepted = SSL_get0_peer_CA_list(ssl);
    const struct identity_item *item = identities_find(d->identities, d->host, accepted);

    accepts_forget(&d->told);
    accepts_keep(&d->told, accepted);
    d->told.late = l->facts.finished;
    if (!item) {
        d->told.choice =
            identities_for(d->identities, d->host) ? REQUEST_NO_FIT : REQUEST_NO_IDENTITY;
        SSL_certs_clear(ssl);
        ERR_clear_error();
        return 1;
    }
    d->told.choice = REQUEST_CHOSEN;
    d->told.cert = item->cert;
    /* One that this site's signature schemes rule out is not sent by OpenSSL: the facts tell. */
    bool put = SSL_use_cert_and_key(ssl, item->leaf, item->key, item->behind, 1) == 1;
    ERR_clear_error();
    return put;
}

void request_desk_fini(struct request_desk *d)
{
    accepts_forget(&d->told);
}

const struct leg_request *leg_request(const struct leg *l)
{
    return l->side == LEG_SERVER && l->facts.certificate_requested ? &l->desk.told : NULL;
}
