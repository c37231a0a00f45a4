/* house_explain.c - what an iPhone would say of a site or a file, asked in the web UI: with the
 * proxy's own roots, rules and fetcher. */
#include "house_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "comparison.h"
#include "diagnosis/cause.h"
#include "explain/compare.h"
#include "flow/flow.h"
#include "flow/flow_json.h"
#include "flow/outcome.h"
#include "hook/hook.h"
#include "inquiry.h"
#include "judge/verdict.h"
#include "reach.h"
#include "rule_set.h"
#include "script/rules.h"
#include "trust/roots.h"

/* One question, and what it is compared with. */
struct asked {
    struct inquiry q;
    struct roots *roots; /* a reference */
    struct flow *flow[2];
    struct verdict verdict[2];
};

/* Names of files are not taken from a browser: they would be read on this machine. */
static bool roots_choose(struct house *h, const char *which, struct roots **out, struct err *e)
{
    if (!which || !*which) {
        *out = roots_ref(h->roots);
        return true;
    }
    if (strcmp(which, "apple") != 0 && strcmp(which, "mozilla") != 0)
        return err_set(e, ERR_INPUT, "roots: write apple or mozilla");
    *out = roots_load(which, h->lab_roots, h->folder, e);
    return *out != NULL;
}

static bool open_question(
    struct house *h, const struct web_question *w, struct asked *a, struct err *e)
{
    struct inquiry *q = &a->q;

    q->reach = *h->reach;
    q->host = w->host;
    q->at_s = INT64_MIN;
    if (w->at && !time_parse_rfc3339(w->at, &q->at_s))
        return err_set(e, ERR_INPUT, "at: write a time as 2026-11-21T09:00:00Z, or a date");
    if (!roots_choose(h, w->roots, &a->roots, e))
        return false;
    q->roots = a->roots;
    q->ct_logs = h->ct_logs;
    q->contexts = h->contexts;
    q->identities = h->identities;
    q->fetcher = h->fetcher;
    q->hooks = hooks_new();
    q->rules = rule_set_hold(h->rules);
    return rules_attach(q->rules, q->hooks, e);
}

static bool ask_all(const struct web_question *w, struct asked *a, struct err *e)
{
    struct cert_span file = {.at = w->file, .len = w->file_len};

    if (w->file
            ? !inquiry_ask_bytes(&a->q, w->name, file, w->password, &a->verdict[0], &a->flow[0], e)
            : !inquiry_ask_site(&a->q, w->target, &a->verdict[0], &a->flow[0], e))
        return false;
    if (!w->with)
        return true;
    return inquiry_ask_site(&a->q, w->with, &a->verdict[1], &a->flow[1], e);
}

static void put_comparison(const struct web_question *w, const struct asked *a, struct json_out *j)
{
    const char *targets[] = {w->file ? w->name : w->target, w->with};
    struct compare_side asked[2];
    struct comparison_side shown[2];

    for (int s = 0; s < 2; s++) {
        asked[s] = (struct compare_side){.verdict = &a->verdict[s], .flow = a->flow[s]};
        if (a->verdict[s].answer == VERDICT_ERROR)
            asked[s].no_chain = flow_sentence(a->flow[s]);
        shown[s] = (struct comparison_side){
            .target = targets[s], .verdict = &a->verdict[s], .flow = a->flow[s]};
    }
    struct comparison *c = compare(&asked[0], &asked[1], false);

    comparison_json(c, shown, j);
    comparison_free(c);
}

static bool explain(void *arg, const struct web_question *w, struct json_out *j, struct err *e)
{
    struct asked *a = mem_new(sizeof *a);
    bool right = open_question(arg, w, a, e) && ask_all(w, a, e);

    if (right) {
        json_key(j, "record");
        flow_json(a->flow[0], j);
        json_key(j, "comparison");
        if (w->with)
            put_comparison(w, a, j);
        else
            json_null(j);
    }
    for (int s = 0; s < 2; s++) {
        flow_free(a->flow[s]);
        verdict_fini(&a->verdict[s]);
    }
    hooks_free(a->q.hooks);
    rules_unref(a->q.rules);
    roots_unref(a->roots);
    mem_free(a);
    return right;
}

/* --- a cause of the catalogue --- */

struct describing {
    const char *cause;
    struct text *why;
};

static void see_rule(void *arg, const struct rules_entry *one)
{
    struct describing *d = arg;

    for (size_t i = 0; i < one->n_causes; i++)
        if (!strcmp(one->causes[i], d->cause) && one->about)
            text_printf(d->why, "%s%s", d->why->len ? " " : "", one->about);
}

static bool about_cause(void *arg, const char *id, struct json_out *j)
{
    struct house *h = arg;
    struct causes *causes;
    struct text why = {0};
    struct arena arena;

    if (!causes_new(&(struct path_names){0}, &causes, NULL))
        return false;
    const struct cause *cause = cause_find(causes, id);
    if (cause) {
        struct rules *rules = rule_set_hold(h->rules);

        arena_init(&arena);
        rules_each(rules, &arena, see_rule, &(struct describing){.cause = id, .why = &why});
        json_object(j);
        json_put_text(j, "title", cause->title);
        json_put_text(j, "why", text_str(&why));
        json_key(j, "rivals");
        json_array(j);
        for (size_t i = 0; cause->rivals && cause->rivals[i]; i++)
            json_text(j, cause->rivals[i]);
        json_array_end(j);
        json_put_text(j, "leg", cause->leg);
        json_put_null(j, "grade");
        json_object_end(j);
        arena_fini(&arena);
        rules_unref(rules);
    }
    text_fini(&why);
    causes_free(causes);
    return cause != NULL;
}

void house_give_explain(struct web_house *out)
{
    out->explain = explain;
    out->about_cause = about_cause;
}
