/* app/rule_set.h - the rules of a proxy that runs: where they come from, and how they are loaded
 * anew while traffic goes by. Thread: the main one. */
#ifndef WHYTLS_APP_RULE_SET_H
#define WHYTLS_APP_RULE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct memory;
struct pool;
struct rule_set;
struct rules;
struct rules_partner;
struct spec_tally;
struct text;

struct rule_set_config {
    const char *config; /* --config, or NULL for the default file */
    const char *const *more;
    size_t n_more;         /* --rules */
    const char *data;      /* the folder where is kept what the UI has switched off; or NULL */
    struct memory *memory; /* shared with every set of rules */
    const struct rules_partner *partners;
    size_t n_partners;
};

/* Loads the shipped packages, the user's own, and those of `more`; what is wrong is left out, and
 * told. What the configuration is made of is borrowed until rule_set_free. */
bool rule_set_open(
    const struct rule_set_config *config, struct rule_set **out, struct err *e) MUST_USE;
void rule_set_free(struct rule_set *s);
/* Borrowed; another one after a reload. */
struct rules *rule_set_rules(const struct rule_set *s);
/* A reference. Thread: any, as all that follow rule_set_watch. */
struct rules *rule_set_hold(struct rule_set *s);

/* Reads packages and settings again, runs the specs of what changed, and gives the pool's threads
 * the new rules; if anything is wrong the old ones go on. Either way the log says so. */
bool rule_set_reload(struct rule_set *s, struct pool *p);
/* The same; what the log says is appended. */
bool rule_set_reload_says(struct rule_set *s, struct pool *p, struct text *says);
/* For a beat: reloads when a file has changed and has then been left alone for a moment. */
void rule_set_watch(struct rule_set *s, struct pool *p, int64_t now_ms);

/* Runs the specs of a package, as script/spec.h. */
bool rule_set_test(struct rule_set *s, const char *package, struct spec_tally *tally,
    struct text *report, struct err *e) MUST_USE;
/* Each package, by name: `folder` holds the folder of that name, `own` is the user's. */
bool rule_set_packages(struct rule_set *s,
    void (*each)(void *arg, const char *name, const char *folder, bool own), void *arg,
    struct err *e) MUST_USE;
/* Writes down that a rule is switched off, or on again: from the next reload on. */
bool rule_set_switch(struct rule_set *s, const char *id, bool on, struct err *e) MUST_USE;

#endif
