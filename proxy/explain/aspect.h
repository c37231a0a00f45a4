/* explain/aspect.h - what can be said of a certificate, one aspect a row, in the words that two
 * certificates are compared by. Private to explain/. */
#ifndef WHYTLS_EXPLAIN_ASPECT_H
#define WHYTLS_EXPLAIN_ASPECT_H

#include <stdbool.h>
#include <stddef.h>

struct cert;
struct text;

/* Owned texts. One, for what has one value; none, for what is absent. */
struct words {
    char **at;
    size_t n, cap;
};

void words_add(struct words *w, const char *text); /* a copy; NULL adds nothing */
void words_fini(struct words *w);
/* Sorts both by strcmp; true when they hold the same. An order that means nothing is no difference.
 */
bool words_same(struct words *a, struct words *b);
/* One side of a difference; both are sorted. "serverAuth, clientAuth"; of a long list its length
 * and what the other lacks. */
void words_tell(
    const struct words *w, const struct words *other, const char *none, struct text *out);

enum { ASPECT_CHECKS_MOST = 8 };

struct aspect {
    const char *name; /* "extended key usage" */
    const char *none; /* the word for none */
    void (*gather)(const struct cert *c, struct words *out);
    const char *checks[ASPECT_CHECKS_MOST]; /* Apple's names of those that go by it */
    const char *oid;                        /* the extension that it speaks for, or NULL */
    bool opaque;                            /* a number that no two share by its nature */
    bool of_above; /* it binds the certificates below: a check that fails there may be due to it */
};

/* The table: what decides most often first, what is different anyway last. */
const struct aspect *aspects(size_t *n);

#endif
