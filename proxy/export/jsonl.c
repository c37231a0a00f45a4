/* export/jsonl.c - JSON Lines, as the log has them; on request each with its certificates. */
#include "export_priv.h"

#include <string.h>

#include "base/json_out.h"
#include "cert/facts.h"
#include "flow/flow.h"

static void put_pem(const struct cert *c, struct json_out *j)
{
    struct text pem = {0};

    text_add_pem(&pem, "CERTIFICATE", c->der.at, c->der.len);
    json_text(j, text_str(&pem));
    text_fini(&pem);
}

static void put_certificate(const struct leaving *l, const char *sha256, struct json_out *j)
{
    const struct cert *c = leaving_certificate(l, sha256);

    if (!c)
        return;
    json_object(j);
    json_put_text(j, "sha256", sha256);
    json_key(j, "pem");
    put_pem(c, j);
    json_object_end(j);
    cert_unref(c);
}

/* What the site sent, and the leaf that the client was shown. */
static void put_chain(const struct leaving *l, struct text *out)
{
    const struct flow_client_leg *client = l->flow->client_leg;
    const struct flow_server_leg *server = l->flow->server_leg;
    struct json_out j;

    json_init(&j, out);
    json_array(&j);
    for (size_t i = 0; server && i < server->n_chain; i++)
        put_certificate(l, server->chain[i].sha256, &j);
    if (client && client->leaf)
        put_certificate(l, client->leaf->sha256, &j);
    json_array_end(&j);
}

static bool write_flow(void *state, const struct leaving *l, struct text *out, struct err *e)
{
    (void)state;
    (void)e;
    if (l->chains && l->record->len > 1 && l->record->at[l->record->len - 1] == '}') {
        text_add_n(out, l->record->at, l->record->len - 1);
        text_add(out, ",\"certificates\":");
        put_chain(l, out);
        text_add_char(out, '}');
    } else {
        text_add_n(out, text_str(l->record), l->record->len);
    }
    text_add_char(out, '\n');
    return true;
}

const struct export_writer export_writer_jsonl = {
    .name = "jsonl",
    .type = "application/x-ndjson",
    .suffix = ".jsonl",
    .flow = write_flow,
};
