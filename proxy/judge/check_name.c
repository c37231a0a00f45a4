/* judge/check_name.c - SSLHostname: the rule is cert_covers_host; here are the words and the likely
 * cause. */
#include "judging_priv.h"

#include <string.h>

#include "base/host.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/name.h"

enum { NAMES_SHOWN_MOST = 6 };

static char *names_list(const struct cert *c)
{
    struct text out = {0};
    size_t      n = c->dns.n + c->ips.n;

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
    size_t      hn = strlen(host), n;

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
    return c->subject.cn
           && (text_equal_caseless(c->subject.cn, host) || cert_dns_matches(c->subject.cn, host));
}

static struct finding name_finding(const struct cert *c, const char *host)
{
    struct finding f = {.check = CHECK_SSL_HOSTNAME, .cause = "name-mismatch"};
    uint8_t        ip[16];
    size_t         len;

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
    char              *list;

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
