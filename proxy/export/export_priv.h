/* export/export_priv.h - what the writers of the forms share. Private to export/. */
#ifndef WHYTLS_EXPORT_EXPORT_PRIV_H
#define WHYTLS_EXPORT_EXPORT_PRIV_H

#include "export.h"

struct cert;
struct flow;
struct flow_exchange;
struct json_out;
struct spoken;
struct spoken_message;
struct tape;

/* A flow on its way out; all borrowed for the call. */
struct leaving {
    const struct flow *flow;     /* out of its record, redacted unless raw */
    const struct text *record;   /* the same as JSON */
    const struct spoken *spoken; /* as it was said; NULL: nothing was kept */
    struct tape *const *tape;    /* of both legs, when raw and wanted; each may be NULL */
    struct flow_look *look;
    bool raw, chains;
    int64_t now_ms;
};

/* One form. Any function but `flow` may be NULL. `state` is made by `begin` and freed by `end`. */
struct export_writer {
    const char *name, *type, *suffix;
    bool wants_spoken, wants_tapes;
    bool wants_report; /* not each flow, but those of one host (report.c) */
    void *(*begin)(struct text *out);
    bool (*flow)(void *state, const struct leaving *l, struct text *out, struct err *e);
    void (*end)(void *state, struct text *out);
    void (*drop)(void *state); /* instead of `end`, when nobody wants the rest */
};

extern const struct export_writer export_writer_jsonl, export_writer_har, export_writer_csv,
    export_writer_pcapng, export_writer_keylog, export_writer_curl, export_writer_html,
    export_writer_markdown;

/* message.c - what is told of a message. */
/* The message of that exchange; NULL: nothing of it was kept. */
const struct spoken_message *leaving_message(const struct leaving *l, size_t n, int side);
/* Calls `each` for every field of a head, its value redacted unless raw. */
void message_fields(const struct spoken_message *m, bool raw,
    void (*each)(void *arg, const char *name, const char *value), void *arg);
/* The first value of that name, redacted unless raw; false: there is none. */
bool message_field(const struct spoken_message *m, const char *name, bool raw, struct text *out);
/* The body, codings undone, redacted unless raw. *whole: it is all there was. */
void message_body(const struct spoken_message *m, bool raw, struct text *out, bool *whole);
/* UTF-8 without control characters, so that JSON can carry it as it is. */
bool bytes_are_text(const struct text *bytes);
/* "HTTP/1.1", "HTTP/2"; as the head says, else as the legs agreed. */
void message_version(const struct leaving *l, const struct spoken_message *m, struct text *out);
/* "OK" of "HTTP/1.1 200 OK". */
void message_reason(const struct spoken_message *m, struct text *out);
/* {"text"|"base64","type","size","cut"}, or null when none was kept. */
void message_body_json(const struct spoken_message *m, bool raw, int64_t size, struct json_out *j);

/* record.c - the record with its credentials taken out. */
bool record_redact(const char *json, size_t len, struct text *out, struct err *e) MUST_USE;

/* leaving.c - one flow out of the store. */
struct exported {
    struct flow *flow; /* owned */
    struct text record;
    struct spoken *spoken; /* owned; may be NULL */
    struct tape *tape[2];  /* owned; may be NULL */
};
/* *found: it is there still. */
bool exported_read(struct flow_look *look, int64_t seq, bool raw, bool with_spoken,
    struct exported *out, bool *found, struct err *e) MUST_USE;
/* Its tapes as well. */
bool exported_read_tapes(
    struct flow_look *look, int64_t seq, struct exported *x, struct err *e) MUST_USE;
void exported_fini(struct exported *x);
/* Why it went wrong, in one sentence; NULL: it did not, or nobody knows. */
const char *leaving_why(const struct flow *f);
/* The certificate of that fingerprint; NULL: the store has none, or it cannot be read. The caller
 * unrefs it. */
const struct cert *leaving_certificate(const struct leaving *l, const char *sha256);

#endif
