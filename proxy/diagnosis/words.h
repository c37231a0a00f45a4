/* diagnosis/words.h - templates with holes, and what is put into them.
 *
 *   {target.host}      a fact by its path          {path|ago} |until |date |duration    a format
 *   {$use}             a value that the rule gave  [ ... ]    left out when a hole inside it is
 * empty
 *
 * A template is parsed once, at load, and never again: a value cannot open or close a hole. Values
 * come off the wire, so each is made harmless for a terminal (base/text.h) and cut at
 * PHRASE_VALUE_MOST bytes. */
#ifndef WHYTLS_DIAGNOSIS_WORDS_H
#define WHYTLS_DIAGNOSIS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"
#include "flow/flow.h"
#include "flow/path.h"

enum {
    PHRASE_VALUE_MOST = 200, /* bytes of one value */
    PHRASE_LIST_MOST = 5,    /* rows of a list before "3 more" */
    PHRASE_LONGEST = 4096,   /* bytes of a template */
    PHRASE_HOLES_MOST = 32,
};

/* A value that a rule gave to its words: { use = "mail.example" }. */
struct with {
    const struct with *next;
    const char *name;
    struct value value;
};

const struct with *with_find(const struct with *list, const char *name);
/* A deep copy. */
const struct with *with_copy(struct arena *a, const struct with *list);

struct phrase;

/* Everything is copied into the arena. */
bool phrase_compile(const char *text, struct arena *a, const struct path_names *names,
    const struct phrase **out, struct err *e) MUST_USE;
/* Appends. A NULL phrase appends nothing. */
void phrase_render(
    const struct phrase *p, const struct flow *f, const struct with *with, struct text *out);
/* The same as text in the flow's arena; NULL when it comes out empty. */
const char *phrase_say(const struct phrase *p, struct flow *f, const struct with *with);
/* Calls `each` with the text of every hole, format left out: "target.host", "$use". */
void phrase_holes(const struct phrase *p, void (*each)(void *arg, const char *hole), void *arg);

#endif
