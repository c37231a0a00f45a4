/* judge/check_form.c - the web policy alone: the form that RFC 5280 and the CA/Browser Forum's
 * Baseline Requirements want of each certificate of a path. iOS minds none of it. */
#include "judging_priv.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cert/der.h"
#include "cert/name.h"
#include "trust/roots.h"

#define OID_AUTHORITY_KEY_ID "2.5.29.35"
#define OID_SUBJECT_KEY_ID "2.5.29.14"
#define OID_BASIC_CONSTRAINTS "2.5.29.19"
#define OID_NAME_CONSTRAINTS "2.5.29.30"
#define OID_EXTENDED_KEY_USAGE "2.5.29.37"

enum { SERIAL_DIGITS_MOST = 40 /* 20 octets in hex, RFC 5280 §4.1.2.2 */ };

static bool is_client(const struct judging *j)
{
    return j->c->policy == JUDGE_WEBPKI_CLIENT;
}

static bool is_ca_place(const struct judging *j, size_t i)
{
    return i > 0 || (j->path.n == 1 && j->path.anchored && j->path.at[0]->self_signed);
}

/* A root of a public store stands there as it is: root programmes have old ones with a serial of 0,
 * without key ids, with basicConstraints that are not critical, and browsers take name and key. */
bool form_is_waived(const struct judging *j, size_t i)
{
    return i > 0 && i + 1 == j->path.n && j->path.anchored && j->c->roots &&
           roots_trust_web(j->c->roots, j->path.at[i]);
}

/* Signed by its own key, whatever name or key id it gives of its issuer. Asked of anchors only. */
static bool is_own_issuer(const struct judging *j, size_t i)
{
    const struct cert *c = j->path.at[i];

    return c->self_signed || (j->path.anchored && i + 1 == j->path.n && link_is_good(c, c, NULL));
}

/* RFC 5280 §4.1.2: version 3, a positive serial of at most 20 octets, an issuer with a name. */
static void basics_test(struct judging *j, size_t i)
{
    const struct cert *c = j->path.at[i];
    const char *serial = c->serial;

    if (c->version != 3)
        judging_fail(j, (struct finding){.check = CHECK_WEB_VERSION, .cert = i, .cause = "cert-v1"},
            "it is of version %d", c->version);
    if (serial[0] == '-' || strspn(serial, "0") == strlen(serial) ||
        strlen(serial) > SERIAL_DIGITS_MOST)
        judging_fail(j,
            (struct finding){
                .check = CHECK_WEB_SERIAL_NUMBER, .cert = i, .cause = "serial-abnormal"},
            "its serial number is %s", serial);
    if (c->issuer.empty)
        judging_fail(
            j, (struct finding){.check = CHECK_WEB_ISSUER, .cert = i}, "its issuer is empty");
}

/* Which extensions must be critical, and which must not (RFC 5280 §4.2; BR §7.1.2.7.10 for the
 * usage). */
static void criticality_test(struct judging *j, size_t i)
{
    static const struct {
        const char *oid;
        bool critical, leaf_only;
    } rows[] = {
        {OID_AUTHORITY_KEY_ID, false, false},
        {OID_SUBJECT_KEY_ID, false, false},
        {"1.3.6.1.5.5.7.1.1", false, false},  /* authorityInfoAccess */
        {"1.3.6.1.5.5.7.1.11", false, false}, /* subjectInfoAccess */
        {"2.5.29.36", true, false},           /* policyConstraints */
        {"2.5.29.54", true, false},           /* inhibitAnyPolicy */
        {"2.5.29.46", false, false},          /* freshestCRL */
        {"2.5.29.9", false, false},           /* subjectDirectoryAttributes */
        {OID_EXTENDED_KEY_USAGE, false, true},
    };
    const struct cert *c = j->path.at[i];

    for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
        const struct cert_extension *x = cert_extension(c, rows[k].oid);

        if (x && x->critical != rows[k].critical && !(rows[k].leaf_only && i > 0))
            judging_fail(j, (struct finding){.check = CHECK_WEB_CRITICALITY, .cert = i},
                "%s is %scritical", x->name, x->critical ? "" : "not ");
    }
    if (is_ca_place(j, i) && c->is_ca && !cert_extension(c, OID_BASIC_CONSTRAINTS)->critical)
        judging_fail(j, (struct finding){.check = CHECK_WEB_CRITICALITY, .cert = i},
            "basicConstraints of a CA is not critical");
    if (c->has_san && c->san_critical && !c->subject.empty)
        judging_fail(j, (struct finding){.check = CHECK_WEB_CRITICALITY, .cert = i},
            "subjectAltName is critical beside a subject");
}

/* What the extension holds beside the key identifier. */
static bool names_the_issuer(const struct cert_extension *x)
{
    struct der_item sequence, item;

    if (!der_only(x->value, DER_SEQUENCE, &sequence))
        return false;
    for (struct der d = der_of(sequence.body); d.left && der_next(&d, &item);)
        if (item.tag != (DER_CONTEXT | 0))
            return true;
    return false;
}

