#include "said.h"

#include "flow/spoken.h"
#include "http/decode.h"

bool said_body(const struct spoken_message *m, struct text *out)
{
    struct spoken_field field;
    struct text codings = {0};
    size_t len;

    if (spoken_field_find(&m->head, "Content-Encoding", &field))
        text_add_n(&codings, field.value, field.value_len);
    struct decode *d = decode_new(codings.len ? codings.at : NULL, SAID_BODY_MOST);
    decode_feed(d, text_str(&m->body), m->body.len);
    const char *view = decode_view(d, &len);
    text_add_n(out, view, len);
    bool whole = decode_is_whole(d) && !m->body_cut;
    decode_free(d);
    text_fini(&codings);
    return whole;
}
