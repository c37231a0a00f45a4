/* diagnosis/board.h - what the rules brought to a flow: hypotheses with evidence for and against,
 * in the flow's arena.
 *
 * Merging is symmetrical: whichever order the rules spoke in, the board is the same. A fact counts
 * once for and once against a cause, with the largest weight that was given; ten rules that repeat
 * one fact are one fact. Everything is copied. */
#ifndef WHYTLS_DIAGNOSIS_BOARD_H
#define WHYTLS_DIAGNOSIS_BOARD_H

#include <stdbool.h>
#include <stddef.h>

#include "diagnosis/cause.h"
#include "diagnosis/words.h"
#include "flow/flow.h"
#include "flow/path.h"

struct phrasebook;

enum {
    BOARD_HYPOTHESES_MOST = 16,
    BOARD_FACTS_MOST = 32, /* for a hypothesis, and as many against it */
    WEIGHT_HINT = 1,       /* fits, and fits much else */
    WEIGHT_SIGN = 2,       /* would be odd otherwise */
    WEIGHT_STRONG = 3,     /* hard to explain otherwise */
};

/* Who speaks: "rule:dates/expired", and the words of its package. Both outlive the flow's moments.
 */
struct speaker {
    const char *id;
    const struct phrasebook *book;
};

struct speaker_row {
    struct speaker_row *next; /* in the order of ids */
    struct speaker who;
};

struct evidence {
    struct evidence *next;
    struct path path;
    int weight;
};

struct hypothesis {
    struct hypothesis *next;
    const struct cause *cause;
    bool opened; /* somebody suspects it; else it was only struck out */
    struct evidence *in_favour, *against;
    size_t n_in_favour, n_against;
    struct speaker_row *speakers;
    /* The choice of the first id that made one. */
    const char *leg, *leg_by;
    const char *words, *words_by;
    const struct with *with;
    const char *struck_by, *struck_fact;
};

struct board_pin; /* hook/table.c: whose causes and words this board points at */

struct board {
    struct hypothesis *first;
    struct board_pin *pins;
    size_t n, n_cut;
    bool changed; /* since it was last settled */
};

/* How a rule words its suspicion; each may be NULL. */
struct suspicion {
    const char *leg, *words;
    const struct with *with;
};

void board_suspect(struct flow *f, const struct cause *cause, const struct speaker *who,
    const struct suspicion *how);
void board_because(struct flow *f, const struct cause *cause, const struct path *fact, int weight);
void board_against(struct flow *f, const struct cause *cause, const struct path *fact, int weight);
/* Strikes a cause, whoever opened it and whether or not anybody has yet. */
void board_rule_out(
    struct flow *f, const struct cause *cause, const struct speaker *who, const char *fact);

const struct hypothesis *board_find(const struct flow *f, const char *cause);

#endif
