/* explain/compare.h - two chains that should be the same: which of their differences matters, and
 * why is one accepted and the other not?
 *
 * A difference matters when a check goes by it that fails on one side and not on the other; nothing
 * is called a reason that no check names. Pure: it looks at two verdicts, and at the flows they
 * came from. Thread: any. */
#ifndef WHYTLS_EXPLAIN_COMPARE_H
#define WHYTLS_EXPLAIN_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

struct flow;
struct verdict;

enum compare_fails { FAILS_NOWHERE = 0, FAILS_ON_A, FAILS_ON_B, FAILS_ON_BOTH };

/* Owned texts. They may hold anything that a certificate holds: whoever prints makes them harmless.
 */
struct difference {
    char *what;  /* "extended key usage" */
    char *where; /* "leaf", "intermediate", "intermediate 2", "root", "chain", "connection" */
    char *a, *b; /* "emailProtection", "not set" */
    char *a_name, *b_name; /* of the certificates at that place; NULL: it is about no single one, or
                              there is none */
    char *why;             /* what the check found, in words; or NULL */
    bool matters;
    bool opaque; /* numbers that no two share by their nature */
    enum compare_fails fails;
    const char *check; /* static: the check that goes by it; NULL: none does, or none fails */
    const char *cause; /* borrowed from the flow: the diagnosis that only one side has; or NULL */
};

struct comparison {
    char *answer;          /* owned: one sentence */
    struct difference *at; /* owned: those that matter first */
    size_t n, cap, n_matter;
};

struct compare_side {
    const struct verdict *verdict; /* an empty one: there was no chain to judge */
    const struct flow *flow;       /* may be NULL */
    const char *no_chain; /* why there was none, a sentence without its full stop; or NULL */
};

/* `webpki`: the verdicts are those of Chrome, Firefox and Android. Freed with comparison_free. The
 * flows outlive it. */
struct comparison *compare(const struct compare_side *a, const struct compare_side *b, bool webpki);
void comparison_free(struct comparison *c);

#endif
