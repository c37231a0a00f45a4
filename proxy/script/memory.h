/* script/memory.h - what rules remember between flows: records per host, device or rule, kept by
 * the host of the rules.
 *
 * It outlives every set of rules that uses it. What has changed can be taken from it row by row and
 * filled in again after a restart (store/rule_rows.h). Thread: any; it locks itself. Bounded:
 * LIMIT_MEMORY_RECORDS a rule and scope, the least recently used leaves first; what was not used
 * for LIMIT_MEMORY_DAYS is forgotten. */
#ifndef WHYTLS_SCRIPT_MEMORY_H
#define WHYTLS_SCRIPT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Their numbers are kept on disk. */
enum memory_type {
    MEMORY_TEXT = 0,
    MEMORY_INTEGER = 1,
    MEMORY_NUMBER = 2,
    MEMORY_BOOLEAN = 3,
    MEMORY_TIME = 4,
};

enum {
    MEMORY_PLACE_CAP = 512, /* "rule\tscope\thost", with its NUL */
    MEMORY_TEXT_CAP = 257,
};

struct memory_value {
    bool none;
    enum memory_type type;
    char text[MEMORY_TEXT_CAP];
    int64_t integer; /* also boolean and time */
    double number;
};

/* One key of one place, as it is kept elsewhere. */
struct memory_row {
    char place[MEMORY_PLACE_CAP];
    char key[MEMORY_TEXT_CAP];
    struct memory_value value; /* none: the key is gone */
    int64_t used_s;
};

struct memory;

struct memory *memory_new(void);
struct memory *memory_ref(struct memory *m);
void memory_unref(struct memory *m);

/* Up to `cap` rows that changed since they were last taken; 0: none. */
size_t memory_take_changes(struct memory *m, struct memory_row *rows, size_t cap);
/* They could not be kept: they count as changed again. */
void memory_hand_back(struct memory *m, const struct memory_row *rows, size_t n);
/* What was kept, before there is traffic. The oldest first, so that the order of use is as it was.
 */
void memory_fill(struct memory *m, const struct memory_row *row);
/* Everything that any rule remembers of a device. */
void memory_forget_device(struct memory *m, const char *id);

#endif
