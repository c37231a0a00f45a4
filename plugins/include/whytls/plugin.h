/* whytls/plugin.h - everything a plugin may know of whytls. The only header it includes.
 *
 * A plugin is a shared object that exports one constant, `whytls_plugin`, which says what the
 * plugin is called, what it can do, which settings it takes, which facts and notes it may give and
 * at which moments it wants to be called. `whytls plugins` prints all of that without running a
 * line of the plugin.
 *
 * Words   flow    one client connection and its record         fact    a typed value on a flow,
 * read by Lua rules moment  a point in the life of a flow                note    a declared remark
 * on a flow call    one visit to a plugin at one moment          sink    where sealed flows go
 *
 * Threads   load, unload: the main thread, one at a time. thread_start, hooks, thread_stop: on a
 * traffic thread; many traffic threads at once, each with its own `local`. `shared` is read-only
 * once load has returned. Sink functions: one thread of their own. So no plugin needs a lock.
 * Memory    What a plugin receives is borrowed: until the call returns, or, from load, until
 * unload. What it gives is copied before the verb returns. Nothing allocated on one side is freed
 * on the other. Time      Hooks must not block and have 5 ms: the third slow one in a minute
 * switches them off. The clock is call->now_s; it does not move during a call, and is the flow's
 * own time when an old log is replayed. Instances A plugin can be loaded more than once in one
 * process (a reload makes the new instance before the old one ends): keep state in `shared` and
 * `local`, never in globals. Errors    Verbs answer false when they refused, and the host has
 * logged why, with the plugin's name.
 */
#ifndef WHYTLS_PLUGIN_H
#define WHYTLS_PLUGIN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bumped when something here changes its meaning or place; a plugin of another number is refused
 * unread. Things are added at the end of whytls_plugin, whytls_host, whytls_call and whytls_record
 * without a bump: that is what `size` is for. All other structs are frozen under one number,
 * because arrays of them cross the line. */
#define WHYTLS_ABI 1u

#if defined(__GNUC__)
#define WHYTLS_EXPORT __attribute__((__visibility__("default")))
#define WHYTLS_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#define WHYTLS_EXPORT
#define WHYTLS_PRINTF(text, first)
#endif

/* Does this host (or call, or record) have the member, or is it older than this header? */
#define WHYTLS_HAS(thing, member)                                                                  \
    ((size_t)(thing)->size >=                                                                      \
        (size_t)((const char *)(&(thing)->member + 1) - (const char *)(thing)))

/* --- values --- */

/* Bytes with a length. Not NUL-terminated; may hold anything that came from the wire. */
struct whytls_text {
    const char *bytes;
    size_t len;
};

enum whytls_kind {
    WHYTLS_NONE = 0, /* known, but absent on this flow (nil in Lua) */
    WHYTLS_FLAG,     /* as.flag */
    WHYTLS_INTEGER,  /* as.integer; bytes, milliseconds and numbers of things too */
    WHYTLS_NUMBER,   /* as.number */
    WHYTLS_TIME,     /* as.integer: seconds since 1970, UTC */
    WHYTLS_TEXT,     /* as.text */
    WHYTLS_LIST      /* count says how many; read them with `item` */
};

struct whytls_value {
    uint32_t kind; /* enum whytls_kind; fixed width, so that -fshort-enums cannot matter */
    uint32_t count;
    union {
        bool flag;
        int64_t integer;
        double number;
        struct whytls_text text;
    } as;
};

/* --- what a plugin declares (frozen structs; every list ends with a zeroed element) --- */

enum whytls_can {
    WHYTLS_CAN_OBSERVE = 0,       /* everybody may look */
    WHYTLS_CAN_ANNOTATE = 1 << 0, /* note */
    WHYTLS_CAN_PROVIDE = 1 << 1,  /* set: facts for Lua rules and other plugins */
    WHYTLS_CAN_DECIDE = 1 << 2,   /* decide: tunnel, refuse, … */
    WHYTLS_CAN_EDIT = 1 << 3,     /* header_set, header_remove */
    WHYTLS_CAN_READ = 1 << 4,     /* bodies and WebSocket messages */
    WHYTLS_CAN_SINK = 1 << 5      /* receive sealed flows */
};

enum whytls_severity { WHYTLS_INFO = 0, WHYTLS_LOW, WHYTLS_MEDIUM, WHYTLS_HIGH };

