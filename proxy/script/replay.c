#include "replay.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "diagnosis/board.h"
#include "diagnosis/settle.h"
#include "flow/flow.h"
#include "hook/listener.h"
#include "rule_priv.h"
#include "spec_priv.h"

enum { REPLAY_NAMES_MOST = 64 };

struct replay {
    struct rules *rules; /* borrowed */
    struct hooks *hooks; /* owned */
    const char *names[REPLAY_NAMES_MOST];
    size_t n_names;
    bool why;
    struct replay_tally tally;
};

/* "tls-floor/own-hosts" is in "tls-floor". */
static bool is_in(const char *id, const char *name)
{
    size_t len = strlen(name);

    return !strncmp(id, name, len) && (!id[len] || id[len] == '/');
}

static bool is_chosen(const struct replay *r, const char *id)
{
    const char *colon = strchr(id, ':'); /* "rule:tls-floor/own-hosts" */

    for (size_t i = 0; i < r->n_names; i++)
        if (is_in(colon ? colon + 1 : id, r->names[i]))
            return true;
    return false;
}

/* Is there a rule of that name, and is it awake? */
static bool name_check(const struct rules *rules, const char *name, struct err *e)
{
    const char *ids[LIMIT_RULES + 1];
    const char *asleep = NULL;
    size_t n = 0;

    for (size_t i = 0; i < rules->n_rules && n < LIMIT_RULES; i++) {
        if (rules->rules[i]->partner)
            continue;
        ids[n++] = rules->rules[i]->id;
        if (!is_in(rules->rules[i]->id, name))
            continue;
        if (!rules->rules[i]->asleep)
            return true;
        asleep = rules->rules[i]->asleep;
    }
    ids[n] = NULL;
    if (asleep)
        return err_set(e, ERR_USAGE, "'%.80s' is asleep: %s", name, asleep);
    const char *near = strlen(name) <= 128 ? text_nearest(name, ids) : NULL;

    return err_set(e, ERR_USAGE, "there is no rule '%.80s'%s%s", name,
        near ? "; did you mean " : "", near ? near : "");
}

bool replay_new(struct rules *rules, const char *const *names, size_t n, bool why,
    struct replay **out, struct err *e)
{
    if (n > REPLAY_NAMES_MOST)
        return err_set(e, ERR_USAGE, "more than %d names", REPLAY_NAMES_MOST);
    for (size_t i = 0; i < n; i++)
        if (!name_check(rules, names[i], e))
            return false;
    struct replay *r = mem_new(sizeof *r);

    r->rules = rules;
    r->why = why;
    r->hooks = hooks_new();
    for (size_t i = 0; i < n; i++)
        r->names[r->n_names++] = names[i];
    if (!rules_attach(rules, r->hooks, e)) {
        replay_free(r);
        return false;
    }
    *out = r;
    return true;
}

void replay_free(struct replay *r)
{
    if (!r)
        return;
    hooks_free(r->hooks);
    mem_free(r);
}

struct replay_tally replay_tally(const struct replay *r)
{
    return r->tally;
}

/* --- what was said --- */

static bool spoke_for(const struct replay *r, const struct flow_texts *by)
{
    for (size_t i = 0; i < by->n; i++)
        if (is_chosen(r, by->at[i]))
            return true;
    return false;
}

static void evidence_tell(struct text *out, char sign, const struct flow_evidence *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        text_printf(out, "        %c %lld %s = ", sign, (long long)rows[i].weight, rows[i].fact);
        text_add_safe(out, rows[i].value, strlen(rows[i].value), PHRASE_VALUE_MOST);
        text_add_char(out, '\n');
    }
}

static void diagnoses_tell(const struct replay *r, const struct flow *f, struct text *out)
{
    for (size_t i = 0; i < f->n_diagnosis; i++) {
        const struct flow_diagnosis *d = &f->diagnosis[i];

        if (!spoke_for(r, &d->by))
            continue;
        text_printf(out, "    %-9s %s (score %lld)  %s\n", d->confidence, d->cause,
            (long long)d->score, d->title);
        evidence_tell(out, '+', d->evidence, d->n_evidence);
        evidence_tell(out, '-', d->against, d->n_against);
    }
}

static bool is_told(const struct flow *f, const char *cause)
{
    for (size_t i = 0; i < f->n_diagnosis; i++)
        if (!strcmp(f->diagnosis[i].cause, cause))
            return true;
    return false;
}

static bool opened_by_chosen(const struct replay *r, const struct hypothesis *h)
{
    for (const struct speaker_row *row = h->speakers; row; row = row->next)
        if (is_chosen(r, row->who.id))
            return true;
    return h->struck_by && is_chosen(r, h->struck_by);
}

static void silence_tell(const struct replay *r, const struct flow *f, struct text *out)
{
    for (const struct hypothesis *h = f->board ? f->board->first : NULL; h; h = h->next) {
        if (is_told(f, h->cause->id) || !opened_by_chosen(r, h))
            continue;
        if (h->struck_by)
            text_printf(out, "    not       %s: ruled out by %s (%s)\n", h->cause->id,
                h->struck_fact, h->struck_by);
        else
            text_printf(out, "    not       %s: what speaks for it does not outweigh the rest\n",
                h->cause->id);
    }
}

static void notes_tell(const struct replay *r, const struct flow *f, struct text *out)
{
    for (size_t i = 0; i < f->n_notes; i++) {
        const struct flow_note *note = &f->notes[i];

        if (is_chosen(r, note->by) || !strcmp(note->by, "whytls"))
            text_printf(out, "    note      %s [%s]  %s\n", note->code, note->severity, note->text);
    }
}

static void decisions_tell(const struct replay *r, const struct played *p, struct text *out)
{
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++) {
        const struct decision *d = &p->decided[m];

        if (d->by && is_chosen(r, d->by))
            text_printf(out, "    decides   %s at %s%s%s\n", action_name(d->action), moment_name(m),
                d->why ? ": " : "", d->why ? d->why : "");
    }
}

static void head_tell(const struct flow *f, const char *where, struct text *out)
{
    char at[TIME_TEXT_CAP];
    const char *host = f->target->host ? f->target->host : "-";

    text_printf(out, "%s  %s  ", where, time_rfc3339(at, f->at));
    text_add_safe(out, host, strlen(host), PHRASE_VALUE_MOST);
    text_add_char(out, '\n');
}

void replay_flow(struct replay *r, struct flow *f, const char *where, struct text *out)
{
    struct played *p = mem_new(sizeof *p);
    struct text said = {0};

    p->flow = f;
    p->hooks = r->hooks;
    played_unsay(p);
    played_live(p);
    for (size_t i = 0; i < p->n_visits; i++)
        r->tally.calls += is_chosen(r, p->visits[i].id);
    r->tally.flows++;
    r->tally.faults += p->fault.kind != ERR_NONE;
    diagnoses_tell(r, f, &said);
    if (r->why)
        silence_tell(r, f, &said);
    notes_tell(r, f, &said);
    decisions_tell(r, p, &said);
    if (said.len) {
        r->tally.spoken_of++;
        head_tell(f, where, out);
        text_add(out, text_str(&said));
    }
    text_fini(&said);
    played_free(p);
}
