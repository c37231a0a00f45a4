/* texts.c - texts/en.lua: the words of a package, as data, into its phrasebook; declared in
 * state_priv.h.
 *
 * The file is evaluated in an environment that has nothing but require. Every template is parsed
 * and every fact path in it checked now; what a rule may diagnose or note and has no words is an
 * error. */
#include "state_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "base/text.h"
#include "diagnosis/phrasebook.h"

/* What is being read, for error messages and allocation. */
struct texts {
    lua_State *L;
    struct phrasebook *book;
    const char *file;  /* "dates/texts/en.lua" */
    const char *entry; /* the cause or note */
};

static void wrong(const struct texts *t, const char *why)
{
    luaL_error(t->L, "%s: '%s': %s", t->file, t->entry, why);
}

static const struct phrase *phrase_read(const struct texts *t, const char *what)
{
    const struct phrase *phrase;
    struct err e = {0};

    if (lua_type(t->L, -1) != LUA_TSTRING)
        wrong(t,
            lua_pushfstring(t->L, "'%s' must be a text, not a %s", what, luaL_typename(t->L, -1)));
    if (!phrase_compile(
            lua_tostring(t->L, -1), &t->book->arena, &state_of(t->L)->all->names, &phrase, &e))
        wrong(t, e.text);
    return phrase;
}

static const char *grade_read(const struct texts *t)
{
    static const char *const names[] = {
        "Apple source", "Apple document", "observed", "unverified", NULL};
    const char *grade = lua_type(t->L, -1) == LUA_TSTRING ? lua_tostring(t->L, -1) : "?";

    for (size_t i = 0; names[i]; i++)
        if (!strcmp(names[i], grade))
            return names[i];
    wrong(t,
        lua_pushfstring(t->L,
            "ios: grade is Apple source, Apple document, observed or unverified, not '%s'", grade));
    return NULL;
}

static void ios_read(const struct texts *t, struct cause_words *w)
{
    static const char *const names[] = {"safari", "app", "grade", NULL};

    if (!lua_istable(t->L, -1))
        wrong(t, "'ios' must be a table: { safari = …, app = …, grade = … }");
    w->has_ios = true;
    lua_pushnil(t->L);
    while (lua_next(t->L, -2)) {
        const char *key = declare_key(t->L, "ios");

        if (!strcmp(key, "safari"))
            w->safari = phrase_read(t, "ios.safari");
        else if (!strcmp(key, "app"))
            w->app = phrase_read(t, "ios.app");
        else if (!strcmp(key, "grade"))
            w->grade = grade_read(t);
        else
            wrong(t, lua_pushfstring(t->L, "ios has no '%s'%s", key, push_hint(t->L, key, names)));
        lua_pop(t->L, 1);
    }
}

static void phrases_read(const struct texts *t, const char *what, struct phrases *out)
{
    size_t n = lua_rawlen(t->L, -1);

    if (!lua_istable(t->L, -1))
        wrong(t, lua_pushfstring(t->L, "'%s' must be a list of texts", what));
    if (n > PHRASES_MOST)
        wrong(t, lua_pushfstring(t->L, "'%s' has more than %d rows", what, PHRASES_MOST));
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(t->L, -1, (lua_Integer)i + 1);
        out->at[out->n++] = phrase_read(t, what);
        lua_pop(t->L, 1);
    }
}

/* Fact to sentence. A key may be a condition: its fact counts. */
static void facts_read(const struct texts *t, const char *what, struct fact_words **out)
{
    struct path path;
    struct err e = {0};

    if (!lua_istable(t->L, -1))
        wrong(t, lua_pushfstring(t->L, "'%s' must be a table: fact to sentence", what));
    lua_pushnil(t->L);
    while (lua_next(t->L, -2)) {
        const char *key = declare_key(t->L, what);
        struct fact_words *one = arena_new(&t->book->arena, sizeof *one);

        one->fact = arena_text_n(&t->book->arena, key, strcspn(key, " "));
        if (!path_compile(one->fact, &state_of(t->L)->all->names, &path, &e))
            wrong(t, lua_pushfstring(t->L, "%s: %s", what, e.text));
        one->says = phrase_read(t, what);
        one->next = *out;
        *out = one;
        lua_pop(t->L, 1);
    }
}

static void words_read(struct texts *t, struct cause_words *w, bool is_variant);

