/* tests/export/archive.h - a store with three flows to be exported: a fine one with all that was
 * said, one with an expired certificate, one that came to no exchange. */
#ifndef WHYTLS_TESTS_EXPORT_ARCHIVE_H
#define WHYTLS_TESTS_EXPORT_ARCHIVE_H

#include "export.h"
#include "flow/spoken.h"
#include "store/traffic.h"

static inline void archive_say(
    struct flow *f, size_t n, enum spoken_side side, const char *head, const char *body)
{
    if (!f->spoken)
        f->spoken = spoken_new();
    spoken_head(f->spoken, n, side, head, strlen(head));
    if (body)
        spoken_body(f->spoken, n, side, body, strlen(body));
}

static inline struct flow *archive_talking(void)
{
    struct flow *f = traffic_flow("one", "a.example");

    f->exchanges[0].url = "https://a.example/login?code=geheim&x=<b>";
    f->exchanges[0].method = "POST";
    f->exchanges[0].status = 200;
    archive_say(f, 0, SPOKEN_REQUEST,
        "POST /login?code=geheim&x=<b> HTTP/1.1\r\nHost: a.example\r\nCookie: sid=geheim\r\n"
        "Content-Type: application/json\r\n\r\n",
        "{\"password\":\"geheim\",\"note\":\"it's</script>\"}");
    archive_say(f, 0, SPOKEN_RESPONSE,
        "HTTP/1.1 200 All Right\r\nContent-Type: text/html\r\nSet-Cookie: sid=geheim; Path=/\r\n"
        "\r\n",
        "<p>hello</p>");
    return f;
}

/* An expired certificate, and the chain that the store has of it. */
static inline struct flow *archive_faulty(const char *id, const char *host)
{
    struct flow *f = sample_expired();

    f->id = flow_text(f, id);
    f->target->host = flow_text(f, host);
    for (size_t i = 0; i < f->server_leg->n_chain; i++)
        f->server_leg->chain[i].sha256 = flow_text(f, i ? "b2" : "a1");
    return f;
}

static inline struct flow_look *archive_open(void **state)
{
    struct flow *f[] = {archive_talking(), archive_faulty("two", "api.shop.example.com"),
        traffic_flow("three", "c.example")};
    struct database *db = traffic_opened(*state);

    f[2]->n_exchanges = 0;
    traffic_add(db, f, 3);
    return flow_look_new(db);
}

/* The whole of an export. */
static inline void archive_write(
    struct flow_look *look, const struct export_ask *ask, struct text *out)
{
    struct err e = {0};
    struct export *x = export_begin(look, ask, &e);
    bool more = true;

    if (!x)
        fail_msg("%s", e.text);
    while (more)
        if (!export_next(x, out, &more, &e))
            fail_msg("%s", e.text);
    export_end(x);
}

#endif
