/* script/verbs_priv.h - the methods of views, by whose they are; verbs.c finds them by name. */
#ifndef WHYTLS_SCRIPT_VERBS_PRIV_H
#define WHYTLS_SCRIPT_VERBS_PRIV_H

#include "view_priv.h"

/* The state of the rule at work; raises where there is none: specs may look, not write. `what`
 * names the call. */
struct state *verb_writing(lua_State *L, const char *what);
/* Raises when a write did not fit into the call. */
void verb_staged(lua_State *L, bool fits);

/* verbs_flow.c: what is said of a connection, and done with it. */
int verb_flow_note(lua_State *L);
int verb_flow_set(lua_State *L);
int verb_flow_decide(lua_State *L);
int verb_flow_keep_bodies(lua_State *L);

/* verbs_cause.c: what it may be, and why. */
int verb_flow_suspect(lua_State *L);
int verb_flow_rule_out(lua_State *L);

/* verbs_record.c: questions to records. */
int verb_verdict_failed(lua_State *L);
int verb_certificate_covers(lua_State *L);
int verb_certificate_extension(lua_State *L);

/* verbs_headers.c: the fields of a message, which may be edited. */
int verb_headers_all(lua_State *L);
int verb_headers_set(lua_State *L);
int verb_headers_remove(lua_State *L);

#endif
