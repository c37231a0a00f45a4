/* judge/verdict_priv.h - from failing checks to the one answer. */
#ifndef WHYTLS_JUDGE_VERDICT_PRIV_H
#define WHYTLS_JUDGE_VERDICT_PRIV_H

struct verdict;

/* Sorts the checks and fills what follows from checks and path: answer, class, sentence, codes,
 * severity, causes. */
void verdict_conclude(struct verdict *v);

#endif