static void variants_read(struct texts *t, struct cause_words *w)
{
    if (!lua_istable(t->L, -1))
        wrong(t, "'variants' must be a table: name to words");
    lua_pushnil(t->L);
    while (lua_next(t->L, -2)) {
        struct cause_words *variant = arena_new(&t->book->arena, sizeof *variant);

        variant->name = arena_text(&t->book->arena, declare_key(t->L, "variants"));
        if (!lua_istable(t->L, -1))
            wrong(t, "a variant must be a table");
        words_read(t, variant, true);
        variant->next = w->variants;
        w->variants = variant;
        lua_pop(t->L, 1);
    }
}

static void part_read(struct texts *t, struct cause_words *w, const char *key, bool is_variant)
{
    static const char *const names[] = {"title", "why", "because", "against", "ios", "device_fix",
        "server_fix", "next_test", "variants", NULL};

    if (!strcmp(key, "title")) {
        w->title = phrase_read(t, key);
    } else if (!strcmp(key, "why")) {
        w->why = phrase_read(t, key);
    } else if (!strcmp(key, "next_test")) {
        w->next_test = phrase_read(t, key);
    } else if (!strcmp(key, "because")) {
        facts_read(t, key, &w->because);
    } else if (!strcmp(key, "against")) {
        facts_read(t, key, &w->against);
    } else if (!strcmp(key, "ios")) {
        ios_read(t, w);
    } else if (!strcmp(key, "device_fix")) {
        w->has_device_fix = true;
        phrases_read(t, key, &w->device_fix);
    } else if (!strcmp(key, "server_fix")) {
        w->has_server_fix = true;
        phrases_read(t, key, &w->server_fix);
    } else if (!strcmp(key, "variants") && !is_variant) {
        variants_read(t, w);
    } else {
        wrong(t, lua_pushfstring(t->L, "words have no '%s'%s", key, push_hint(t->L, key, names)));
    }
}

/* The table on top. */
static void words_read(struct texts *t, struct cause_words *w, bool is_variant)
{
    int idx = lua_gettop(t->L);

    luaL_checkstack(t->L, 20, "texts");
    lua_pushnil(t->L);
    while (lua_next(t->L, idx)) {
        part_read(t, w, declare_key(t->L, t->entry), is_variant);
        lua_settop(t->L, idx + 1);
    }
}

/* The words of a cause out of the table on top. */
static void cause_read(struct texts *t, const struct rule *r, const char *cause)
{
    if (phrasebook_cause(t->book, cause))
        return;
    t->entry = cause;
    lua_getfield(t->L, -1, cause);
    if (lua_isnil(t->L, -1))
        luaL_error(
            t->L, "%s: '%s' has no words, but rule '%s' may diagnose it", t->file, cause, r->id);
    if (!lua_istable(t->L, -1))
        wrong(t, "the words of a cause are a table");
    struct cause_words *w = arena_new(&t->book->arena, sizeof *w);

    w->name = arena_text(&t->book->arena, cause);
    words_read(t, w, false);
    if (!w->title || !w->why)
        wrong(t, "needs title and why");
    w->next = t->book->causes;
    t->book->causes = w;
    lua_pop(t->L, 1);
}

static void note_read(struct texts *t, struct rule *r, struct rule_note *note)
{
    t->entry = note->code;
    lua_getfield(t->L, -1, note->code);
    if (lua_isnil(t->L, -1))
        luaL_error(
            t->L, "%s: '%s' has no words, but rule '%s' may write it", t->file, note->code, r->id);
    struct note_words *w = arena_new(&t->book->arena, sizeof *w);

    w->code = arena_text(&t->book->arena, note->code);
    w->says = phrase_read(t, "note");
    w->next = t->book->notes;
    t->book->notes = w;
    note->says = w->says;
    lua_pop(t->L, 1);
}

/* require "whytls.name": what the texts of several packages share; nothing else can be had. */
static int require_shared(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    struct package *library = state_of(L)->all->library_files;
    const struct source *source = NULL;

    if (library && text_starts(name, "whytls."))
        source = package_source(library, lua_pushfstring(L, "%s.lua", name + strlen("whytls.")));
    if (!source)
        return luaL_error(L, "no module '%s': texts may use whytls.* alone", name);
    lua_newtable(L);
    state_compile(L, library, source, lua_gettop(L));
    lua_call(L, 0, 1);
    return 1;
}

