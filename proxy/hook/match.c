#include "match.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "hours_priv.h"

/* What an entry of a host list covers. */
enum host_reach { REACH_ONLY = 1, REACH_BELOW = 2 };

struct network {
    int family;
    int bits;
    uint8_t base[16];
};

struct matcher {
    enum matcher_kind kind;
    size_t n;
    struct map *names;        /* hosts: reach + address of a static row; words */
    struct network *networks; /* owned */
    char **globs;             /* owned, lower case */
    struct hours **hours;     /* owned */
};

static const char *const kind_names[N_MATCHER_KINDS] = {
    "hosts", "networks", "globs", "words", "hours"};

const char *matcher_kind_name(enum matcher_kind kind)
{
    return kind_names[kind];
}

bool matcher_kind_find(const char *name, enum matcher_kind *out)
{
    for (enum matcher_kind kind = MATCH_HOSTS; kind < N_MATCHER_KINDS; kind++)
        if (!strcmp(name, kind_names[kind])) {
            *out = kind;
            return true;
        }
    return false;
}

/* Maps hold pointers: the reach is the address of one of these. */
static const char reaches[] = {0, REACH_ONLY, REACH_BELOW, REACH_ONLY | REACH_BELOW};

static int reach_of(const struct map *names, const char *name)
{
    const char *reach = map_get(names, name);

    return reach ? *reach : 0;
}

static void *reach_row(int reach)
{
    void *row;
    const char *at = &reaches[reach];

    memcpy(&row, &at, sizeof row); /* the map takes values that may be changed; this one never is */
    return row;
}

static bool host_add(struct matcher *m, const char *entry, struct err *e)
{
    char name[HOST_CAP];
    const char *rest = entry;
    int reach = REACH_ONLY | REACH_BELOW;

    if (*entry == '=' || *entry == '.') {
        reach = *entry == '=' ? REACH_ONLY : REACH_BELOW;
        rest++;
    }
    if (!host_normalise(rest, strlen(rest), name))
        return err_set(e, ERR_CONFIG, "'%.100s' is no host", entry);
    map_put(m->names, name, reach_row(reach | reach_of(m->names, name)));
    return true;
}

static bool network_parse(const char *entry, struct network *out)
{
    char base[INET6_ADDRSTRLEN];
    const char *slash = strchr(entry, '/');
    size_t n = slash ? (size_t)(slash - entry) : strlen(entry);
    int widest;

    if (n == 0 || n >= sizeof base)
        return false;
    memcpy(base, entry, n);
    base[n] = '\0';
    out->family = strchr(base, ':') ? AF_INET6 : AF_INET;
    widest = out->family == AF_INET6 ? 128 : 32;
    out->bits = widest;
    if (inet_pton(out->family, base, out->base) != 1)
        return false;
    if (!slash)
        return true;
    size_t digits = strspn(slash + 1, "0123456789");

    if (digits == 0 || digits > 3 || slash[1 + digits])
        return false;
    out->bits = atoi(slash + 1);
    return out->bits <= widest;
}

static bool bits_equal(const uint8_t *a, const uint8_t *b, int bits)
{
    size_t whole = (size_t)bits / 8;
    int rest = bits % 8;

    if (memcmp(a, b, whole))
        return false;
    return !rest || ((a[whole] ^ b[whole]) & (0xff << (8 - rest) & 0xff)) == 0;
}

static bool entry_add(struct matcher *m, const char *entry, struct err *e)
{
    char lower[MATCH_ENTRY_LONGEST + 1];

    if (strlen(entry) > MATCH_ENTRY_LONGEST)
        return err_set(
            e, ERR_CONFIG, "'%.40s…' is longer than %d bytes", entry, MATCH_ENTRY_LONGEST);
    memcpy(lower, entry, strlen(entry) + 1);
    text_lower(lower);
    switch (m->kind) {
    case MATCH_HOSTS:
        return host_add(m, lower, e);
    case MATCH_NETWORKS:
        return network_parse(lower, &m->networks[m->n]) ||
               err_set(e, ERR_CONFIG, "'%.60s' is no network; write 192.0.2.0/24 or 2001:db8::/32",
                   entry);
    case MATCH_GLOBS:
        m->globs[m->n] = mem_text(lower);
        return true;
    case MATCH_WORDS:
        map_put(m->names, lower, reach_row(REACH_ONLY));
        return true;
    case MATCH_HOURS:
        return hours_new(entry, &m->hours[m->n], e);
    case N_MATCHER_KINDS:
        break;
    }
    return false;
}

