#include "name.h"

#include <ctype.h>
#include <string.h>

#include <arpa/inet.h>

#include "base/host.h"
#include "base/mem.h"
#include "base/text.h"

#include "der.h"
#include "facts.h"
#include "name_priv.h"

struct attribute {
    struct der_item oid, value;
};

/* What an attribute is called in RFC 4514 §3, or by everyone. */
static const struct {
    const char *oid, *name;
} attribute_names[] = {
    {"2.5.4.3", "CN"},
    {"2.5.4.7", "L"},
    {"2.5.4.8", "ST"},
    {"2.5.4.10", "O"},
    {"2.5.4.11", "OU"},
    {"2.5.4.6", "C"},
    {"2.5.4.9", "STREET"},
    {"0.9.2342.19200300.100.1.25", "DC"},
    {"0.9.2342.19200300.100.1.1", "UID"},
    {"1.2.840.113549.1.9.1", "emailAddress"},
    {"2.5.4.5", "serialNumber"},
    {"2.5.4.4", "SN"},
    {"2.5.4.42", "GN"},
    {"2.5.4.12", "title"},
    {"2.5.4.13", "description"},
    {"2.5.4.15", "businessCategory"},
    {"2.5.4.17", "postalCode"},
    {"2.5.4.97", "organizationIdentifier"},
    {"2.5.4.46", "dnQualifier"},
    {"1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"},
    {"1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"},
    {"1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"},
};

static const char *attribute_name(const char *oid)
{
    for (size_t i = 0; i < sizeof(attribute_names) / sizeof(attribute_names[0]); i++)
        if (strcmp(attribute_names[i].oid, oid) == 0)
            return attribute_names[i].name;
    return oid;
}

static bool attribute_next(struct der *set, struct attribute *out)
{
    struct der_item pair;
    struct der inside;

    if (!der_take(set, DER_SEQUENCE, &pair))
        return false;
    inside = der_of(pair.body);
    return der_take(&inside, DER_OID, &out->oid) && der_next(&inside, &out->value) &&
           inside.left == 0;
}

void texts_add(struct cert_texts *t, char *take)
{
    if (!take)
        return;
    if ((t->n & (t->n - 1)) == 0) /* full at each power of two */
        t->at = mem_resize(t->at, (t->n ? t->n * 2 : 1) * sizeof(*t->at));
    t->at[t->n++] = take;
}

void texts_fini(struct cert_texts *t)
{
    for (size_t i = 0; i < t->n; i++)
        mem_free(t->at[i]);
    mem_free(t->at);
    *t = (struct cert_texts){0};
}

/* RFC 4514 §2.4 */
static void value_add(struct text *out, const char *value)
{
    size_t n = strlen(value);

    for (size_t i = 0; i < n; i++) {
        bool edge =
            (i == 0 && (value[i] == ' ' || value[i] == '#')) || (i + 1 == n && value[i] == ' ');

        if (edge || strchr(",+\"\\<>;", value[i]))
            text_add_char(out, '\\');
        text_add_char(out, value[i]);
    }
}

static void attribute_write(
    struct text *out, const struct attribute *a, const char *oid, const char *value)
{
    text_add(out, attribute_name(oid));
    text_add_char(out, '=');
    if (value) {
        value_add(out, value);
        return;
    }
    text_add_char(out, '#'); /* no string: the BER in hex */
    for (size_t i = 0; i < a->value.whole.len; i++)
        text_printf(out, "%02x", a->value.whole.at[i]);
}

struct reading {
    struct cert_name *name;
    const struct name_extra *extra;
    char *description;   /* owned */
    struct text commons; /* last first */
    size_t n;
};

static void put_first(char **at, const char *value)
{
    if (!*at)
        *at = mem_text(value);
}

static void common_name_put(struct reading *r, const char *value)
{
    struct text joined = {0};

    put_first(&r->name->cn, value);
    text_add(&joined, value);
    if (r->commons.len) {
        text_add(&joined, ", ");
        text_add(&joined, text_str(&r->commons));
    }
    text_fini(&r->commons);
    r->commons = joined;
}

