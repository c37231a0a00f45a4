/* store/tag.h - what flows are found by: words of some kind (tag.def), each kept once, and the
 * flows that each stands for. Thread: the database's. */
#ifndef WHYTLS_STORE_TAG_H
#define WHYTLS_STORE_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct database;
struct flow;
struct map;

enum tag_kind {
    TAG_NONE = 0,
#define TAG(ID, name, about) TAG_##ID,
#include "store/tag.def"
#undef TAG
    N_TAGS
};

const char *tag_name(enum tag_kind kind);

/* A tag is kept with at most TAG_BYTES, a flow has at most TAGS_MOST. */
enum { TAG_BYTES = 240, TAGS_MOST = 160 };

struct tag_list {
    struct {
        enum tag_kind kind;
        const char *text;
        int64_t id;
        bool fresh; /* the database did not have it before */
    } at[TAGS_MOST];
    size_t n;
    char kept[TAGS_MOST][TAG_BYTES + 1];
};

/* Adds a tag once; nothing for NULL and "". False: there is no more room. */
bool tag_add(struct tag_list *list, enum tag_kind kind, const char *text);
/* Everything that this flow is found by. */
void tag_gather(const struct flow *f, struct tag_list *out);

/* The tags that a database has already, so that the common ones are not asked for again. */
struct tag_book;

struct tag_book *tag_book_new(void);
void tag_book_free(struct tag_book *book);
/* After a transaction that was rolled back: what it added is not there. */
void tag_book_forget(struct tag_book *book);
/* Fills the ids of a list; new tags are added. */
bool tag_book_look_up(
    struct tag_book *book, struct database *db, struct tag_list *list, struct err *e) MUST_USE;
/* 0: the list has none of this kind; else the first one's id. */
int64_t tag_first(const struct tag_list *list, enum tag_kind kind);

#endif
