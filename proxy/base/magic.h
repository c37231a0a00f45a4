/* base/magic.h - turns the `void *` of a C callback back into its type, or stops at once.
 *
 *   struct relay { struct magic magic; … };      magic_set(&r->magic, RELAY_MAGIC)
 *   struct relay *r = arg; magic_check(&r->magic, RELAY_MAGIC);
 */
#ifndef WHYTLS_BASE_MAGIC_H
#define WHYTLS_BASE_MAGIC_H

#include <assert.h>
#include <stdint.h>

struct magic {
    uint32_t word;
};

static inline void magic_set(struct magic *m, uint32_t word)
{
    m->word = word;
}

static inline void magic_check(const struct magic *m, uint32_t word)
{
    assert(m && m->word == word);
    (void)m;
    (void)word;
}

#endif
