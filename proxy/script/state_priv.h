/* script/state_priv.h - one Lua state: of a traffic thread, of a load, or of a spec. It never
 * leaves its thread. */
#ifndef WHYTLS_SCRIPT_STATE_PRIV_H
#define WHYTLS_SCRIPT_STATE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "base/attrib.h"
#include "base/err.h"
#include "limit.h"
#include "rule_priv.h"

struct call;
struct memory_op;
struct state;

/* What one call into Lua may use; counted down by the hook. */
struct budget {
    int64_t instructions, total;
    int64_t cpu_until_us;
    int64_t pattern_steps;
    bool spent;
};

struct handler {
    struct state *state;
    const struct rule *rule;
    int functions[N_MOMENTS]; /* references in the registry, or LUA_NOREF */
};

struct state {
    lua_State *L;
    size_t memory, memory_most;
    struct budget budget;
    struct rules *all;       /* a reference once attached; borrowed while loading */
    struct package *package; /* whose file is being run, at load */
    bool loading;            /* declarations are read; else only functions are taken */
    bool at_load;            /* match.*, lines and require work */
    uint32_t generation;     /* of views: those of an earlier call are dead */
    struct call *call;
    const struct rule *rule;
    struct memory_op *memory_ops; /* what this call wrote to memory; in the call's arena */
    struct handler *handlers;     /* owned; one a rule of all->rules */
};

/* The state that a Lua state belongs to. */
static inline struct state *state_of(lua_State *L)
{
    struct state **at = lua_getextraspace(L);

    return *at;
}

bool state_new(size_t memory_most, struct state **out, struct err *e) MUST_USE;
void state_free(struct state *s);
/* Runs `f` protected, with `arg` as its only argument, within a budget. False: the message is in
 * `e`. */
bool state_run(struct state *s, lua_CFunction f, void *arg, int64_t instructions, int64_t ms,
    struct err *e) MUST_USE;
/* Compiles a text chunk and leaves it on the stack with the table at `env` as its environment;
 * raises on errors. */
void state_compile(lua_State *L, const struct package *p, const struct source *source, int env);
/* Raises an error of the rule with the position of its own line in front. */
_Noreturn void rule_error(lua_State *L, const char *format, ...) PRINTF_LIKE(2, 3);
/* "; did you mean 'x'?" of a NULL-terminated list, or "". Pushes it. */
const char *push_hint(lua_State *L, const char *word, const char *const *names);

/* load.c: runs the package's init.lua in this state; `loading`: its declarations and texts are read
 * and checked. */
bool package_run(struct state *s, struct package *p, bool loading, struct err *e) MUST_USE;
/* budget.c */
void budget_arm(struct state *s, int64_t instructions, int64_t ms);
void budget_disarm(struct state *s);
/* pattern_lua.c: puts find, match, gmatch, gsub into the table on top. */
void pattern_open(lua_State *L);
/* sandbox.c: prepares the libraries of a new state; the environment of a package (pushed). */
void sandbox_open(lua_State *L);
void sandbox_push_environment(lua_State *L, struct package *p);
/* Pushes the table of names behind the environment on top: what is put there can be seen in it. */
void sandbox_push_names(lua_State *L);
/* match_lua.c: the `match` table; a matcher as a value. */
void match_push_library(lua_State *L);
void match_push(lua_State *L, const struct matcher *borrowed);
void match_open(lua_State *L);
bool match_is(lua_State *L, int idx);
/* Gives the matcher out of the value, which goes on showing it; NULL when it was taken before. */
struct matcher *match_take(lua_State *L, int idx);
/* declare.c: rule { … } */
int declare_rule(lua_State *L);
/* declare_wake.c, declare_setting.c: a part of the declaration, the table at idx; raise on errors.
 */
void declare_wakes(lua_State *L, struct rule *r, int idx);
void declare_settings(lua_State *L, struct rule *r, int idx);
void declare_remembers(lua_State *L, struct rule *r, int idx);
/* The rows of a list of texts (or one text), in the arena of the rules. `what` names it in errors.
 */
struct flow_texts declare_texts(lua_State *L, int idx, const char *what);
/* The text key of the pair on top (key at -2); raises when it is none. */
const char *declare_key(lua_State *L, const char *what);
/* texts.c: reads texts/en.lua of the package into its book; raises on errors. */
void texts_read(lua_State *L, struct package *p);
/* Checks that every other language only has holes that English has; raises on errors. */
void texts_check_languages(lua_State *L, struct package *p);
/* value_lua.c: a table { name = value } at idx as a list of values in the arena; raises on errors.
 */
const struct with *with_read(lua_State *L, int idx, struct arena *a);
void setting_value_read(
    lua_State *L, int idx, struct arena *a, const char *what, struct setting_value *out);
void value_push(lua_State *L, const struct value *v);

#endif
