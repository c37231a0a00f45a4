#include "live.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "explanation.h"
#include "flow/flow.h"
#include "live_line.h"
#include "store/sink.h"
#include "term.h"

/* FOLD_MS: how long equal failures are gathered. FOLDS_MOST and SEEN_MOST: with more kinds of
 * failures than that, folding and "explained once" start anew. UP_MOST: a block that is taller is
 * not rewritten, as its start may have left the window. */
enum {
    FOLD_MS = 60 * 1000,
    FOLDS_MOST = 256,
    SEEN_MOST = 4096,
    EXPLAIN_INDENT = 10,
    BECAUSE_LIVE = 3,
    UP_MOST = 20
};

/* Equal flows of the last minute. */
struct fold {
    struct fold *next;
    char *key; /* owned */
    int64_t since_ms;
    size_t count; /* since then */
    size_t shown; /* of them, already on the screen */
    char *again;  /* owned: the lines to print when the minute is over, for `count` flows */
};

struct live {
    struct term term;
    bool quiet, verbose;
    const struct clock *clock;
    FILE *to;
    struct fold *folds; /* owned, newest first */
    size_t n_folds;
    struct map *seen;        /* owned: keys that were explained; values are a static mark */
    const struct fold *last; /* the fold whose lines stand at the bottom, or NULL */
    size_t last_lines, last_head_lines;
};

static char seen_mark;

static size_t line_count(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += *s == '\n';
    return n;
}

static void print(struct live *l, const struct text *text)
{
    /* A terminal that is gone is no reason to stop the proxy: the log has everything. */
    fwrite(text_str(text), 1, text->len, l->to);
}

static void fold_free(struct fold *fold)
{
    mem_free(fold->key);
    mem_free(fold->again);
    mem_free(fold);
}

/* Says how often it came, unless the screen says so already. */
static void fold_end(struct live *l, struct fold *fold)
{
    if (fold->count > fold->shown && fold->again) {
        fputs(fold->again, l->to);
        l->last = NULL;
    }
    if (l->last == fold)
        l->last = NULL;
    l->n_folds--;
    fold_free(fold);
}

static void folds_end_older(struct live *l, int64_t than_ms)
{
    struct fold **at = &l->folds;

    while (*at) {
        struct fold *fold = *at;

        if (fold->since_ms > than_ms) {
            at = &fold->next;
            continue;
        }
        *at = fold->next;
        fold_end(l, fold);
    }
}

static struct fold *fold_find(struct live *l, const char *key)
{
    for (struct fold *fold = l->folds; fold; fold = fold->next)
        if (!strcmp(fold->key, key))
            return fold;
    return NULL;
}

static struct fold *fold_add(struct live *l, const char *key, int64_t now_ms)
{
    if (l->n_folds >= FOLDS_MOST)
        folds_end_older(l, INT64_MAX - 1);
    struct fold *fold = mem_new(sizeof *fold);

    fold->key = mem_text(key);
    fold->since_ms = now_ms;
    fold->next = l->folds;
    l->folds = fold;
    l->n_folds++;
    return fold;
}

static void key_text(const struct flow *f, enum outcome kind, struct text *key)
{
    const char *cause = f->n_diagnosis && f->diagnosis[0].cause ? f->diagnosis[0].cause
                        : outcome_is_wrong(kind)                ? explanation_plain(f)
                                                                : "";

    text_printf(key, "%d\n%s\n%s\n%s\n", (int)kind, cause, f->target->host ? f->target->host : "",
        f->client->app->name ? f->client->app->name : "");
    live_device(f, key);
}

/* The first time that this cause is met at this host on this device. */
static bool is_new(struct live *l, const char *key)
{
    if (map_get(l->seen, key))
        return false;
    if (map_len(l->seen) >= SEEN_MOST) {
        map_free(l->seen, NULL);
        l->seen = map_new();
    }
    map_put(l->seen, key, &seen_mark);
    return true;
}

