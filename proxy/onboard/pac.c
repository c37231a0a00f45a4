#include "pac.h"

#include "asset.h"
#include "base/host.h"
#include "base/json_out.h"
#include "trust/pinned_hosts.h"

static void patterns_put(struct json_out *j, const char *const *patterns, size_t n)
{
    json_array(j);
    for (size_t i = 0; i < n; i++)
        json_text(j, patterns[i]);
    json_array_end(j);
}

static void row_put(void *arg, const struct pinned_row *row)
{
    struct json_out *j = arg;

    json_array(j);
    json_text(j, row->suffix);
    patterns_put(j, row->labels, row->n_labels);
    patterns_put(j, row->but, row->n_but);
    json_array_end(j);
}

static void listed_put(void *arg, const char *name)
{
    json_put_int(arg, name, 1);
}

void pac_body(const struct pinned_hosts *pinned, struct text *out)
{
    struct json_out j;

    text_add(out, "var pinned = ");
    json_init(&j, out);
    json_array(&j);
    if (pinned)
        pinned_hosts_each_row(pinned, row_put, &j);
    json_array_end(&j);
    text_add(out, ";\nvar listed = ");
    json_init(&j, out);
    json_object(&j);
    if (pinned)
        pinned_hosts_each_listed(pinned, listed_put, &j);
    json_object_end(&j);
    text_add(out, ";\n");
    text_add(out, asset_pac_js);
}

void pac_write(const struct text *body, const char *host, uint16_t port, struct text *out)
{
    char at[HOST_CAP + 16];
    struct json_out j;

    text_add(out, "var proxy = ");
    json_init(&j, out);
    json_text(&j, host_port_text(at, sizeof at, host, port));
    text_add(out, ";\n");
    text_add_n(out, text_str(body), body->len);
}
