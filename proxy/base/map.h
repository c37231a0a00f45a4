/* base/map.h - a hash map from text to pointers; keyed hashing, so that a peer cannot choose
 * collisions. */
#ifndef WHYTLS_BASE_MAP_H
#define WHYTLS_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map;

struct map *map_new(void);
/* `drop` (may be NULL) is called on each value. */
void map_free(struct map *m, void (*drop)(void *value));
void *map_get(const struct map *m, const char *key);
/* Puts the value (not NULL) under a copy of key; gives what was there before, or NULL. */
void *map_put(struct map *m, const char *key, void *value);
/* Takes the value out; NULL when there was none. */
void *map_take(struct map *m, const char *key);
size_t map_len(const struct map *m);
/* Calls `each` for every entry, in no order, until it gives false. The map must not change
 * meanwhile. */
void map_each(
    const struct map *m, bool (*each)(void *arg, const char *key, void *value), void *arg);

#endif
