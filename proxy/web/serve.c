/* serve.c - what the web thread answers itself: pages, the session, health and metrics; declared in
 * web_priv.h. */
#include "web_priv.h"

#include <string.h>

#include "answer.h"
#include "api.h"
#include "asset.h"
#include "base/json_out.h"
#include "base/time_text.h"
#include "body.h"
#include "count.h"
#include "desk.h"
#include "request.h"
#include "route.h"

/* A year: it ends with the installation's secrets. */
enum { SESSION_S = 365 * 24 * 3600 };

const struct asset *asset_find(const char *name)
{
    for (size_t i = 0; i < n_assets; i++)
        if (!strcmp(assets[i].name, name))
            return &assets[i];
    return NULL;
}

static void serve_asset(const char *name, const struct request *r, struct answer *out)
{
    const struct asset *a = asset_find(name);

    if (!a) {
        answer_error(out, 404, "nothing is here");
        return;
    }
    out->status = 200;
    out->type = a->type;
    out->is_gzip = r->takes_gzip;
    out->bytes = r->takes_gzip ? a->packed : a->plain;
    out->len = r->takes_gzip ? a->packed_len : a->plain_len;
}

static void serve_session(struct web *w, const struct request *r, struct answer *out)
{
    struct body body;

    if (!body_take(&body, r, out))
        return;
    const char *token = body_text(&body, "token");
    if (token && guard_token_fits(&w->guard, token, strlen(token))) {
        out->status = 204;
        text_printf(&out->fields,
            "Set-Cookie: %s=%s; HttpOnly; SameSite=Strict; Path=/; Max-Age=%d\r\n", GUARD_COOKIE,
            w->guard.session, SESSION_S);
    } else {
        answer_error(out, 403, "that is not the token of this whytls");
    }
    body_fini(&body);
}

static const char *state_name(enum web_state state)
{
    return state == WEB_FINE ? "fine" : state == WEB_WARNING ? "warning" : "failing";
}

static void tell_health(const struct web_config *config, struct answer *out)
{
    const struct web_house *house = &config->house;
    char since[TIME_TEXT_CAP];
    struct json_out j;

    answer_json(out, &j);
    json_key(&j, "lines");
    json_array(&j);
    enum web_state state = house->health ? house->health(house->arg, &j) : WEB_FINE;
    json_array_end(&j);
    json_put_text(&j, "state", state_name(state));
    json_put_text(&j, "version", WHYTLS_VERSION);
    json_put_text(&j, "since", time_rfc3339_ms(since, config->since_ms));
    json_object_end(&j);
}

void api_health(struct desk *desk, const struct request *r, struct answer *out)
{
    (void)r;
    tell_health(desk_web(desk), out);
}

static void serve_metrics(
    struct web *w, const struct request *r, bool from_loopback, struct answer *out)
{
    const struct web_house *house = &w->config.house;

    if (!from_loopback && guard_key_of(&w->guard, r) == GUARD_NOBODY) {
        answer_error(out, 401, "from another machine it takes the token: Authorization: Bearer …");
        return;
    }
    out->status = 200;
    out->type = "text/plain; version=0.0.4; charset=utf-8";
    count_metrics(w->count, &out->body);
    if (house->metrics)
        house->metrics(house->arg, &out->body);
}

bool serve(struct web *w, const struct route *route, const struct request *r, bool from_loopback,
    struct answer *out)
{
    switch (route->kind) {
    case ROUTE_PAGE:
        if (guard_key_of(&w->guard, r) != GUARD_NOBODY && !guard_is_from_elsewhere(r))
            return false; /* with what it shows first */
        serve_asset("index.html", r, out);
        return true;
    case ROUTE_ASSET:
        serve_asset(r->parts[1], r, out);
        out->is_lasting = out->status == 200 && strcmp(r->parts[1], "index.html") != 0;
        return true;
    case ROUTE_SESSION:
        serve_session(w, r, out);
        return true;
    case ROUTE_HEALTH:
        tell_health(&w->config, out);
        return true;
    case ROUTE_METRICS:
        serve_metrics(w, r, from_loopback, out);
        return true;
    case ROUTE_LIVE:
    case ROUTE_DESK:
        return false;
    }
    return false;
}
