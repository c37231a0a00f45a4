/* script/memory_priv.h - what rules remember between flows: records per host, device or rule, kept
 * by the host of the rules.
 *
 * In this process only: it is empty after a restart. Thread: any; it locks itself. Bounded:
 * LIMIT_MEMORY_RECORDS a rule and scope, the least recently used leaves first; what was not used
 * for LIMIT_MEMORY_DAYS is forgotten. */
#ifndef WHYTLS_SCRIPT_MEMORY_PRIV_H
#define WHYTLS_SCRIPT_MEMORY_PRIV_H

#include <stdbool.h>
#include <stdint.h>

enum memory_type { MEMORY_TEXT = 0, MEMORY_INTEGER, MEMORY_NUMBER, MEMORY_BOOLEAN, MEMORY_TIME };
enum memory_scope { MEMORY_HOST = 0, MEMORY_DEVICE, MEMORY_RULE, N_MEMORY_SCOPES };

/* A key that a rule declared under remembers. */
struct remembered {
    struct remembered *next;
    enum memory_scope scope;
    const char *key;
    enum memory_type type;
};

struct memory_value {
    bool none;
    char text[257];
    int64_t integer; /* also boolean and time */
    double number;
};

struct memory;

struct memory *memory_new(void);
struct memory *memory_ref(struct memory *m);
void memory_unref(struct memory *m);

void memory_clear(struct memory *m);

/* `place` names rule, scope and host or device. `now` in seconds. */
void memory_get(
    struct memory *m, const char *place, const char *key, int64_t now, struct memory_value *out);
void memory_put(struct memory *m, const char *place, const char *key, int64_t now,
    const struct memory_value *v);
/* Atomic across threads. */
void memory_add(struct memory *m, const char *place, const char *key, int64_t now, int64_t n);

#endif