/* RFC 5280 §4.2.1.1: everybody but a self-signed root names the issuer's key. BR §7.1.2.1.3: a root
 * that does so names it alone, and its own. */
static const char *authority_fault(const struct judging *j, size_t i)
{
    const struct cert *c = j->path.at[i];
    const struct cert_extension *x = cert_extension(c, OID_AUTHORITY_KEY_ID);

    if (x && !c->aki)
        return "its authority key identifier names no key";
    if (!x)
        return is_own_issuer(j, i) ? NULL : "it has no authority key identifier";
    if (c->self_issued && names_the_issuer(x) && is_own_issuer(j, i))
        return "the authority key identifier of a root names an issuer";
    if (c->self_issued && c->ski && !der_span_equal(c->aki_id, c->ski_id) && is_own_issuer(j, i))
        return "the authority key identifier of a root names another key";
    return NULL;
}

static void key_ids_test(struct judging *j, size_t i)
{
    const char *fault = authority_fault(j, i);
    struct finding f = {.check = CHECK_WEB_AUTHORITY_KEY_ID, .cert = i, .cause = "key-id-missing"};

    if (fault)
        judging_fail(j, f, "%s", fault);
    f.check = CHECK_WEB_SUBJECT_KEY_ID;
    if (is_ca_place(j, i) && !j->path.at[i]->ski)
        judging_fail(j, f, "a CA without a subject key identifier"); /* §4.2.1.2 */
}

/* A host name, or `*.` before one; RFC 1034 has no underscore. */
static bool alt_name_is_fit(const char *dns)
{
    const char *name = text_starts(dns, "*.") ? dns + 2 : dns;

    return cert_dns_is_host(name) && !strpbrk(name, "*_");
}

/* RFC 5280 §4.2.1.6: a mailbox, local@host. Of the host no more is asked than that it is one. */
static bool alt_email_is_fit(const char *email)
{
    const char *at = strchr(email, '@');

    return at && at != email && !strpbrk(email, " \t\\") && cert_dns_is_host(at + 1);
}

static void alt_names_test(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];
    struct finding f = {.check = CHECK_WEB_SUBJECT_ALT_NAME, .cause = "extension-malformed"};

    for (size_t i = 0; i < leaf->dns.n; i++)
        if (!alt_name_is_fit(leaf->dns.at[i])) {
            judging_fail(j, f, "the dNSName “%s” is no host name", leaf->dns.at[i]);
            return;
        }
    for (size_t i = 0; i < leaf->emails.n; i++)
        if (!alt_email_is_fit(leaf->emails.at[i])) {
            judging_fail(j, f, "the rfc822Name “%s” is no address", leaf->emails.at[i]);
            return;
        }
    if (leaf->has_san && !leaf->ips_usable)
        judging_fail(j, f, "an iPAddress has neither 4 nor 16 octets");
}

static bool has_text(const struct cert_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->n; i++)
        if (strcmp(texts->at[i], text) == 0)
            return true;
    return false;
}

/* `*.shop.example` beside the common name shop.example: usual, and nobody is misled. */
static bool has_wildcard_of(const struct cert_texts *texts, const char *name)
{
    for (size_t i = 0; i < texts->n; i++)
        if (text_starts(texts->at[i], "*.") && strcmp(texts->at[i] + 2, name) == 0)
            return true;
    return false;
}

/* A dot and no blank: a host name, in Unicode perhaps, and not what a person calls things. */
static bool looks_like_dns(const char *cn)
{
    return strchr(cn, '.') && !strpbrk(cn, " \t");
}

/* In any notation: 192.168.001.001, 0xC0A80101, 2001:DB8::1. */
static bool looks_like_ip(const char *cn)
{
    return strspn(cn, "0123456789abcdefABCDEFxX.:") == strlen(cn) &&
           (strpbrk(cn, ".:") || text_starts(cn, "0x"));
}

/* Names of this machine itself (RFC 6761 §6.3), for which no public CA may sign. */
static bool is_loopback(const char *host)
{
    return text_starts(host, "127.") || strcmp(host, "::1") == 0 ||
           strcmp(host, "localhost") == 0 || text_ends(host, ".localhost");
}

/* BR §7.1.4.3: the common name, if any, is one of the alternative names, letter for letter. Held
 * against names of its own kind only: a certificate for addresses may be called what it likes. */
static void common_name_test(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];
    const char *cn = leaf->subject.cn;
    bool has_domains = false;

    if (!cn || is_client(j) || (j->c->host && is_loopback(j->c->host)) ||
        has_text(&leaf->dns, cn) || has_text(&leaf->ips, cn) || has_wildcard_of(&leaf->dns, cn))
        return;
    for (size_t i = 0; i < leaf->dns.n; i++)
        has_domains = has_domains || strchr(leaf->dns.at[i], '.');
    if ((has_domains && looks_like_dns(cn)) || (leaf->ips.n && looks_like_ip(cn)))
        judging_fail(j, (struct finding){.check = CHECK_WEB_COMMON_NAME, .cause = "cn-not-in-san"},
            "its common name %s is not among its alternative names", cn);
}

