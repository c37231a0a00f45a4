/* store/filter.h - what a list of flows shows, in mitmproxy's grammar: `~d shop.example & !~ok`.
 *
 *   filter = any of "|" · all of "&" or a blank · "!" not · "(" ")" · ~ATOM value · a bare word
 *
 * A bare word is part of a host, a URL or a sentence. Values with blanks or brackets stand in
 * quotes. The atoms are the rows of filter.def. Pure: text in, tree out; the tree lives in one
 * arena. */
#ifndef WHYTLS_STORE_FILTER_H
#define WHYTLS_STORE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "store/tag.h"

enum filter_value {
    FILTER_TEXT = 0, /* part of the tag's text, caseless */
    FILTER_EXACT,    /* the whole tag, caseless */
    FILTER_HOST,     /* the host, or what ends in a dot and it */
    FILTER_VERSION,
    FILTER_DEVICE,
    FILTER_OUTCOME,
    FILTER_SURE,
    FILTER_SINCE,
    FILTER_AT,
    FILTER_ENDS,
    FILTER_NUMBER,
    FILTER_ID,
    FILTER_HEADS,
    FILTER_BODIES,
    FILTER_WORD, /* no atom: a bare word */
};

struct filter_atom {
    const char *name;
    enum filter_value value;
    enum tag_kind kind;
    const char *gloss;
};

/* All atoms, in the order of filter.def. */
const struct filter_atom *filter_atoms(size_t *n);
const struct filter_atom *filter_atom_find(const char *name, size_t len);

/* What it is that is filtered: of certificates few atoms say something. */
enum filter_about { FILTER_ABOUT_FLOWS = 0, FILTER_ABOUT_CERTIFICATES };

bool filter_atom_fits(const struct filter_atom *atom, enum filter_about about);

enum filter_op { FILTER_ALL = 0, FILTER_ANY, FILTER_NOT, FILTER_IS };

/* A device that ~dev means by its name (filter_names.h). */
struct filter_named {
    const char *id;
    struct filter_named *next;
};

struct filter_node {
    enum filter_op op;
    struct filter_node *first, *next; /* children; siblings */
    const struct filter_atom *atom;   /* FILTER_IS */
    const char *text;                 /* its value, as written; "" when it takes none */
    int64_t from, to;                 /* numbers and times (ms): from <= x < to */
    struct filter_named *named;       /* FILTER_DEVICE */
};

/* BYTES: of the whole. */
enum { FILTER_BYTES_MOST = 2000, FILTER_NODES_MOST = 128, FILTER_DEPTH_MOST = 24 };

struct filter;

struct filter_fault {
    size_t column;   /* from 1, in characters */
    bool incomplete; /* it may become right by going on */
    char text[200];  /* what is wrong, and the mend */
};

/* Times count from now_ms. NULL and *fault: "column 12: after ~alert comes a number or a name". An
 * empty text is a filter that lets all through. */
struct filter *filter_parse(const char *text, int64_t now_ms, struct filter_fault *fault) MUST_USE;
struct filter *filter_parse_about(
    enum filter_about about, const char *text, int64_t now_ms, struct filter_fault *fault) MUST_USE;
void filter_free(struct filter *f);
/* NULL: everything. */
const struct filter_node *filter_root(const struct filter *f);

#endif
