/* diagnosis/phrasebook.h - the words of one rule package in one language: per cause what a person
 * reads, per note one sentence. Filled at load, then shared and immutable. */
#ifndef WHYTLS_DIAGNOSIS_PHRASEBOOK_H
#define WHYTLS_DIAGNOSIS_PHRASEBOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "diagnosis/words.h"

enum { PHRASES_MOST = 16 }; /* rows of one list of advice */

struct phrases {
    const struct phrase *at[PHRASES_MOST];
    size_t n;
};

/* Words for one fact as evidence. */
struct fact_words {
    struct fact_words *next;
    const char *fact;
    const struct phrase *says;
};

/* What may be said of a cause. What is NULL or empty here is taken from the base words of the cause
 * (in a variant), or not said. */
struct cause_words {
    struct cause_words *next;
    const char *name; /* the cause's id, or the variant's name */
    const struct phrase *title, *why, *next_test, *safari, *app;
    const char *grade; /* how sure the iOS statement is */
    bool has_ios;      /* safari, app and grade count, even where empty */
    bool has_device_fix, has_server_fix;
    struct phrases device_fix, server_fix;
    struct fact_words *because, *against;
    struct cause_words *variants;
};

struct note_words {
    struct note_words *next;
    const char *code;
    const struct phrase *says;
};

struct phrasebook {
    struct arena arena;
    struct cause_words *causes;
    struct note_words *notes;
};

struct phrasebook *phrasebook_new(void);
void phrasebook_free(struct phrasebook *b);

struct cause_words *phrasebook_cause(
    const struct phrasebook *b, const char *cause); /* NULL when there are none */
const struct phrase *phrasebook_note(const struct phrasebook *b, const char *code);
/* A variant of these words; NULL when there is none. */
const struct cause_words *cause_words_variant(const struct cause_words *w, const char *name);
const struct phrase *fact_words_find(const struct fact_words *list, const char *fact);

#endif
