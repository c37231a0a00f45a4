/* export/report_choose.c - the flows that one report is about; declared in report.h. */
#include "report.h"

#include <stdio.h>
#include <string.h>

#include "base/host.h"
#include "store/flow_look.h"

/* Flows through which they are sought. */
enum { LOOKED_MOST = 2000 };

struct choice {
    int64_t *seqs, ports[REPORT_SERVICES_MOST];
    size_t cap, n;
    char host[HOST_CAP];
    int worth; /* of the first, as a reason for a report */
};

static void choose(struct choice *c, const struct flow_row *row)
{
    c->ports[c->n] = row->port;
    c->seqs[c->n++] = row->seq;
}

/* What a server can mend is what its people want to read of. */
enum { WORTH_NOTHING = 1, WORTH_CAUSE, WORTH_SERVER };

static int worth_of(const struct flow_row *row)
{
    if (!*row->cause)
        return WORTH_NOTHING;
    return strcmp(row->leg, "client") ? WORTH_SERVER : WORTH_CAUSE;
}

static bool choose_main(void *arg, const struct flow_row *row)
{
    struct choice *c = arg;

    if (c->worth < worth_of(row)) {
        c->worth = worth_of(row);
        c->n = 0;
        choose(c, row);
        snprintf(c->host, sizeof c->host, "%s", row->host);
    }
    return c->worth < WORTH_SERVER;
}

static bool choose_more(void *arg, const struct flow_row *row)
{
    struct choice *c = arg;
    bool known = strcmp(row->host, c->host) != 0;

    for (size_t i = 0; i < c->n; i++)
        known = known || c->ports[i] == row->port;
    if (!known)
        choose(c, row);
    return c->n < c->cap;
}

bool report_choose(struct flow_look *look, const struct filter *filter, int64_t *seqs, size_t cap,
    size_t *n, struct err *e)
{
    struct choice c = {
        .seqs = seqs, .cap = cap < REPORT_SERVICES_MOST ? cap : REPORT_SERVICES_MOST};
    const struct flow_list_ask ask = {.filter = filter, .most = LOOKED_MOST};
    struct flow_list_end end;

    bool fine = flow_look_list(look, &ask, choose_main, &c, &end, e) &&
                (!c.n || flow_look_list(look, &ask, choose_more, &c, &end, e));
    *n = c.n;
    return fine;
}
