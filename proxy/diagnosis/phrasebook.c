#include "phrasebook.h"

#include <string.h>

#include "base/mem.h"

struct phrasebook *phrasebook_new(void)
{
    struct phrasebook *b = mem_new(sizeof *b);

    arena_init(&b->arena);
    return b;
}

void phrasebook_free(struct phrasebook *b)
{
    if (!b)
        return;
    arena_fini(&b->arena);
    mem_free(b);
}

static struct cause_words *words_find(struct cause_words *list, const char *name)
{
    while (list && strcmp(list->name, name))
        list = list->next;
    return list;
}

struct cause_words *phrasebook_cause(const struct phrasebook *b, const char *cause)
{
    return b ? words_find(b->causes, cause) : NULL;
}

const struct phrase *phrasebook_note(const struct phrasebook *b, const char *code)
{
    const struct note_words *w = b ? b->notes : NULL;

    while (w && strcmp(w->code, code))
        w = w->next;
    return w ? w->says : NULL;
}

const struct cause_words *cause_words_variant(const struct cause_words *w, const char *name)
{
    return w && name ? words_find(w->variants, name) : NULL;
}

const struct phrase *fact_words_find(const struct fact_words *list, const char *fact)
{
    while (list && strcmp(list->fact, fact))
        list = list->next;
    return list ? list->says : NULL;
}
