/* judge/check_constraint.c - NameConstraints (RFC 5280 §4.2.1.10 for the web policy).
 *
 * iOS does not intersect the permitted lists of successive CAs: a narrower tree replaces a wider
 * one, an unrelated one is added. Under the web policy each CA's list stands as a group of its own,
 * and every group must be satisfied. */
#include "judging_priv.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "cert/der.h"
#include "cert/name.h"

enum { SUBTREES_MOST = 1024 };

#define OID_NAME_CONSTRAINTS "2.5.29.30"
#define OID_SUBJECT_ALT_NAME "2.5.29.17"

/* GeneralName, by its number. */
enum {
    NAME_OTHER = 0,
    NAME_EMAIL = 1,
    NAME_DNS = 2,
    NAME_X400 = 3,
    NAME_DIRECTORY = 4,
    NAME_EDI = 5,
    NAME_URI = 6,
    NAME_IP = 7,
    NAME_ID = 8
};

struct general_name {
    int type;
    struct cert_span body;   /* of a directory name: the whole Name */
    struct cert_span normal; /* owned: of a directory name under the web policy, else empty */
};

struct subtree {
    struct general_name base;
    size_t group; /* which CA's */
};

struct subtrees {
    struct subtree *at; /* owned */
    size_t n;
};

struct constraints {
    struct subtrees permitted, excluded;
    size_t groups;
    bool by_rfc;
};

static bool general_name_of(const struct der_item *item, struct general_name *out)
{
    struct der_item name;

    *out = (struct general_name){.type = item->tag & 0x1f, .body = item->body};
    if ((item->tag & 0xc0) != 0x80)
        return false;
    if (out->type != NAME_DIRECTORY)
        return true;
    if (!der_only(item->body, DER_SEQUENCE, &name))
        return false;
    out->body = name.whole;
    return true;
}

static bool ends_caseless(struct cert_span name, struct cert_span tail)
{
    if (tail.len > name.len)
        return false;
    for (size_t i = 0; i < tail.len; i++)
        if (tolower(name.at[name.len - tail.len + i]) != tolower(tail.at[i]))
            return false;
    return true;
}

/* Equal, or ends with it at the border of a label; a leading dot wants one more label. */
static bool dns_is_within(struct cert_span name, struct cert_span base)
{
    if (base.len == 0)
        return true;
    if (!ends_caseless(name, base))
        return false;
    if (name.len == base.len)
        return base.at[0] != '.';
    return base.at[0] == '.' || name.at[name.len - base.len - 1] == '.';
}

static bool host_is_within(struct cert_span host, struct cert_span base)
{
    if (base.len && base.at[0] == '.')
        return host.len > base.len && ends_caseless(host, base);
    return host.len == base.len && ends_caseless(host, base);
}

static bool email_is_within(struct cert_span name, struct cert_span base)
{
    const uint8_t *at = memrchr(name.at, '@', name.len);
    struct cert_span host = name;

    if (base.len && memchr(base.at, '@', base.len))
        return name.len == base.len && ends_caseless(name, base);
    if (at)
        host = (struct cert_span){at + 1, name.len - (size_t)(at + 1 - name.at)};
    return host_is_within(host, base);
}

/* The host of scheme://user@host:port/path */
static bool uri_is_within(struct cert_span name, struct cert_span base)
{
    const uint8_t *at = memmem(name.at, name.len, "://", 3), *user;
    struct cert_span host;

    if (!at)
        return false;
    host = (struct cert_span){at + 3, name.len - (size_t)(at + 3 - name.at)};
    for (size_t i = 0; i < host.len; i++)
        if (strchr("/?#", host.at[i])) {
            host.len = i;
            break;
        }
    user = memrchr(host.at, '@', host.len);
    if (user)
        host = (struct cert_span){user + 1, host.len - (size_t)(user + 1 - host.at)};
    for (size_t i = 0; i < host.len; i++)
        if (host.at[i] == ':')
            host.len = i;
    return host_is_within(host, base);
}

