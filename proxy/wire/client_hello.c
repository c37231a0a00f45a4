#include "client_hello.h"

#include <string.h>

#include "base/host.h"
#include "base/mem.h"
#include "handshake_priv.h"
#include "read.h"
#include "tls_names.h"

/* IANA TLS ExtensionType values */
enum {
    EXT_SERVER_NAME = 0,
    EXT_GROUPS = 10,
    EXT_POINT_FORMATS = 11,
    EXT_SIGALGS = 13,
    EXT_ALPN = 16,
    EXT_CERT_COMPRESSION = 27,
    EXT_PSK = 41,
    EXT_EARLY_DATA = 42,
    EXT_VERSIONS = 43,
    EXT_KEY_SHARE = 51,
    EXT_ECH = 0xfe0d,
};

_Static_assert((int)HELLO_NAME_CAP >= (int)HOST_CAP, "host_normalise writes into sni");
_Static_assert(
    (int)HELLO_EXTENSIONS_MOST <= (int)HELLO_LIST_MOST, "extensions are kept in a hello_list");

/* Numbers of two bytes; none of the lists of a ClientHello may be empty. */
static bool read_list(struct cursor from, struct hello_list *out)
{
    if (from.failed || from.left == 0 || from.left % 2 || from.left / 2 > HELLO_LIST_MOST)
        return false;
    while (from.left)
        out->at[out->n++] = (uint16_t)read_uint(&from, 2);
    return true;
}

/* A list that fills the extension, behind its length of `width` bytes. */
static bool read_only_list(struct cursor c, size_t width, struct hello_list *out)
{
    return read_list(read_vector(&c, width), out) && c.left == 0;
}

/* Clients do send what RFC 6066 §3 forbids (addresses, a last dot, dozens of names); only what does
 * not decode is bad, the rest is odd, and what is no host name is not kept. */
static bool read_server_name(struct cursor c, struct client_hello *h)
{
    struct cursor list = read_vector(&c, 2);
    uint32_t type = read_uint(&list, 1);
    struct cursor name = read_vector(&list, 2);

    if (name.failed || c.left || name.left == 0)
        return false;
    bool is_host = type == 0 && name.left < HELLO_NAME_CAP;
    for (size_t i = 0; i < name.left && is_host; i++)
        is_host = name.at[i] > 0x20 && name.at[i] < 0x7f;
    is_host =
        is_host && host_normalise((const char *)name.at, name.left, h->sni) && !host_is_ip(h->sni);
    if (!is_host)
        h->sni[0] = '\0';
    h->sni_odd = !is_host || list.left > 0 || name.at[name.left - 1] == '.';
    return true;
}

/* RFC 7301 §3.1 */
static bool read_alpn(struct cursor c, struct client_hello *h)
{
    struct cursor list = read_vector(&c, 2);

    if (list.failed || c.left || list.left < 2)
        return false;
    char *to = h->alpn_bytes = mem_new(list.left + 1);
    while (list.left) {
        struct cursor name = read_vector(&list, 1);

        if (name.failed || name.left == 0)
            return false;
        if (h->n_alpn == HELLO_ALPN_MOST)
            continue;
        h->alpn[h->n_alpn++] = to;
        for (size_t i = 0; i < name.left; i++) /* a NUL would hide what follows it */
            to[i] = name.at[i] ? (char)name.at[i] : '?';
        to[name.left] = '\0';
        to += name.left + 1;
    }
    return true;
}

/* RFC 8446 §4.2.8; an empty list asks for a HelloRetryRequest */
static bool read_key_shares(struct cursor c, struct client_hello *h)
{
    struct cursor list = read_vector(&c, 2);

    if (list.failed || c.left)
        return false;
    while (list.left) {
        read_uint(&list, 2);
        struct cursor share = read_vector(&list, 2);

        if (share.failed || share.left == 0)
            return false;
        h->n_key_shares++;
    }
    return true;
}

/* RFC 8446 §4.2.11: identities of 7 bytes and more, binders of 33 and more */
static bool read_psk(struct cursor c, struct client_hello *h)
{
    struct cursor identities = read_vector(&c, 2), binders = read_vector(&c, 2);

    h->has_psk = true;
    return !binders.failed && identities.left >= 7 && binders.left >= 33 && c.left == 0;
}

