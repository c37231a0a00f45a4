/* script/memory_priv.h - what rules remember, as they ask for it. */
#ifndef WHYTLS_SCRIPT_MEMORY_PRIV_H
#define WHYTLS_SCRIPT_MEMORY_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

enum memory_scope { MEMORY_HOST = 0, MEMORY_DEVICE, MEMORY_RULE, N_MEMORY_SCOPES };

/* A key that a rule declared under remembers. */
struct remembered {
    struct remembered *next;
    enum memory_scope scope;
    const char *key;
    enum memory_type type;
};

void memory_clear(struct memory *m);

/* `place` names rule, scope and host or device, within MEMORY_PLACE_CAP. `now` in seconds. */
void memory_get(
    struct memory *m, const char *place, const char *key, int64_t now, struct memory_value *out);
void memory_put(struct memory *m, const char *place, const char *key, int64_t now,
    const struct memory_value *v);
/* Atomic across threads. */
void memory_add(struct memory *m, const char *place, const char *key, int64_t now, int64_t n);

#endif
