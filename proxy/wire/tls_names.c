#include "tls_names.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct row {
    uint16_t number;
    const char *name;
};

static const struct row ciphers[] = {
#define CIPHER(number, name) {number, name},
#include "cipher.def"
#undef CIPHER
};

static const struct row versions[] = {
    {0x0200, "SSLv2"},
    {0x0300, "SSLv3"},
    {0x0301, "TLSv1.0"},
    {0x0302, "TLSv1.1"},
    {0x0303, "TLSv1.2"},
    {0x0304, "TLSv1.3"},
};

/* IANA TLS Supported Groups, in ascending order as all of these */
static const struct row groups[] = {
    {0x0009, "sect283k1"},
    {0x000a, "sect283r1"},
    {0x000b, "sect409k1"},
    {0x000c, "sect409r1"},
    {0x000d, "sect571k1"},
    {0x000e, "sect571r1"},
    {0x0013, "secp192r1"},
    {0x0014, "secp224k1"},
    {0x0015, "secp224r1"},
    {0x0016, "secp256k1"},
    {0x0017, "secp256r1"},
    {0x0018, "secp384r1"},
    {0x0019, "secp521r1"},
    {0x001a, "brainpoolP256r1"},
    {0x001b, "brainpoolP384r1"},
    {0x001c, "brainpoolP512r1"},
    {0x001d, "x25519"},
    {0x001e, "x448"},
    {0x001f, "brainpoolP256r1tls13"},
    {0x0020, "brainpoolP384r1tls13"},
    {0x0021, "brainpoolP512r1tls13"},
    {0x0029, "curveSM2"},
    {0x0100, "ffdhe2048"},
    {0x0101, "ffdhe3072"},
    {0x0102, "ffdhe4096"},
    {0x0103, "ffdhe6144"},
    {0x0104, "ffdhe8192"},
    {0x0200, "MLKEM512"},
    {0x0201, "MLKEM768"},
    {0x0202, "MLKEM1024"},
    {0x11eb, "SecP256r1MLKEM768"},
    {0x11ec, "X25519MLKEM768"},
    {0x11ed, "SecP384r1MLKEM1024"},
    {0x6399, "X25519Kyber768Draft00"},
    {0x639a, "SecP256r1Kyber768Draft00"},
};

/* RFC 8446 §4.2.3, RFC 8422, RFC 5246 §7.4.1.4.1 */
static const struct row sigalgs[] = {
    {0x0101, "rsa_pkcs1_md5"},
    {0x0201, "rsa_pkcs1_sha1"},
    {0x0202, "dsa_sha1"},
    {0x0203, "ecdsa_sha1"},
    {0x0301, "rsa_pkcs1_sha224"},
    {0x0302, "dsa_sha224"},
    {0x0303, "ecdsa_sha224"},
    {0x0401, "rsa_pkcs1_sha256"},
    {0x0402, "dsa_sha256"},
    {0x0403, "ecdsa_secp256r1_sha256"},
    {0x0501, "rsa_pkcs1_sha384"},
    {0x0502, "dsa_sha384"},
    {0x0503, "ecdsa_secp384r1_sha384"},
    {0x0601, "rsa_pkcs1_sha512"},
    {0x0602, "dsa_sha512"},
    {0x0603, "ecdsa_secp521r1_sha512"},
    {0x0708, "sm2sig_sm3"},
    {0x0804, "rsa_pss_rsae_sha256"},
    {0x0805, "rsa_pss_rsae_sha384"},
    {0x0806, "rsa_pss_rsae_sha512"},
    {0x0807, "ed25519"},
    {0x0808, "ed448"},
    {0x0809, "rsa_pss_pss_sha256"},
    {0x080a, "rsa_pss_pss_sha384"},
    {0x080b, "rsa_pss_pss_sha512"},
    {0x081a, "ecdsa_brainpoolP256r1tls13_sha256"},
    {0x081b, "ecdsa_brainpoolP384r1tls13_sha384"},
    {0x081c, "ecdsa_brainpoolP512r1tls13_sha512"},
    {0x0904, "mldsa44"},
    {0x0905, "mldsa65"},
    {0x0906, "mldsa87"},
};

static int by_number(const void *key, const void *row)
{
    return (int)*(const uint16_t *)key - (int)((const struct row *)row)->number;
}

static const char *find(
    const struct row *rows, size_t n, uint16_t number, char buf[static TLS_NAME_CAP])
{
    const struct row *row = bsearch(&number, rows, n, sizeof *rows, by_number);

    if (row)
        return row->name;
    if (tls_is_grease(number))
        return "GREASE";
    snprintf(buf, TLS_NAME_CAP, "0x%04x", number);
    return buf;
}

#define FIND(rows, number, buf) find((rows), sizeof(rows) / sizeof((rows)[0]), (number), (buf))

const char *tls_version_name(uint16_t version, char buf[static TLS_NAME_CAP])
{
    return FIND(versions, version, buf);
}

const char *tls_cipher_name(uint16_t cipher, char buf[static TLS_NAME_CAP])
{
    return FIND(ciphers, cipher, buf);
}

const char *tls_group_name(uint16_t group, char buf[static TLS_NAME_CAP])
{
    return FIND(groups, group, buf);
}

const char *tls_sigalg_name(uint16_t scheme, char buf[static TLS_NAME_CAP])
{
    return FIND(sigalgs, scheme, buf);
}

/* RFC 8701 §2: 0x0a0a, 0x1a1a, … 0xfafa */
bool tls_is_grease(uint16_t number)
{
    return (number & 0x0f0f) == 0x0a0a && number >> 8 == (number & 0xff);
}
