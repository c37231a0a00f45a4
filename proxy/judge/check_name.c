/* judge/check_name.c - SSLHostname, EAPTrustedServerNames and Email. The rule of the first is
 * cert_covers_host; here are the words and the likely cause. */
#include "judging_priv.h"

#include <string.h>

#include "base/host.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/name.h"

#define SMIME_RULES_FROM INT64_C(1648771200) /* 2022-04-01 */

enum { NAMES_SHOWN_MOST = 6 };

static char *names_list(const struct cert *c)
{
    struct text out = {0};
    size_t n = c->dns.n + c->ips.n;

    for (size_t i = 0; i < n && i < NAMES_SHOWN_MOST; i++) {
        text_add(&out, i ? ", " : "");
        text_add(&out, i < c->dns.n ? c->dns.at[i] : c->ips.at[i - c->dns.n]);
    }
    if (n > NAMES_SHOWN_MOST)
        text_printf(&out, " and %zu more", n - NAMES_SHOWN_MOST);
    return text_give(&out);
}

static bool has_dns(const struct cert *c, const char *name)
{
    for (size_t i = 0; i < c->dns.n; i++)
        if (text_equal_caseless(c->dns.at[i], name))
            return true;
    return false;
}

static bool is_ascii(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s >= 0x80)
            return false;
    return true;
}

/* Why this one pattern with an asterisk misses the host, or NULL when it has nothing to do with it.
 */
static const char *wildcard_cause(const char *dns, const char *host)
{
    const char *rest = strchr(dns, '*'), *site;
    size_t hn = strlen(host), n;

    if (!rest)
        return NULL;
    if (strncmp(dns, "*.", 2) != 0 || strchr(dns + 1, '*')) {
        rest = strchr(dns, '.');
        site = strchr(host, '.');
        return rest && site && (text_equal_caseless(rest, site) || strchr(rest, '*'))
                   ? "wildcard-bad-position"
                   : NULL;
    }
    n = strlen(dns + 2);
    if (text_equal_caseless(dns + 2, host))
        return "wildcard-depth";
    if (hn <= n || host[hn - n - 1] != '.' || !text_equal_caseless(host + hn - n, dns + 2))
        return NULL;
    return host_is_public_suffix(dns + 2) || !strchr(dns + 2, '.') ? "wildcard-public-suffix"
                                                                   : "wildcard-depth";
}

static bool is_www_of(const char *www, const char *apex)
{
    return text_starts(www, "www.") && text_equal_caseless(www + 4, apex);
}

static const char *near_miss(const struct cert *c, const char *host)
{
    for (size_t i = 0; i < c->dns.n; i++) {
        const char *dns = c->dns.at[i], *wildcard = wildcard_cause(dns, host);

        if (wildcard)
            return wildcard;
        if (is_www_of(host, dns) || is_www_of(dns, host))
            return "apex-www-mismatch";
        if (!is_ascii(dns))
            return "idn-mismatch";
    }
    return NULL;
}

static bool common_name_matches(const struct cert *c, const char *host)
{
    return c->subject.cn &&
           (text_equal_caseless(c->subject.cn, host) || cert_dns_matches(c->subject.cn, host));
}

static struct finding name_finding(const struct cert *c, const char *host)
{
    struct finding f = {.check = CHECK_SSL_HOSTNAME, .cause = "name-mismatch"};
    uint8_t ip[16];
    size_t len;

    if (cert_ip_parse(host, ip, &len)) {
        f.cause = has_dns(c, host) ? "ip-as-dns-san" : "ip-not-in-san";
    } else if (c->dns.n == 0 && common_name_matches(c, host)) {
        f.cause = "san-missing-cn-only";
    } else {
        const char *near = near_miss(c, host);

        f.cause = near ? near : f.cause;
        f.also = near ? "name-mismatch" : NULL;
    }
    return f;
}

