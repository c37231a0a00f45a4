/* base/arena.h - many small allocations, one free: the memory of one connection's record. */
#ifndef WHYTLS_BASE_ARENA_H
#define WHYTLS_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attrib.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; /* owned */
    size_t used;                /* bytes handed out, for limits */
};

void arena_init(struct arena *a);
void arena_fini(struct arena *a);
/* n zeroed bytes, aligned for any type, that live until arena_fini. */
void *arena_new(struct arena *a, size_t n);
void *arena_dup(struct arena *a, const void *p, size_t n);
/* Copies of text; NULL gives NULL. */
char *arena_text(struct arena *a, const char *text);
char *arena_text_n(struct arena *a, const char *text, size_t n);
char *arena_printf(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
