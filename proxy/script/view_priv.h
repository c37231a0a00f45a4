/* script/view_priv.h - what a rule holds of a flow: typed, read only, alive for one call.
 *
 * A view is userdata that points into the flow. Every view carries the generation of the call that
 * made it; a later call, or none, finds it dead. Names come from the rows of record.def, so an
 * unknown one is an error with the nearest right one. */
#ifndef WHYTLS_SCRIPT_VIEW_PRIV_H
#define WHYTLS_SCRIPT_VIEW_PRIV_H

#include "state_priv.h"

enum view_kind {
    VIEW_RECORD = 0,
    VIEW_LIST,
    VIEW_TEXTS,
    VIEW_HEADERS,
    VIEW_FACTS,
    VIEW_SETTINGS,
    VIEW_MEMORY,
    VIEW_RECORD_OF_MEMORY,
};

enum { VIEW_DEEP = 8, VIEW_WHERE_CAP = 160 };

/* One step of the way from the flow; a row of a list has no name. */
struct view_step {
    const char *name; /* of a field; static */
    size_t row;       /* from 1 */
};

struct view {
    enum view_kind kind;
    uint32_t generation;
    const struct record_type *type; /* of the record, or of the rows of the list */
    const void *at;                 /* the record, the first row, the texts, the headers */
    size_t n;
    enum memory_scope scope;
    struct flow *flow; /* whose it is */
    struct view_step steps[VIEW_DEEP];
    size_t n_steps;
};

void view_open(lua_State *L);
/* Pushes the view of a whole flow. */
void view_push_flow(lua_State *L, struct flow *f);
/* The view at idx, alive; raises otherwise. `what` names the call that wants it: "flow:note(code)".
 */
const struct view *view_check(lua_State *L, int idx, const char *what);
/* The texts behind a list view at idx, or NULL when there is none. */
const struct flow_texts *view_texts(lua_State *L, int idx);
/* "flow.server_leg.chain[1]" */
const char *view_where(const struct view *v, char out[static VIEW_WHERE_CAP]);
/* A child view; pushed. */
struct view *view_push(
    lua_State *L, const struct view *parent, enum view_kind kind, const char *name, size_t row);

/* verbs.c: pushes the method of a record or headers and gives true, or pushes nothing. */
bool verb_push(lua_State *L, const struct view *v, const char *name);
/* Adds the names of the methods to a list of names; gives how many. */
size_t verb_names(const struct view *v, const char **names);
/* verbs_cause.c: what flow:suspect gives. */
void hypothesis_open(lua_State *L);

/* view_map.c: the maps that are no records. Each pushes its result, or raises. */
void facts_index(lua_State *L, const struct view *v, const char *key);
void settings_index(lua_State *L, const struct view *v, const char *key);
void memory_index(lua_State *L, const struct view *v, const char *key);
void memory_newindex(lua_State *L, const struct view *v, const char *key, int value);
void headers_index(lua_State *L, const struct view *v, const char *key);

#endif
