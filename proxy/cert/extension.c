#include "extension_priv.h"

#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

#include "base/mem.h"
#include "base/text.h"

#include "der.h"
#include "name_priv.h"

typedef bool extension_reader(struct cert *c, struct cert_span value);

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

static bool san_read(struct cert *c, struct cert_span value)
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

static bool basic_constraints_read(struct cert *c, struct cert_span value)
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

static bool key_usage_read(struct cert *c, struct cert_span value)
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

static bool eku_read(struct cert *c, struct cert_span value)
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

static bool ski_read(struct cert *c, struct cert_span value)
{
    struct der_item octets;

    if (!der_only(value, DER_OCTET_STRING, &octets))
        return false;
    c->ski_id = octets.body;
    c->ski = hex_of(octets.body);
    return true;
}

/* RFC 5280 §4.2.1.1: the issuer's name and serial are both there, or neither. */
static bool aki_read(struct cert *c, struct cert_span value)
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

static bool aia_read(struct cert *c, struct cert_span value)
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

static bool crl_points_read(struct cert *c, struct cert_span value)
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

static bool policies_read(struct cert *c, struct cert_span value)
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

static bool policy_mappings_check(struct cert *c, struct cert_span value)
{
    struct der_item sequence, pair, item;
    struct der d, inside;

    (void)c;
    if (!der_only(value, DER_SEQUENCE, &sequence) || sequence.body.len == 0)
        return false;
    for (d = der_of(sequence.body); d.left;) {
        if (!der_take(&d, DER_SEQUENCE, &pair))
            return false;
        inside = der_of(pair.body);
        if (!der_take(&inside, DER_OID, &item) || !der_take(&inside, DER_OID, &item) || inside.left)
            return false;
    }
    return true;
}

static bool policy_constraints_check(struct cert *c, struct cert_span value)
{
    struct der_item sequence, item;
    struct der d;
    int skip;

    (void)c;
    if (!der_only(value, DER_SEQUENCE, &sequence))
        return false;
    d = der_of(sequence.body);
    if (der_take(&d, DER_CONTEXT | 0, &item) && !der_small(item.body, &skip))
        return false;
    if (der_take(&d, DER_CONTEXT | 1, &item) && !der_small(item.body, &skip))
        return false;
    return d.left == 0;
}

static bool inhibit_any_check(struct cert *c, struct cert_span value)
{
    struct der_item number;
    int skip;

    (void)c;
    return der_only(value, DER_INTEGER, &number) && der_small(number.body, &skip);
}

/* RFC 5280 §4.2.1.10: minimum [0] is 0, maximum [1] is absent. */
static bool subtrees_are_fit(struct cert_span body)
{
    struct der_item subtree, base, minimum;
    struct der d, inside;
    int n;

    for (d = der_of(body); d.left;) {
        if (!der_take(&d, DER_SEQUENCE, &subtree))
            return false;
        inside = der_of(subtree.body);
        if (!der_next(&inside, &base))
            return false;
        if (der_take(&inside, DER_CONTEXT | 0, &minimum) &&
            (!der_small(minimum.body, &n) || n != 0))
            return false;
        if (inside.left)
            return false;
    }
    return true;
}

static bool name_constraints_check(struct cert *c, struct cert_span value)
{
    struct der_item sequence, item;
    struct der d;

    (void)c;
    if (!der_only(value, DER_SEQUENCE, &sequence))
        return false;
    d = der_of(sequence.body);
    if (der_take(&d, DER_CONTEXT_CONSTRUCTED | 0, &item) && !subtrees_are_fit(item.body))
        return false;
    if (der_take(&d, DER_CONTEXT_CONSTRUCTED | 1, &item) && !subtrees_are_fit(item.body))
        return false;
    return d.left == 0;
}

/* ETSI EN 319 412-5 §4.2.3: QcType is a list of at least one object identifier. */
static bool qc_types_are_fit(struct cert_span list)
{
    struct der_item item;
    struct der d;

    for (d = der_of(list); d.left;)
        if (!der_take(&d, DER_OID, &item))
            return false;
    return list.len > 0;
}

/* RFC 3739 §3.2.6: statements of an OID and, maybe, what it says, which iOS takes for a SEQUENCE.
 */
static bool qc_statements_check(struct cert *c, struct cert_span value)
{
    static const uint8_t qc_type[] = {0x04, 0x00, 0x8e, 0x46, 0x01, 0x06}; /* 0.4.0.1862.1.6 */
    struct der_item sequence, statement, oid, info = {0};
    struct der d, inside;

    (void)c;
    if (!der_only(value, DER_SEQUENCE, &sequence) || sequence.body.len == 0)
        return false;
    for (d = der_of(sequence.body); d.left;) {
        bool has_info;

        if (!der_take(&d, DER_SEQUENCE, &statement))
            return false;
        inside = der_of(statement.body);
        if (!der_take(&inside, DER_OID, &oid))
            return false;
        has_info = der_take(&inside, DER_SEQUENCE, &info);
        if (inside.left)
            return false;
        if (der_span_equal(oid.body, (struct cert_span){qc_type, sizeof(qc_type)}) &&
            !(has_info && qc_types_are_fit(info.body)))
            return false;
    }
    return true;
}

/* RFC 6962 §3.3: an OCTET STRING with a TLS list of opaque SCTs. */
static bool scts_read(struct cert *c, struct cert_span value)
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
static bool features_read(struct cert *c, struct cert_span value)
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

/* `known` is what iOS reads and, when it does not decode, minds; the last ones are read for our own
 * facts only. */
