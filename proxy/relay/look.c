#include "look.h"

#include <event2/buffer.h>

enum { PIECES = 16 };

void look_along(
    struct evbuffer *bytes, void (*see)(void *arg, const void *piece, size_t n), void *arg)
{
    struct evbuffer_iovec pieces[PIECES];
    struct evbuffer_ptr at;
    size_t seen = 0, all = evbuffer_get_length(bytes);

    while (seen < all) {
        evbuffer_ptr_set(bytes, &at, seen, EVBUFFER_PTR_SET);
        int n = evbuffer_peek(bytes, -1, &at, pieces, PIECES);

        for (int i = 0; i < n && i < PIECES; i++) {
            see(arg, pieces[i].iov_base, pieces[i].iov_len);
            seen += pieces[i].iov_len;
        }
    }
}