/* In the order of a flow's life. New ones are appended, so the order of numbers is not promised. */
enum whytls_moment {
    WHYTLS_AT_DEVICE_SEEN = 1,
    WHYTLS_AT_HELLO,
    WHYTLS_AT_DIAL_FAILED,
    WHYTLS_AT_JUDGED,
    WHYTLS_AT_TLS_FAILED,
    WHYTLS_AT_REQUEST,
    WHYTLS_AT_REQUEST_BODY,
    WHYTLS_AT_RESPONSE,
    WHYTLS_AT_RESPONSE_BODY,
    WHYTLS_AT_WS_MESSAGE,
    WHYTLS_AT_IDENTITY,
    WHYTLS_AT_FINISH
};

/* At hello: intercept, mirror, tunnel, refuse. At judged: allow, mirror, page, refuse. At request:
 * refuse. When several listeners disagree, the higher number wins. */
enum whytls_action {
    WHYTLS_DO_INTERCEPT = 10,
    WHYTLS_DO_ALLOW = 11,
    WHYTLS_DO_MIRROR = 20,
    WHYTLS_DO_TUNNEL = 30,
    WHYTLS_DO_PAGE = 31,
    WHYTLS_DO_REFUSE = 40
};

enum whytls_setting_kind {
    WHYTLS_SET_FLAG = 1,
    WHYTLS_SET_INTEGER,
    WHYTLS_SET_TEXT,
    WHYTLS_SET_FILE, /* a path, read as TEXT; the host watches it and makes a new instance when
                      * it is replaced. NONE: no such file is there */
    WHYTLS_SET_LIST  /* of texts */
};

struct whytls_setting {
    const char *name;     /* a-z, 0-9, _ */
    uint32_t kind;        /* enum whytls_setting_kind */
    const char *fallback; /* as the user would write it, of lists with commas; NULL: none. Of a
                           * file: places to look, with colons; the first that is there is
                           * taken (of a pattern with * the last by name), and "{data}" is the
                           * data folder, "{plugin}" that of the plugin */
    int64_t min, max;     /* for integers; both 0: any */
    const char *about;    /* one sentence; shown by `whytls plugins` and in the documentation */
};

/* A fact: "geo.country". Plugins set it by its place in this list, so a misspelt fact cannot exist.
 */
struct whytls_fact_kind {
    const char *name;  /* name.word: the plugin's name, a dot, a word of a-z, 0-9, _ */
    uint32_t kind;     /* FLAG, INTEGER, NUMBER, TIME or TEXT */
    const char *label; /* evidence in words, with holes: "the site is in {geo.country}" */
};

struct whytls_note_kind {
    const char *code;  /* the log shows plugin-name/code */
    uint32_t severity; /* enum whytls_severity */
    const char
        *text; /* with holes: facts as {target.host}, values given with the note as {$name} */
};

struct whytls_pair { /* a value given with a note */
    const char *name;
    struct whytls_value value;
};

struct whytls_flow; /* opaque */
struct whytls_host;
struct whytls_call;
struct whytls_record;

struct whytls_hook {
    uint32_t moment; /* enum whytls_moment; 0 ends the list */
    /* NULL: always. Else keys as in Lua's wakes_on, with a blank between them, all of which must
     * hold: "has=geo.country check=AnchorTrusted"; any of several values: "method=GET,HEAD". */
    const char *wakes_on;
    void (*visit)(const struct whytls_call *call);
};

enum whytls_ready {
    WHYTLS_FAILED = 0, /* whytls does not start, or keeps the old instance; say why with log(…,
                          WHYTLS_ERROR, …) */
    WHYTLS_IDLE, /* nothing to work with (no data file, say): not an error. No hooks; rules that
                    need its facts sleep, and `whytls plugins` says why */
    WHYTLS_READY
};

/* A sink has a thread and a bounded queue of its own: it may block. */
struct whytls_sink {
    /* Takes a batch, oldest first; answers how many it took. The rest comes again after a pause;
     * when the queue is full the oldest are dropped, counted, and said so. */
    size_t (*take)(void *shared, const struct whytls_record *records, size_t n);
    void (*flush)(void *shared); /* once a second, and before unload; may be NULL */
};

struct whytls_plugin {
    uint32_t abi;  /* WHYTLS_ABI          these two stay first for ever */
    uint32_t size; /* sizeof (struct whytls_plugin) */

    const char *name; /* a-z, 0-9, -; the prefix of its notes and the key of its settings */
    const char *version;
    const char *about;  /* one sentence */
    uint32_t can;       /* enum whytls_can, or-ed; what is not here is refused */
    uint32_t keep_zero; /* padding, named so that it is not left to chance */

    const struct whytls_setting *settings; /* NULL: none; so for all lists */
    const struct whytls_fact_kind *provides;
    const char *const *needs; /* facts of others; with provides they decide the order */
    const struct whytls_note_kind *notes;
    const struct whytls_hook *hooks;
    const struct whytls_sink *sink;

