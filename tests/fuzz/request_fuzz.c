/* The target and the head of a request to the web UI: taken apart, routed, its key looked at. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <event2/buffer.h>

#include "guard.h"
#include "http/h1.h"
#include "net/addr.h"
#include "request.h"
#include "route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct h1_head *head)
{
    static struct guard guard = {.token = "0123456789012345678901234567890123456789abc",
        .session = "abcdefghijabcdefghijabcdefghijabcdefghij012"};
    struct request r;
    size_t len;
    int64_t n;
    bool other;

    if (!addr_parse("127.0.0.1:8081", -1, &guard.at))
        __builtin_trap();
    if (request_read(&r, head)) {
        for (size_t i = 0; i < r.n_parts; i++)
            if (!strcmp(r.parts[i], "..") || !*r.parts[i])
                __builtin_trap();
        route_find(&r, &other);
        if (guard_host_is_ours(&guard, r.host) && guard_key_of(&guard, &r) == GUARD_NOBODY)
            guard_origin_is_ours(&guard, r.origin, r.host);
        request_cookie(&r, "whytls", &len);
        if (request_number(&r, "limit", 1, 1000, &n) && (n < 0 || n > 1000))
            __builtin_trap();
    }
    request_fini(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct evbuffer *in = evbuffer_new();
    struct h1 *h = h1_new(H1_REQUESTS);

    evbuffer_add(in, data, size);
    for (enum h1_event event; (event = h1_next(h, in, NULL)) != H1_NEED_MORE;) {
        if (event == H1_HEAD)
            look_at(h1_head(h));
        if (event == H1_BAD || event == H1_UPGRADED)
            break;
    }
    h1_free(h);
    evbuffer_free(in);
    return 0;
}
