#include "exchanges.h"

#include "export_priv.h"
#include "flow/flow.h"
#include "flow/spoken.h"
#include "store/flow_look.h"

static void put_field(void *arg, const char *name, const char *value)
{
    struct json_out *j = arg;

    json_array(j);
    json_text(j, name);
    json_text(j, value);
    json_array_end(j);
}

static void put_message(const struct leaving *l, size_t n, int side, struct json_out *j)
{
    const struct flow_exchange *x = &l->flow->exchanges[n];
    const struct spoken_message *m = leaving_message(l, n, side);

    json_key(j, side == SPOKEN_REQUEST ? "request" : "response");
    if (!m) {
        json_null(j);
        return;
    }
    json_object(j);
    json_key(j, "headers");
    json_array(j);
    message_fields(m, l->raw, put_field, j);
    json_array_end(j);
    json_put_bool(j, "head_cut", m->head_cut);
    json_key(j, "body");
    message_body_json(m, l->raw, side == SPOKEN_REQUEST ? x->request_bytes : x->response_bytes, j);
    json_object_end(j);
}

static void put_exchange(const struct leaving *l, size_t n, struct json_out *j)
{
    const struct flow_exchange *x = &l->flow->exchanges[n];

    json_object(j);
    json_put_int(j, "n", (int64_t)n);
    json_put_text(j, "method", x->method);
    json_put_text(j, "url", x->url);
    if (x->status == FLOW_NONE)
        json_put_null(j, "status");
    else
        json_put_int(j, "status", x->status);
    json_put_int(j, "ms", x->ms);
    put_message(l, n, SPOKEN_REQUEST, j);
    put_message(l, n, SPOKEN_RESPONSE, j);
    json_object_end(j);
}

bool exchanges_json(
    struct flow_look *look, const char *id, bool raw, struct json_out *out, struct err *e)
{
    struct exported one = {0};
    bool found = false;
    int64_t seq;

    if (!flow_look_seq(look, id, &seq, e) ||
        (seq && !exported_read(look, seq, raw, true, &one, &found, e)))
        return false;
    const struct leaving l = {.flow = one.flow, .spoken = one.spoken, .look = look, .raw = raw};
    json_array(out);
    for (size_t n = 0; found && n < one.flow->n_exchanges; n++)
        put_exchange(&l, n, out);
    json_array_end(out);
    if (found)
        exported_fini(&one);
    return true;
}
