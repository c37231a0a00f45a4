/* script/rule_priv.h - a rule as it was declared, and the set of all rules: read once, checked,
 * then shared and immutable. */
#ifndef WHYTLS_SCRIPT_RULE_PRIV_H
#define WHYTLS_SCRIPT_RULE_PRIV_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config.h"
#include "diagnosis/cause.h"
#include "diagnosis/phrasebook.h"
#include "flow/flow.h"
#include "flow/path.h"
#include "hook/hook.h"
#include "hook/match.h"
#include "hook/wake.h"
#include "memory_priv.h"
#include "package_priv.h"
#include "rules.h"

/* A value of a setting, as declared or given. */
struct setting_value {
    enum {
        SETTING_NONE = 0,
        SETTING_BOOLEAN,
        SETTING_INTEGER,
        SETTING_NUMBER,
        SETTING_TEXT,
        SETTING_LIST
    } type;
    int64_t integer; /* also boolean */
    double number;
    const char *text;
    struct flow_texts list;
};

/* A setting that the user, or a spec, gave. "on" is one that every rule has. */
struct given_setting {
    const struct given_setting *next;
    const char *rule, *name; /* "tls-floor/own-hosts", "minimum" */
    struct setting_value value;
    const struct config_node *node; /* where the user wrote it; NULL in a spec */
};

struct setting {
    const char *name, *about, *unit;
    struct setting_value fallback, value;
    bool has_min, has_max, is_matcher, is_given;
    double min, max;
    struct flow_texts one_of;
    enum matcher_kind kind;
    struct matcher *matcher; /* owned by the rules; NULL while it is not set */
};

struct rule_note {
    const char *code, *full; /* "below-floor", "tls-floor/below-floor" */
    const char *severity;
    const struct phrase *says;
};

/* A fact that rules or plugins give. */
struct known_fact {
    struct known_fact *next;
    const char *name;
    enum field_kind kind;
    bool is_number;
    const char *by;   /* the rule's id, or the partner's */
    const char *idle; /* why it is not given now, or NULL */
};

/* What a rule may do: each action, and what is none. */
enum power { POWER_KEEP = N_ACTIONS, POWER_EDIT, N_POWERS };

struct rule {
    struct rule *next; /* of the same package */
    const struct package *package;
    /* NULL: a rule. Else this is only the place of a partner in the order: of what follows, id,
     * needs and asleep are its own. */
    const struct rules_partner *partner;
    const char *name, *id, *by, *about,
        *where; /* "expired", "dates/expired", "rule:…", …, "dates/init.lua:2" */
    const struct cause **causes;
    size_t n_causes;
    struct rule_note *notes;
    size_t n_notes;
    uint32_t may; /* bit per action and power */
    const char **needs;
    size_t n_needs;
    struct known_fact *provides;
    struct setting *settings;
    size_t n_settings;
    struct remembered *remembers;
    struct wake *wakes[N_MOMENTS]; /* owned by the rules */
    const char *off;               /* "switched off in config.lua:3", or NULL */
    const char *unset;             /* "setting 'x' is not set", or NULL */
    const char *asleep;            /* the reason, or NULL */
    int mark;                      /* while they are put in order */
};

struct rules {
    atomic_uint refs;
    struct arena arena;
    struct causes *causes;
    struct package **packages; /* owned */
    size_t n_packages;
    struct rule **rules; /* in the order in which they are called */
    size_t n_rules;
    struct known_fact *facts;
    struct path_names names;
    struct matcher **matchers; /* owned: of settings and of filters */
    size_t n_matchers;
    struct wake **wakes; /* owned */
    size_t n_wakes;
    struct package
        *library_files;    /* owned: what require "whytls.x" finds; NULL when there is no library */
    struct memory *memory; /* what rules remember; a reference */
    /* While loading: */
    const struct given_setting *given;
    const char *const *off;
    const struct config *config; /* where they are from; NULL: a spec */
    struct err wrong;            /* the first mistake in it */
};

/* What specs need beside struct rules_config. Everything is borrowed for the call, but `memory`,
 * which is shared. */
struct rules_more {
    const char *only; /* the one package to load, or NULL */
    const struct given_setting *given;
    const char *const
        *facts; /* names of facts that somebody outside gives; NULL-terminated, or NULL */
    struct memory *memory; /* or NULL for one of its own */
};

bool rules_make(const struct rules_config *config, const struct rules_more *more,
    void (*warn)(void *arg, const char *line), void *arg, struct rules **out,
    struct err *e) MUST_USE;

const char *power_name(unsigned power); /* NULL for ACTION_NONE */
const struct rule_note *rule_note(const struct rule *r, const char *code);
const struct setting *rule_setting(const struct rule *r, const char *name);
bool rule_has_cause(const struct rule *r, const char *id);
bool rule_needs(const struct rule *r, const char *fact);
const struct known_fact *rule_provides(const struct rule *r, const char *fact);
const struct known_fact *rules_fact(const struct rules *all, const char *name);
/* Checks a value against the declaration and makes the matcher; the reason in `e` has no position.
 */
bool setting_take(
    struct rules *all, struct setting *s, const struct setting_value *v, struct err *e) MUST_USE;
/* given.c: the settings of the configuration's `rules`, into all->given; raises no error of a rule.
 */
bool given_read(struct rules *all, const struct config *c, struct err *e) MUST_USE;
/* The value that this rule's setting has. */
const struct setting_value *given_value(
    const struct rules *all, const struct rule *r, const struct setting *s);
/* The first of this rule's settings that it does not have; NULL: none. */
const struct given_setting *given_unknown(const struct rules *all, const struct rule *r);
/* "on = false" puts it to sleep. */
void given_switch(struct rules *all, struct rule *r);
/* Keeps a mistake of the configuration for the end of the load. False when it is a spec's. */
bool given_is_wrong(struct rules *all, const char *rule, const char *name, const char *why);
/* At the end: is every rule that is named there, but for those of packages that were left out? */
bool given_check_rules(
    const struct rules *all, char *const *packages, size_t n, struct err *e) MUST_USE;
/* Everybody's rules in the order of facts; who needs what nobody gives is put to sleep. */
bool rules_order(struct rules *all, struct err *e) MUST_USE;
void rules_keep_matcher(struct rules *all, struct matcher *m);
void rules_keep_wake(struct rules *all, struct wake *w);

#endif