static bool ip_is_within(struct cert_span name, struct cert_span base)
{
    if (base.len != name.len * 2)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if ((name.at[i] & base.at[name.len + i]) != (base.at[i] & base.at[name.len + i]))
            return false;
    return true;
}

/* iOS: the contents start with the constraint's bytes and are longer. */
static bool directory_is_within(struct cert_span name, struct cert_span base)
{
    struct der_item n, b;

    return der_only(name, DER_SEQUENCE, &n) && der_only(base, DER_SEQUENCE, &b) &&
           n.body.len > b.body.len &&
           (b.body.len == 0 || memcmp(n.body.at, b.body.at, b.body.len) == 0);
}

/* RFC 5280 §7.1: RDN by RDN, normalised; 'S' opens each RDN of the normal form. */
static bool directory_is_within_by_rfc(struct cert_span name, struct cert_span base)
{
    return name.at && base.at && name.len >= base.len && memcmp(name.at, base.at, base.len) == 0 &&
           (name.len == base.len || name.at[base.len] == 'S');
}

/* Once, and not for each of a million pairs. A Name that is none matches nothing. */
static void general_name_normalise(struct general_name *n)
{
    if (n->type == NAME_DIRECTORY && !cert_name_normalise(n->body, &n->normal))
        n->normal = (struct cert_span){0};
}

static void general_name_fini(struct general_name *n)
{
    mem_free((void *)(uintptr_t)n->normal.at);
    n->normal = (struct cert_span){0};
}

static bool is_within(const struct general_name *name, const struct general_name *base, bool by_rfc)
{
    if (name->type != base->type)
        return false;
    switch (name->type) {
    case NAME_EMAIL:
        return email_is_within(name->body, base->body);
    case NAME_DNS:
        return dns_is_within(name->body, base->body);
    case NAME_DIRECTORY:
        return by_rfc ? directory_is_within_by_rfc(name->normal, base->normal)
                      : directory_is_within(name->body, base->body);
    case NAME_URI:
        return uri_is_within(name->body, base->body);
    case NAME_IP:
        return ip_is_within(name->body, base->body);
    default:
        return false;
    }
}

static bool is_supported(const struct general_name *base)
{
    return base->type == NAME_EMAIL || base->type == NAME_DNS || base->type == NAME_DIRECTORY ||
           base->type == NAME_URI || base->type == NAME_IP;
}

enum constraint_answer {
    CONSTRAINT_HOLDS = 0,
    CONSTRAINT_EXCLUDED,
    CONSTRAINT_NOT_PERMITTED,
    CONSTRAINT_TOO_MUCH
};

static bool afford(struct judging *j, size_t cost)
{
    if (j->name_tests < cost) {
        j->name_tests = 0;
        return false;
    }
    j->name_tests -= (unsigned)cost;
    return true;
}

/* Long names cost more than one test, so that a pool made for it cannot hold up a thread. */
static size_t cost_of(const struct general_name *base)
{
    return 1 + base->body.len / 16;
}

static enum constraint_answer permitted_test(
    struct judging *j, const struct constraints *k, const struct general_name *name)
{
    uint32_t occurs = 0, holds = 0; /* a bit for each group */

    for (size_t i = 0; i < k->permitted.n; i++) {
        const struct subtree *s = &k->permitted.at[i];
        uint32_t group = UINT32_C(1) << (k->by_rfc ? s->group : 0);

        if (s->base.type != name->type || (holds & group))
            continue;
        if (!afford(j, cost_of(&s->base)))
            return CONSTRAINT_TOO_MUCH;
        occurs |= group;
        if (is_within(name, &s->base, k->by_rfc))
            holds |= group;
    }
    return occurs & ~holds ? CONSTRAINT_NOT_PERMITTED : CONSTRAINT_HOLDS;
}

_Static_assert(JUDGE_DEPTH_MOST <= 32, "each CA of a path has a bit");