/* Runs the file and leaves its table on the stack. */
static void file_run(lua_State *L, struct package *p, const struct source *source)
{
    lua_newtable(L);
    lua_pushcfunction(L, require_shared);
    lua_setfield(L, -2, "require");
    state_compile(L, p, source, lua_gettop(L));
    lua_remove(L, -2);
    lua_call(L, 0, 1);
    if (!lua_istable(L, -1))
        luaL_error(L, "%s/%s: it must return a table", p->name, source->name);
}

static bool wants_words(const struct package *p)
{
    for (const struct rule *r = p->first; r; r = r->next)
        if (r->n_causes || r->n_notes)
            return true;
    return false;
}

void texts_read(lua_State *L, struct package *p)
{
    const struct source *source = package_source(p, "texts/en.lua");
    struct texts t = {.L = L};

    p->book = phrasebook_new();
    t.book = p->book;
    t.file = arena_printf(&p->book->arena, "%s/texts/en.lua", p->name);
    if (source)
        file_run(L, p, source);
    else
        lua_newtable(L);
    if (!source && wants_words(p))
        luaL_error(L, "%s: the file is not there, but the package's rules need words", t.file);
    for (struct rule *r = p->first; r; r = r->next) {
        for (size_t i = 0; i < r->n_causes; i++)
            cause_read(&t, r, r->causes[i]->id);
        for (size_t i = 0; i < r->n_notes; i++)
            note_read(&t, r, &r->notes[i]);
    }
    lua_pop(L, 1);
}

/* --- other languages --- */

/* The holes of all texts of an entry, English and foreign, as sets in two Lua tables. */
struct holes {
    lua_State *L;
    int set;
};

static void hole_keep(void *arg, const char *hole)
{
    const struct holes *h = arg;

    lua_pushboolean(h->L, true);
    lua_setfield(h->L, h->set, hole);
}

/* All texts in the value on top, however deep, into the set. */
static void holes_collect(lua_State *L, const struct texts *t, int set, int depth)
{
    if (lua_type(L, -1) == LUA_TSTRING) {
        struct holes h = {L, set};

        phrase_holes(phrase_read(t, "text"), hole_keep, &h);
    }
    if (!lua_istable(L, -1) || depth > 4)
        return;
    luaL_checkstack(L, 10, "texts");
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        holes_collect(L, t, set, depth + 1);
        lua_pop(L, 1);
    }
}

static void entry_compare(lua_State *L, struct texts *t, int english, int foreign)
{
    lua_newtable(L);
    int ours = lua_gettop(L);

    lua_newtable(L);
    int theirs = ours + 1;

    lua_getfield(L, english, t->entry);
    holes_collect(L, t, ours, 0);
    lua_getfield(L, foreign, t->entry);
    holes_collect(L, t, theirs, 0);
    lua_pushnil(L);
    while (lua_next(L, theirs)) {
        const char *hole = lua_tostring(L, -2);

        lua_getfield(L, ours, hole);
        if (lua_isnil(L, -1))
            wrong(t, lua_pushfstring(L, "uses the hole {%s}, which English does not", hole));
        lua_pop(L, 2);
    }
    lua_settop(L, ours - 1);
}

static void language_check(
    lua_State *L, struct package *p, const struct source *source, int english)
{
    struct texts t = {
        .L = L, .book = p->book, .file = lua_pushfstring(L, "%s/%s", p->name, source->name)};

    file_run(L, p, source);
    int foreign = lua_gettop(L);

    lua_pushnil(L);
    while (lua_next(L, foreign)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "%s: its keys are causes and notes", t.file);
        t.entry = lua_tostring(L, -1);
        lua_getfield(L, english, t.entry);
        if (lua_isnil(L, -1))
            wrong(&t, "is not in the English texts");
        lua_pop(L, 1);
        entry_compare(L, &t, english, foreign);
    }
    lua_settop(L, foreign - 2);
}

void texts_check_languages(lua_State *L, struct package *p)
{
    const struct source *source = package_source(p, "texts/en.lua");

    if (!source)
        return;
    file_run(L, p, source);
    for (size_t i = 0; i < p->n_sources; i++)
        if (text_starts(p->sources[i].name, "texts/") && &p->sources[i] != source)
            language_check(L, p, &p->sources[i], lua_gettop(L));
    lua_pop(L, 1);
}
