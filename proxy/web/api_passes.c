/* api_passes.c - hosts that the owner lets pass unread; declared in api.h. */
#include "api.h"

#include <string.h>

#include "answer.h"
#include "base/clock.h"
#include "base/host.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "body.h"
#include "desk.h"
#include "device/passes.h"
#include "request.h"
#include "store/database.h"
#include "store/pass_rows.h"
#include "web.h"

static void put_pass(const struct pass *one, struct json_out *j)
{
    char at[TIME_TEXT_CAP];

    json_object(j);
    json_put_text(j, "host", one->host);
    json_put_text(j, "since", time_rfc3339_ms(at, one->since_ms));
    json_put_text(j, "until", one->until_ms ? time_rfc3339_ms(at, one->until_ms) : NULL);
    json_put_text(j, "by", one->by);
    json_object_end(j);
}

void api_passes(struct desk *desk, const struct request *r, struct answer *out)
{
    const struct web_config *web = desk_web(desk);
    struct json_out j;
    size_t n;
    struct pass *all = passes_all(web->passes, clock_wall_ms(web->clock), &n);

    (void)r;
    answer_json(out, &j);
    json_key(&j, "passes");
    json_array(&j);
    for (size_t i = 0; i < n; i++)
        put_pass(&all[i], &j);
    json_array_end(&j);
    json_object_end(&j);
    mem_free(all);
}

/* --- changes --- */

/* In the file first: what is in force outlives us. One of the two is NULL. */
static bool file(struct desk *desk, const struct pass *put, const char *drop, struct err *e)
{
    struct database *db = desk_memory(desk, e);
    bool right = db && (put ? pass_rows_put(db, put, e) : pass_rows_drop(db, drop, e));

    database_close(db);
    return right;
}

/* Whole seconds, as a person writes them; 0: it is not said. A 0 that is said is refused: it would
 * mean for ever. */
static bool until_of(const struct body *body, int64_t *ms, struct answer *out)
{
    const char *text = body_text(body, "until");
    int64_t s = 0;

    if (body_has(body, "until") && (!text || !time_parse_rfc3339(text, &s) || s <= 0)) {
        answer_error(out, 400, "until: write a time as 2026-11-21T09:00:00Z, or leave it out");
        return false;
    }
    *ms = s * 1000;
    return true;
}

static void put(struct desk *desk, const struct pass *one, struct answer *out)
{
    const struct web_config *web = desk_web(desk);
    struct err e = {0};

    if (!file(desk, one, NULL, &e)) {
        answer_err(out, &e);
    } else if (!passes_put(web->passes, one)) {
        if (!file(desk, NULL, one->host, &e))
            answer_err(out, &e);
        else
            answer_error(out, 400, "%d hosts pass already: take one back first", PASSES_MOST);
    } else {
        struct json_out j;

        answer_json(out, &j);
        json_key(&j, "pass");
        put_pass(one, &j);
        json_object_end(&j);
    }
}

void api_pass_put(struct desk *desk, const struct request *r, struct answer *out)
{
    int64_t now_ms = clock_wall_ms(desk_web(desk)->clock), until_ms;
    struct err e = {0};
    struct body body;
    struct pass one;

    if (!body_take(&body, r, out))
        return;
    const char *host = body_text(&body, "host");

    if (!host)
        answer_error(out, 400, "which one? {\"host\": …, \"until\": …}");
    else if (!until_of(&body, &until_ms, out))
        ;
    else if (!pass_make(&one, host, now_ms, until_ms, r->by_token ? "api" : "ui", &e))
        answer_err(out, &e);
    else
        put(desk, &one, out);
    body_fini(&body);
}

void api_pass_drop(struct desk *desk, const struct request *r, struct answer *out)
{
    const char *written = r->parts[3];
    struct passes *passes = desk_web(desk)->passes;
    char host[HOST_CAP];
    struct err e = {0};

    if (!host_normalise(written, strlen(written), host))
        answer_error(out, 404, "\"%.80s\" is no host", written);
    else if (!file(desk, NULL, host, &e))
        answer_err(out, &e);
    else if (!passes_drop(passes, host))
        answer_error(out, 404, "this host does not pass by your word");
    else
        out->status = 204;
}
