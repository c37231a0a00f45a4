/* object_elf.c - the segments of a shared object, where objects are ELF; declared in object_priv.h.
 */
#include "object_priv.h"

#include <link.h>

static bool covers(const struct dl_phdr_info *info, const ElfW(Phdr) * segment, uintptr_t at)
{
    uintptr_t from = info->dlpi_addr + segment->p_vaddr;

    return segment->p_type == PT_LOAD && at >= from && at - from < segment->p_memsz;
}

/* Notes the segments of the object that holds the symbol. */
static int segments_note(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct object *o = arg;
    bool holds = false;

    (void)size;
    for (size_t i = 0; i < info->dlpi_phnum; i++)
        holds = holds || covers(info, &info->dlpi_phdr[i], (uintptr_t)o->symbol);
    for (size_t i = 0; holds && i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_R) ||
            o->n_segments == OBJECT_SEGMENTS_MOST)
            continue;
        uintptr_t from = info->dlpi_addr + segment->p_vaddr;

        o->segments[o->n_segments].from = from;
        o->segments[o->n_segments++].to = from + segment->p_memsz;
    }
    return holds;
}

void object_map(struct object *o)
{
    dl_iterate_phdr(segments_note, o);
}

bool object_has(const struct object *o, const void *p, size_t n, size_t align)
{
    uintptr_t at = (uintptr_t)p;

    if (at % align)
        return false;
    for (size_t i = 0; i < o->n_segments; i++)
        if (at >= o->segments[i].from && at < o->segments[i].to && n <= o->segments[i].to - at)
            return true;
    return false;
}

static int code_search(struct dl_phdr_info *info, size_t size, void *arg)
{
    const uintptr_t *at = arg;

    (void)size;
    for (size_t i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_flags & PF_X && covers(info, &info->dlpi_phdr[i], *at))
            return 1;
    return 0;
}

bool object_is_code(uintptr_t function)
{
    return dl_iterate_phdr(code_search, &function) == 1;
}
