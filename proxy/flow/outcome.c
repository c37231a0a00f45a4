#include "outcome.h"

#include <string.h>

#include "flow.h"

static const char *const names[N_OUTCOMES] = {
    [OUTCOME_FINE] = "fine",
    [OUTCOME_FAILING] = "failing",
    [OUTCOME_WARNING] = "warning",
    [OUTCOME_EXPECTED] = "expected",
    [OUTCOME_UNREAD] = "unread",
    [OUTCOME_MIRRORED] = "mirrored",
};

static bool is(const char *text, const char *word)
{
    return text && !strcmp(text, word);
}

const char *outcome_name(enum outcome o)
{
    return names[o];
}

bool outcome_find(const char *name, enum outcome *out)
{
    for (enum outcome o = 0; o < N_OUTCOMES; o++)
        if (is(name, names[o])) {
            *out = o;
            return true;
        }
    return false;
}

bool outcome_is_wrong(enum outcome o)
{
    return o == OUTCOME_FAILING || o == OUTCOME_WARNING;
}

const struct flow_note *flow_loud_note(const struct flow *f)
{
    for (size_t i = 0; i < f->n_notes; i++)
        if (is(f->notes[i].severity, "high") || is(f->notes[i].severity, "medium"))
            return &f->notes[i];
    return NULL;
}

static const struct flow_verdict *verdict_of(const struct flow *f)
{
    if (f->server_leg)
        return f->server_leg->verdict;
    return f->identity ? f->identity->verdict : NULL;
}

bool flow_is_refused(const struct flow *f)
{
    const struct flow_verdict *v = verdict_of(f);

    return v && is(v->verdict, "reject");
}

bool flow_has_failed(const struct flow *f)
{
    return f->refused_by_us || f->failed_leg || (f->dial && f->dial->error) ||
           is(f->decision->action, "refuse");
}

enum outcome flow_outcome(const struct flow *f)
{
    bool tunnelled = is(f->decision->action, "tunnel");

    if (f->n_diagnosis && is(f->diagnosis[0].cause, "apple-pinned-service"))
        return OUTCOME_EXPECTED;
    if (is(f->decision->action, "mirror"))
        return flow_loud_note(f) ? OUTCOME_WARNING : OUTCOME_MIRRORED;
    if (flow_has_failed(f))
        return OUTCOME_FAILING;
    if (tunnelled)
        return f->target->apple_pinned ? OUTCOME_EXPECTED : OUTCOME_UNREAD;
    return f->n_diagnosis || flow_is_refused(f) || flow_loud_note(f) ? OUTCOME_WARNING
                                                                     : OUTCOME_FINE;
}

static const char *dial_sentence(const char *error)
{
    static const char *const rows[][2] = {
        {"nxdomain", "The name of the site does not exist"},
        {"servfail", "The name servers gave no answer"},
        {"refused", "The site refuses connections on this port"},
        {"timeout", "The site gave no answer in time"},
        {"unreachable", "The site cannot be reached from here"},
        {"reset", "The site ended the connection at once"},
        {"proxy-login", "The proxy beyond this one wants a login"},
        {"proxy-refused", "The proxy beyond this one does not let us through"},
        {"proxy-failed", "The proxy beyond this one gave no connection"},
        {"proxy-unreachable", "The proxy beyond this one cannot be reached"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i][0], error))
            return rows[i][1];
    return "The site could not be reached";
}

static const char *leg_sentence(const struct flow *f)
{
    bool client = f->failed_leg && !strcmp(f->failed_leg, "client");

    if (client && f->client_leg && f->client_leg->alert)
        return "The phone refused our certificate";
    if (client)
        return "The phone ended the connection early";
    if (f->mail && f->server_leg && f->server_leg->symptom &&
        !strcmp(f->server_leg->symptom, "no-upgrade"))
        return "The mail server's plain dialogue did not come to TLS";
    return f->failed_leg ? "The site ended the connection early" : "The connection was refused";
}

const char *flow_sentence(const struct flow *f)
{
    const struct flow_verdict *v = verdict_of(f);

    if (flow_is_refused(f) && is(v->policy, "webpki"))
        return "Chrome, Firefox and Android refuse this";
    if (flow_is_refused(f))
        return v->text ? v->text : "An iPhone would refuse this certificate";
    if (f->dial && f->dial->error)
        return dial_sentence(f->dial->error);
    if (is(f->decision->action, "refuse"))
        return "A rule of yours refuses this host";
    return leg_sentence(f);
}
