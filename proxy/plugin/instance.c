/* instance.c - one load of a plugin, counted by who holds it; declared in plugin_priv.h. */
#include "plugin_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

struct instance *instance_load(struct plugin *p, struct values *values)
{
    struct instance *in = mem_new(sizeof *in);
    const struct whytls_plugin *d = &p->declared.p;
    struct doing before;

    in->plugin = p;
    in->values = *values;
    in->ready = WHYTLS_READY;
    arena_init(&in->arena);
    atomic_init(&in->refs, 1);
    host_fill(in);
    if (!d->load)
        return in;
    in->at_load = true;
    doing_begin(&before, d->name, "load", NULL);
    in->ready = d->load(&in->host, &in->shared);
    doing_end(&before);
    in->at_load = false;
    if (in->ready != WHYTLS_READY && in->ready != WHYTLS_IDLE)
        in->ready = WHYTLS_FAILED; /* what else it may have answered */
    if (in->ready == WHYTLS_FAILED && !in->why[0])
        snprintf(in->why, sizeof in->why, "it failed, and does not say why");
    return in;
}

struct instance *instance_ref(struct instance *in)
{
    atomic_fetch_add(&in->refs, 1);
    return in;
}

void instance_unref(struct instance *in)
{
    if (!in || atomic_fetch_sub(&in->refs, 1) != 1)
        return;
    struct plugins *all = in->plugin->all;

    pthread_mutex_lock(&all->lock);
    in->next = all->graveyard;
    all->graveyard = in;
    pthread_mutex_unlock(&all->lock);
}

static void instance_free(struct instance *in)
{
    const struct whytls_plugin *d = &in->plugin->declared.p;
    struct doing before;

    /* One that was not loaded has nothing to unload. */
    if (d->unload && in->ready == WHYTLS_READY) {
        doing_begin(&before, d->name, "unload", NULL);
        d->unload(in->shared);
        doing_end(&before);
    }
    arena_fini(&in->arena);
    values_fini(&in->values);
    mem_free(in);
}

void instances_bury(struct plugins *all)
{
    pthread_mutex_lock(&all->lock);
    struct instance *in = all->graveyard;

    all->graveyard = NULL;
    pthread_mutex_unlock(&all->lock);
    while (in) {
        struct instance *next = in->next;

        instance_free(in);
        in = next;
    }
}
