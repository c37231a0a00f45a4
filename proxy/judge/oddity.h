/* judge/oddity.h - what is out of the ordinary about a chain, whether iOS minds it or not: the
 * conditions of the catalogue that no check stands for. Observed, never guessed.
 *
 * Pure, as the judge is. Thread: any. Used by relay/ and explain/ when a chain has been judged. */
#ifndef WHYTLS_JUDGE_ODDITY_H
#define WHYTLS_JUDGE_ODDITY_H

#include <stdbool.h>
#include <stddef.h>

struct judge_case; /* judge/judge.h */
struct verdict;    /* judge/verdict.h */

enum { ODDITIES_CAP = 32 }; /* room for all of them and a NULL */

/* The names of all, ids of the catalogue, NULL-terminated; static. */
const char *const *oddity_names(void);
/* Those of a chain that was judged, in the order of oddity_names. The names are static. Gives how
 * many. */
size_t oddities_find(
    const struct judge_case *c, const struct verdict *v, const char *out[static ODDITIES_CAP]);

#endif