static void rooms_make(struct matcher *m, size_t n)
{
    switch (m->kind) {
    case MATCH_HOSTS:
    case MATCH_WORDS:
        m->names = map_new();
        break;
    case MATCH_NETWORKS:
        m->networks = mem_array(n, sizeof *m->networks);
        break;
    case MATCH_GLOBS:
        m->globs = mem_array(n, sizeof *m->globs);
        break;
    case MATCH_HOURS:
        m->hours = mem_array(n, sizeof(struct hours *));
        break;
    case N_MATCHER_KINDS:
        break;
    }
}

bool matcher_new(enum matcher_kind kind, const char *const *entries, size_t n, struct matcher **out,
    struct err *e)
{
    if (n > MATCH_ENTRIES_MOST)
        return err_set(e, ERR_CONFIG, "more than %d entries", MATCH_ENTRIES_MOST);
    struct matcher *m = mem_new(sizeof *m);

    m->kind = kind;
    rooms_make(m, n);
    for (size_t i = 0; i < n; i++, m->n++)
        if (!entry_add(m, entries[i], e)) {
            matcher_free(m);
            return false;
        }
    *out = m;
    return true;
}

void matcher_free(struct matcher *m)
{
    if (!m)
        return;
    map_free(m->names, NULL);
    mem_free(m->networks);
    for (size_t i = 0; m->globs && i < m->n; i++)
        mem_free(m->globs[i]);
    mem_free(m->globs);
    for (size_t i = 0; m->hours && i < m->n; i++)
        hours_free(m->hours[i]);
    mem_free(m->hours);
    mem_free(m);
}

size_t matcher_len(const struct matcher *m)
{
    return m->n;
}

enum matcher_kind matcher_kind(const struct matcher *m)
{
    return m->kind;
}

static bool hosts_have(const struct matcher *m, const char *host)
{
    if (reach_of(m->names, host) & REACH_ONLY)
        return true;
    for (const char *dot = strchr(host, '.'); dot; dot = strchr(dot + 1, '.'))
        if (reach_of(m->names, dot + 1) & REACH_BELOW)
            return true;
    return false;
}

static bool networks_have(const struct matcher *m, const char *ip)
{
    struct network asked;

    if (!network_parse(ip, &asked))
        return false;
    for (size_t i = 0; i < m->n; i++)
        if (m->networks[i].family == asked.family &&
            bits_equal(m->networks[i].base, asked.base, m->networks[i].bits))
            return true;
    return false;
}

/* No back-tracking beyond the last star: at most pattern times text steps. */
static bool glob_matches(const char *pattern, const char *text)
{
    const char *star = NULL, *mark = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            mark = text;
        } else if (*pattern && (*pattern == '?' || *pattern == *text)) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++mark;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static bool globs_have(const struct matcher *m, const char *lower)
{
    for (size_t i = 0; i < m->n; i++)
        if (glob_matches(m->globs[i], lower))
            return true;
    return false;
}

bool matcher_has(const struct matcher *m, const char *text)
{
    char lower[MATCH_SUBJECT_MOST + 1];

    if (strlen(text) > MATCH_SUBJECT_MOST)
        return false;
    memcpy(lower, text, strlen(text) + 1);
    text_lower(lower);
    switch (m->kind) {
    case MATCH_HOSTS:
        return hosts_have(m, lower);
    case MATCH_NETWORKS:
        return networks_have(m, lower);
    case MATCH_GLOBS:
        return globs_have(m, lower);
    case MATCH_WORDS:
        return map_get(m->names, lower) != NULL;
    case MATCH_HOURS:
    case N_MATCHER_KINDS:
        break;
    }
    return false;
}

bool matcher_has_time(const struct matcher *m, int64_t at)
{
    for (size_t i = 0; m->kind == MATCH_HOURS && i < m->n; i++)
        if (hours_has(m->hours[i], at))
            return true;
    return false;
}
