/* base/mem.h - small allocations that cannot fail: exhaustion aborts the process.
 * A size that a peer controls is bounded by a named limit before it comes here. */
#ifndef WHYTLS_BASE_MEM_H
#define WHYTLS_BASE_MEM_H

#include <stddef.h>

/* n zeroed bytes; free with mem_free. */
void *mem_new(size_t n);
/* count * size zeroed bytes; an overflow aborts. */
void *mem_array(size_t count, size_t size);
void *mem_resize(void *p, size_t n);
void *mem_dup(const void *p, size_t n);
/* A copy of a C string; NULL gives NULL. */
char *mem_text(const char *text);
void mem_free(void *p);

#endif
