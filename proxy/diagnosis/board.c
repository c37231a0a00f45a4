#include "board.h"

#include <string.h>

#include "base/arena.h"

static struct board *board_of(struct flow *f)
{
    if (!f->board)
        f->board = arena_new(&f->arena, sizeof *f->board);
    return f->board;
}

/* The hypothesis for a cause, made when it is not there; NULL past the limit (counted). */
static struct hypothesis *hypothesis_for(struct flow *f, const struct cause *cause)
{
    struct board *b = board_of(f);
    struct hypothesis **at = &b->first;

    while (*at && strcmp((*at)->cause->id, cause->id))
        at = &(*at)->next;
    if (*at)
        return *at;
    if (b->n == BOARD_HYPOTHESES_MOST) {
        b->n_cut++;
        return NULL;
    }
    b->n++;
    *at = arena_new(&f->arena, sizeof **at);
    (*at)->cause = cause;
    return *at;
}

static void speaker_add(struct flow *f, struct hypothesis *h, const struct speaker *who)
{
    struct speaker_row **at = &h->speakers;

    while (*at && strcmp((*at)->who.id, who->id) < 0)
        at = &(*at)->next;
    if (*at && !strcmp((*at)->who.id, who->id))
        return;
    struct speaker_row *row = arena_new(&f->arena, sizeof *row);

    row->who = (struct speaker){flow_text(f, who->id), who->book};
    row->next = *at;
    *at = row;
    f->board->changed = true;
}

/* Of two rules with a choice of their own, the first id's stands; a rule may change its own. */
static bool may_choose(const char *standing_by, const char *id)
{
    return !standing_by || strcmp(id, standing_by) <= 0;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool same_with(const struct with *a, const struct with *b)
{
    for (; a && b; a = a->next, b = b->next) {
        if (strcmp(a->name, b->name) || a->value.kind != b->value.kind || a->value.texts ||
            b->value.texts)
            return false;
        if (a->value.integer != b->value.integer || a->value.is_number ||
            !same_text(a->value.text, b->value.text))
            return false;
    }
    return a == b;
}

static void words_choose(
    struct flow *f, struct hypothesis *h, const struct speaker *who, const struct suspicion *how)
{
    if (h->words_by && !strcmp(h->words_by, who->id) && same_text(h->words, how->words) &&
        same_with(h->with, how->with))
        return; /* said before, in another moment: nothing to copy */
    h->words = flow_text(f, how->words);
    h->with = with_copy(&f->arena, how->with);
    h->words_by = flow_text(f, who->id);
    f->board->changed = true;
}

void board_suspect(struct flow *f, const struct cause *cause, const struct speaker *who,
    const struct suspicion *how)
{
    struct hypothesis *h = hypothesis_for(f, cause);

    if (!h)
        return;
    if (!h->opened) {
        h->opened = true;
        f->board->changed = true;
    }
    speaker_add(f, h, who);
    if (how->leg && may_choose(h->leg_by, who->id) &&
        !(same_text(h->leg, how->leg) && same_text(h->leg_by, who->id))) {
        h->leg = flow_text(f, how->leg);
        h->leg_by = flow_text(f, who->id);
        f->board->changed = true;
    }
    if ((how->words || how->with) && may_choose(h->words_by, who->id))
        words_choose(f, h, who, how);
}

static void path_copy(struct flow *f, struct path *out, const struct path *from)
{
    *out = *from;
    out->text = flow_text(f, from->text);
    if (from->check)
        out->check = out->text + (from->check - from->text);
}

static void evidence_add(
    struct flow *f, struct evidence **list, size_t *n, const struct path *fact, int weight)
{
    while (*list && strcmp((*list)->path.text, fact->text))
        list = &(*list)->next;
    if (*list && (*list)->weight >= weight)
        return;
    if (!*list) {
        if (*n == BOARD_FACTS_MOST) {
            f->board->n_cut++;
            return;
        }
        ++*n;
        *list = arena_new(&f->arena, sizeof **list);
        path_copy(f, &(*list)->path, fact);
    }
    (*list)->weight = weight;
    f->board->changed = true;
}

void board_because(struct flow *f, const struct cause *cause, const struct path *fact, int weight)
{
    struct hypothesis *h = hypothesis_for(f, cause);

    if (h)
        evidence_add(f, &h->in_favour, &h->n_in_favour, fact, weight);
}

void board_against(struct flow *f, const struct cause *cause, const struct path *fact, int weight)
{
    struct hypothesis *h = hypothesis_for(f, cause);

    if (h)
        evidence_add(f, &h->against, &h->n_against, fact, weight);
}

void board_rule_out(
    struct flow *f, const struct cause *cause, const struct speaker *who, const char *fact)
{
    struct hypothesis *h = hypothesis_for(f, cause);

    if (!h || !may_choose(h->struck_by, who->id))
        return;
    if (same_text(h->struck_by, who->id) && same_text(h->struck_fact, fact))
        return;
    h->struck_by = flow_text(f, who->id);
    h->struck_fact = flow_text(f, fact);
    f->board->changed = true;
}

const struct hypothesis *board_find(const struct flow *f, const char *cause)
{
    const struct hypothesis *h = f->board ? f->board->first : NULL;

    while (h && strcmp(h->cause->id, cause))
        h = h->next;
    return h;
}