static void attribute_put(struct reading *r, const char *oid, const char *value)
{
    if (strcmp(oid, "2.5.4.3") == 0)
        common_name_put(r, value);
    else if (strcmp(oid, "2.5.4.10") == 0)
        put_first(&r->name->o, value);
    else if (strcmp(oid, "2.5.4.11") == 0)
        put_first(&r->name->ou, value);
    else if (strcmp(oid, "2.5.4.6") == 0)
        put_first(&r->name->c, value);
    else if (strcmp(oid, "2.5.4.13") == 0)
        put_first(&r->description, value);
    else if (strcmp(oid, "1.2.840.113549.1.9.1") == 0 && r->extra && r->extra->emails)
        texts_add(r->extra->emails, mem_text(value));
    if (r->extra && r->extra->any) {
        mem_free(*r->extra->any);
        *r->extra->any = mem_text(value);
    }
}

/* One RelativeDistinguishedName, appended as "A=x+B=y". */
static bool rdn_read(struct reading *r, struct cert_span body, struct text *out)
{
    struct der set = der_of(body);
    struct attribute a;

    if (!set.left)
        return false; /* X.501: SET SIZE (1..MAX) */
    while (set.left) {
        char *oid, *value;

        if (++r->n > CERT_NAME_PARTS_MOST || !attribute_next(&set, &a))
            return false;
        oid = der_oid_text(a.oid.body);
        if (!oid)
            return false;
        value = der_text(&a.value);
        if (out->len)
            text_add_char(out, '+');
        attribute_write(out, &a, oid, value);
        if (value)
            attribute_put(r, oid, value);
        mem_free(value);
        mem_free(oid);
    }
    return true;
}

/* Puts the RDN before those that are there: RFC 4514 §2.1 starts with the last. */
static void rdn_prepend(struct text *all, struct text *rdn)
{
    if (all->len) {
        text_add_char(rdn, ',');
        text_add_n(rdn, text_str(all), all->len);
    }
    text_fini(all);
    *all = *rdn;
    *rdn = (struct text){0};
}

static void summary_give(struct reading *r)
{
    if (!r->extra || !r->extra->summary_cn || !r->commons.len)
        return;
    if (r->description)
        text_printf(&r->commons, " (%s)", r->description);
    *r->extra->summary_cn = text_give(&r->commons);
}

bool name_read(struct cert_span der, struct cert_name *out, const struct name_extra *extra)
{
    struct reading r = {.name = out, .extra = extra};
    struct der_item sequence, set;
    struct text all = {0}, rdn = {0};
    struct der d;
    bool ok = false;

    *out = (struct cert_name){.der = der};
    if (!der_only(der, DER_SEQUENCE, &sequence))
        goto out;
    for (d = der_of(sequence.body); d.left;) {
        if (!der_take(&d, DER_SET, &set) || !rdn_read(&r, set.body, &rdn))
            goto out;
        rdn_prepend(&all, &rdn);
    }
    ok = cert_name_normalise(der, &out->normal);
    out->empty = r.n == 0;
    summary_give(&r);
    out->text = text_give(&all);
out:
    mem_free(r.description);
    text_fini(&r.commons);
    text_fini(&rdn);
    text_fini(&all);
    return ok;
}

void name_fini(struct cert_name *n)
{
    mem_free(n->text);
    mem_free(n->cn);
    mem_free(n->o);
    mem_free(n->ou);
    mem_free(n->c);
    if (n->normal.at)
        mem_free((void *)(uintptr_t)n->normal.at);
    *n = (struct cert_name){0};
}

