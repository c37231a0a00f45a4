#include "settle.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "board.h"
#include "cause.h"
#include "flow/path.h"
#include "phrasebook.h"
#include "words.h"

enum confidence { CONFIDENCE_POSSIBLE = 0, CONFIDENCE_LIKELY, CONFIDENCE_CERTAIN };

static const char *const confidence_names[] = {"possible", "likely", "certain"};

struct weighed {
    const struct path *path;
    int weight;
};

/* A hypothesis that is still standing. */
struct standing {
    const struct hypothesis *h;
    struct weighed in_favour[BOARD_FACTS_MOST + CAUSE_CERTAIN_MOST];
    struct weighed against[BOARD_FACTS_MOST];
    size_t n_in_favour, n_against;
    int score;
    bool proven, of_winning_class;
    enum confidence confidence;
};

struct court {
    struct standing *at[BOARD_HYPOTHESES_MOST];
    size_t n;
};

static bool is_proven(const struct cause *cause, const struct flow *f)
{
    for (size_t i = 0; i < cause->n_certain; i++)
        if (!condition_holds(&cause->certain[i], f))
            return false;
    return cause->n_certain > 0;
}

static void weigh(struct weighed *list, size_t *n, const struct path *path, int weight)
{
    for (size_t i = 0; i < *n; i++)
        if (!strcmp(list[i].path->text, path->text)) {
            list[i].weight = list[i].weight > weight ? list[i].weight : weight;
            return;
        }
    list[(*n)++] = (struct weighed){path, weight};
}

static int by_weight(const void *left, const void *right)
{
    const struct weighed *a = left, *b = right;

    return a->weight != b->weight ? b->weight - a->weight : strcmp(a->path->text, b->path->text);
}

static int sum(const struct weighed *list, size_t n)
{
    int total = 0;

    for (size_t i = 0; i < n; i++)
        total += list[i].weight;
    return total;
}

static void stand(struct standing *s, const struct hypothesis *h, const struct flow *f)
{
    s->h = h;
    s->proven = is_proven(h->cause, f);
    for (const struct evidence *one = h->in_favour; one; one = one->next)
        weigh(s->in_favour, &s->n_in_favour, &one->path, one->weight);
    for (const struct evidence *one = h->against; one; one = one->next)
        weigh(s->against, &s->n_against, &one->path, one->weight);
    /* The conditions that prove a cause are its evidence too, so a rule need not repeat them. */
    for (size_t i = 0; s->proven && i < h->cause->n_certain; i++)
        weigh(s->in_favour, &s->n_in_favour, &h->cause->certain[i].path, WEIGHT_STRONG);
    qsort(s->in_favour, s->n_in_favour, sizeof *s->in_favour, by_weight);
    qsort(s->against, s->n_against, sizeof *s->against, by_weight);
    s->score = sum(s->in_favour, s->n_in_favour) - sum(s->against, s->n_against);
    s->confidence = s->score >= SETTLE_LIKELY_FROM ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    const struct flow_verdict *verdict = f->server_leg ? f->server_leg->verdict : NULL;

    s->of_winning_class =
        h->cause->class && verdict && verdict->class && !strcmp(h->cause->class, verdict->class);
}

static bool names_rival(const struct cause *cause, const char *id)
{
    for (const char *const *rival = cause->rivals; *rival; rival++)
        if (!strcmp(*rival, id))
            return true;
    return false;
}

/* Look-alikes are so in both directions, whichever row of the catalogue says it. */
static bool is_rivalled(const struct court *c, const struct standing *s)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct standing *other = c->at[i];

        if (other == s || other->score < SETTLE_LIKELY_FROM)
            continue;
        if (names_rival(s->h->cause, other->h->cause->id) ||
            names_rival(other->h->cause, s->h->cause->id))
            return true;
    }
    return false;
}

static int by_rank(const void *left, const void *right)
{
    const struct standing *const *pa = left, *const *pb = right;
    const struct standing *a = *pa, *b = *pb;

    if (a->h->cause->is_notice != b->h->cause->is_notice)
        return a->h->cause->is_notice ? 1 : -1;
    if (a->confidence != b->confidence)
        return (int)b->confidence - (int)a->confidence;
    if (a->of_winning_class != b->of_winning_class)
        return a->of_winning_class ? -1 : 1;
    if (a->score != b->score)
        return b->score - a->score;
    if (a->h->cause->order != b->h->cause->order)
        return a->h->cause->order < b->h->cause->order ? -1 : 1;
    return strcmp(a->h->cause->id, b->h->cause->id);
}

static void hear(struct court *c, struct standing *room, const struct flow *f)
{
    for (const struct hypothesis *h = f->board->first; h; h = h->next) {
        if (!h->opened || h->struck_by)
            continue;
        struct standing *s = &room[c->n];

        memset(s, 0, sizeof *s);
        stand(s, h, f);
        if (s->score >= SETTLE_POSSIBLE_FROM)
            c->at[c->n++] = s;
    }
    for (size_t i = 0; i < c->n; i++)
        if (c->at[i]->proven && c->at[i]->n_against == 0 && !is_rivalled(c, c->at[i]))
            c->at[i]->confidence = CONFIDENCE_CERTAIN;
    qsort(c->at, c->n, sizeof(struct standing *), by_rank);
}

