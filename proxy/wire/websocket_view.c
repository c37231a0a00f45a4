#include "websocket_view.h"

#include <string.h>

#include <zlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "websocket.h"

enum { STEP = 4096 };

struct ws_view {
    struct text text; /* at most WS_VIEW_MOST */
    bool fresh, deflated, cut;
    bool blind; /* this message cannot be seen through */
    /* Nor can any later one that is deflated: the window was lost. */
    bool lost;
    bool inflating; /* z was initialised */
    size_t inflated;
    z_stream z;
};

struct ws_view *ws_view_new(bool fresh)
{
    struct ws_view *v = mem_new(sizeof *v);

    v->fresh = fresh;
    return v;
}

void ws_view_free(struct ws_view *v)
{
    if (!v)
        return;
    if (v->inflating)
        inflateEnd(&v->z);
    text_fini(&v->text);
    mem_free(v);
}

/* RFC 7692 §7.1.2: any window that may be agreed upon is within 15 bits; raw deflate. */
static bool start_inflating(struct ws_view *v)
{
    if (!v->inflating)
        v->inflating = inflateInit2(&v->z, -15) == Z_OK;
    else if (v->fresh)
        return inflateReset(&v->z) == Z_OK;
    return v->inflating;
}

void ws_view_begin(struct ws_view *v, bool deflated)
{
    if (v->text.cap > STEP)
        text_fini(&v->text); /* a large one is not kept for the life of the connection */
    text_clear(&v->text);
    v->deflated = deflated;
    v->cut = false;
    v->inflated = 0;
    v->blind = deflated && (v->lost || !start_inflating(v));
}

static void keep(struct ws_view *v, const void *bytes, size_t n)
{
    size_t room = WS_VIEW_MOST - v->text.len;

    if (n > room) {
        v->cut = true;
        n = room;
    }
    if (n > 0)
        text_add_n(&v->text, bytes, n);
}

static void go_blind(struct ws_view *v)
{
    v->blind = true;
    v->lost = !v->fresh;
}

static void inflate_more(struct ws_view *v, const uint8_t *bytes, size_t n)
{
    uint8_t out[STEP];

    v->z.next_in = (z_const Bytef *)(uintptr_t)bytes;
    v->z.avail_in = (uInt)n;
    while (!v->blind) {
        v->z.next_out = out;
        v->z.avail_out = sizeof out;
        int result = inflate(&v->z, Z_SYNC_FLUSH);
        size_t got = sizeof out - v->z.avail_out;

        keep(v, out, got);
        v->inflated += got;
        if ((result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) ||
            v->inflated > WS_INFLATE_MOST)
            go_blind(v);
        else if (result == Z_STREAM_END) /* RFC 7692 §7.2.3.5: a final block may end a message */
            inflateReset(&v->z);
        if (got < sizeof out && v->z.avail_in == 0)
            return;
        if (got == 0 && result == Z_BUF_ERROR)
            return;
    }
}

void ws_view_add(struct ws_view *v, const uint8_t *bytes, size_t n)
{
    if (v->blind || n == 0)
        return;
    if (v->deflated)
        inflate_more(v, bytes, n);
    else
        keep(v, bytes, n);
}

const char *ws_view_end(struct ws_view *v, size_t *len, bool *cut)
{
    /* RFC 7692 §7.2.2: the sender took these away. */
    static const uint8_t tail[] = {0x00, 0x00, 0xff, 0xff};

    if (v->deflated)
        ws_view_add(v, tail, sizeof tail);
    *len = v->text.len;
    *cut = v->cut;
    /* What was inflated before a message proved too large is a view all the same. */
    if (v->blind && v->inflated <= WS_INFLATE_MOST)
        return NULL;
    return text_str(&v->text);
}
