/* order.c - in which order rules are called: facts decide it, ties by id; declared in rule_priv.h.
 */
#include "rule_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum mark { MARK_NONE = 0, MARK_OPEN, MARK_DONE };

struct ordering {
    struct rules *all;
    struct rule **out;
    size_t n;
    struct text trail;
    struct err *e;
};

static struct rule *rule_find(const struct rules *all, const char *id)
{
    for (size_t i = 0; i < all->n_rules; i++)
        if (!strcmp(all->rules[i]->id, id))
            return all->rules[i];
    return NULL;
}

static bool rule_visit_order(struct ordering *o, struct rule *r);

static bool need_visit(struct ordering *o, struct rule *r, const char *need)
{
    const struct known_fact *fact = rules_fact(o->all, need);
    struct rule *giver = fact && fact->by ? rule_find(o->all, fact->by) : NULL;

    if (giver && !rule_visit_order(o, giver))
        return false;
    if (r->asleep)
        return true;
    if (!fact || !fact->by)
        r->asleep = arena_printf(&o->all->arena, "nothing provides '%s'", need);
    else if (giver && giver->asleep)
        r->asleep =
            arena_printf(&o->all->arena, "'%s' comes from %s, which is asleep", need, giver->id);
    else if (fact->idle)
        r->asleep =
            arena_printf(&o->all->arena, "'%s' comes from %s: %s", need, fact->by, fact->idle);
    return true;
}

static bool rule_visit_order(struct ordering *o, struct rule *r)
{
    size_t before = o->trail.len;

    text_printf(&o->trail, "%s%s", before ? " -> " : "", r->id);
    if (r->mark == MARK_OPEN)
        return err_set(o->e, ERR_RULE, "facts go in a circle: %s", text_str(&o->trail));
    if (r->mark == MARK_NONE) {
        r->mark = MARK_OPEN;
        r->asleep = r->off ? r->off : r->unset;
        for (size_t i = 0; i < r->n_needs; i++)
            if (!need_visit(o, r, r->needs[i]))
                return false;
        r->mark = MARK_DONE;
        o->out[o->n++] = r;
    }
    o->trail.len = before;
    if (o->trail.at)
        o->trail.at[before] = '\0';
    return true;
}

static int by_id(const void *left, const void *right)
{
    struct rule *const *a = left, *const *b = right;

    return strcmp((*a)->id, (*b)->id);
}

/* Facts decide the order, ties by id: nothing else does, so that the order of files and folders
 * means nothing. */
bool rules_order(struct rules *all, struct err *e)
{
    struct ordering o = {.all = all, .e = e, .out = mem_array(all->n_rules, sizeof(struct rule *))};
    bool right = true;

    if (all->n_rules)
        qsort(all->rules, all->n_rules, sizeof *all->rules, by_id);
    for (size_t i = 0; i < all->n_rules; i++)
        all->rules[i]->mark = MARK_NONE;
    for (size_t i = 0; right && i < all->n_rules; i++) {
        text_clear(&o.trail);
        right = rule_visit_order(&o, all->rules[i]);
    }
    text_fini(&o.trail);
    if (!right) {
        mem_free(o.out);
        return false;
    }
    mem_free(all->rules);
    all->rules = o.out;
    return true;
}
