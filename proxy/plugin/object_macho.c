/* object_macho.c - the same where objects are Mach-O: the loader knows to which one an address
 * belongs, and no more. Not tried on a Mac yet. */
#include "object_priv.h"

#include <dlfcn.h>

static const void *base_of(uintptr_t at)
{
    Dl_info info;

    return dladdr((const void *)at, &info) ? info.dli_fbase : NULL;
}

void object_map(struct object *o)
{
    o->segments[0].from = (uintptr_t)base_of((uintptr_t)o->symbol);
    o->n_segments = 1;
}

bool object_has(const struct object *o, const void *p, size_t n, size_t align)
{
    uintptr_t at = (uintptr_t)p;

    if (!at || at % align || n == 0 || at + n < at)
        return false;
    return (uintptr_t)base_of(at) == o->segments[0].from &&
           (uintptr_t)base_of(at + n - 1) == o->segments[0].from;
}

bool object_is_code(uintptr_t function)
{
    return base_of(function) != NULL;
}