void check_host(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];
    char *list;

    if (!j->c->host || cert_covers_host(leaf, j->c->host))
        return;
    list = names_list(leaf);
    if (leaf->dns.n + leaf->ips.n)
        judging_fail(j, name_finding(leaf, j->c->host), "asked for %s, the certificate names %s",
            j->c->host, list);
    else
        judging_fail(j, name_finding(leaf, j->c->host),
            "asked for %s, the certificate has no subjectAltName that names a host%s%s", j->c->host,
            leaf->subject.cn ? "; its common name, which does not count, is " : "",
            leaf->subject.cn ? leaf->subject.cn : "");
    mem_free(list);
}

/* By an entry without an asterisk. */
static bool is_named(const struct cert *c, const char *host)
{
    for (size_t i = 0; i < c->dns.n; i++)
        if (!strchr(c->dns.at[i], '*') && cert_dns_matches(c->dns.at[i], host))
            return true;
    return false;
}

/* Browsers refuse `*.s3.amazonaws.com` as well: the customers below it are strangers to each other.
 */
void check_web_wildcard(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];
    const char *host = j->c->host, *dot = host ? strchr(host, '.') : NULL;
    char *suffix;
    size_t n;

    if (!dot || !cert_covers_host(leaf, host) || is_named(leaf, host))
        return;
    suffix = mem_text(dot + 1);
    n = strlen(suffix);
    if (n && suffix[n - 1] == '.')
        suffix[n - 1] = 0;
    if (host_is_any_suffix(suffix))
        judging_fail(j,
            (struct finding){.check = CHECK_SSL_HOSTNAME, .cause = "wildcard-public-suffix"},
            "*.%s stands before a public suffix", suffix);
    mem_free(suffix);
}

/* The profile's list may hold wildcards; an asterisk of the certificate is a letter like others. */
static bool eap_trusts(const struct judging *j, const char *name)
{
    for (size_t i = 0; i < j->c->n_server_names; i++)
        if (text_equal_caseless(j->c->server_names[i], name) ||
            cert_dns_matches(j->c->server_names[i], name))
            return true;
    return false;
}

/* The common name counts only where no dNSName is. */
void check_eap_names(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];
    char *list;

    if (j->c->n_server_names == 0)
        return;
    for (size_t i = 0; i < leaf->dns.n; i++)
        if (eap_trusts(j, leaf->dns.at[i]))
            return;
    if (leaf->dns.n == 0 && leaf->subject.cn && eap_trusts(j, leaf->subject.cn))
        return;
    list = names_list(leaf);
    judging_fail(j,
        (struct finding){.check = CHECK_EAP_TRUSTED_SERVER_NAMES, .cause = "name-mismatch"},
        "the profile trusts %s%s, the certificate names %s", j->c->server_names[0],
        j->c->n_server_names > 1 ? " and others" : "",
        *list              ? list
        : leaf->subject.cn ? leaf->subject.cn
                           : "nobody");
    mem_free(list);
}

static bool texts_have(const struct cert_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->n; i++)
        if (text_equal_caseless(texts->at[i], text))
            return true;
    return false;
}

/* Under a root of the platform, from April 2022, the subject's address does not count. */
void check_email(struct judging *j)
{
    const struct cert *leaf = j->path.at[0];
    bool san_only = judging_kind(j) == ANCHORS_SYSTEM && leaf->not_before >= SMIME_RULES_FROM;
    const char *named = leaf->emails.n           ? leaf->emails.at[0]
                        : leaf->subject_emails.n ? leaf->subject_emails.at[0]
                                                 : NULL;

    if (!j->c->email || texts_have(&leaf->emails, j->c->email) ||
        (!san_only && texts_have(&leaf->subject_emails, j->c->email)))
        return;
    judging_fail(j, (struct finding){.check = CHECK_EMAIL, .cause = "smime-address-mismatch"},
        "asked for %s, the certificate %s%s%s", j->c->email,
        named ? "is for " : "names no e-mail address", named ? named : "",
        named && !leaf->emails.n && san_only ? ", in the subject, which does not count" : "");
}