/* RFC 5280 §4.2.1.10: a constraint that cannot be processed refuses the certificates that have such
 * a name. */
static bool cannot_tell(const struct constraints *k, const struct general_name *base)
{
    return k->by_rfc && !is_supported(base);
}

static enum constraint_answer name_test_one(
    struct judging *j, const struct constraints *k, const struct general_name *name)
{
    if (!afford(j, (k->permitted.n + k->excluded.n) / 16)) /* for passing over the other kinds */
        return CONSTRAINT_TOO_MUCH;
    for (size_t i = 0; i < k->excluded.n; i++) {
        const struct general_name *base = &k->excluded.at[i].base;

        if (name->type != base->type)
            continue;
        if (!afford(j, cost_of(base)))
            return CONSTRAINT_TOO_MUCH;
        if (is_within(name, base, k->by_rfc) || cannot_tell(k, base))
            return CONSTRAINT_EXCLUDED;
    }
    return permitted_test(j, k, name);
}

static enum constraint_answer name_test(
    struct judging *j, const struct constraints *k, struct general_name *name)
{
    enum constraint_answer answer;

    if (k->by_rfc)
        general_name_normalise(name);
    answer = name_test_one(j, k, name);
    general_name_fini(name);
    return answer;
}

static void fail_name(
    struct judging *j, size_t i, const struct general_name *name, enum constraint_answer answer)
{
    struct finding f = {.check = CHECK_NAME_CONSTRAINTS, .cert = i};
    const char *why = answer == CONSTRAINT_EXCLUDED
                          ? "is excluded by a CA above"
                          : "is not among the names that a CA above permits";
    char *text = name->type == NAME_DNS || name->type == NAME_EMAIL || name->type == NAME_URI
                     ? der_text_utf8(name->body)
                     : NULL;

    f.cause = name->type == NAME_DNS ? "name-constraint-dns" : "name-constraint-other";
    if (answer == CONSTRAINT_TOO_MUCH) {
        f.cause = "chain-hostile-dos";
        judging_fail(j, f, "too many names and constraints to compare");
    } else if (text) {
        judging_fail(j, f, "the name %s %s", text, why);
    } else {
        judging_fail(j, f, "its %s %s",
            name->type == NAME_DIRECTORY ? "subject or a directory name" : "address", why);
    }
    mem_free(text);
}

/* False at the first name that fails. */
static bool san_test(struct judging *j, const struct constraints *k, size_t i)
{
    const struct cert_extension *san = cert_extension(j->path.at[i], OID_SUBJECT_ALT_NAME);
    struct der_item sequence, item;
    struct general_name name;

    if (!san || !der_only(san->value, DER_SEQUENCE, &sequence))
        return true;
    for (struct der d = der_of(sequence.body); d.left && der_next(&d, &item);) {
        enum constraint_answer answer =
            general_name_of(&item, &name) ? name_test(j, k, &name) : CONSTRAINT_HOLDS;

        if (answer != CONSTRAINT_HOLDS) {
            fail_name(j, i, &name, answer);
            return false;
        }
    }
    return true;
}

static void names_test(struct judging *j, const struct constraints *k, size_t i)
{
    const struct cert *c = j->path.at[i];
    struct general_name name = {.type = NAME_DIRECTORY, .body = c->subject.der};
    enum constraint_answer answer = CONSTRAINT_HOLDS;

    if (k->permitted.n + k->excluded.n == 0)
        return;
    if (c->subject.empty && !c->has_san) {
        fail_name(j, i, &name, CONSTRAINT_NOT_PERMITTED);
        return;
    }
    if (!san_test(j, k, i))
        return;
    if (!c->subject.empty)
        answer = name_test(j, k, &name);
    for (size_t m = 0; m < c->subject_emails.n && answer == CONSTRAINT_HOLDS; m++) {
        const char *mail = c->subject_emails.at[m];

        name = (struct general_name){
            .type = NAME_EMAIL, .body = {(const uint8_t *)mail, strlen(mail)}};
        answer = name_test(j, k, &name);
    }
    if (answer != CONSTRAINT_HOLDS)
        fail_name(j, i, &name, answer);
}