static void leaf_test(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];

    if (leaf->is_ca || (leaf->key_usage & CERT_USE_CERT_SIGN))
        judging_fail(j, (struct finding){.check = CHECK_WEB_LEAF_IS_CA, .cause = "root-as-leaf"},
            leaf->is_ca ? "it may sign certificates itself" : "its key usage has keyCertSign");
    if (cert_extension(leaf, OID_NAME_CONSTRAINTS))
        judging_fail(j,
            (struct finding){
                .check = CHECK_WEB_CONSTRAINT_FORM, .cause = "name-constraint-malformed"},
            "name constraints on a certificate that is no CA's");
    alt_names_test(j);
    common_name_test(j);
}

/* Addresses with a mask whose ones stand together (RFC 4632), 8 or 32 octets. */
static bool ip_subtree_is_fit(struct cert_span base)
{
    size_t half = base.len / 2;
    bool ended = false;

    if (base.len != 8 && base.len != 32)
        return false;
    for (size_t bit = 0; bit < half * 8; bit++) {
        bool one = base.at[half + bit / 8] >> (7 - bit % 8) & 1;

        if (one && ended)
            return false;
        ended = ended || !one;
    }
    return true;
}

/* RFC 5280 §4.2.1.10: a name, without a leading dot or asterisk. */
static bool dns_subtree_is_fit(struct cert_span base)
{
    char *text = der_text_utf8(base);
    bool fit = !*text || (cert_dns_is_host(text) && !strchr(text, '*'));

    mem_free(text);
    return fit;
}

/* A mailbox, a host, or a domain behind a dot. */
static bool email_subtree_is_fit(struct cert_span base)
{
    char *text = der_text_utf8(base);
    const char *at = strchr(text, '@'), *host = at ? at + 1 : *text == '.' ? text + 1 : text;
    bool fit = !*text || (cert_dns_is_host(host) && at != text);

    mem_free(text);
    return fit;
}

static const char *subtrees_fault(struct cert_span body)
{
    struct der_item item, base;

    if (body.len == 0)
        return "a list of subtrees is empty";
    for (struct der d = der_of(body); d.left;) {
        struct der inside;

        if (!der_take(&d, DER_SEQUENCE, &item))
            return NULL; /* told as UnparseableExtension */
        inside = der_of(item.body);
        if (!der_next(&inside, &base))
            return NULL;
        if (base.tag == (DER_CONTEXT | 2) && !dns_subtree_is_fit(base.body))
            return "a DNS constraint is no name";
        if (base.tag == (DER_CONTEXT | 1) && !email_subtree_is_fit(base.body))
            return "an e-mail constraint is no address";
        if (base.tag == (DER_CONTEXT | 7) && !ip_subtree_is_fit(base.body))
            return "an address constraint has no mask of ones";
    }
    return NULL;
}

static void constraints_test(struct judging *j, size_t i)
{
    const struct cert_extension *x = cert_extension(j->path.at[i], OID_NAME_CONSTRAINTS);
    struct der_item sequence, list;
    const char *fault = NULL;
    struct der d;

    if (!x || !der_only(x->value, DER_SEQUENCE, &sequence))
        return;
    if (sequence.body.len == 0)
        fault = "neither permitted nor excluded subtrees";
    d = der_of(sequence.body);
    if (der_take(&d, DER_CONTEXT_CONSTRUCTED | 0, &list))
        fault = fault ? fault : subtrees_fault(list.body);
    if (der_take(&d, DER_CONTEXT_CONSTRUCTED | 1, &list))
        fault = fault ? fault : subtrees_fault(list.body);
    if (fault)
        judging_fail(j,
            (struct finding){.check = CHECK_WEB_CONSTRAINT_FORM,
                .cert = i,
                .cause = "name-constraint-malformed"},
            "%s", fault);
}

void check_form(struct judging *j)
{
    size_t last = j->path.n - 1;

    for (size_t i = 0; i < j->path.n && !form_is_waived(j, i); i++) {
        basics_test(j, i);
        criticality_test(j, i);
        key_ids_test(j, i);
        if (i > 0)
            constraints_test(j, i);
    }
    leaf_test(j);
    if (last > 0 && judging_last(j)->self_signed && judging_last(j)->has_eku &&
        !form_is_waived(j, last))
        judging_fail(j, (struct finding){.check = CHECK_WEB_ROOT_USAGE, .cert = last},
            "the root has an extended key usage");
}

/* Intermediates that are not self-issued, as pathLenConstraint counts them (RFC 5280 §4.2.1.9). */
void check_depth(struct judging *j)
{
    size_t n = 0;

    for (size_t i = 1; i + j->path.anchored < j->path.n; i++)
        n += !j->path.at[i]->self_issued;
    if (j->c->has_max_depth && n > j->c->max_depth)
        judging_fail(j, (struct finding){.check = CHECK_WEB_CHAIN_DEPTH, .cause = "chain-too-long"},
            "%zu intermediates, the caller allows %zu", n, j->c->max_depth);
}
