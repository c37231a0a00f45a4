#include "strict_hosts.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/host.h"
#include "base/map.h"
#include "base/mem.h"

enum { AGE_MOST_S = 10 * 365 * 86400 }; /* nobody means more */

struct strict_host {
    char name[HOST_CAP];
    int64_t until_s;
    bool with_subdomains;
};

struct strict_hosts {
    pthread_mutex_t lock;
    struct map *by_name;
    struct strict_host ring[STRICT_HOSTS_MOST];
    size_t next;
};

struct strict_hosts *strict_hosts_new(void)
{
    struct strict_hosts *s = mem_new(sizeof *s);

    pthread_mutex_init(&s->lock, NULL);
    s->by_name = map_new();
    return s;
}

void strict_hosts_free(struct strict_hosts *s)
{
    if (!s)
        return;
    map_free(s->by_name, NULL);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

/* RFC 6797 §6.1: directives between semicolons; a value may be quoted. */
struct directive {
    const char *name, *value;
    size_t name_len, value_len;
};

static bool directive_next(const char **at, struct directive *out)
{
    static const char space[] = " \t;";

    *at += strspn(*at, space);
    if (!**at)
        return false;
    *out = (struct directive){.name = *at, .name_len = strcspn(*at, "=; \t")};
    *at += out->name_len;
    *at += strspn(*at, " \t");
    if (**at == '=') {
        *at += 1 + strspn(*at + 1, " \t\"");
        out->value = *at;
        out->value_len = strcspn(*at, "\"; \t");
        *at += out->value_len;
    }
    *at += strcspn(*at, ";");
    return true;
}

static bool is_named(const struct directive *d, const char *name)
{
    return d->name_len == strlen(name) && strncasecmp(d->name, name, d->name_len) == 0;
}

/* -1: no number. */
static int64_t age_of(const struct directive *d)
{
    int64_t age = 0;

    for (size_t i = 0; i < d->value_len; i++) {
        if (d->value[i] < '0' || d->value[i] > '9')
            return -1;
        age = age * 10 + (d->value[i] - '0');
        age = age > AGE_MOST_S ? AGE_MOST_S : age;
    }
    return d->value_len ? age : -1;
}

/* The age that a header asks for; -1: none that can be read. */
static int64_t header_read(const char *header, bool *with_subdomains)
{
    struct directive d;
    int64_t age = -1;

    *with_subdomains = false;
    while (directive_next(&header, &d)) {
        if (is_named(&d, "max-age"))
            age = age_of(&d);
        else if (is_named(&d, "includeSubDomains"))
            *with_subdomains = true;
    }
    return age;
}

static struct strict_host *host_at(struct strict_hosts *s, const char *host)
{
    struct strict_host *found = map_get(s->by_name, host);

    if (found)
        return found;
    found = &s->ring[s->next++ % STRICT_HOSTS_MOST];
    if (found->name[0])
        map_take(s->by_name, found->name);
    memcpy(found->name, host, strlen(host) + 1);
    map_put(s->by_name, host, found);
    return found;
}

void strict_hosts_note(struct strict_hosts *s, const char *host, const char *header, int64_t now_s)
{
    bool with_subdomains;
    int64_t age = header_read(header, &with_subdomains);

    /* RFC 6797 §8.1.1: an address is no host that can be known so. */
    if (age < 0 || host_is_ip(host) || strlen(host) >= HOST_CAP)
        return;
    pthread_mutex_lock(&s->lock);
    if (age > 0 || map_get(s->by_name, host)) {
        struct strict_host *h = host_at(s, host);

        h->until_s = age > 0 ? now_s + age : 0;
        h->with_subdomains = with_subdomains;
    }
    pthread_mutex_unlock(&s->lock);
}

int64_t strict_hosts_until(struct strict_hosts *s, const char *host, int64_t now_s)
{
    int64_t until = 0;

    pthread_mutex_lock(&s->lock);
    for (const char *name = host; name && !until; name = strchr(name, '.')) {
        name += name != host;
        const struct strict_host *h = map_get(s->by_name, name);

        if (h && h->until_s > now_s && (name == host || h->with_subdomains))
            until = h->until_s;
    }
    pthread_mutex_unlock(&s->lock);
    return until;
}
