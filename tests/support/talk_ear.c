#include "talk_priv.h"

#include "hook/call.h"
#include "hook/listener.h"
#include "hook/wake.h"

/* What a rule can read of what goes by: "response_body:ok;". */
static void look(struct talk *t, enum moment m, const struct flow *f)
{
    const char *text = NULL;

    if (m == MOMENT_REQUEST_BODY)
        text = f->request->body;
    else if (m == MOMENT_RESPONSE_BODY)
        text = f->response->body;
    else if (m == MOMENT_WS_MESSAGE)
        text = f->message->text ? f->message->text : "(binary)";
    if (!text)
        return;
    text_printf(&t->seen, "%s:%s;", moment_name(m), text);
    const char *url = m == MOMENT_WS_MESSAGE ? f->websocket->url : f->request->url;
    text_printf(&t->seen_of, "%s%s", t->seen_of.len ? " " : "", url);
}

static bool visit(void *arg, struct call *c, struct err *e)
{
    struct talk *t = arg;

    (void)e;
    text_printf(&t->moments, "%s%s", t->moments.len ? " " : "", moment_name(c->moment));
    look(t, c->moment, c->flow);
    if (t->asks_for_bodies[c->moment])
        call_keep_bodies(c);
    return t->decisions[c->moment] == ACTION_NONE ||
           call_decide(c, t->decisions[c->moment], NULL, "the test says so");
}

void ear_add(struct talk *t)
{
    struct listener l = {.id = "rule:test/ear", .visit = visit, .arg = t};

    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        l.wakes[m] = t->wakes[m] = wake_new(m);
    hooks_add(t->hooks, &l);
}

const char *talk_moments(struct talk *t)
{
    text_clear(&t->moments_told);
    text_add(&t->moments_told, text_str(&t->moments));
    text_clear(&t->moments);
    return text_str(&t->moments_told);
}

const char *talk_seen(const struct talk *t)
{
    return text_str(&t->seen);
}

const char *talk_seen_of(const struct talk *t)
{
    return text_str(&t->seen_of);
}

void talk_decides(struct talk *t, enum moment m, enum action action)
{
    t->decisions[m] = action;
}

void talk_asks_for_bodies(struct talk *t, enum moment m, bool asks)
{
    t->asks_for_bodies[m] = asks;
}

void talk_listens_only_to(struct talk *t, enum moment m)
{
    struct listener l = {.id = "rule:test/ear", .visit = visit, .arg = t};
    struct hooks *fresh = hooks_new();

    l.wakes[m] = t->wakes[m];
    hooks_add(fresh, &l);
    hooks_replace(t->hooks, fresh);
}
