#include "call.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

enum op_kind {
    OP_NOTE = 0,
    OP_SUSPECT,
    OP_BECAUSE,
    OP_AGAINST,
    OP_RULE_OUT,
    OP_SET,
    OP_HEADER,
    OP_THEN,
};

struct call_op {
    struct call_op *next;
    enum op_kind kind;
    const char *name, *value; /* code and severity; header and value; fact */
    const struct phrase *says;
    const struct with *with;
    const struct cause *cause;
    struct suspicion how;
    struct path path;
    int weight;
    struct flow_fact fact;
    bool of_response;
    void (*then)(void *arg);
    void *then_arg;
};

void call_init(struct call *c, struct flow *f, enum moment m, const struct speaker *who)
{
    *c = (struct call){.flow = f, .moment = m, .who = *who};
    arena_init(&c->arena);
    c->last = &c->first;
}

void call_fini(struct call *c)
{
    arena_fini(&c->arena);
    c->first = NULL;
}

static struct call_op *op_add(struct call *c, enum op_kind kind)
{
    if (c->n_ops == CALL_OPS_MOST || c->arena.used > CALL_BYTES_MOST)
        return NULL;
    struct call_op *op = arena_new(&c->arena, sizeof *op);

    op->kind = kind;
    c->n_ops++;
    *c->last = op;
    c->last = &op->next;
    return op;
}

bool call_note(struct call *c, const char *code, const char *severity, const struct phrase *says,
    const struct with *with)
{
    struct call_op *op = op_add(c, OP_NOTE);

    if (!op)
        return false;
    op->name = arena_text(&c->arena, code);
    op->value = arena_text(&c->arena, severity);
    op->says = says;
    op->with = with_copy(&c->arena, with);
    return true;
}

bool call_suspect(struct call *c, const struct cause *cause, const struct suspicion *how)
{
    struct call_op *op = op_add(c, OP_SUSPECT);

    if (!op)
        return false;
    op->cause = cause;
    op->how.leg = arena_text(&c->arena, how->leg);
    op->how.words = arena_text(&c->arena, how->words);
    op->how.with = with_copy(&c->arena, how->with);
    return true;
}

static bool evidence_stage(struct call *c, enum op_kind kind, const struct cause *cause,
    const struct path *fact, int weight)
{
    struct call_op *op = op_add(c, kind);

    if (!op)
        return false;
    op->cause = cause;
    op->weight = weight;
    op->path = *fact;
    op->path.text = arena_text(&c->arena, fact->text);
    if (fact->check)
        op->path.check = op->path.text + (fact->check - fact->text);
    return true;
}

bool call_because(struct call *c, const struct cause *cause, const struct path *fact, int weight)
{
    return evidence_stage(c, OP_BECAUSE, cause, fact, weight);
}

bool call_against(struct call *c, const struct cause *cause, const struct path *fact, int weight)
{
    return evidence_stage(c, OP_AGAINST, cause, fact, weight);
}

bool call_rule_out(struct call *c, const struct cause *cause, const char *fact)
{
    struct call_op *op = op_add(c, OP_RULE_OUT);

    if (!op)
        return false;
    op->cause = cause;
    op->name = arena_text(&c->arena, fact);
    return true;
}

bool call_decide(struct call *c, enum action action, const char *fault, const char *why)
{
    int strength = action_strength(action, c->moment);

    assert(strength > 0);
    if (c->arena.used > CALL_BYTES_MOST)
        return false;
    if (strength > action_strength(c->decision.action, c->moment))
        c->decision = (struct decision){
            .action = action,
            .fault = arena_text(&c->arena, fault),
            .by = c->who.id,
            .why = arena_text(&c->arena, why),
            .bodies_by = c->decision.bodies_by,
        };
    return true;
}

void call_keep_bodies(struct call *c)
{
    assert(moment_is_before_bodies(c->moment));
    c->decision.bodies_by = c->who.id;
}

bool call_set(struct call *c, const struct flow_fact *fact)
{
    struct call_op *op = op_add(c, OP_SET);

    if (!op)
        return false;
    op->fact = *fact;
    op->fact.next = NULL;
    op->fact.name = arena_text(&c->arena, fact->name);
    op->fact.text = arena_text(&c->arena, fact->text);
    return true;
}

const struct flow_fact *call_fact(const struct call *c, const char *name)
{
    const struct flow_fact *found = NULL;

    for (const struct call_op *op = c->first; op; op = op->next)
        if (op->kind == OP_SET && !strcmp(op->fact.name, name))
            found = &op->fact;
    return found;
}

bool call_header(struct call *c, bool of_response, const char *name, const char *value)
{
    struct call_op *op = op_add(c, OP_HEADER);

    if (!op)
        return false;
    op->of_response = of_response;
    op->name = arena_text(&c->arena, name);
    op->value = arena_text(&c->arena, value);
    return true;
}

bool call_then(struct call *c, void (*commit)(void *arg), void *arg)
{
    struct call_op *op = op_add(c, OP_THEN);

    if (!op)
        return false;
    op->then = commit;
    op->then_arg = arg;
    return true;
}

static void note_commit(struct call *c, const struct call_op *op)
{
    struct text says = {0};

    phrase_render(op->says, c->flow, op->with, &says);
    flow_note_add(c->flow, op->name, op->value, text_str(&says), c->who.id);
    text_fini(&says);
}

static void header_commit(struct call *c, const struct call_op *op)
{
    struct flow *f = c->flow;
    struct flow_headers *h = NULL;
    size_t kept = 0;

    if (op->of_response)
        h = f->response ? f->response->headers : NULL;
    else
        h = f->request ? f->request->headers : NULL;
    if (!h)
        return;
    for (size_t i = 0; i < h->n; i++)
        if (!text_equal_caseless(h->at[i].name, op->name))
            h->at[kept++] = h->at[i];
    h->n = kept;
    if (!op->value || h->n >= HEADER_EDITS_MOST)
        return;
    /* A list of its own: the message's rows have just the size that the message had. */
    struct flow_header *rows = arena_new(&f->arena, (h->n + 1) * sizeof *rows);

    if (h->n)
        memcpy(rows, h->at, h->n * sizeof *rows);
    rows[h->n] = (struct flow_header){flow_text(f, op->name), flow_text(f, op->value)};
    h->at = rows;
    h->n++;
}

void call_commit(struct call *c)
{
    struct flow *f = c->flow;

    for (const struct call_op *op = c->first; op; op = op->next) {
        switch (op->kind) {
        case OP_NOTE:
            note_commit(c, op);
            break;
        case OP_SUSPECT:
            board_suspect(f, op->cause, &c->who, &op->how);
            break;
        case OP_BECAUSE:
            board_because(f, op->cause, &op->path, op->weight);
            break;
        case OP_AGAINST:
            board_against(f, op->cause, &op->path, op->weight);
            break;
        case OP_RULE_OUT:
            board_rule_out(f, op->cause, &c->who, op->name);
            break;
        case OP_SET:
            flow_fact_set(f, &op->fact);
            break;
        case OP_HEADER:
            header_commit(c, op);
            break;
        case OP_THEN:
            op->then(op->then_arg);
            break;
        }
    }
}