/* RFC 9849 §5: type (0 for the outer hello), KDF, AEAD, config id, enc, payload.
 *
 * GREASE (§6.2 there) is made so that nobody on the way can tell it from the real thing, so this is
 * a guess. BoringSSL, and with it Chromium and Apple, draws a GREASE payload of 128, 160, 192 or
 * 224 bytes and a tag of 16; a real one is as long as its inner hello happens to be. Besides, a
 * client behind a proxy does not resolve names, and without a DNS record it has no key for a real
 * one. So: one of those four lengths is GREASE, another is real; the_front_is_known() then knows
 * better. */
static bool read_ech(struct cursor c, struct client_hello *h)
{
    enum { OUTER = 0 };
    uint32_t type = read_uint(&c, 1);

    if (c.failed)
        return false;
    if (type != OUTER)
        return true;
    read_uint(&c, 4);
    read_uint(&c, 1);
    read_vector(&c, 2);
    struct cursor payload = read_vector(&c, 2);
    if (payload.failed || payload.left == 0 || c.left)
        return false;
    bool grease =
        payload.left == 144 || payload.left == 176 || payload.left == 208 || payload.left == 240;
    h->ech = grease ? HELLO_ECH_GREASE : HELLO_ECH_REAL;
    return true;
}

/* A name that exists only to stand in an outer hello, so that the inner one hides another. */
static bool the_front_is_known(const struct client_hello *h)
{
    return strcmp(h->sni, "cloudflare-ech.com") == 0;
}

static bool read_point_formats(struct cursor c, struct client_hello *h)
{
    struct cursor list = read_vector(&c, 1);

    if (list.failed || list.left == 0 || c.left > 0)
        return false;
    while (list.left)
        h->point_formats.at[h->point_formats.n++] = (uint16_t)read_uint(&list, 1);
    return true;
}

/* NULL, or why it does not decode. What is not listed is for others to read. */
static const char *read_extension(uint16_t type, struct cursor body, struct client_hello *h)
{
    switch (type) {
    case EXT_SERVER_NAME:
        return read_server_name(body, h) ? NULL : "server_name does not decode (RFC 6066 §3)";
    case EXT_GROUPS:
        return read_only_list(body, 2, &h->groups)
                   ? NULL
                   : "supported_groups does not decode (RFC 8446 §4.2.7)";
    case EXT_POINT_FORMATS:
        return read_point_formats(body, h) ? NULL
                                           : "ec_point_formats does not decode (RFC 8422 §5.1.2)";
    case EXT_SIGALGS:
        return read_only_list(body, 2, &h->sigalgs)
                   ? NULL
                   : "signature_algorithms does not decode (RFC 8446 §4.2.3)";
    case EXT_ALPN:
        return read_alpn(body, h)
                   ? NULL
                   : "application_layer_protocol_negotiation does not decode (RFC 7301 §3.1)";
    case EXT_CERT_COMPRESSION:
        return read_only_list(body, 1, &h->cert_compressions)
                   ? NULL
                   : "compress_certificate does not decode (RFC 8879 §3)";
    case EXT_PSK:
        return read_psk(body, h) ? NULL : "pre_shared_key does not decode (RFC 8446 §4.2.11)";
    case EXT_EARLY_DATA:
        h->early_data = true;
        return body.left == 0 ? NULL : "early_data is not empty (RFC 8446 §4.2.10)";
    case EXT_VERSIONS:
        h->has_supported_versions = true;
        return read_only_list(body, 1, &h->versions)
                   ? NULL
                   : "supported_versions does not decode (RFC 8446 §4.2.1)";
    case EXT_KEY_SHARE:
        return read_key_shares(body, h) ? NULL : "key_share does not decode (RFC 8446 §4.2.8)";
    case EXT_ECH:
        return read_ech(body, h) ? NULL : "encrypted_client_hello does not decode (RFC 9849 §5)";
    default:
        return NULL;
    }
}

bool client_hello_has_extension(const struct client_hello *h, uint16_t type)
{
    for (size_t i = 0; i < h->extensions.n; i++)
        if (h->extensions.at[i] == type)
            return true;
    return false;
}

