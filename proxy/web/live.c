/* live.c - the feed of what happens (server-sent events): flows as they are sealed, at most one
 * event each WEB_LIVE_MS; declared in web_priv.h. */
#include "web_priv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "api.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "count.h"
#include "desk.h"
#include "flow/outcome.h"
#include "limit.h"
#include "request.h"
#include "store/flow_look.h"
#include "store/flow_tally.h"
#include "visit.h"

/* What a desk found: rows as JSON, and where each ends. */
struct told {
    struct text rows;
    struct {
        int64_t seq;
        size_t end;
    } at[WEB_LIVE_ROWS];
    size_t n, more;
    int64_t last;
    int64_t totals[N_OUTCOMES], stories;
    bool found;
};

/* --- at the desk --- */

struct taking {
    struct desk *desk;
    struct told *told;
    struct json_out json;
};

static bool take_row(void *arg, const struct flow_row *row)
{
    struct taking *t = arg;
    struct json_out j;

    json_init(&j, &t->told->rows);
    api_row_json(t->desk, row, &j);
    t->told->at[t->told->n].seq = row->seq;
    t->told->at[t->told->n++].end = t->told->rows.len;
    return t->told->n < WEB_LIVE_ROWS;
}

static int64_t sum(const int64_t counts[static N_OUTCOMES])
{
    int64_t n = 0;

    for (size_t i = 0; i < N_OUTCOMES; i++)
        n += counts[i];
    return n;
}

/* What came after job->from. Over WEB_LIVE_ROWS only their number is told. */
static void look_what_is_new(struct desk *desk, struct job *job)
{
    struct told *told = mem_new(sizeof *told);
    struct taking taking = {.desk = desk, .told = told};
    struct flow_look *look = desk_look(desk, NULL);
    int64_t since[N_OUTCOMES] = {0};
    bool exact;
    struct flow_list_end end;

    job->told = told;
    if (!look || !flow_look_last(look, &told->last, NULL))
        return;
    told->found = desk_totals(desk, told->last, 0, told->totals, &exact, NULL) &&
                  flow_tally_stories(look, &told->stories, NULL);
    if (job->from < 0 || told->last <= job->from || !told->found)
        return;
    /* Behind -1 is behind nothing, and still oldest first. */
    const struct flow_list_ask ask = {
        .after = job->from ? job->from : -1, .before = told->last + 1, .most = WEB_LIVE_ROWS};
    told->found = flow_tally_between(look, job->from, told->last, 0, since, &exact, NULL);
    int64_t n = sum(since);
    if (n > WEB_LIVE_ROWS)
        told->more = (size_t)n;
    else if (told->found)
        told->found = flow_look_list(look, &ask, take_row, &taking, &end, NULL);
}

static void ask(struct web *w, struct visit *v, int64_t from)
{
    struct job *job = mem_new(sizeof *job);

    job->call = look_what_is_new;
    job->of = v;
    job->from = from;
    job->is_live = true;
    if (!web_hand(w, job, false)) {
        job_free(job);
        return;
    }
    if (v)
        v->at_desk = true;
    else
        w->is_asking = true;
}

bool live_is_job(const struct job *job)
{
    return job->is_live;
}

/* --- telling --- */

static void put_totals(const struct told *told, struct json_out *j)
{
    json_key(j, "total_by_outcome");
    json_object(j);
    for (size_t i = 0; i < N_OUTCOMES; i++)
        json_put_int(j, outcome_name((enum outcome)i), told->totals[i]);
    json_object_end(j);
}

static void tell_flows(struct visit *v, const struct told *told)
{
    struct text out = {0};
    struct json_out j;
    size_t first = 0;

    while (first < told->n && told->at[first].seq <= v->seq)
        first++;
    text_printf(&out, "id: %" PRId64 "\nevent: flows\ndata: ", told->last);
    json_init(&j, &out);
    json_object(&j);
    json_key(&j, "rows");
    json_array(&j);
    for (size_t i = first; i < told->n; i++) {
        size_t from = i ? told->at[i - 1].end : 0;

        json_verbatim(&j, told->rows.at + from, told->at[i].end - from);
    }
    json_array_end(&j);
    json_put_int(&j, "more", (int64_t)told->more);
    put_totals(told, &j);
    json_object_end(&j);
    text_add(&out, "\n\n");
    v->seq = told->last;
    visit_tell(v, text_str(&out), out.len);
    text_fini(&out);
}

