#include "likeness_priv.h"

#include <string.h>

#include <openssl/objects.h>

#include "base/text.h"
#include "wire/client_hello.h"
#include "wire/tls_names.h"

enum {
    RENEGOTIATION_SCSV = 0x00ff, /* RFC 5746 §3.3 */
    FALLBACK_SCSV = 0x5600,      /* RFC 7507 */
    UNLIKE_MOST = 8,             /* names of a kind that are written out */
};

/* What is left out, of one kind. */
struct missing {
    struct text *out;
    const char *kind; /* "groups" */
    size_t n;
};

static void missing_add(struct missing *m, const char *name)
{
    if (m->n == 0)
        text_printf(m->out, "%s%s %s", m->out->len ? "; " : "", m->kind, name);
    else if (m->n < UNLIKE_MOST)
        text_printf(m->out, ", %s", name);
    m->n++;
}

static void missing_end(const struct missing *m)
{
    if (m->n > UNLIKE_MOST)
        text_printf(m->out, " and %zu more", m->n - UNLIKE_MOST);
}

/* Older ones stay out, and are not spoken of: nearly every client still lists them, iOS takes none
 * of them (App Transport Security), and a site with nothing newer is to be named as such. */
static bool versions_put(SSL *ssl, const struct client_hello *hello, struct text *unlike)
{
    struct missing missing = {unlike, "versions", 0};
    char name[TLS_NAME_CAP];
    uint16_t least = 0, most = 0;

    for (size_t i = 0; i < hello->versions.n; i++) {
        uint16_t v = hello->versions.at[i];

        if (v == TLS1_2_VERSION || v == TLS1_3_VERSION) {
            least = !least || v < least ? v : least;
            most = v > most ? v : most;
        } else if (v > TLS1_3_VERSION && !tls_is_grease(v)) {
            missing_add(&missing, tls_version_name(v, name));
        }
    }
    missing_end(&missing);
    return !most || (SSL_set_min_proto_version(ssl, least) && SSL_set_max_proto_version(ssl, most));
}

static bool is_for_13(const SSL_CIPHER *cipher)
{
    return SSL_CIPHER_get_protocol_id(cipher) >> 8 == 0x13; /* RFC 8446 appendix B.4 */
}

/* OpenSSL knows the numbers of more ciphers (SEED, IDEA, RC4) than its default provider has. */
static bool is_there(int cipher)
{
    static const int there[] = {NID_aes_128_gcm, NID_aes_256_gcm, NID_aes_128_cbc, NID_aes_256_cbc,
        NID_chacha20_poly1305, NID_aes_128_ccm, NID_aes_256_ccm, NID_camellia_128_cbc,
        NID_camellia_256_cbc, NID_aria_128_gcm, NID_aria_256_gcm};

    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++)
        if (there[i] == cipher)
            return true;
    return false;
}

/* Suites without a certificate have nothing to judge; we hold no shared secrets and no passwords.
 */
static bool is_usable(const SSL_CIPHER *cipher)
{
    int auth = SSL_CIPHER_get_auth_nid(cipher), kx = SSL_CIPHER_get_kx_nid(cipher);

    return is_there(SSL_CIPHER_get_cipher_nid(cipher)) &&
           (is_for_13(cipher) ||
               ((auth == NID_auth_rsa || auth == NID_auth_ecdsa || auth == NID_auth_dss) &&
                   (kx == NID_kx_ecdhe || kx == NID_kx_dhe || kx == NID_kx_rsa)));
}

static void list_add(struct text *list, const char *name)
{
    text_printf(list, "%s%s", list->len ? ":" : "", name);
}

static void ciphers_sort(SSL *ssl, const struct client_hello *hello, struct text *of_12,
    struct text *of_13, struct text *unlike)
{
    struct missing missing = {unlike, "cipher suites", 0};
    char name[TLS_NAME_CAP];

    for (size_t i = 0; i < hello->ciphers.n; i++) {
        uint16_t id = hello->ciphers.at[i];
        const unsigned char wire[] = {(unsigned char)(id >> 8), (unsigned char)id};

        if (tls_is_grease(id) || id == RENEGOTIATION_SCSV || id == FALLBACK_SCSV)
            continue;
        const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, wire);
        if (cipher && is_usable(cipher))
            list_add(is_for_13(cipher) ? of_13 : of_12, SSL_CIPHER_get_name(cipher));
        else
            missing_add(&missing, tls_cipher_name(id, name));
    }
    missing_end(&missing);
}

static bool ciphers_put(SSL *ssl, const struct client_hello *hello, struct text *unlike)
{
    struct text of_12 = {0}, of_13 = {0};

    ciphers_sort(ssl, hello, &of_12, &of_13, unlike);
    bool good = (!of_12.len || SSL_set_cipher_list(ssl, text_str(&of_12)) == 1) &&
                (!of_13.len || SSL_set_ciphersuites(ssl, text_str(&of_13)) == 1);
    text_fini(&of_12);
    text_fini(&of_13);
    return good;
}

/* IANA's numbers of the groups that OpenSSL 3.0 has on both sides of a handshake. */
static int group_nid(uint16_t group)
{
    static const struct {
        uint16_t group;
        int nid;
    } groups[] = {
        {0x0017, NID_X9_62_prime256v1},
        {0x0018, NID_secp384r1},
        {0x0019, NID_secp521r1},
        {0x001d, NID_X25519},
        {0x001e, NID_X448},
        {0x0100, NID_ffdhe2048},
        {0x0101, NID_ffdhe3072},
        {0x0102, NID_ffdhe4096},
        {0x0103, NID_ffdhe6144},
        {0x0104, NID_ffdhe8192},
    };

    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (groups[i].group == group)
            return groups[i].nid;
    return NID_undef;
}

static bool is_among(const int *nids, size_t n, int nid)
{
    for (size_t i = 0; i < n; i++)
        if (nids[i] == nid)
            return true;
    return false;
}

static bool groups_put(SSL *ssl, const struct client_hello *hello, struct text *unlike)
{
    struct missing missing = {unlike, "groups", 0};
    int nids[16]; /* more than group_nid knows */
    size_t n = 0;
    char name[TLS_NAME_CAP];

    for (size_t i = 0; i < hello->groups.n; i++) {
        uint16_t group = hello->groups.at[i];
        int nid = group_nid(group);

        if (nid == NID_undef && !tls_is_grease(group))
            missing_add(&missing, tls_group_name(group, name));
        else if (nid != NID_undef && !is_among(nids, n, nid)) /* OpenSSL refuses one named twice */
            nids[n++] = nid;
    }
    missing_end(&missing);
    return n == 0 || SSL_set1_groups(ssl, nids, (long)n) == 1;
}

bool likeness_put(SSL *ssl, const struct client_hello *hello, struct text *unlike)
{
    return versions_put(ssl, hello, unlike) && ciphers_put(ssl, hello, unlike) &&
           groups_put(ssl, hello, unlike);
}

bool likeness_put_wide(SSL *ssl)
{
    return SSL_set_min_proto_version(ssl, TLS1_VERSION) &&
           SSL_set_max_proto_version(ssl, TLS1_2_VERSION) &&
           SSL_set_cipher_list(ssl, "ALL:COMPLEMENTOFALL:!aNULL:!PSK:!SRP") &&
           SSL_set1_groups_list(ssl, "X25519:P-256:P-384:P-521:X448:brainpoolP256r1:"
                                     "brainpoolP384r1:brainpoolP512r1:secp256k1:P-224:P-192");
}