static const char *read_extensions(struct cursor c, struct client_hello *h)
{
    if (c.left == 0)
        return NULL; /* TLS 1.2 and older may leave the block out: RFC 5246 §7.4.1.2 */
    struct cursor all = read_vector(&c, 2);
    if (all.failed || c.left)
        return "the extensions do not fill the message (RFC 8446 §4.1.2)";
    while (all.left) {
        uint16_t type = (uint16_t)read_uint(&all, 2);
        struct cursor body = read_vector(&all, 2);

        if (body.failed)
            return "an extension is longer than the block (RFC 8446 §4.2)";
        if (h->has_psk)
            return "pre_shared_key is not the last extension (RFC 8446 §4.2.11)";
        if (client_hello_has_extension(h, type))
            return "an extension stands twice (RFC 8446 §4.2)";
        if (h->extensions.n == HELLO_EXTENSIONS_MOST)
            return "it has more than 96 extensions";
        h->extensions.at[h->extensions.n++] = type;
        const char *why = read_extension(type, body, h);
        if (why)
            return why;
    }
    if (h->ech != HELLO_ECH_NONE && the_front_is_known(h))
        h->ech = HELLO_ECH_REAL;
    return NULL;
}

/* RFC 8446 §4.2.1: without the extension the client speaks legacy_version and what is older,
 * TLS 1.2 at most. */
static void imply_versions(struct client_hello *h)
{
    if (h->has_supported_versions)
        return;
    uint16_t newest = h->legacy_version > 0x0303 ? 0x0303 : h->legacy_version;
    for (uint16_t v = newest; v >= 0x0301; v--)
        h->versions.at[h->versions.n++] = v;
    if (h->versions.n == 0)
        h->versions.at[h->versions.n++] = h->legacy_version; /* SSLv3 */
}

static const char *read_body(struct cursor c, struct client_hello *h)
{
    h->legacy_version = (uint16_t)read_uint(&c, 2);
    read_bytes(&c, 32);
    struct cursor session = read_vector(&c, 1), ciphers = read_vector(&c, 2),
                  compressions = read_vector(&c, 1);
    if (c.failed)
        return "it ends too early (RFC 8446 §4.1.2)";
    if (h->legacy_version >> 8 != 3)
        return "it names no TLS version (RFC 8446 §4.1.2)";
    if (session.left > 32)
        return "the session id is longer than 32 bytes (RFC 8446 §4.1.2)";
    h->session_id_len = session.left;
    if (!read_list(ciphers, &h->ciphers))
        return "the cipher suites are no list of 1 to 256 pairs of bytes (RFC 8446 §4.1.2)";
    if (compressions.left == 0 || !memchr(compressions.at, 0, compressions.left))
        return "it does not offer to go without compression (RFC 5246 §7.4.1.2)";
    const char *why = read_extensions(c, h);
    if (!why)
        imply_versions(h);
    return why;
}

enum hello_answer client_hello_read(
    const uint8_t *bytes, size_t len, struct client_hello *out, const char **why)
{
    static const struct handshake_wanted wanted = {
        .type = MESSAGE_CLIENT_HELLO, .most = CLIENT_HELLO_MOST, .alone = true};
    struct handshake message;

    *out = (struct client_hello){0};
    switch (handshake_read(bytes, len, &wanted, &message, why)) {
    case HANDSHAKE_NEED_MORE:
        return HELLO_NEED_MORE;
    case HANDSHAKE_BAD:
        return HELLO_BAD;
    case HANDSHAKE_READY:
        break;
    }
    out->record_version = message.record_version;
    out->size = message.size;
    out->consumed = message.consumed;
    *why = read_body(cursor_of(message.bytes + MESSAGE_HEADER, message.size - MESSAGE_HEADER), out);
    mem_free(message.bytes);
    if (!*why)
        return HELLO_READY;
    client_hello_fini(out);
    return HELLO_BAD;
}

void client_hello_fini(struct client_hello *h)
{
    mem_free(h->alpn_bytes);
    *h = (struct client_hello){0};
}

uint16_t client_hello_max_version(const struct client_hello *h)
{
    uint16_t newest = 0;

    for (size_t i = 0; i < h->versions.n; i++)
        if (h->versions.at[i] > newest && h->versions.at[i] <= 0x0304)
            newest = h->versions.at[i];
    return newest;
}
