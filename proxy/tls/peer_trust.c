#include "peer_trust.h"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/host.h"
#include "base/mem.h"
#include "cert/chain.h"
#include "leg_priv.h"

struct peer_trust {
    X509_STORE *store;
};

static bool add_file(X509_STORE *store, const char *path, struct err *e)
{
    struct cert_chain *roots = cert_chain_from_file(path, e);
    bool good = roots != NULL;

    for (size_t i = 0; good && i < roots->n; i++)
        good = X509_STORE_add_cert(store, roots->at[i]->x509) == 1 || tls_err(e, path);
    cert_chain_free(roots);
    return good;
}

static bool add_system(X509_STORE *store, struct err *e)
{
    return X509_STORE_set_default_paths(store) == 1 || tls_err(e, "reading the system's roots");
}

struct peer_trust *peer_trust_new(const char *ca_file, struct err *e)
{
    struct peer_trust *t = mem_new(sizeof *t);

    t->store = X509_STORE_new();
    bool good = t->store ? (ca_file ? add_file(t->store, ca_file, e) : add_system(t->store, e))
                         : tls_err(e, "preparing to verify certificates");
    if (good)
        return t;
    peer_trust_free(t);
    return NULL;
}

void peer_trust_free(struct peer_trust *t)
{
    if (!t)
        return;
    X509_STORE_free(t->store);
    mem_free(t);
}

static bool expect(X509_STORE_CTX *ctx, const char *host, int64_t at_s)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

    X509_VERIFY_PARAM_set_time(param, (time_t)at_s);
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER) == 1 &&
           (host_is_ip(host) ? X509_VERIFY_PARAM_set1_ip_asc(param, host)
                             : X509_VERIFY_PARAM_set1_host(param, host, 0)) == 1;
}

bool peer_trust_accepts(const struct peer_trust *t, const struct cert_chain *chain,
    const char *host, int64_t at_s, struct err *e)
{
    STACK_OF(X509) *sent = sk_X509_new_null();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    bool good = sent && ctx && chain->n > 0;

    for (size_t i = 0; i < chain->n && good; i++)
        good = sk_X509_push(sent, chain->at[i]->x509) > 0; /* borrowed */
    good = good && X509_STORE_CTX_init(ctx, t->store, chain->at[0]->x509, sent) == 1 &&
           expect(ctx, host, at_s);
    if (!good)
        tls_err(e, "preparing to verify a certificate");
    else if (X509_verify_cert(ctx) != 1)
        good = err_set(
            e, ERR_INPUT, "%s", X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
    X509_STORE_CTX_free(ctx);
    sk_X509_free(sent);
    return good;
}
