/* fingerprint - which program is it, whatever it calls itself? JA3 of the ClientHello, and the
 * likely family of the client, from the core's JA4.
 *
 * JA3 (Salesforce, 2017) is the MD5 of what was offered, in the order in which it was offered.
 * Clients that shuffle their extensions (Chromium since 110) have another one each time; JA4 sorts
 * first. Values of GREASE (RFC 8701) are chosen by chance and left out of both. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <whytls/plugin.h>

enum { FACT_JA3, FACT_FAMILY };
enum { MD5_LEN = 16, NUMBERS_MOST = 4096 };

struct fingerprint {
    int32_t numbers, ja4;
};

/* The middle part of JA4, a digest of the sorted cipher suites: what a family of clients has in
 * common over many versions. Those of browsers are published by FoxIO and others; those of
 * programs were measured on Debian 12. */
static const struct {
    const char *ciphers, *family;
} families[] = {
    {"a09f3c656075", "apple"},    /* Safari, and apps on iOS 15 to 26: one TLS for all of them */
    {"8daaf6152771", "chromium"}, /* Chrome, Edge, WebView */
    {"5b57614c22b0", "firefox"},
    {"e8f1e7e78f70", "openssl"}, /* what OpenSSL 3 offers by itself: curl, and much else */
    {"16476d049b0b", "openssl"},
    {"d943125447b4", "openssl"},
    {"44099cda8a52", "openssl"},
    {"85036bcba153", "python"},
    {"a33745022dd6", "node"},
    {"723694b0fccc", "gnutls"},
    {"db35923f8641", "java"},
};

static enum whytls_ready fingerprint_load(const struct whytls_host *host, void **shared)
{
    struct fingerprint *f = calloc(1, sizeof *f);

    if (!f)
        return WHYTLS_FAILED;
    f->numbers = host->field(host, "client_leg.hello.numbers");
    f->ja4 = host->field(host, "client.ja4");
    *shared = f;
    return WHYTLS_READY;
}

static void fingerprint_unload(void *shared)
{
    free(shared);
}

/* RFC 8701 §2: two equal bytes that end in a. */
static bool is_grease(unsigned n)
{
    return (n & 0x0f0f) == 0x0a0a && n >> 8 == (n & 0xff);
}

/* "771,2570-4865-…,…" without GREASE; a list that had nothing else is empty. Gives the length. */
static size_t ja3_text(struct whytls_text numbers, char out[static NUMBERS_MOST])
{
    size_t n = 0, word = 0; /* where the current number began in `out` */
    unsigned value = 0;
    bool has_digits = false;

    for (size_t i = 0; i <= numbers.len && n + 1 < NUMBERS_MOST; i++) {
        char c = i < numbers.len ? numbers.bytes[i] : ',';

        if (c >= '0' && c <= '9') {
            value = value * 10 + (unsigned)(c - '0');
            has_digits = true;
            out[n++] = c;
            continue;
        }
        if (has_digits && is_grease(value))
            n = word;
        else if (has_digits)
            out[n++] = '-';
        if (c == ',') {
            n -= n && out[n - 1] == '-';
            if (i < numbers.len)
                out[n++] = ',';
        }
        word = n;
        value = 0;
        has_digits = false;
    }
    return n;
}

static void ja3_tell(const struct whytls_call *c, struct whytls_text numbers)
{
    char text[NUMBERS_MOST], hex[2 * MD5_LEN];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    size_t n = ja3_text(numbers, text);

    /* Where the system forbids MD5 there is no JA3. */
    if (!EVP_Digest(text, n, digest, &len, EVP_md5(), NULL) || len != MD5_LEN)
        return;
    for (size_t i = 0; i < MD5_LEN; i++) {
        hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    struct whytls_value v = whytls_say((struct whytls_text){hex, sizeof hex});

    c->host->set(c, FACT_JA3, &v);
}

/* "t13d1516h2_8daaf6152771_e5627efa2ab1" */
static void family_tell(const struct whytls_call *c, struct whytls_text ja4)
{
    const char *bar = memchr(ja4.bytes, '_', ja4.len);
    size_t left = bar ? ja4.len - (size_t)(bar + 1 - ja4.bytes) : 0;

    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        size_t len = strlen(families[i].ciphers);

        if (left < len || memcmp(bar + 1, families[i].ciphers, len))
            continue;
        struct whytls_value v = whytls_say(whytls_text_of(families[i].family));

        c->host->set(c, FACT_FAMILY, &v);
        return;
    }
}

static void on_hello(const struct whytls_call *c)
{
    const struct fingerprint *f = c->shared;
    struct whytls_value numbers, ja4;

    if (c->host->get(c, f->numbers, &numbers) && numbers.kind == WHYTLS_TEXT)
        ja3_tell(c, numbers.as.text);
    if (c->host->get(c, f->ja4, &ja4) && ja4.kind == WHYTLS_TEXT)
        family_tell(c, ja4.as.text);
}

static const struct whytls_fact_kind provides[] = {
    [FACT_JA3] = {"fingerprint.ja3", WHYTLS_TEXT, "its ClientHello has the JA3 {fingerprint.ja3}"},
    [FACT_FAMILY] = {"fingerprint.family", WHYTLS_TEXT,
        "it offers what clients of the family {fingerprint.family} offer"},
    {0},
};
static const struct whytls_hook hooks[] = {{WHYTLS_AT_HELLO, "has=client.ja4", on_hello}, {0}};

const struct whytls_plugin whytls_plugin = {
    WHYTLS_HEAD,
    .name = "fingerprint",
    .version = "1.0",
    .about = "JA3 of the client, and its likely family.",
    .can = WHYTLS_CAN_PROVIDE,
    .provides = provides,
    .hooks = hooks,
    .load = fingerprint_load,
    .unload = fingerprint_unload,
};
