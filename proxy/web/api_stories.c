/* api_stories.c - what needs a look, and how a filter may go on; declared in api.h. */
#include "api.h"

#include <string.h>

#include "answer.h"
#include "base/json_out.h"
#include "base/time_text.h"
#include "body.h"
#include "desk.h"
#include "record.h"
#include "request.h"
#include "store/complete.h"
#include "store/flow_look.h"
#include "store/story_look.h"

enum { STORIES_MOST = 50, COLUMN_MOST = 4000 };

struct telling {
    struct desk *desk;
    struct flow_look *look;
    struct json_out *json;
};

/* The first remedy of the last connection, else the test that would settle it. */
static void put_next(struct telling *t, const char *id)
{
    struct text json = {0};
    struct record record;
    bool found = false;

    if (*id && flow_look_record(t->look, id, &json, &found, NULL) && found &&
        record_read(&record, text_str(&json), json.len, NULL)) {
        json_put_text(t->json, "next", record_next_step(&record));
        record_fini(&record);
    } else {
        json_put_null(t->json, "next");
    }
    text_fini(&json);
}

static void put_story(void *arg, const struct story_row *row)
{
    struct telling *t = arg;
    struct json_out *j = t->json;
    char at[TIME_TEXT_CAP];

    json_object(j);
    json_put_text(j, "key", row->key);
    json_put_text(j, "cause", row->cause);
    json_put_text(j, "title", *row->title ? row->title : row->cause);
    json_put_text(j, "sure", api_sure_name(row->sure));
    api_put_maybe(j, "leg", row->leg);
    api_put_maybe(j, "host", row->host);
    api_put_maybe(j, "device", row->device);
    api_put_maybe(j, "device_name", desk_device_name(t->desk, row->device));
    json_put_int(j, "n", row->n);
    json_put_text(j, "first_at", time_rfc3339_ms(at, row->first_ms));
    json_put_text(j, "last_at", time_rfc3339_ms(at, row->last_ms));
    api_put_maybe(j, "last_id", row->last_id);
    put_next(t, row->last_id);
    json_object_end(j);
}

void api_stories(struct desk *desk, const struct request *r, struct answer *out)
{
    struct err e = {0};
    struct json_out j;
    struct telling t = {.desk = desk, .look = desk_look(desk, &e), .json = &j};

    (void)r;
    answer_json(out, &j);
    json_key(&j, "stories");
    json_array(&j);
    if (!t.look || !story_look_each(t.look, STORIES_MOST, put_story, &t, &e)) {
        answer_err(out, &e);
        return;
    }
    json_array_end(&j);
    json_object_end(&j);
}

void api_settle(struct desk *desk, const struct request *r, struct answer *out)
{
    struct err e = {0};
    struct flow_look *look = desk_look(desk, &e);
    struct body body;
    bool known;

    if (!body_take(&body, r, out))
        return;
    const char *key = body_text(&body, "key");

    if (!key)
        answer_error(out, 400, "which one? {\"key\": …}");
    else if (!look || !story_look_settle(look, key, &known, &e))
        answer_err(out, &e);
    else if (!known)
        answer_error(out, 404, "there is no such thing any more");
    else
        out->status = 204;
    body_fini(&body);
}

/* --- completion --- */

static void put_item(void *arg, const struct completion *one)
{
    struct json_out *j = arg;

    json_object(j);
    json_put_text(j, "insert", one->insert);
    if (one->gloss)
        json_put_text(j, "gloss", one->gloss);
    else
        json_put_int(j, "count", one->count);
    json_object_end(j);
}

/* What is filtered: flows, when it is not said. */
static bool about_of(const struct request *r, enum filter_about *out)
{
    const char *of = request_arg(r, "of");

    *out = of && !strcmp(of, "certificates") ? FILTER_ABOUT_CERTIFICATES : FILTER_ABOUT_FLOWS;
    return !of || !strcmp(of, "flows") || *out != FILTER_ABOUT_FLOWS;
}

void api_complete(struct desk *desk, const struct request *r, struct answer *out)
{
    const char *text = request_arg(r, "q");
    struct text items = {0};
    struct err e = {0};
    struct json_out j;
    enum filter_about about;
    size_t from;
    int64_t at;

    if (!about_of(r, &about)) {
        answer_error(out, 400, "of is flows or certificates");
        return;
    }
    if (!request_number(r, "at", text ? (int64_t)strlen(text) : 0, COLUMN_MOST, &at)) {
        answer_error(out, 400, "at is a number of characters");
        return;
    }
    struct flow_look *look = desk_look(desk, &e);
    json_init(&j, &items);
    json_array(&j);
    bool right =
        look && complete(look, about, text ? text : "", (size_t)at, &from, put_item, &j, &e);
    json_array_end(&j);
    if (right) {
        answer_json(out, &j);
        json_put_int(&j, "from", (int64_t)from);
        json_key(&j, "items");
        json_verbatim(&j, text_str(&items), items.len);
        json_object_end(&j);
    } else {
        answer_err(out, &e);
    }
    text_fini(&items);
}