static void tell_stories(struct visit *v, int64_t n)
{
    struct text out = {0};

    if (v->stories == n)
        return;
    v->stories = n;
    text_printf(&out, "event: stories\ndata: {\"count\":%" PRId64 "}\n\n", n);
    visit_tell(v, text_str(&out), out.len);
    text_fini(&out);
}

static void tell(struct visit *v, const struct told *told)
{
    if (v->state != VISIT_LIVE || !told->found)
        return;
    if (told->last != v->seq || !v->is_greeted)
        tell_flows(v, told);
    v->is_greeted = true;
    tell_stories(v, told->stories);
}

void live_told(struct web *w, struct job *job)
{
    struct told *told = job->told;
    struct visit *v = job->of;

    if (v) {
        v->at_desk = false;
        tell(v, told);
        if (v->state == VISIT_OVER)
            web_sweep_soon(w);
    } else {
        w->is_asking = false;
        for (v = w->visits; v; v = v->next)
            if (v->is_greeted)
                tell(v, told);
    }
    text_fini(&told->rows);
    mem_free(told);
    job_free(job);
}

/* --- beginning, and the beat --- */

static size_t count_lives(const struct web *w)
{
    size_t n = 0;

    for (const struct visit *v = w->visits; v; v = v->next)
        n += v->state == VISIT_LIVE;
    return n;
}

void live_begin(struct web *w, struct visit *v, const struct request *r)
{
    static const struct answer plain = {0};
    struct text head = {0};
    char *end;

    if (count_lives(w) >= WEB_LIVES_MOST) {
        visit_refuse(v, 503, "too many live feeds are open");
        return;
    }
    text_add(&head, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n");
    answer_safe_fields(&plain, &head);
    text_add(&head, "Connection: close\r\n\r\nretry: 1000\n\n");
    v->state = VISIT_LIVE;
    v->until_ms = 0;
    v->stories = -1;
    v->seq = r->last_event_id ? strtoll(r->last_event_id, &end, 10) : -1;
    if (r->last_event_id && (*end || v->seq < 0))
        v->seq = -1;
    visit_tell(v, text_str(&head), head.len);
    text_fini(&head);
    ask(w, v, v->seq);
}

static void tell_health(struct web *w)
{
    const struct web_house *house = &w->config.house;
    struct text out = {0};
    struct json_out j;

    text_add(&out, "event: health\ndata: ");
    json_init(&j, &out);
    json_object(&j);
    json_key(&j, "lines");
    json_array(&j);
    enum web_state state = house->health ? house->health(house->arg, &j) : WEB_FINE;
    json_array_end(&j);
    json_put_text(&j, "state",
        state == WEB_FINE      ? "fine"
        : state == WEB_WARNING ? "warning"
                               : "failing");
    json_object_end(&j);
    text_add(&out, "\n\n");
    for (struct visit *v = w->visits; v && state != w->health; v = v->next)
        visit_tell(v, text_str(&out), out.len);
    w->health = state;
    text_fini(&out);
}

void live_tick(struct web *w, int64_t now)
{
    int64_t from = INT64_MAX;
    bool lives = false;

    for (struct visit *v = w->visits; v; v = v->next) {
        if (v->state != VISIT_LIVE)
            continue;
        lives = true;
        if (v->is_greeted && v->seq < from)
            from = v->seq;
        if (now - v->comment_ms >= WEB_COMMENT_MS)
            visit_tell(v, ":\n\n", 3);
    }
    if (lives && now - w->health_ms >= WEB_HEALTH_MS) {
        w->health_ms = now;
        tell_health(w);
    }
    /* Without a listener the news stays: whoever comes is told it. */
    if (from < INT64_MAX && !w->is_asking && count_has_news(w->count))
        ask(w, NULL, from);
}