static const struct {
    const char *oid, *name;
    bool known;
    extension_reader *read; /* NULL: taken as it is */
} readers[] = {
    {"2.5.29.14", "subjectKeyIdentifier", true, ski_read},
    {"2.5.29.15", "keyUsage", true, key_usage_read},
    {"2.5.29.16", "privateKeyUsagePeriod", true, NULL},
    {"2.5.29.17", "subjectAltName", true, san_read},
    {"2.5.29.18", "issuerAltName", true, NULL},
    {"2.5.29.19", "basicConstraints", true, basic_constraints_read},
    {"2.5.29.30", "nameConstraints", true, name_constraints_check},
    {"2.5.29.31", "cRLDistributionPoints", true, crl_points_read},
    {"2.5.29.32", "certificatePolicies", true, policies_read},
    {"2.5.29.33", "policyMappings", true, policy_mappings_check},
    {"2.5.29.35", "authorityKeyIdentifier", true, aki_read},
    {"2.5.29.36", "policyConstraints", true, policy_constraints_check},
    {"2.5.29.37", "extKeyUsage", true, eku_read},
    {"2.5.29.54", "inhibitAnyPolicy", true, inhibit_any_check},
    {"1.3.6.1.5.5.7.1.1", "authorityInfoAccess", true, aia_read},
    {"1.3.6.1.5.5.7.1.11", "subjectInfoAccess", true, NULL},
    {"1.3.6.1.5.5.7.1.3", "qcStatements", true, qc_statements_check},
    {"1.3.6.1.5.5.7.48.1.5", "ocspNoCheck", true, NULL},
    {"2.16.840.1.113730.1.1", "netscapeCertType", true, NULL},
    {"1.2.840.113533.7.65.0", "entrustVersInfo", true, NULL},
    {"1.3.6.1.4.1.11129.2.4.2", "signedCertificateTimestampList", false, scts_read},
    {"1.3.6.1.4.1.11129.2.4.3", "ctPoison", false, NULL},
    {"1.3.6.1.5.5.7.1.24", "tlsFeature", false, features_read},
    {"2.5.29.46", "freshestCRL", false, NULL},
    {"2.5.29.9", "subjectDirectoryAttributes", false, NULL},
    {"2.16.840.1.113730.1.13", "netscapeComment", false, NULL},
};

static bool extension_one(struct der *list, struct cert_extension *x)
{
    struct der_item sequence, item;
    struct der d;

    if (!der_take(list, DER_SEQUENCE, &sequence))
        return false;
    d = der_of(sequence.body);
    if (!der_take(&d, DER_OID, &item) || !(x->oid = der_oid_text(item.body)))
        return false;
    if (der_take(&d, DER_BOOLEAN, &item) && !der_boolean(item.body, &x->critical))
        return false;
    if (!der_take(&d, DER_OCTET_STRING, &item) || d.left)
        return false;
    x->value = item.body;
    return true;
}

static bool is_repeated(const struct cert *c, const char *oid)
{
    for (size_t i = 0; i < c->n_extensions; i++)
        if (strcmp(c->extensions[i].oid, oid) == 0)
            return true;
    return false;
}

/* The first of two with one OID gives the facts. */
static void extension_interpret(struct cert *c, struct cert_extension *x)
{
    x->name = x->oid;
    x->readable = x->ios_reads = true;
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (strcmp(readers[i].oid, x->oid) != 0)
            continue;
        x->name = readers[i].name;
        x->known = readers[i].known;
        if (readers[i].read && !is_repeated(c, x->oid))
            x->readable = readers[i].read(c, x->value);
        x->ios_reads = x->readable && !(readers[i].read == aia_read && c->aia_odd);
    }
    if (strcmp(x->name, "subjectAltName") == 0)
        c->san_critical = x->critical;
    c->has_unreadable_extension = c->has_unreadable_extension || !x->readable;
    c->has_duplicate_extension = c->has_duplicate_extension || is_repeated(c, x->oid);
}

bool extensions_read(struct cert *c, struct cert_span sequence, struct err *e)
{
    struct der_item list;
    struct der d;

    if (!der_only(sequence, DER_SEQUENCE, &list) || list.body.len == 0)
        return err_set(e, ERR_INPUT, "its list of extensions is empty or no list");
    c->extensions = mem_array(CERT_EXTENSIONS_MOST, sizeof(*c->extensions));
    for (d = der_of(list.body); d.left;) {
        struct cert_extension x = {0};

        if (c->n_extensions == CERT_EXTENSIONS_MOST)
            return err_set(e, ERR_INPUT, "it has more than %d extensions", CERT_EXTENSIONS_MOST);
        if (!extension_one(&d, &x)) {
            mem_free(x.oid);
            return err_set(e, ERR_INPUT, "extension %zu is malformed", c->n_extensions + 1);
        }
        extension_interpret(c, &x);
        c->extensions[c->n_extensions++] = x;
    }
    c->extensions = mem_resize(c->extensions, c->n_extensions * sizeof(*c->extensions));
    return true;
}

void extensions_fini(struct cert *c)
{
    for (size_t i = 0; i < c->n_extensions; i++)
        mem_free(c->extensions[i].oid);
    mem_free(c->extensions);
    texts_fini(&c->dns);
    texts_fini(&c->emails);
    texts_fini(&c->uris);
    texts_fini(&c->ips);
    mem_free(c->raw_ips);
    texts_fini(&c->key_usage_names);
    texts_fini(&c->eku_oids);
    texts_fini(&c->eku_names);
    mem_free(c->aki);
    mem_free(c->ski);
    texts_fini(&c->aia);
    texts_fini(&c->ocsp);
    texts_fini(&c->crls);
    texts_fini(&c->policies);
}
