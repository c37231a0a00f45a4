#include "extension_priv.h"

#include <string.h>

#include "base/mem.h"

#include "der.h"
#include "name_priv.h"

/* `known` is what iOS reads and, when it does not decode, minds; the last ones are read for our own
 * facts only. */
static const struct {
    const char *oid, *name;
    bool known;
    extension_reader *read; /* NULL: taken as it is */
} readers[] = {
    {"2.5.29.14", "subjectKeyIdentifier", true, extension_read_ski},
    {"2.5.29.15", "keyUsage", true, extension_read_key_usage},
    {"2.5.29.16", "privateKeyUsagePeriod", true, NULL},
    {"2.5.29.17", "subjectAltName", true, extension_read_san},
    {"2.5.29.18", "issuerAltName", true, NULL},
    {"2.5.29.19", "basicConstraints", true, extension_read_basic_constraints},
    {"2.5.29.30", "nameConstraints", true, extension_check_name_constraints},
    {"2.5.29.31", "cRLDistributionPoints", true, extension_read_crl_points},
    {"2.5.29.32", "certificatePolicies", true, extension_read_policies},
    {"2.5.29.33", "policyMappings", true, extension_check_policy_mappings},
    {"2.5.29.35", "authorityKeyIdentifier", true, extension_read_aki},
    {"2.5.29.36", "policyConstraints", true, extension_check_policy_constraints},
    {"2.5.29.37", "extKeyUsage", true, extension_read_eku},
    {"2.5.29.54", "inhibitAnyPolicy", true, extension_check_inhibit_any},
    {"1.3.6.1.5.5.7.1.1", "authorityInfoAccess", true, extension_read_aia},
    {"1.3.6.1.5.5.7.1.11", "subjectInfoAccess", true, NULL},
    {"1.3.6.1.5.5.7.1.3", "qcStatements", true, extension_check_qc_statements},
    {"1.3.6.1.5.5.7.48.1.5", "ocspNoCheck", true, NULL},
    {"2.16.840.1.113730.1.1", "netscapeCertType", true, NULL},
    {"1.2.840.113533.7.65.0", "entrustVersInfo", true, NULL},
    {"1.3.6.1.4.1.11129.2.4.2", "signedCertificateTimestampList", false, extension_read_scts},
    {"1.3.6.1.4.1.11129.2.4.3", "ctPoison", false, NULL},
    {"1.3.6.1.5.5.7.1.24", "tlsFeature", false, extension_read_features},
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
        x->ios_reads = x->readable && !(readers[i].read == extension_read_aia && c->aia_odd);
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
