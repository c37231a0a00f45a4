/* script/rules.h - the Lua 5.4 host: rule packages from folders to listeners of a hook table.
 *
 * A `struct rules` is read and checked once (sources, declarations, texts) and then shared and
 * immutable; each traffic thread attaches it to its own hook table and gets a Lua state of its own.
 * Text chunks only, closed environment, budgets as in the limits of script/limit.h. Rules bring
 * facts and evidence; they never change a verdict. Uses hook/, diagnosis/, flow/. Used by relay's
 * owner (app/), explain/ and `whytls rules`. */
#ifndef WHYTLS_SCRIPT_RULES_H
#define WHYTLS_SCRIPT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/json_out.h"
#include "flow/path.h"

struct arena; /* base/arena.h */
struct config;
struct hooks;
struct rules;

/* A fact that somebody else gives. */
struct rules_fact {
    const char *name; /* "geo.country" */
    enum field_kind kind;
    bool is_number;   /* a FIELD_INTEGER that may have a fraction */
    const char *idle; /* why nobody gives it now; or NULL */
};

/* Somebody else who gives facts or needs them, a C plugin: a listener in the same order as the
 * rules. Borrowed as long as the rules live. */
struct rules_partner {
    const char *id; /* "plugin:geo" */
    const struct rules_fact *facts;
    size_t n_facts;
    const char *const *needs;
    size_t n_needs;
    void (*attach)(void *arg, struct hooks *h); /* takes its place in the table */
    void *arg;
};

struct memory;

struct rules_config {
    const char *const
        *folders; /* each holds package folders; a later one wins on equal names; NULL-terminated */
    const char *library; /* folder of lua/whytls, for require "whytls.x" */
    const struct rules_partner *partners;
    size_t n_partners;
    struct memory *memory;  /* what rules remember: a reference is kept; NULL: of this set alone */
    const char *const *off; /* ids of rules that stand still, whatever the settings say;
                               NULL-terminated, or NULL; borrowed for the load */
    const struct config *config; /* its `rules` are settings; borrowed for the load; NULL: none */
};

/* Reads every package. One that is wrong is left out and reported through `warn` (file:line: text),
 * the others work: a user's typing error must not stop the proxy. False when a folder cannot
 * be read at all, or the configuration says what cannot be (ERR_CONFIG). */
bool rules_load(const struct rules_config *config, void (*warn)(void *arg, const char *line),
    void *arg, struct rules **out, struct err *e) MUST_USE;
/* What is different in a set that was loaded anew. */
struct rules_changes {
    size_t packages, gone; /* new or changed, and no longer there */
};

/* The same for a set that is to take over from one at work, and more strictly: every package must
 * be right, and the specs of those that changed must pass. False: the one at work is better. */
bool rules_reload(const struct rules *standing, const struct rules_config *config,
    struct rules_changes *changes, struct rules **out, struct err *e) MUST_USE;
/* Another number when a file of a package has come, gone or been written. */
uint64_t rules_fingerprint(const struct rules_config *config);
/* Shared: each attached table keeps a reference. */
struct rules *rules_ref(struct rules *r);
void rules_unref(struct rules *r);

/* A Lua state for this table; its rules and their partners become listeners, who gives a fact
 * before who needs it. */
bool rules_attach(struct rules *r, struct hooks *h, struct err *e) MUST_USE;

/* Why a partner sleeps: a fact that it needs is given by nobody. NULL: it does not. */
const char *rules_partner_asleep(const struct rules *r, const char *id);

/* For people: how many rules there are, and how many are awake. */
void rules_count(const struct rules *r, size_t *all, size_t *awake);
/* A rule, as lists tell of it. Borrowed as long as the rules and the arena live. */
struct rules_entry {
    const char *id, *about;
    const char *const *causes; /* ids */
    size_t n_causes;
    const char *off;    /* who switched it off; or NULL */
    const char *asleep; /* why it is not called, off or not; or NULL */
    unsigned moments;   /* a bit for each at which it may be woken */
    const char *spec;   /* the file that tries it, "dates/spec/dates_spec.lua"; NULL: none does */
};

/* Calls back for each rule, by id. */
void rules_each(const struct rules *r, struct arena *arena,
    void (*see)(void *arg, const struct rules_entry *one), void *arg);
/* The "rules" array of `whytls rules list --json`. put_lab adds the names of the lab that show a
 * cause of the rule; NULL: none. */
void rules_json(const struct rules *r,
    void (*put_lab)(const struct rules_entry *one, struct json_out *out), struct json_out *out);
struct text;
void rules_list(const struct rules *r, struct text *out);
/* What differs from the packages in the folder `shipped`, as they stand there. */
void rules_list_changes(const struct rules *r, const char *shipped, struct text *out);

#endif
