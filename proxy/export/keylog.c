/* export/keylog.c - secrets that were kept, as an NSS key log: they open what somebody else has
 * captured. */
#include "export_priv.h"

#include "flow/flow.h"
#include "tls/tape.h"

static bool write_flow(void *state, const struct leaving *l, struct text *out, struct err *e)
{
    (void)state;
    (void)e;
    for (int leg = 0; leg < 2; leg++)
        if (l->tape[leg])
            text_add_n(out, text_str(&l->tape[leg]->secrets), l->tape[leg]->secrets.len);
    return true;
}

const struct export_writer export_writer_keylog = {
    .name = "keylog",
    .type = "text/plain; charset=utf-8",
    .suffix = ".keylog",
    .wants_tapes = true,
    .flow = write_flow,
};
