/* plugin/object_priv.h - a shared object that says it is a plugin: may it be opened, and what of
 * its memory may be read.
 *
 * A descriptor is full of pointers, and a broken build or another compiler can make any of them
 * wild. Each is looked up in the segments of the object before it is followed, so that garbage is
 * refused and does not crash. Objects are never closed: new code is a restart. */
#ifndef WHYTLS_PLUGIN_OBJECT_PRIV_H
#define WHYTLS_PLUGIN_OBJECT_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

enum { OBJECT_SEGMENTS_MOST = 16, OBJECT_TEXT_MOST = 1024 };

struct object {
    char *path, *folder; /* owned */
    const void *symbol;  /* whytls_plugin, not looked at yet */
    struct {
        uintptr_t from, to;
    } segments[OBJECT_SEGMENTS_MOST]; /* what of it is mapped and may be read */
    size_t n_segments;
};

/* Nobody but its owner, who is us or the administrator, may change the file, its folder or those
 * above: a plugin runs with all our rights. */
bool object_is_ours(const char *path, struct err *e) MUST_USE;
/* Opens it; its constructors run. *e says why not. */
bool object_open(const char *path, struct object *out, struct err *e) MUST_USE;
void object_fini(struct object *o);

/* Notes where the object lies in memory: object_open does. The rest is per system. */
void object_map(struct object *o);
/* Do n bytes at p lie inside of it, rightly aligned? */
bool object_has(const struct object *o, const void *p, size_t n, size_t align);
/* Is it text that ends, within OBJECT_TEXT_MOST bytes, inside of it? */
bool object_has_text(const struct object *o, const char *s);
/* Does it point at code of any object of this process? A plugin may name free() as its unload. */
bool object_is_code(uintptr_t function);

#endif