static void length_add(struct text *out, size_t n)
{
    char bytes[4] = {(char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n};

    text_add_n(out, bytes, sizeof(bytes));
}

/* Upper case, blanks trimmed and collapsed. */
static void printable_add(struct text *out, struct cert_span v)
{
    struct text folded = {0};

    for (size_t i = 0; i < v.len; i++) {
        char c = (char)v.at[i];

        if (c == ' ') {
            if (folded.len && folded.at[folded.len - 1] != ' ')
                text_add_char(&folded, ' ');
            continue;
        }
        text_add_char(&folded, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    while (folded.len && folded.at[folded.len - 1] == ' ')
        folded.len--;
    length_add(out, folded.len);
    text_add_n(out, text_str(&folded), folded.len);
    text_fini(&folded);
}

/* A flat form in which no two different names look alike: 'S' opens an RDN; OID and value carry tag
 * and length. */
bool cert_name_normalise(struct cert_span der, struct cert_span *out)
{
    struct der_item sequence, set;
    struct attribute a;
    struct text flat = {0};
    struct der d, inside;

    *out = (struct cert_span){0};
    if (!der_only(der, DER_SEQUENCE, &sequence))
        return false;
    for (d = der_of(sequence.body); d.left;) {
        if (!der_take(&d, DER_SET, &set))
            goto bad;
        text_add_char(&flat, 'S');
        for (inside = der_of(set.body); inside.left;) {
            if (!attribute_next(&inside, &a))
                goto bad;
            text_add_n(&flat, (const char *)a.oid.whole.at, a.oid.whole.len);
            text_add_char(&flat, (char)a.value.tag);
            if (a.value.tag == DER_PRINTABLE_STRING) {
                printable_add(&flat, a.value.body);
            } else {
                length_add(&flat, a.value.body.len);
                text_add_n(&flat, (const char *)a.value.body.at, a.value.body.len);
            }
        }
    }
    out->len = flat.len;
    out->at = (uint8_t *)text_give(&flat);
    return true;
bad:
    text_fini(&flat);
    return false;
}

bool cert_name_equal(const struct cert_name *a, const struct cert_name *b)
{
    return der_span_equal(a->normal, b->normal);
}

bool cert_ip_parse(const char *host, uint8_t out[static 16], size_t *len)
{
    if (inet_pton(AF_INET, host, out) == 1)
        *len = 4;
    else if (inet_pton(AF_INET6, host, out) == 1)
        *len = 16;
    else
        return false;
    return true;
}

static bool label_is_fit(const char *s, size_t n)
{
    if (n < 1 || n > 63 || s[0] == '-' || s[n - 1] == '-')
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)s[i]) && s[i] != '-' && s[i] != '_' && s[i] != '*')
            return false;
    return true;
}

static bool label_has_letter(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isalpha((unsigned char)s[i]) || s[i] == '*')
            return true;
    return false;
}

bool cert_dns_is_host(const char *dns)
{
    size_t n = 0, len;
    uint8_t ip[16];

    if (strlen(dns) > 255 || cert_ip_parse(dns, ip, &len))
        return false;
    for (const char *s = dns;; s += n + 1) {
        n = strcspn(s, ".");
        if (!label_is_fit(s, n))
            return false;
        if (s[n] == '\0')
            return label_has_letter(s, n);
    }
}

static size_t count_labels(const char *s)
{
    size_t n = 1;

    for (; *s; s++)
        n += *s == '.';
    return n;
}

static bool equal_caseless_n(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (tolower((unsigned char)a[i]) != tolower((unsigned char)b[i]))
            return false;
    return true;
}

/* `host` has no trailing dot. */
static bool wildcard_matches(const char *dns, const char *host)
{
    const char *rest = strchr(host, '.');

    if (dns[1] != '.' || strchr(dns + 1, '*') || count_labels(dns) < 3 || !rest || rest == host)
        return false;
    if (host_is_public_suffix(dns + 2))
        return false;
    return text_equal_caseless(dns + 1, rest);
}

bool cert_dns_matches(const char *dns, const char *host)
{
    char name[256];
    size_t n = strlen(host);

    if (n > 0 && host[n - 1] == '.')
        n--;
    if (n == 0 || n >= sizeof(name) || !cert_dns_is_host(dns))
        return false;
    memcpy(name, host, n);
    name[n] = '\0';
    for (const char *s = name; s; s = strchr(s, '.') ? strchr(s, '.') + 1 : NULL)
        if (*s == '.' || *s == '\0')
            return false; /* an empty label */
    if (dns[0] == '*')
        return wildcard_matches(dns, name);
    return !strchr(dns, '*') && strlen(dns) == n && equal_caseless_n(dns, name, n);
}

static bool ip_matches(const struct cert *c, const char *host)
{
    uint8_t want[16];
    size_t len;

    if (!c->ips_usable || !cert_ip_parse(host, want, &len))
        return false;
    for (size_t i = 0; i < c->n_raw_ips; i++)
        if (c->raw_ips[i].len == len && memcmp(c->raw_ips[i].at, want, len) == 0)
            return true;
    return false;
}

bool cert_covers_host(const struct cert *c, const char *host)
{
    for (size_t i = 0; c->dns_usable && i < c->dns.n; i++)
        if (cert_dns_matches(c->dns.at[i], host))
            return true;
    return ip_matches(c, host);
}
