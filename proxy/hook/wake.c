#include "wake_priv.h"

#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/text.h"

#define AT(m) (1u << MOMENT_##m)
enum { EVERYWHERE = ~0 };

static const struct {
    const char *name;
    unsigned moments;
    const char *about;
} keys[N_WAKE_KEYS] = {
    [WAKE_HOST] = {"host", (unsigned)EVERYWHERE, "a host list, or \"settings.NAME\" of kind hosts"},
    [WAKE_HAS] = {"has", (unsigned)EVERYWHERE, "the path of a fact that must be there"},
    [WAKE_ENTRY] = {"entry", (unsigned)EVERYWHERE,
        "connect, absolute, socks, secure-proxy, transparent, starttls, explain"},
    [WAKE_CHECK] = {"check", AT(JUDGED) | AT(IDENTITY), "a failing check"},
    [WAKE_ODDITY] = {"oddity", AT(JUDGED), "something out of the ordinary about the chain"},
    [WAKE_VERDICT] = {"verdict", AT(JUDGED), "accept or reject"},
    [WAKE_CLASS] = {"class", AT(JUDGED), "the winning class"},
    [WAKE_TRUSTED_BY] = {"trusted_by", AT(JUDGED), "both, apple, mozilla, neither"},
    [WAKE_LEG] = {"leg", AT(TLS_FAILED), "client or server"},
    [WAKE_ALERT] = {"alert", AT(TLS_FAILED), "the number of an alert"},
    [WAKE_SYMPTOM] = {"symptom", AT(TLS_FAILED), "a symptom"},
    [WAKE_HEADER] = {"header", AT(REQUEST) | AT(RESPONSE), "a header that is present"},
    [WAKE_SCHEME] = {"scheme", AT(REQUEST), "http or https"},
    [WAKE_METHOD] = {"method", AT(REQUEST), "a method"},
    [WAKE_STATUS] = {"status", AT(RESPONSE), "a status code"},
    [WAKE_ERROR] = {"error", AT(DIAL_FAILED),
        "nxdomain, servfail, refused, timeout, unreachable, reset, proxy-login, proxy-refused, "
        "proxy-failed, proxy-unreachable"},
    [WAKE_SNI] = {"sni", AT(HELLO), "present or absent"},
    [WAKE_ALPN] = {"alpn", AT(HELLO), "a protocol that is offered"},
    [WAKE_CAUSE] = {"cause", AT(FINISH), "a cause in the diagnosis"},
    [WAKE_ENDED] = {"ended", AT(FINISH), "how a leg ended: alert, fin, rst, timeout, clean"},
    [WAKE_TYPE] = {"type", AT(REQUEST_BODY) | AT(RESPONSE_BODY), "a media type"},
    [WAKE_FROM] = {"from", AT(WS_MESSAGE), "client or server"},
    [WAKE_KIND] = {"kind", AT(IDENTITY), "pkcs12, profile, certificate, root"},
};
#undef AT

const char *wake_key_name(enum wake_key key)
{
    return keys[key].name;
}

const char *wake_key_about(enum wake_key key)
{
    return keys[key].about;
}

bool wake_key_is_at(enum wake_key key, enum moment m)
{
    return keys[key].moments >> m & 1;
}

enum wake_key wake_key_find(enum moment m, const char *name, const char **near)
{
    const char *names[N_WAKE_KEYS + 1];
    size_t n = 0;

    for (enum wake_key key = WAKE_HOST; key < N_WAKE_KEYS; key++) {
        if (!wake_key_is_at(key, m))
            continue;
        if (!strcmp(name, keys[key].name))
            return key;
        names[n++] = keys[key].name;
    }
    names[n] = NULL;
    if (near)
        *near = text_nearest(name, names);
    return N_WAKE_KEYS;
}

struct wake *wake_new(enum moment m)
{
    struct wake *w = mem_new(sizeof *w);

    arena_init(&w->arena);
    w->moment = m;
    return w;
}

void wake_free(struct wake *w)
{
    if (!w)
        return;
    arena_fini(&w->arena);
    mem_free(w);
}

enum moment wake_moment(const struct wake *w)
{
    return w->moment;
}

static bool too_many(enum wake_key key, struct err *e)
{
    int most = key == WAKE_HAS ? WAKE_HAS_MOST : WAKE_VALUES_MOST;

    return err_set(e, ERR_RULE, "more than %d values of '%s'", most, keys[key].name);
}

bool wake_add_word(struct wake *w, enum wake_key key, const char *word, struct err *e)
{
    struct wake_words *words = &w->words[key];

    if (words->n == WAKE_VALUES_MOST)
        return too_many(key, e);
    char *copy = arena_text(&w->arena, word);

    if (key == WAKE_HEADER || key == WAKE_TYPE)
        text_lower(copy);
    words->at[words->n++] = copy;
    return true;
}

void wake_add_hosts(struct wake *w, const struct matcher *hosts)
{
    w->wants_hosts = true;
    if (hosts && w->n_hosts < WAKE_VALUES_MOST)
        w->hosts[w->n_hosts++] = hosts;
}

bool wake_add_has(struct wake *w, const char *path, const struct path_names *names, struct err *e)
{
    if (w->n_has == WAKE_HAS_MOST)
        return too_many(WAKE_HAS, e);
    return path_compile(arena_text(&w->arena, path), names, &w->has[w->n_has++], e);
}

bool wake_is_always(const struct wake *w)
{
    size_t n = w->n_has + w->wants_hosts;

    for (enum wake_key key = WAKE_HOST; key < N_WAKE_KEYS; key++)
        n += w->words[key].n;
    return n == 0;
}
