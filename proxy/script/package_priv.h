/* script/package_priv.h - the files of one rule package, read once: each thread's state runs them
 * from here. */
#ifndef WHYTLS_SCRIPT_PACKAGE_PRIV_H
#define WHYTLS_SCRIPT_PACKAGE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attrib.h"
#include "base/err.h"

struct phrasebook;
struct rule;

struct source {
    const char *name; /* "init.lua", "data/probe-hosts.txt": its path in the package */
    const char *text;
    size_t len;
};

struct package {
    const char *name, *folder;
    struct arena arena;     /* sources */
    struct source *sources; /* sorted by name */
    size_t n_sources;
    struct phrasebook *book; /* owned; filled at load */
    struct rule *first;      /* its rules, in the order of declaration */
};

/* The folder must hold an init.lua. Reads init.lua and other .lua files beside it, and those under
 * texts/, data/ (.txt) and spec/. */
bool package_read(
    const char *folder, const char *name, struct package **out, struct err *e) MUST_USE;
void package_free(struct package *p);
const struct source *package_source(const struct package *p, const char *name);

/* Names of the folders in `folder` that hold an init.lua, sorted, into *names (freed with mem_free,
 * each name too). */
bool packages_find(const char *folder, char ***names, size_t *n, struct err *e) MUST_USE;
/* Letters, digits, - and _: the name becomes part of ids. */
bool package_name_is_right(const char *name);

#endif
