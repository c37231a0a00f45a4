/* The extensions that give facts: RFC 5280 §4.2, RFC 6962 §3.3, RFC 7633. */
#include "extension_priv.h"

#include <string.h>

#include <arpa/inet.h>

#include "base/mem.h"
#include "base/text.h"

#include "der.h"
#include "name_priv.h"

static bool is_utf8(struct cert_span s)
{
    for (size_t i = 0; i < s.len;) {
        size_t n = text_utf8_len((const char *)s.at + i, s.len - i);

        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

static void ip_put(struct cert *c, struct cert_span body)
{
    char text[INET6_ADDRSTRLEN] = "";
    struct cert_ip *ip;

    if (body.len != 4 && body.len != 16) {
        c->ips_usable = false;
        return;
    }
    if ((c->n_raw_ips & (c->n_raw_ips - 1)) == 0)
        c->raw_ips =
            mem_resize(c->raw_ips, (c->n_raw_ips ? c->n_raw_ips * 2 : 1) * sizeof(*c->raw_ips));
    ip = &c->raw_ips[c->n_raw_ips++];
    ip->len = (uint8_t)body.len;
    memcpy(ip->at, body.at, body.len);
    inet_ntop(body.len == 4 ? AF_INET : AF_INET6, body.at, text, sizeof(text));
    texts_add(&c->ips, mem_text(text));
}

/* RFC 5280 §4.2.1.6: otherName [0], rfc822Name [1], dNSName [2], x400 [3], directoryName [4],
 * ediParty [5], URI [6], iPAddress [7], registeredID [8]. */
static bool is_general_name(uint8_t tag)
{
    static const uint8_t tags[] = {DER_CONTEXT_CONSTRUCTED | 0, DER_CONTEXT | 1, DER_CONTEXT | 2,
        DER_CONTEXT_CONSTRUCTED | 3, DER_CONTEXT_CONSTRUCTED | 4, DER_CONTEXT_CONSTRUCTED | 5,
        DER_CONTEXT | 6, DER_CONTEXT_CONSTRUCTED | 6, DER_CONTEXT | 7, DER_CONTEXT | 8};

    return memchr(tags, tag, sizeof(tags)) != NULL;
}

static bool general_name_put(struct cert *c, const struct der_item *name)
{
    struct der_item uri;

    switch (name->tag) {
    case DER_CONTEXT | 1:
        texts_add(&c->emails, der_text_utf8(name->body));
        return true;
    case DER_CONTEXT | 2:
        c->dns_usable = c->dns_usable && is_utf8(name->body);
        texts_add(&c->dns, der_text_utf8(name->body));
        return true;
    case DER_CONTEXT | 6:
        texts_add(&c->uris, der_text_utf8(name->body));
        return true;
    case DER_CONTEXT | 7:
        ip_put(c, name->body);
        return true;
    case DER_CONTEXT_CONSTRUCTED | 6: /* seen in the wild, and read by iOS */
        if (!der_only(name->body, DER_IA5_STRING, &uri))
            return false;
        texts_add(&c->uris, der_text_utf8(uri.body));
        return true;
    default:
        return is_general_name(name->tag);
    }
}

bool extension_read_san(struct cert *c, struct cert_span value)
{
    struct der_item sequence, name;
    struct der d;
    bool ok = true;

    c->has_san = true;
    if (!der_only(value, DER_SEQUENCE, &sequence) || sequence.body.len == 0) {
        c->dns_usable = c->ips_usable = false;
        return false;
    }
    for (d = der_of(sequence.body); d.left && ok;)
        ok = der_next(&d, &name) && general_name_put(c, &name);
    if (!ok)
        c->dns_usable = c->ips_usable = false;
    return ok;
}

bool extension_read_basic_constraints(struct cert *c, struct cert_span value)
{
    struct der_item sequence, item;
    struct der d;

    c->has_basic_constraints = true;
    if (!der_only(value, DER_SEQUENCE, &sequence))
        return false;
    d = der_of(sequence.body);
    if (der_take(&d, DER_BOOLEAN, &item) && !der_boolean(item.body, &c->is_ca))
        return false;
    if (der_take(&d, DER_INTEGER, &item) && !der_small(item.body, &c->path_len))
        return false;
    return d.left == 0;
}

bool extension_read_key_usage(struct cert *c, struct cert_span value)
{
    static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
        "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly",
        "decipherOnly"};
    struct der_item bits;

    c->has_key_usage = true;
    if (!der_only(value, DER_BIT_STRING, &bits) || !der_bits(bits.body, &c->key_usage))
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (c->key_usage & (1U << i))
            texts_add(&c->key_usage_names, mem_text(names[i]));
    return true;
}

static const char *eku_name(const char *oid)
{
    static const struct {
        const char *oid, *name;
    } names[] = {
        {"1.3.6.1.5.5.7.3.1", "serverAuth"},
        {"1.3.6.1.5.5.7.3.2", "clientAuth"},
        {"1.3.6.1.5.5.7.3.3", "codeSigning"},
        {"1.3.6.1.5.5.7.3.4", "emailProtection"},
        {"1.3.6.1.5.5.7.3.8", "timeStamping"},
        {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
        {"1.3.6.1.5.5.7.3.13", "eapOverPPP"},
        {"1.3.6.1.5.5.7.3.14", "eapOverLAN"},
        {"1.3.6.1.5.5.7.3.17", "ipsecIKE"},
        {"2.5.29.37.0", "anyExtendedKeyUsage"},
        {"1.3.6.1.4.1.311.10.3.3", "msSGC"},
        {"1.3.6.1.4.1.311.20.2.2", "msSmartcardLogin"},
        {"2.16.840.1.113730.4.1", "nsSGC"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i].oid, oid) == 0)
            return names[i].name;
    return oid;
}

bool extension_read_eku(struct cert *c, struct cert_span value)
{
    struct der_item sequence, item;
    struct der d;

    c->has_eku = true;
    if (!der_only(value, DER_SEQUENCE, &sequence) || sequence.body.len == 0)
        return false;
    for (d = der_of(sequence.body); d.left;) {
        char *oid = der_take(&d, DER_OID, &item) ? der_oid_text(item.body) : NULL;

        if (!oid)
            return false;
        texts_add(&c->eku_oids, oid);
        texts_add(&c->eku_names, mem_text(eku_name(oid)));
    }
    return true;
}

static char *hex_of(struct cert_span s)
{
    char *hex = mem_new(s.len * 2 + 1);

    text_hex(hex, s.at, s.len);
    return hex;
}

bool extension_read_ski(struct cert *c, struct cert_span value)
{
    struct der_item octets;

    if (!der_only(value, DER_OCTET_STRING, &octets))
        return false;
    c->ski_id = octets.body;
    c->ski = hex_of(octets.body);
    return true;
}

/* RFC 5280 §4.2.1.1: the issuer's name and serial are both there, or neither. */
bool extension_read_aki(struct cert *c, struct cert_span value)
{
    struct der_item sequence, item;
    struct der d;
    bool issuer = false, serial = false;

    if (!der_only(value, DER_SEQUENCE, &sequence))
        return false;
    for (d = der_of(sequence.body); d.left;) {
        if (!der_next(&d, &item))
            return false;
        if (item.tag == (DER_CONTEXT | 0) && !c->aki) {
            c->aki_id = item.body;
            c->aki = hex_of(item.body);
        } else if (item.tag == (DER_CONTEXT_CONSTRUCTED | 1) && !serial) {
            issuer = true;
        } else if (item.tag == (DER_CONTEXT | 2)) {
            serial = true;
        } else {
            return false;
        }
    }
    return issuer == serial;
}

bool extension_read_aia(struct cert *c, struct cert_span value)
{
    struct der_item sequence, access, item;
    struct der d, pair;

    if (!der_only(value, DER_SEQUENCE, &sequence) || sequence.body.len == 0)
        return false;
    for (d = der_of(sequence.body); d.left;) {
        char *oid;
        bool issuers, responder;

        if (!der_take(&d, DER_SEQUENCE, &access))
            return false;
        pair = der_of(access.body);
        if (!der_take(&pair, DER_OID, &item) || !(oid = der_oid_text(item.body)))
            return false;
        issuers = strcmp(oid, "1.3.6.1.5.5.7.48.2") == 0;
        responder = strcmp(oid, "1.3.6.1.5.5.7.48.1") == 0;
        mem_free(oid);
        if (!der_next(&pair, &item) || pair.left)
            return false;
        if (!issuers && !responder)
            continue;
        if (item.tag == (DER_CONTEXT | 6))
            texts_add(issuers ? &c->aia : &c->ocsp, der_text_utf8(item.body));
        else
            c->aia_odd = true;
    }
    return true;
}

/* GeneralNames, of which the addresses are kept. */
static bool crl_names_put(struct cert *c, struct cert_span body)
{
    struct der_item name;
    struct der names;

    for (names = der_of(body); names.left;) {
        if (!der_next(&names, &name) || !is_general_name(name.tag))
            return false;
        if (name.tag == (DER_CONTEXT | 6))
            texts_add(&c->crls, der_text_utf8(name.body));
    }
    return true;
}

/* RFC 5280 §4.2.1.13: where [0], reasons [1], issuer [2]; the first or the last must be there.
 * Where is a full name [0] or one relative to the issuer [1]. */
static bool crl_point_read(struct cert *c, struct cert_span body)
{
    struct der inside = der_of(body);
    struct der_item where, issuer, item;
    bool has_where = der_take(&inside, DER_CONTEXT_CONSTRUCTED | 0, &where);
    bool has_reasons = der_take(&inside, DER_CONTEXT | 1, &item);
    bool has_issuer = der_take(&inside, DER_CONTEXT_CONSTRUCTED | 2, &issuer);

    (void)has_reasons;
    if (inside.left || (!has_where && !has_issuer))
        return false;
    if (has_where) {
        if (der_only(where.body, DER_CONTEXT_CONSTRUCTED | 0, &item)) {
            if (!crl_names_put(c, item.body))
                return false;
        } else if (!der_only(where.body, DER_CONTEXT_CONSTRUCTED | 1, &item)) {
            return false;
        }
    }
    return !has_issuer || crl_names_put(c, issuer.body);
}

bool extension_read_crl_points(struct cert *c, struct cert_span value)
{
    struct der_item sequence, point;
    struct der d;

    if (!der_only(value, DER_SEQUENCE, &sequence) || sequence.body.len == 0)
        return false;
    for (d = der_of(sequence.body); d.left;)
        if (!der_take(&d, DER_SEQUENCE, &point) || !crl_point_read(c, point.body))
            return false;
    return true;
}

bool extension_read_policies(struct cert *c, struct cert_span value)
{
    struct der_item sequence, info, item;
    struct der d, inside;

    if (!der_only(value, DER_SEQUENCE, &sequence) || sequence.body.len == 0)
        return false;
    for (d = der_of(sequence.body); d.left;) {
        char *oid;

        if (!der_take(&d, DER_SEQUENCE, &info))
            return false;
        inside = der_of(info.body);
        if (!der_take(&inside, DER_OID, &item) || !(oid = der_oid_text(item.body)))
            return false;
        texts_add(&c->policies, oid);
        if (inside.left && (!der_take(&inside, DER_SEQUENCE, &item) || inside.left))
            return false;
    }
    return true;
}

/* RFC 6962 §3.3: an OCTET STRING with a TLS list of opaque SCTs. */
bool extension_read_scts(struct cert *c, struct cert_span value)
{
    struct der_item octets;
    const uint8_t *at;
    size_t left;

    if (!der_only(value, DER_OCTET_STRING, &octets) || octets.body.len < 2)
        return false;
    at = octets.body.at + 2;
    left = octets.body.len - 2;
    if ((size_t)(octets.body.at[0] << 8 | octets.body.at[1]) != left)
        return false;
    while (left) {
        size_t n = left >= 2 ? (size_t)(at[0] << 8 | at[1]) : left;

        if (left < 2 || n > left - 2)
            return false;
        c->n_scts++;
        at += n + 2;
        left -= n + 2;
    }
    return true;
}

/* RFC 7633: the TLS extensions that a server must send; 5 is status_request. */
bool extension_read_features(struct cert *c, struct cert_span value)
{
    struct der_item sequence, number;
    struct der d;
    int n;

    if (!der_only(value, DER_SEQUENCE, &sequence))
        return false;
    for (d = der_of(sequence.body); d.left;) {
        if (!der_take(&d, DER_INTEGER, &number) || !der_small(number.body, &n))
            return false;
        c->must_staple = c->must_staple || n == 5;
    }
    return true;
}
