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

#include "base/attrib.h"
#include "base/err.h"
#include "base/json_out.h"

struct hooks;
struct rules;

struct rules_config {
    const char *const
        *folders; /* each holds package folders; a later one wins on equal names; NULL-terminated */
    const char *library; /* folder of lua/whytls, for require "whytls.x" */
};

/* Reads every package. One that is wrong is left out and reported through `warn` (file:line: text),
 * the others work: a user's typing error must not stop the proxy. False only when a folder cannot
 * be read at all. */
bool rules_load(const struct rules_config *config, void (*warn)(void *arg, const char *line),
    void *arg, struct rules **out, struct err *e) MUST_USE;
/* Shared: each attached table keeps a reference. */
struct rules *rules_ref(struct rules *r);
void rules_unref(struct rules *r);

/* A Lua state for this table; its rules become listeners. */
bool rules_attach(struct rules *r, struct hooks *h, struct err *e) MUST_USE;

/* For people: how many rules there are, and how many are awake. */
void rules_count(const struct rules *r, size_t *all, size_t *awake);
/* The "rules" array of `whytls rules list --json`. */
void rules_json(const struct rules *r, struct json_out *out);
struct text;
void rules_list(const struct rules *r, struct text *out);

#endif
