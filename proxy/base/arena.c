#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { BLOCK_BYTES = 4096 - 64 };

struct arena_block {
    struct arena_block *next;
    size_t used, cap;
    alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

void arena_fini(struct arena *a)
{
    struct arena_block *block = a->blocks;

    while (block) {
        struct arena_block *next = block->next;

        mem_free(block);
        block = next;
    }
    *a = (struct arena){0};
}

static struct arena_block *block_add(struct arena *a, size_t least)
{
    size_t cap = least > BLOCK_BYTES ? least : BLOCK_BYTES;
    struct arena_block *block = mem_new(sizeof *block + cap);

    block->cap = cap;
    /* A large one goes behind the current block, whose rest is still good for small ones. */
    if (a->blocks && least > BLOCK_BYTES / 4) {
        block->next = a->blocks->next;
        a->blocks->next = block;
    } else {
        block->next = a->blocks;
        a->blocks = block;
    }
    return block;
}

void *arena_new(struct arena *a, size_t n)
{
    size_t size = (n + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct arena_block *block = a->blocks;

    if (!block || block->cap - block->used < size)
        block = block_add(a, size);
    void *p = block->bytes + block->used;
    block->used += size;
    a->used += size;
    return p;
}

void *arena_dup(struct arena *a, const void *p, size_t n)
{
    void *copy = arena_new(a, n ? n : 1);

    if (n)
        memcpy(copy, p, n);
    return copy;
}

char *arena_text(struct arena *a, const char *text)
{
    return text ? arena_text_n(a, text, strlen(text)) : NULL;
}

char *arena_text_n(struct arena *a, const char *text, size_t n)
{
    char *copy = arena_new(a, n + 1);

    if (n)
        memcpy(copy, text, n);
    return copy;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *text = arena_new(a, (size_t)(n < 0 ? 0 : n) + 1);
    if (n > 0)
        vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}