    enum whytls_ready (*load)(const struct whytls_host *host, void **shared); /* NULL: ready */
    void (*unload)(void *shared);
    bool (*thread_start)(const struct whytls_host *host, void *shared, void **local);
    void (*thread_stop)(void *local);
    /* add here */
};

/* The one symbol of a plugin: `const struct whytls_plugin whytls_plugin = { WHYTLS_HEAD, .name = …
 * };` */
extern WHYTLS_EXPORT const struct whytls_plugin whytls_plugin;
#define WHYTLS_HEAD .abi = WHYTLS_ABI, .size = (uint32_t)sizeof(struct whytls_plugin)

/* --- what the host offers --- */

enum whytls_level { WHYTLS_DEBUG = 0, WHYTLS_NOTICE, WHYTLS_WARNING, WHYTLS_ERROR };

/* One visit. Valid until the hook returns; so is all that is read through it. */
struct whytls_call {
    uint32_t size;
    uint32_t moment;
    const struct whytls_host *host;
    struct whytls_flow *flow;
    void *shared;  /* from load */
    void *local;   /* from thread_start */
    int64_t now_s; /* seconds since 1970, UTC; stands still */
    /* add here */
};

/* One per instance, given at load, good until unload. */
struct whytls_host {
    uint32_t size;
    uint32_t abi;
    const char *version; /* of whytls */
    void *self;          /* the host's own */

    /* At any time. `text` is one line; bytes from the wire in it are made harmless by the host. */
    void (*log)(const struct whytls_host *, uint32_t level, const char *text);

    /* In load and thread_start. `setting` gives the declared kind, NONE if unset and without
     * fallback. */
    bool (*setting)(const struct whytls_host *, const char *name, struct whytls_value *out);
    bool (*setting_item)(
        const struct whytls_host *, const char *name, uint32_t i, struct whytls_value *out);
    /* A path as Lua and the log spell it, "server_leg.chain.leaf.not_after", to a number for `get`.
     * Negative: there is no such path; the log names the nearest. */
    int32_t (*field)(const struct whytls_host *, const char *path);

    /* In hooks. False: refused, logged, and counted. */
    bool (*get)(const struct whytls_call *, int32_t field, struct whytls_value *out);
    bool (*item)(const struct whytls_call *, int32_t field, uint32_t i, struct whytls_value *out);
    bool (*certificate)(const struct whytls_call *, uint32_t depth, struct whytls_text *der);
    bool (*set)(const struct whytls_call *, uint32_t fact, const struct whytls_value *value);
    bool (*note)(
        const struct whytls_call *, uint32_t note, const struct whytls_pair *with, size_t n);
    bool (*decide)(const struct whytls_call *, uint32_t action, const char *why);
    bool (*header_set)(const struct whytls_call *, const char *name, struct whytls_text value);
    bool (*header_remove)(const struct whytls_call *, const char *name);
    /* add here */
};

/* A sealed flow on its way into a sink. The stride between two records of a batch is
 * records[0].size. */
struct whytls_record {
    uint32_t size;
    uint32_t keep_zero;
    struct whytls_text id;
    struct whytls_text
        json; /* one line of the flow log, without its newline, credentials removed */
    /* add here; step with whytls_record_at */
};

/* --- conveniences: inline, so that nothing of them crosses the line --- */

static inline const struct whytls_record *whytls_record_at(
    const struct whytls_record *records, size_t i)
{
    return (const struct whytls_record *)(const void *)((const char *)records + i * records->size);
}

static inline struct whytls_text whytls_text_of(const char *s)
{
    struct whytls_text t = {s, 0};
    while (s && s[t.len])
        t.len++;
    return t;
}

static inline struct whytls_value whytls_say(struct whytls_text text)
{
    struct whytls_value v;
    v.kind = text.bytes ? (uint32_t)WHYTLS_TEXT : (uint32_t)WHYTLS_NONE;
    v.count = 0;
    v.as.text = text;
    return v;
}

static inline struct whytls_value whytls_count(int64_t n)
{
    struct whytls_value v;
    v.kind = WHYTLS_INTEGER;
    v.count = 0;
    v.as.integer = n;
    return v;
}

static inline void whytls_logf(const struct whytls_host *, uint32_t, const char *, ...)
    WHYTLS_PRINTF(3, 4);
static inline void whytls_logf(
    const struct whytls_host *host, uint32_t level, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    host->log(host, level, line);
}

#ifdef __cplusplus
}
#endif

#endif
