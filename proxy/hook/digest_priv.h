/* hook/digest_priv.h - a flow at a moment as a set of bits, so that a filter is a few ANDs.
 *
 * Every word that some filter waits for gets a number when the table is filled. At a moment, what
 * the flow says is looked up once; what nobody waits for has no number and costs nothing more. */
#ifndef WHYTLS_HOOK_DIGEST_PRIV_H
#define WHYTLS_HOOK_DIGEST_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "flow/flow.h"
#include "wake_priv.h"

enum { DIGEST_WORDS_MOST = 2048, DIGEST_SLOTS = DIGEST_WORDS_MOST / 64 };

struct map;

/* The numbers of words; one in a table of hooks. */
struct lexicon {
    struct map *numbers;         /* "check\tTemporalValidity" to a number */
    uint32_t keys_at[N_MOMENTS]; /* which keys somebody asks for then */
    unsigned n;
    uint8_t number[DIGEST_WORDS_MOST];
};

struct digest {
    uint64_t bits[DIGEST_SLOTS];
};

/* A filter with its words as numbers; `wake` is borrowed. */
struct filter {
    const struct wake *wake;
    uint32_t keys;                  /* words that are asked for */
    unsigned *numbers[N_WAKE_KEYS]; /* owned, each as long as wake->words[key].n */
};

void lexicon_init(struct lexicon *x);
void lexicon_fini(struct lexicon *x);
/* Words past DIGEST_WORDS_MOST never wake (logged). */
void filter_init(struct filter *f, const struct wake *wake, struct lexicon *x);
void filter_fini(struct filter *f);

void digest_make(struct digest *d, const struct lexicon *x, enum moment m, const struct flow *f);
bool filter_holds(const struct filter *filter, const struct digest *d, const struct flow *f);

#endif
