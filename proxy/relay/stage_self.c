/* relay/stage_self.c - a request to whytls itself is answered, and the connection ends with it. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <string.h>

#include "base/text.h"
#include "flow/facts.h"
#include "http/h1.h"
#include "self.h"

static const char *path_of(const char *target)
{
    if (strncasecmp(target, "http://", 7) != 0)
        return target;
    const char *path = target + 7 + strcspn(target + 7, "/?#");
    return *path ? path : "/";
}

enum stage stage_self(struct relay *r)
{
    const struct h1_head *head = h1_head(r->h1[LEG_CLIENT]);
    struct text out = {0};

    r->flow->entry = "self";
    flow_set_agent(r->flow, h1_field(head, "User-Agent"));
    if (!r->flow->target->host)
        flow_set_target(r->flow, "whytls.test", 80, "url");
    self_answer(relay_world(r)->ca, head->method, path_of(head->target), &out);
    size_t n = out.len;
    if (strcmp(head->method, "HEAD") == 0) {
        const char *end = strstr(text_str(&out), "\r\n\r\n");

        n = end ? (size_t)(end - text_str(&out)) + 4 : n;
    }
    evbuffer_add(side_out(&r->side[LEG_CLIENT]), text_str(&out), n);
    side_flush(&r->side[LEG_CLIENT]);
    text_fini(&out);
    return STAGE_DRAIN;
}