/* The words in use: of the rule that chose some, else of the first speaker; base and the chosen
 * variant. */
struct voice {
    const struct cause_words *base, *variant;
    const struct with *with;
};

static struct voice voice_of(const struct hypothesis *h)
{
    const struct speaker_row *row = h->speakers;
    struct voice v = {.with = h->with};

    while (row && h->words_by && strcmp(row->who.id, h->words_by))
        row = row->next;
    v.base = row ? phrasebook_cause(row->who.book, h->cause->id) : NULL;
    v.variant = cause_words_variant(v.base, h->words);
    return v;
}

#define PICK(v, field)                                                                             \
    ((v).variant && (v).variant->field ? (v).variant->field : (v).base ? (v).base->field : NULL)

static const char *shown(struct flow *f, const struct path *path)
{
    struct value v = path_value(path, f);
    struct text out = {0};

    value_show(&v, &out);
    const char *text = flow_text(f, v.none ? "none" : text_str(&out));

    text_fini(&out);
    return text;
}

static void evidence_write(struct flow *f, struct flow_evidence **list, size_t *n,
    const struct weighed *from, const struct fact_words *const words[2], const struct with *with)
{
    const struct phrase *says = fact_words_find(words[0], from->path->text);
    struct flow_evidence *row = flow_list_add(f, list, n, flow_type_evidence());

    if (!says)
        says = fact_words_find(words[1], from->path->text);
    row->fact = flow_text(f, from->path->text);
    row->value = shown(f, from->path);
    row->weight = from->weight;
    row->says = phrase_say(says, f, with);
    if (!row->says &&
        from->path->check) /* "TemporalValidity fails at certificate 0" needs no words of its own */
        row->says = arena_printf(
            &f->arena, "%.*s %s", (int)from->path->check_len, from->path->check, row->value);
}

static void advice_write(
    struct flow *f, struct flow_texts *out, const struct phrases *from, const struct with *with)
{
    for (size_t i = 0; from && i < from->n; i++) {
        const char *said = phrase_say(from->at[i], f, with);

        if (said) /* advice whose only content was an empty hole disappears */
            flow_texts_add(f, out, said);
    }
}

static const struct phrases *advice_of(const struct voice *v, bool device)
{
    const struct cause_words *w = v->variant;

    if (!w || !(device ? w->has_device_fix : w->has_server_fix))
        w = v->base;
    return !w ? NULL : device ? &w->device_fix : &w->server_fix;
}

static void ios_write(
    struct flow *f, struct flow_ios *ios, const struct standing *s, const struct voice *v)
{
    const struct cause_words *w = v->variant && v->variant->has_ios ? v->variant : v->base;

    if (w) {
        ios->safari = phrase_say(w->safari, f, v->with);
        ios->app = phrase_say(w->app, f, v->with);
        ios->grade = flow_text(f, w->grade);
    }
    if (s->of_winning_class)
        ios->text = f->server_leg->verdict->text;
}

static void diagnosis_write(struct flow *f, const struct standing *s)
{
    const struct hypothesis *h = s->h;
    struct flow_diagnosis *d =
        flow_list_add(f, &f->diagnosis, &f->n_diagnosis, flow_type_diagnosis());
    struct voice v = voice_of(h);
    const struct fact_words *because[2] = {
        v.variant ? v.variant->because : NULL, v.base ? v.base->because : NULL};
    const struct fact_words *against[2] = {
        v.variant ? v.variant->against : NULL, v.base ? v.base->against : NULL};

    d->cause = flow_text(f, h->cause->id);
    d->leg = flow_text(f, h->leg ? h->leg : h->cause->leg);
    d->confidence = confidence_names[s->confidence];
    d->score = s->score;
    d->title = phrase_say(PICK(v, title), f, v.with);
    if (!d->title)
        d->title = flow_text(f, h->cause->title ? h->cause->title : h->cause->id);
    d->why = phrase_say(PICK(v, why), f, v.with);
    for (size_t i = 0; i < s->n_in_favour; i++)
        evidence_write(f, &d->evidence, &d->n_evidence, &s->in_favour[i], because, v.with);
    for (size_t i = 0; i < s->n_against; i++)
        evidence_write(f, &d->against, &d->n_against, &s->against[i], against, v.with);
    ios_write(f, d->ios, s, &v);
    advice_write(f, &d->device_fix, advice_of(&v, true), v.with);
    advice_write(f, &d->server_fix, advice_of(&v, false), v.with);
    d->next_test = phrase_say(PICK(v, next_test), f, v.with);
    for (const struct speaker_row *row = h->speakers; row; row = row->next)
        flow_texts_add(f, &d->by, row->who.id);
}

void settle(struct flow *f)
{
    struct standing room[BOARD_HYPOTHESES_MOST];
    struct court court = {.n = 0};

    f->diagnosis = NULL;
    f->n_diagnosis = 0;
    if (!f->board)
        return;
    hear(&court, room, f);
    for (size_t i = 0; i < court.n; i++)
        diagnosis_write(f, court.at[i]);
    f->board->changed = false;
}
