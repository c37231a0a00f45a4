/* export/leaving.c - one flow out of the store. */
#include "export_priv.h"

#include "cert/facts.h"
#include "flow/flow.h"
#include "flow/flow_read.h"
#include "flow/outcome.h"
#include "flow/spoken.h"
#include "store/flow_look.h"
#include "tls/tape.h"

static bool record_read(
    struct flow_look *look, int64_t seq, bool raw, struct text *out, bool *found, struct err *e)
{
    struct text whole = {0};

    if (raw)
        return flow_look_record_at(look, seq, out, found, e);
    bool fine = flow_look_record_at(look, seq, &whole, found, e) &&
                (!*found || record_redact(text_str(&whole), whole.len, out, e));
    text_fini(&whole);
    return fine;
}

bool exported_read(struct flow_look *look, int64_t seq, bool raw, bool with_spoken,
    struct exported *out, bool *found, struct err *e)
{
    *out = (struct exported){0};
    bool fine = record_read(look, seq, raw, &out->record, found, e);

    if (fine && *found)
        fine = (out->flow = flow_read(text_str(&out->record), out->record.len, e)) &&
               (!with_spoken || flow_look_spoken(look, seq, &out->spoken, e));
    if (!fine || !*found)
        exported_fini(out);
    return fine;
}

bool exported_read_tapes(struct flow_look *look, int64_t seq, struct exported *x, struct err *e)
{
    return flow_look_tapes(look, seq, x->tape, e);
}

void exported_fini(struct exported *x)
{
    flow_free(x->flow);
    spoken_free(x->spoken);
    tape_free(x->tape[0]);
    tape_free(x->tape[1]);
    text_fini(&x->record);
    *x = (struct exported){0};
}

const char *leaving_why(const struct flow *f)
{
    if (f->n_diagnosis)
        return f->diagnosis[0].title;
    return flow_has_failed(f) || flow_is_refused(f) ? flow_sentence(f) : NULL;
}

const struct cert *leaving_certificate(const struct leaving *l, const char *sha256)
{
    const struct cert *cert = NULL;
    struct text der = {0};
    bool found;

    if (sha256 && flow_look_certificate(l->look, sha256, &der, &found, NULL) && found)
        cert = cert_share((const uint8_t *)der.at, der.len, NULL);
    text_fini(&der);
    return cert;
}
