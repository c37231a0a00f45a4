#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_abort(void *p)
{
    if (p)
        return p;
    fputs("whytls: out of memory\n", stderr);
    abort();
}

void *mem_new(size_t n)
{
    return or_abort(calloc(1, n ? n : 1));
}

void *mem_array(size_t count, size_t size)
{
    return or_abort(calloc(count ? count : 1, size ? size : 1));
}

void *mem_resize(void *p, size_t n)
{
    return or_abort(realloc(p, n ? n : 1));
}

void *mem_dup(const void *p, size_t n)
{
    void *copy = mem_new(n);

    if (n)
        memcpy(copy, p, n);
    return copy;
}

char *mem_text(const char *text)
{
    return text ? mem_dup(text, strlen(text) + 1) : NULL;
}

void mem_free(void *p)
{
    free(p);
}
