/* export/csv.c - a line for each flow (RFC 4180), for a spreadsheet. */
#include "export_priv.h"

#include "base/csv_out.h"
#include "base/time_text.h"
#include "flow/flow.h"
#include "flow/outcome.h"

static void *begin(struct text *out)
{
    text_add(out, "id,at,ms,outcome,host,port,device,client,app,cause,sure,leg,title,"
                  "address,tls_client,tls_server,trusted_by,ios_class,exchanges,last_status,"
                  "bytes_in,bytes_out\r\n");
    return NULL;
}

static void number(struct text *out, int64_t n)
{
    if (n == FLOW_NONE)
        csv_none(out);
    else
        csv_int(out, n);
}

static void who(const struct flow *f, struct text *out)
{
    csv_text(out, f->target->host);
    number(out, f->target->port);
    csv_text(out, f->client->device->name ? f->client->device->name : f->client->device->id);
    csv_text(out, f->client->ip);
    csv_text(out, f->client->app->name);
}

static void why(const struct flow *f, struct text *out)
{
    const struct flow_diagnosis *d = f->n_diagnosis ? &f->diagnosis[0] : NULL;

    csv_text(out, d ? d->cause : NULL);
    csv_text(out, d ? d->confidence : NULL);
    csv_text(out, d ? d->leg : f->failed_leg);
    csv_text(out, d ? d->title : NULL);
}

static void legs(const struct flow *f, struct text *out)
{
    const struct flow_server_leg *server = f->server_leg;

    csv_text(out, server ? server->address : NULL);
    csv_text(out, f->client_leg ? f->client_leg->version : NULL);
    csv_text(out, server ? server->version : NULL);
    csv_text(out, server ? server->trusted_by : NULL);
    csv_text(out, server && server->verdict ? server->verdict->class : NULL);
}

static bool write_flow(void *state, const struct leaving *l, struct text *out, struct err *e)
{
    const struct flow *f = l->flow;
    char at[TIME_TEXT_CAP];

    (void)state;
    (void)e;
    csv_text(out, f->id);
    csv_text(out, time_rfc3339_ms(at, f->at_ms));
    number(out, f->ms);
    csv_text(out, outcome_name(flow_outcome(f)));
    who(f, out);
    why(f, out);
    legs(f, out);
    number(out, (int64_t)(f->n_exchanges + f->n_exchanges_cut));
    number(out, f->n_exchanges ? f->exchanges[f->n_exchanges - 1].status : FLOW_NONE);
    number(out, f->client_leg ? f->client_leg->bytes_in : FLOW_NONE);
    number(out, f->client_leg ? f->client_leg->bytes_out : FLOW_NONE);
    csv_end(out);
    return true;
}

const struct export_writer export_writer_csv = {
    .name = "csv",
    .type = "text/csv; charset=utf-8",
    .suffix = ".csv",
    .begin = begin,
    .flow = write_flow,
};
