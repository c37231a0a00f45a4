/* api_rules.c - the rules: what there is, on and off, files, specs; declared in api.h. */
#include "api.h"

#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "base/err.h"
#include "base/json_out.h"
#include "base/text.h"
#include "body.h"
#include "desk.h"
#include "request.h"
#include "web.h"

enum { RULE_ID_CAP = 200 };

void api_rules(struct desk *desk, const struct request *r, struct answer *out)
{
    const struct web_house *house = &desk_web(desk)->house;
    struct err e = {0};
    struct json_out j;

    (void)r;
    answer_json(out, &j);
    if (!house->rules(house->arg, &j, &e)) {
        answer_err(out, &e);
        return;
    }
    json_object_end(&j);
}

void api_rule_switch(struct desk *desk, const struct request *r, struct answer *out)
{
    const struct web_house *house = &desk_web(desk)->house;
    char id[RULE_ID_CAP];
    struct err e = {0};
    struct body body;
    bool on;

    if (!body_take(&body, r, out))
        return;
    snprintf(id, sizeof id, "%s/%s", r->parts[3], r->parts[4]);
    if (!body_bool(&body, "on", &on))
        answer_error(out, 400, "{\"on\": true or false}");
    else if (!house->rule_switch(house->arg, id, on, &e))
        answer_err(out, &e);
    else
        out->status = 204;
    body_fini(&body);
}

void api_rules_reload(struct desk *desk, const struct request *r, struct answer *out)
{
    const struct web_house *house = &desk_web(desk)->house;
    struct text says = {0};
    struct json_out j;

    (void)r;
    bool swapped = house->rules_reload(house->arg, &says);
    answer_json(out, &j);
    json_put_bool(&j, "swapped", swapped);
    json_put_text(&j, "says", text_str(&says));
    json_object_end(&j);
    text_fini(&says);
}

/* --- specs --- */

static void put_specs(const struct web_specs *specs, struct json_out *j)
{
    json_put_int(j, "passed", (int64_t)specs->passed);
    json_put_int(j, "failed", (int64_t)specs->failed);
    json_put_text(j, "text", text_str(&specs->says));
}

void api_rules_test(struct desk *desk, const struct request *r, struct answer *out)
{
    const struct web_house *house = &desk_web(desk)->house;
    struct web_specs specs = {0};
    struct err e = {0};
    struct json_out j;
    struct body body;

    if (!body_take(&body, r, out))
        return;
    const char *package = body_text(&body, "package");
    if (!package) {
        answer_error(out, 400, "which one? {\"package\": …}");
    } else if (!house->rule_specs(house->arg, package, &specs, &e)) {
        answer_err(out, &e);
    } else {
        answer_json(out, &j);
        put_specs(&specs, &j);
        json_object_end(&j);
    }
    text_fini(&specs.says);
    body_fini(&body);
}

/* --- files --- */

/* "texts/en.lua", of the parts behind the package's. */
static void name_of(const struct request *r, struct text *out)
{
    for (size_t i = 5; i < r->n_parts; i++)
        text_printf(out, "%s%s", i > 5 ? "/" : "", r->parts[i]);
}

static void answer_file_err(struct answer *out, const struct err *e)
{
    if (e->kind == ERR_USAGE)
        answer_error(out, 404, "%s", e->text);
    else
        answer_err(out, e);
}

void api_rule_file(struct desk *desk, const struct request *r, struct answer *out)
{
    const struct web_house *house = &desk_web(desk)->house;
    struct text name = {0};
    struct err e = {0};

    name_of(r, &name);
    out->status = 200;
    out->type = "text/plain; charset=utf-8";
    if (r->n_parts < 6 ||
        !house->rule_file(house->arg, r->parts[4], text_str(&name), &out->body, &e))
        answer_file_err(out, &e);
    text_fini(&name);
}

/* A package whose specs cannot be run at all says why in their place. */
static void put_outcome(const struct web_house *house, const char *package, struct answer *out)
{
    struct web_specs specs = {0};
    struct text says = {0};
    struct err e = {0};
    struct json_out j;

    if (!house->rule_specs(house->arg, package, &specs, &e)) {
        specs.failed++;
        text_printf(&specs.says, "%s\n", e.text);
    }
    bool swapped = house->rules_reload(house->arg, &says);

    answer_json(out, &j);
    json_put_bool(&j, "saved", true);
    json_key(&j, "specs");
    json_object(&j);
    put_specs(&specs, &j);
    json_object_end(&j);
    json_put_bool(&j, "swapped", swapped);
    json_put_text(&j, "says", text_str(&says));
    json_object_end(&j);
    text_fini(&specs.says);
    text_fini(&says);
}

void api_rule_file_put(struct desk *desk, const struct request *r, struct answer *out)
{
    const struct web_house *house = &desk_web(desk)->house;
    struct text name = {0};
    struct err e = {.kind = ERR_USAGE, .text = "there is no such file"};

    name_of(r, &name);
    if (r->n_parts < 6 || !house->rule_file_write(house->arg, r->parts[4], text_str(&name),
                              text_str(&r->body), r->body.len, &e))
        answer_file_err(out, &e);
    else
        put_outcome(house, r->parts[4], out);
    text_fini(&name);
}