static void subtree_put(struct subtrees *list, struct subtree s)
{
    if ((list->n & (list->n - 1)) == 0) /* full at each power of two */
        list->at = mem_resize(list->at, (list->n ? list->n * 2 : 1) * sizeof(*list->at));
    list->at[list->n++] = s;
}

static void permitted_put(struct constraints *k, struct subtree s)
{
    bool replaces = !k->by_rfc && (s.base.type == NAME_DNS || s.base.type == NAME_DIRECTORY);

    for (size_t i = 0; replaces && i < k->permitted.n; i++)
        if (k->permitted.at[i].group < s.group &&
            is_within(&s.base, &k->permitted.at[i].base, false)) {
            k->permitted.at[i] = s;
            return;
        }
    subtree_put(&k->permitted, s);
}

static void fail_subtree(struct judging *j, size_t i, const char *why)
{
    judging_fail(j,
        (struct finding){
            .check = CHECK_NAME_CONSTRAINTS, .cert = i, .cause = "name-constraint-malformed"},
        "%s", why);
}

/* One list of GeneralSubtrees; false when it cannot be applied, which has been said. */
static bool subtrees_take(struct judging *j, struct constraints *k, size_t i, struct cert_span body,
    bool permitted, bool critical)
{
    struct der_item item, base;

    for (struct der d = der_of(body); d.left;) {
        struct subtree s = {.group = k->groups};
        struct der inside;

        if (!der_take(&d, DER_SEQUENCE, &item))
            return false; /* told as UnparseableExtension */
        inside = der_of(item.body);
        if (!der_next(&inside, &base) || !general_name_of(&base, &s.base))
            return false;
        if (!k->by_rfc && !is_supported(&s.base)) {
            if (!critical)
                continue;
            fail_subtree(
                j, i, "its critical name constraints are on a kind of name that iOS does not know");
            return false;
        }
        if (k->permitted.n + k->excluded.n >= SUBTREES_MOST) {
            fail_subtree(
                j, i - 1, "the CAs above it have 1024 subtrees or more, too many to hold it to");
            return false;
        }
        if (k->by_rfc)
            general_name_normalise(&s.base);
        if (permitted)
            permitted_put(k, s);
        else
            subtree_put(&k->excluded, s);
    }
    return true;
}

static bool constraints_take(struct judging *j, struct constraints *k, size_t i)
{
    const struct cert_extension *x = cert_extension(j->path.at[i], OID_NAME_CONSTRAINTS);
    struct der_item sequence, list;
    struct der d;
    bool ok = true;

    if (!x || !der_only(x->value, DER_SEQUENCE, &sequence))
        return true;
    d = der_of(sequence.body);
    if (der_take(&d, DER_CONTEXT_CONSTRUCTED | 0, &list))
        ok = subtrees_take(j, k, i, list.body, true, x->critical);
    if (ok && der_take(&d, DER_CONTEXT_CONSTRUCTED | 1, &list))
        ok = subtrees_take(j, k, i, list.body, false, x->critical);
    k->groups++;
    return ok;
}

static void subtrees_fini(struct subtrees *list)
{
    for (size_t i = 0; i < list->n; i++)
        general_name_fini(&list->at[i].base);
    mem_free(list->at);
}

void check_name_constraints(struct judging *j)
{
    struct constraints k = {.by_rfc = judge_policy_is_webpki(j->c->policy)};
    bool ok = true;

    for (size_t i = j->path.n; i-- > 0 && ok;) {
        bool anchor = j->path.anchored && i + 1 == j->path.n;

        if (i == 0 || (!anchor && !j->path.at[i]->self_issued))
            names_test(j, &k, i);
        if (i > 0)
            ok = constraints_take(j, &k, i);
    }
    subtrees_fini(&k.permitted);
    subtrees_fini(&k.excluded);
}
