/* tests/fuzz/websocket_fuzz.c - frames of a hostile end. The first byte: whose they are, what was
 * agreed upon, and how they are cut; the rest is also read as the value of
 * Sec-WebSocket-Extensions. However they are cut, the same must be counted and told. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wire/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void told(void *arg, const struct ws_message *m)
{
    struct text *t = arg;
    char *exact = malloc(m->view_len + 1); /* so that a length that lies is seen */

    if (m->view_len > WS_VIEW_MOST || (m->view && m->view[m->view_len] != '\0'))
        abort();
    memcpy(exact, m->view ? m->view : "", m->view ? m->view_len : 0);
    text_printf(t, "%d %d %d %llu %zu\n", m->text, m->cut, m->view != NULL,
        (unsigned long long)m->size, m->view_len);
    if (m->view)
        text_add_n(t, exact, m->view_len);
    free(exact);
}

static void run(struct text *t, uint8_t how, const uint8_t *bytes, size_t n, size_t step)
{
    struct ws_extensions agreed = {
        .deflate = how & 2, .fresh_from_client = how & 4, .others = (how & 0x18) == 0x18};
    struct ws_reader *r = ws_reader_new(how & 1 ? WS_SERVER : WS_CLIENT, &agreed, told, t);

    for (size_t at = 0; at < n; at += step) {
        size_t len = n - at < step ? n - at : step;
        uint8_t *exact = malloc(len);

        memcpy(exact, bytes + at, len);
        ws_reader_feed(r, exact, len);
        free(exact);
    }
    const struct ws_counts *c = ws_reader_counts(r);
    if (c->bytes > n || c->messages > c->frames || strlen(c->reason) > WS_REASON_MOST)
        abort();
    text_printf(t, "%llu %llu %llu %u %s %s", (unsigned long long)c->frames,
        (unsigned long long)c->messages, (unsigned long long)c->bytes, c->close,
        c->fault ? c->fault : "", c->reason);
    ws_reader_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text whole = {0}, cut = {0};

    if (size < 1)
        return 0;
    run(&whole, data[0], data + 1, size - 1, size);
    run(&cut, data[0], data + 1, size - 1, (size_t)(data[0] >> 5) + 1);
    if (whole.len != cut.len || memcmp(text_str(&whole), text_str(&cut), whole.len) != 0)
        abort();
    text_clear(&whole);
    text_add_n(&whole, (const char *)data, size);
    ws_extensions_read(text_str(&whole));
    text_fini(&whole);
    text_fini(&cut);
    return 0;
}
