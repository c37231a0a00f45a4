/* relay/stage_page.c - the site is not relayed: one request is answered with the reason page
 * (status 502), so that the person at the phone reads what a developer would have to dig for. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <string.h>

#include "base/text.h"
#include "http/h1.h"
#include "page.h"

static void send_page(struct relay *r)
{
    struct evbuffer *out = side_out(&r->side[LEG_CLIENT]);
    struct text head = {0}, body = {0};

    page_write(r->flow, &body);
    page_head(r->flow, body.len, &head);
    evbuffer_add(out, text_str(&head), head.len);
    if (!r->head_request)
        evbuffer_add(out, text_str(&body), body.len);
    side_flush(&r->side[LEG_CLIENT]);
    text_fini(&head);
    text_fini(&body);
    r->page_sent = true;
    if (r->flow->n_exchanges > 0)
        r->flow->exchanges[r->flow->n_exchanges - 1].status = 502;
}

/* Is there a request to answer? Else the next stage is in *next. */
static bool read_request(struct relay *r, enum stage *next)
{
    struct side *client = &r->side[LEG_CLIENT];

    if (!r->h1[LEG_CLIENT])
        r->h1[LEG_CLIENT] = h1_new(H1_REQUESTS);
    enum h1_event event =
        r->head_waits ? H1_HEAD : h1_next(r->h1[LEG_CLIENT], side_in(client), NULL);
    if (event == H1_HEAD) {
        const struct h1_head *head = h1_head(r->h1[LEG_CLIENT]);

        r->head_waits = false;
        r->head_request = strcmp(head->method, "HEAD") == 0;
        message_request(r, head);
        return true;
    }
    if (event == H1_BAD || relay_is_draining(r))
        *next = STAGE_DRAIN;
    else if (side_has_ended(client))
        *next = client_gone(r);
    else
        *next = STAGE_PAGE;
    return false;
}

static bool is_h2(const struct relay *r)
{
    const struct leg *leg = r->side[LEG_CLIENT].leg;

    return leg && strcmp(leg_facts(leg)->alpn, "h2") == 0;
}

enum stage stage_page(struct relay *r)
{
    enum stage next;

    side_pump(&r->side[LEG_CLIENT]);
    note_acceptance(r);
    if (is_h2(r))
        return talk_h2(r);
    if (!r->page_now && !read_request(r, &next))
        return next;
    send_page(r);
    return STAGE_DRAIN;
}