/* What stands under the lines: requests, and the explanation. */
static void add_under(
    struct live *l, const struct flow *f, enum outcome kind, const char *key, struct text *out)
{
    if (l->quiet)
        return;
    if (l->verbose)
        live_exchanges(&l->term, f, out);
    if (!outcome_is_wrong(kind) || !(is_new(l, key) || l->verbose))
        return;
    /* On a narrow terminal the line above had the title only. */
    if (l->term.width < TERM_WIDE && f->n_diagnosis && f->diagnosis[0].why &&
        *f->diagnosis[0].why) {
        term_pad(out, EXPLAIN_INDENT);
        term_wrap(&l->term, out, f->diagnosis[0].why, EXPLAIN_INDENT, EXPLAIN_INDENT);
    }
    explanation_rows(&l->term, f, 0, EXPLAIN_INDENT, l->verbose ? 0 : BECAUSE_LIVE, out);
}

static void print_new(
    struct live *l, const struct flow *f, enum outcome kind, const char *key, struct fold *fold)
{
    struct text out = {0};

    live_line(&l->term, f, kind, 1, &out);
    l->last_head_lines = line_count(text_str(&out));
    add_under(l, f, kind, key, &out);
    l->last_lines = line_count(text_str(&out));
    l->last = fold;
    print(l, &out);
    text_fini(&out);
}

static bool can_rewrite(const struct live *l, const struct fold *fold)
{
    return l->term.is_tty && l->last == fold && l->last_lines <= UP_MOST && !l->verbose;
}

/* The lines of the fold stand at the bottom of the screen: they are written anew, with the count.
 */
static void rewrite(struct live *l, const char *lines)
{
    struct text out = {0};

    text_printf(&out, "\033[%zuA", l->last_lines);
    for (const char *at = lines; *at;) {
        size_t n = strcspn(at, "\n");

        text_add(&out, "\r\033[K");
        text_add_n(&out, at, n);
        text_add_char(&out, '\n');
        at += n + (at[n] == '\n');
    }
    if (l->last_lines > l->last_head_lines)
        text_printf(&out, "\033[%zuB\r", l->last_lines - l->last_head_lines);
    print(l, &out);
    text_fini(&out);
}

static void fold_more(struct live *l, const struct flow *f, enum outcome kind, struct fold *fold)
{
    struct text again = {0};

    fold->count++;
    live_line(&l->term, f, kind, fold->count, &again);
    mem_free(fold->again);
    fold->again = text_give(&again);
    if (can_rewrite(l, fold)) {
        rewrite(l, fold->again);
        fold->shown = fold->count;
    }
}

/* The set-up page asks for news every two seconds: that is none for whoever watches. */
static bool is_chatter(const struct live *l, const struct flow *f, enum outcome kind)
{
    return kind == OUTCOME_FINE && !l->verbose && f->entry && !strcmp(f->entry, "self");
}

static void live_flow(void *arg, const struct flow *f)
{
    struct live *l = arg;
    enum outcome kind = flow_outcome(f);
    int64_t now_ms = clock_wall_ms(l->clock);
    struct text key = {0};

    folds_end_older(l, now_ms - FOLD_MS);
    if ((l->quiet && !outcome_is_wrong(kind)) || is_chatter(l, f, kind))
        return;
    if (kind == OUTCOME_FINE) {
        print_new(l, f, kind, "", NULL);
        return;
    }
    key_text(f, kind, &key);
    struct fold *fold = fold_find(l, text_str(&key));

    if (fold && !l->verbose) {
        fold_more(l, f, kind, fold);
    } else if (!fold) {
        fold = fold_add(l, text_str(&key), now_ms);
        fold->count = fold->shown = 1;
        print_new(l, f, kind, text_str(&key), fold);
    } else {
        print_new(l, f, kind, text_str(&key), fold);
    }
    text_fini(&key);
}

static void live_flush(void *arg)
{
    struct live *l = arg;

    folds_end_older(l, clock_wall_ms(l->clock) - FOLD_MS);
    fflush(l->to);
}

static void live_close(void *arg)
{
    struct live *l = arg;

    folds_end_older(l, INT64_MAX - 1);
    fflush(l->to);
    map_free(l->seen, NULL);
    mem_free(l);
}

void live_open(const struct live_config *config, struct sink *out)
{
    struct live *l = mem_new(sizeof *l);

    l->term = *config->term;
    l->quiet = config->quiet;
    l->verbose = config->verbose;
    l->clock = config->clock ? config->clock : clock_system();
    l->to = config->to ? config->to : stdout;
    l->seen = map_new();
    *out = (struct sink){.flow = live_flow, .flush = live_flush, .close = live_close, .arg = l};
}
