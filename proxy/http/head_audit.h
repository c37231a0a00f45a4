/* http/head_audit.h - what a parser must not be trusted with: the separators of a head, and its
 * deviations by name.
 *
 * The scan goes over bytes as they arrive and finds where the head ends. Bare CR, bare LF and NUL
 * refuse the message at once: where one recipient sees a line end and another does not, requests
 * are smuggled (RFC 9112 §11.2; CVE-2023-30589, CVE-2025-23167 in llhttp). The audit then looks at
 * the whole head and names what else deviates.
 *
 * Pure. Used by h1.c. */
#ifndef WHYTLS_HTTP_HEAD_AUDIT_H
#define WHYTLS_HTTP_HEAD_AUDIT_H

#include <stdbool.h>
#include <stddef.h>

enum head_scan_result {
    HEAD_SCAN_MORE = 0,
    HEAD_SCAN_END,
    HEAD_SCAN_BARE_CR,
    HEAD_SCAN_BARE_LF,
    HEAD_SCAN_NUL
};

/* Zero-initialised at the start of a head. */
struct head_scan {
    size_t len;      /* bytes seen */
    size_t lead;     /* of them: empty lines before the first line */
    size_t line_len; /* of the current line */
    bool after_cr;
};

/* Takes up to n bytes. END: the head ends after scan->len bytes, its empty line included.
 * `trailer`: an empty first line is the end, as in a trailer section, not a line to be skipped. */
enum head_scan_result head_scan(struct head_scan *scan, const char *bytes, size_t n, bool trailer);
/* "a bare CR in the head (RFC 9112 §2.2)"; NULL for MORE and END. */
const char *head_scan_why(enum head_scan_result result);

enum { HEAD_FINDINGS_MOST = 16 };

struct head_audit {
    const char *findings[HEAD_FINDINGS_MOST]; /* static texts, each once */
    size_t n_findings;
    const char *refused;             /* a static text, or NULL: the message may go on */
    bool plain_method, plain_target; /* of a request: llhttp will know what to do with it */
    bool mended;    /* a response that must not go on as it came (RFC 9112 §5.1, §5.2) */
    bool odd_names; /* a response has fields that llhttp would refuse by name; see head_has_odd_name
                     */
};

/* The whole head as head_scan found it, without leading empty lines. */
void head_audit(const char *head, size_t len, bool request, struct head_audit *out);

/* A trailer section as head_scan found it, behind a CRLF of the caller's. Some recipients merge it
 * into the head: nothing that a head may not say twice passes. */
void head_audit_trailer(const char *trailer, size_t len, struct head_audit *out);

/* One field line, with its folded continuations, out of a head that was scanned: *line and
 * *line_len without the last CRLF. `at` goes from line to line, starting behind the first line;
 * false at the empty one. */
bool head_next_line(const char *head, size_t len, size_t *at, const char **line, size_t *line_len);
/* The name of a field line is no token, a blank before the colon included. */
bool head_has_odd_name(const char *line, size_t n);
/* RFC 9110 §5.6.2 */
bool head_is_token(const char *s, size_t n);

#endif
