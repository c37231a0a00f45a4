/* flow/said_json.c - what was said of a flow as JSON; declared in flow_json_priv.h. */
#include "flow_json_priv.h"

#include "flow.h"
#include "put_priv.h"

static void put_evidence(
    struct json_out *out, const char *key, const struct flow_evidence *rows, size_t n)
{
    put_list(out, key);
    for (size_t i = 0; i < n; i++) {
        json_object(out);
        json_put_text(out, "fact", rows[i].fact);
        json_put_text(out, "value", rows[i].value);
        json_put_int(out, "weight", rows[i].weight);
        json_put_text(out, "says", rows[i].says);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_ios(struct json_out *out, const struct flow_ios *ios)
{
    put_open(out, "ios");
    json_put_text(out, "safari", ios->safari);
    json_put_text(out, "app", ios->app);
    json_put_text(out, "text", ios->text);
    json_put_text(out, "grade", ios->grade);
    json_object_end(out);
}

void diagnosis_json(const struct flow *f, struct json_out *out)
{
    json_array(out);
    for (size_t i = 0; i < f->n_diagnosis; i++) {
        const struct flow_diagnosis *d = &f->diagnosis[i];

        json_object(out);
        json_put_text(out, "cause", d->cause);
        json_put_text(out, "leg", d->leg);
        json_put_text(out, "confidence", d->confidence);
        json_put_int(out, "score", d->score);
        json_put_text(out, "title", d->title);
        json_put_text(out, "why", d->why);
        put_evidence(out, "evidence", d->evidence, d->n_evidence);
        put_evidence(out, "against", d->against, d->n_against);
        put_ios(out, d->ios);
        put_texts(out, "device_fix", &d->device_fix);
        put_texts(out, "server_fix", &d->server_fix);
        json_put_text(out, "next_test", d->next_test);
        put_texts(out, "by", &d->by);
        json_object_end(out);
    }
    json_array_end(out);
}

void notes_json(const struct flow *f, struct json_out *out)
{
    json_array(out);
    for (size_t i = 0; i < f->n_notes; i++) {
        const struct flow_note *note = &f->notes[i];

        json_object(out);
        json_put_text(out, "code", note->code);
        json_put_text(out, "severity", note->severity);
        json_put_text(out, "leg", note->leg);
        json_put_text(out, "text", note->text);
        json_put_text(out, "by", note->by);
        put_open(out, "data");
        json_object_end(out);
        json_object_end(out);
    }
    json_array_end(out);
}
