/* export/csv.c - a line for each flow (RFC 4180), for a spreadsheet. */
#include "export_priv.h"

#include <inttypes.h>
#include <string.h>

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

/* A cell that begins so is a formula to a spreadsheet; an apostrophe makes it text. */
static bool is_formula(const char *s)
{
    return *s && strchr("=+-@\t\r", *s);
}

static void cell(struct text *out, const char *s)
{
    if (!s)
        s = "";
    text_add_char(out, '"');
    if (is_formula(s))
        text_add_char(out, '\'');
    for (; *s; s++) {
        if (*s == '"')
            text_add_char(out, '"');
        text_add_char(out, *s);
    }
    text_add(out, "\",");
}

static void number(struct text *out, int64_t n)
{
    if (n != FLOW_NONE)
        text_printf(out, "%" PRId64, n);
    text_add_char(out, ',');
}

static void who(const struct flow *f, struct text *out)
{
    cell(out, f->target->host);
    number(out, f->target->port);
    cell(out, f->client->device->name ? f->client->device->name : f->client->device->id);
    cell(out, f->client->ip);
    cell(out, f->client->app->name);
}

static void why(const struct flow *f, struct text *out)
{
    const struct flow_diagnosis *d = f->n_diagnosis ? &f->diagnosis[0] : NULL;

    cell(out, d ? d->cause : NULL);
    cell(out, d ? d->confidence : NULL);
    cell(out, d ? d->leg : f->failed_leg);
    cell(out, d ? d->title : NULL);
}

static void legs(const struct flow *f, struct text *out)
{
    const struct flow_server_leg *server = f->server_leg;

    cell(out, server ? server->address : NULL);
    cell(out, f->client_leg ? f->client_leg->version : NULL);
    cell(out, server ? server->version : NULL);
    cell(out, server ? server->trusted_by : NULL);
    cell(out, server && server->verdict ? server->verdict->class : NULL);
}

static bool write_flow(void *state, const struct leaving *l, struct text *out, struct err *e)
{
    const struct flow *f = l->flow;
    char at[TIME_TEXT_CAP];

    (void)state;
    (void)e;
    cell(out, f->id);
    cell(out, time_rfc3339_ms(at, f->at_ms));
    number(out, f->ms);
    cell(out, outcome_name(flow_outcome(f)));
    who(f, out);
    why(f, out);
    legs(f, out);
    number(out, (int64_t)(f->n_exchanges + f->n_exchanges_cut));
    number(out, f->n_exchanges ? f->exchanges[f->n_exchanges - 1].status : FLOW_NONE);
    number(out, f->client_leg ? f->client_leg->bytes_in : FLOW_NONE);
    number(out, f->client_leg ? f->client_leg->bytes_out : FLOW_NONE);
    out->len--; /* the comma after the last */
    out->at[out->len] = '\0';
    text_add(out, "\r\n");
    return true;
}

const struct export_writer export_writer_csv = {
    .name = "csv",
    .type = "text/csv; charset=utf-8",
    .suffix = ".csv",
    .begin = begin,
    .flow = write_flow,
};
