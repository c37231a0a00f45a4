#include "fingerprint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "client_hello.h"
#include "tls_names.h"

enum {
    EXT_SERVER_NAME = 0,
    EXT_ALPN = 16,
    EXT_ENCRYPT_THEN_MAC = 22,
    EXT_SESSION_TICKET = 35,
    EXT_ALPS_OLD = 17513,
    EXT_ALPS = 17613,
};

static size_t count(const struct hello_list *list)
{
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++)
        n += !tls_is_grease(list->at[i]);
    return n > 99 ? 99 : n;
}

static int ascending(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

/* "1301,1302,…" in ascending order, GREASE left out, as well as two extensions when asked. */
static void add_sorted(struct text *out, const struct hello_list *list, bool extensions)
{
    struct hello_list sorted = {.n = 0};

    for (size_t i = 0; i < list->n; i++) {
        bool named = extensions && (list->at[i] == EXT_SERVER_NAME || list->at[i] == EXT_ALPN);

        if (!named && !tls_is_grease(list->at[i]))
            sorted.at[sorted.n++] = list->at[i];
    }
    qsort(sorted.at, sorted.n, sizeof sorted.at[0], ascending);
    for (size_t i = 0; i < sorted.n; i++)
        text_printf(out, "%s%04x", i ? "," : "", sorted.at[i]);
}

static void add_in_order(struct text *out, const struct hello_list *list)
{
    const char *before = "_";

    for (size_t i = 0; i < list->n; i++) {
        if (tls_is_grease(list->at[i]))
            continue;
        text_printf(out, "%s%04x", before, list->at[i]);
        before = ",";
    }
}

static void digest(const struct text *of, void (*sha256)(const void *, size_t, uint8_t[static 32]),
    char out[static 13])
{
    uint8_t full[32];
    char hex[65];

    if (of->len == 0) {
        memcpy(out, "000000000000", 13);
        return;
    }
    sha256(text_str(of), of->len, full);
    text_hex(hex, full, sizeof full);
    memcpy(out, hex, 12);
    out[12] = '\0';
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* First and last character of the first protocol; of its hex when one of them is no letter or
 * digit. */
static void alpn_mark(const struct client_hello *h, char out[static 3])
{
    static const char hex[] = "0123456789abcdef";
    const char *name = h->n_alpn ? h->alpn[0] : "";
    size_t n = strlen(name);

    memcpy(out, "00", 3);
    if (n == 0)
        return;
    char first = name[0], last = name[n - 1];
    bool plain = is_alnum(first) && is_alnum(last);
    out[0] = plain ? first : hex[(unsigned char)first >> 4];
    out[1] = plain ? last : hex[(unsigned char)last & 15];
}

static const char *version_mark(uint16_t version)
{
    switch (version) {
    case 0x0304:
        return "13";
    case 0x0303:
        return "12";
    case 0x0302:
        return "11";
    case 0x0301:
        return "10";
    case 0x0300:
        return "s3";
    default:
        return "00";
    }
}

const char *fingerprint_ja4(const struct client_hello *h,
    void (*sha256)(const void *bytes, size_t len, uint8_t out[static 32]),
    char out[static FINGERPRINT_CAP])
{
    struct text ciphers = {0}, rest = {0};
    char first[13], second[13], alpn[3];

    add_sorted(&ciphers, &h->ciphers, false);
    add_sorted(&rest, &h->extensions, true);
    add_in_order(&rest, &h->sigalgs);
    digest(&ciphers, sha256, first);
    digest(&rest, sha256, second);
    alpn_mark(h, alpn);
    snprintf(out, FINGERPRINT_CAP, "t%s%c%02zu%02zu%s_%s_%s",
        version_mark(client_hello_max_version(h)),
        client_hello_has_extension(h, EXT_SERVER_NAME) ? 'd' : 'i', count(&h->ciphers),
        count(&h->extensions), alpn, first, second);
    text_fini(&ciphers);
    text_fini(&rest);
    return out;
}

static bool has(const struct hello_list *list, uint16_t number)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i] == number)
            return true;
    return false;
}

static bool has_grease(const struct hello_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (tls_is_grease(list->at[i]))
            return true;
    return false;
}

/* The evidence, and its date:
 * - GREASE among cipher suites and extensions is sent by BoringSSL when it is asked to (Chromium
 * does) and by Apple's Network framework, whose TLS is a BoringSSL too. OpenSSL, GnuTLS and Java
 * send none (captures of 2026-11).
 * - Apple ends its suites with three of 3DES and sends no session ticket: Safari 15 to 26, and with
 * it CFNetwork, have one and the same list of 20 suites, known as "a09f3c656075" in JA4 (published
 * captures up to Safari 26.0.1). Chromium dropped 3DES in version 93, has ALPS (17513, now 17613)
 * and session tickets.
 * - OpenSSL offers encrypt_then_mac and all three ec_point_formats, even for TLS 1.3 alone, where
 * they mean nothing; GnuTLS sends encrypt_then_mac too, but one format only (captures of
 * OpenSSL 3.0 and GnuTLS 3.7 in 2026-11). A client that wants to be taken for another can be: a
 * good guess and no proof. */
const char *fingerprint_stack(const struct client_hello *h)
{
    enum { FORMATS_OF_OPENSSL = 3 };

    if (has_grease(&h->ciphers) && has_grease(&h->extensions)) {
        bool alps = has(&h->extensions, EXT_ALPS_OLD) || has(&h->extensions, EXT_ALPS);
        bool old_3des =
            has(&h->ciphers, 0xc008) && has(&h->ciphers, 0xc012) && has(&h->ciphers, 0x000a);

        return old_3des && !alps && !has(&h->extensions, EXT_SESSION_TICKET) ? "apple"
                                                                             : "boringssl";
    }
    return has(&h->extensions, EXT_ENCRYPT_THEN_MAC) && h->point_formats.n == FORMATS_OF_OPENSSL
               ? "openssl"
               : "other";
}

static void add_numbers(struct text *out, const struct hello_list *list)
{
    text_add_char(out, ',');
    for (size_t i = 0; i < list->n; i++) {
        char digits[5];
        size_t from = sizeof digits;

        for (unsigned n = list->at[i]; n || from == sizeof digits; n /= 10)
            digits[--from] = (char)('0' + n % 10);
        if (i)
            text_add_char(out, '-');
        text_add_n(out, digits + from, sizeof digits - from);
    }
}

void fingerprint_numbers(const struct client_hello *h, struct text *out)
{
    text_printf(out, "%u", h->legacy_version);
    add_numbers(out, &h->ciphers);
    add_numbers(out, &h->extensions);
    add_numbers(out, &h->groups);
    add_numbers(out, &h->point_formats);
}
