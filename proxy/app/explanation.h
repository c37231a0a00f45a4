/* app/explanation.h - one diagnosis for people: what it is, because of what, what iOS says, what to
 * do. */
#ifndef WHYTLS_APP_EXPLANATION_H
#define WHYTLS_APP_EXPLANATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/text.h"

struct flow;
struct term;

/* The headline with its confidence, and the sentence under it. Without a diagnosis: what the
 * verdict says. */
void explanation_head(const struct term *t, const struct flow *f, size_t which, struct text *out);
/* The rows Because, iOS, OpenSSL, Phone, Server, Next, indented; at most `most_because` facts (0:
 * all). */
void explanation_rows(const struct term *t, const struct flow *f, size_t which, size_t indent,
    size_t most_because, struct text *out);
/* What stands under the first head: the chain when the flow has one and with_chain is set, rows,
 * foot. Further diagnoses follow, each with its own head and rows. */
void explanation_body(
    const struct term *t, const struct flow *f, bool with_chain, bool all_facts, struct text *out);
/* The whole block of `whytls explain`: the head and the body. */
void explanation_write(
    const struct term *t, const struct flow *f, bool with_chain, bool all_facts, struct text *out);

/* The whole on a stream: the block with its chain, or the record as one JSON object. */
void explanation_print(
    const struct term *t, const struct flow *f, bool json, bool all_facts, FILE *to);

/* One sentence for a flow that failed without a diagnosis; borrowed from it. */
const char *explanation_plain(const struct flow *f);

#endif
