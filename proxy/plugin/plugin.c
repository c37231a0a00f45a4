/* plugin.c - one plugin: its filters and texts, and which instance of it is at work; declared in
 * plugin_priv.h. */
#include "plugin_priv.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "diagnosis/words.h"

/* --- wakes_on: "has=geo.country check=AnchorTrusted,WeakKey" --- */

static bool hosts_add(struct plugin *p, struct wake *w, const char *host, struct err *e)
{
    struct matcher *m;

    if (p->n_matchers == PLUGIN_MATCHERS_MOST)
        return err_set(e, ERR_INPUT, "it names too many hosts");
    if (!matcher_new(MATCH_HOSTS, &host, 1, &m, e))
        return false;
    p->matchers[p->n_matchers++] = m;
    wake_add_hosts(w, m);
    return true;
}

static bool value_add(struct plugin *p, struct wake *w, enum wake_key key, const char *value,
    const struct path_names *names, struct err *e)
{
    if (key == WAKE_HOST)
        return hosts_add(p, w, value, e);
    if (key == WAKE_HAS)
        return wake_add_has(w, value, names, e);
    if (key == WAKE_CHECK && names->check_known && !names->check_known(value))
        return err_set(e, ERR_INPUT, "there is no check '%.60s'", value);
    return wake_add_word(w, key, value, e);
}

/* One "key=value,value". */
static bool key_add(
    struct plugin *p, struct wake *w, char *word, const struct path_names *names, struct err *e)
{
    char *values = strchr(word, '=');
    const char *near;

    if (!values)
        return err_set(e, ERR_INPUT, "'%.60s' is not of the form key=value", word);
    *values++ = '\0';
    enum wake_key key = wake_key_find(wake_moment(w), word, &near);

    if (key == N_WAKE_KEYS)
        return err_set(e, ERR_INPUT, "cannot wake on '%.40s'%s%s%s", word,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    while (values) {
        char *next = strchr(values, ',');

        if (next)
            *next++ = '\0';
        if (!value_add(p, w, key, values, names, e))
            return false;
        values = next;
    }
    return true;
}

static bool wake_read(
    struct plugin *p, const struct whytls_hook *h, const struct path_names *names, struct err *e)
{
    enum moment m = moment_of(h->moment);
    struct wake *w = p->wakes[m] = wake_new(m);
    char *words = h->wakes_on ? arena_text(&p->arena, h->wakes_on) : NULL;

    while (words && *words) {
        size_t n = strcspn(words, " ");
        char *next = words[n] ? words + n + 1 : NULL;

        words[n] = '\0';
        if (n && !key_add(p, w, words, names, e))
            return err_wrap(e, "its filter at '%s'", moment_name(m));
        words = next;
    }
    return true;
}

bool plugin_compile(struct plugin *p, const struct path_names *names, struct err *e)
{
    const struct declared *d = &p->declared;

    p->notes = arena_new(&p->arena, (d->n_notes + 1) * sizeof *p->notes);
    p->codes = arena_new(&p->arena, (d->n_notes + 1) * sizeof *p->codes);
    for (size_t i = 0; i < d->n_notes; i++) {
        p->codes[i] = arena_printf(&p->arena, "%s/%s", d->p.name, d->p.notes[i].code);
        if (!phrase_compile(d->p.notes[i].text, &p->arena, names, &p->notes[i], e))
            return err_wrap(e, "its note '%s'", d->p.notes[i].code);
    }
    for (size_t i = 0; i < d->n_hooks; i++)
        if (!wake_read(p, &d->p.hooks[i], names, e))
            return false;
    return true;
}

void plugin_free(struct plugin *p)
{
    if (!p)
        return;
    for (size_t m = 0; m < N_MOMENTS; m++)
        wake_free(p->wakes[m]);
    for (size_t i = 0; i < p->n_matchers; i++)
        matcher_free(p->matchers[i]);
    values_fini(&p->seen);
    object_fini(&p->object);
    pthread_mutex_destroy(&p->lock);
    arena_fini(&p->arena);
    mem_free(p->id);
    mem_free(p->file);
    mem_free(p);
}

struct instance *plugin_current(struct plugin *p)
{
    pthread_mutex_lock(&p->lock);
    struct instance *in = instance_ref(p->current);

    pthread_mutex_unlock(&p->lock);
    return in;
}

void plugin_replace(struct plugin *p, struct instance *in)
{
    pthread_mutex_lock(&p->lock);
    struct instance *before = p->current;

    p->current = in;
    atomic_fetch_add(&p->generation, 1);
    pthread_mutex_unlock(&p->lock);
    instance_unref(before);
}
