/* fetch/search_priv.h - one search for evidence, on the fetcher's thread: a small state machine
 * over fetch_begin. Private to fetch/. */
#ifndef WHYTLS_FETCH_SEARCH_PRIV_H
#define WHYTLS_FETCH_SEARCH_PRIV_H

#include <stdbool.h>

#include "evidence.h"
#include "fetch_priv.h"

struct search;

/* Copies what it needs of the ask. `done` is called once, on the fetcher's thread, and frees the
 * search with search_free. */
struct search *search_new(
    const struct evidence_ask *ask, void (*done)(void *arg, struct search *s), void *arg);
void search_free(struct search *s);
/* False: the fetcher takes nothing more; `done` is not called. */
bool search_start(struct search *s, struct fetcher *f);
/* Thread: any. It ends as soon as it can. */
void search_cancel(struct search *s);
/* What was found, once it is done: the caller's. */
struct fetch_evidence *search_give(struct search *s);

#endif
