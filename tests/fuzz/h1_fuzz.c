/* tests/fuzz/h1_fuzz.c - HTTP/1 heads and framing, both directions. The first byte chooses the
 * side, whether HEAD was asked, and how the rest is cut; however it is cut, the codec has to say
 * the same, and bytes may not be made up. */
#include <event2/buffer.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/h1.h"
#include "http/head_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
    struct text text;
    size_t heads, out, left;
};

static void tell_head(struct told *t, struct h1 *h)
{
    const struct h1_head *head = h1_head(h);
    struct evbuffer *forwarded = evbuffer_new();
    const char *const *findings;

    t->heads += head->raw_len;
    text_printf(&t->text, "head %s %s %d %s %d %lld\n", head->method, head->target, head->status,
        head->reason, head->has_body, (long long)head->content_length);
    for (size_t i = 0; i < head->n_fields; i++)
        text_printf(&t->text, "%s=%s\n", head->fields[i].name, head->fields[i].value);
    size_t n = h1_findings(h, &findings);
    for (size_t i = 0; i < n; i++)
        text_add(&t->text, findings[i]);
    head_forward_request(head, forwarded);
    evbuffer_free(forwarded);
}

/* False: nothing more will be said. */
static bool events(struct told *t, struct h1 *h, struct evbuffer *in, struct evbuffer *out)
{
    for (;;) {
        enum h1_event event = h1_next(h, in, out);

        switch (event) {
        case H1_NEED_MORE:
            return true;
        case H1_HEAD:
            tell_head(t, h);
            break;
        case H1_BODY:
            break;
        case H1_END:
            text_printf(&t->text, "end %llu\n", (unsigned long long)h1_body_bytes(h));
            break;
        case H1_UPGRADED:
            text_add(&t->text, "upgraded\n");
            return false;
        case H1_BAD:
            /* Of two faults in one piece, the cut decides which is met first: the reason is not
             * compared. */
            text_add(&t->text, "bad\n");
            if (!strstr(h1_why(h), "(RFC "))
                abort();
            return false;
        }
    }
}

static void run(struct told *t, unsigned how, const uint8_t *data, size_t size, size_t step)
{
    struct h1 *h = h1_new(how & 1 ? H1_RESPONSES : H1_REQUESTS);
    struct evbuffer *in = evbuffer_new(), *out = evbuffer_new();
    bool more = true;

    if (how & 1) {
        h1_expect(h, how & 2 ? "HEAD" : how & 4 ? "CONNECT" : "GET");
        h1_expect(h, "GET");
    }
    for (size_t at = 0; at < size && more; at += step) {
        evbuffer_add(in, data + at, size - at < step ? size - at : step);
        more = events(t, h, in, out);
    }
    if (more)
        text_printf(&t->text, "finish %d\n", h1_finish(h));
    /* What was in order of a broken message may or may not have gone out before the break was seen.
     */
    t->out = h1_next(h, in, out) == H1_BAD ? 0 : evbuffer_get_length(out);
    t->left = evbuffer_get_length(in);
    evbuffer_free(in);
    evbuffer_free(out);
    h1_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct told whole = {0}, cut = {0};

    if (size < 2)
        return 0;
    run(&whole, data[0], data + 1, size - 1, size);
    run(&cut, data[0], data + 1, size - 1, (size_t)(data[0] >> 3) + 1);
    if (strcmp(text_str(&whole.text), text_str(&cut.text)) != 0 || whole.out != cut.out)
        abort();
    if (whole.heads + whole.out + whole.left > size)
        abort();
    text_fini(&whole.text);
    text_fini(&cut.text);
    return 0;
}
