/* relay/page.h - the reason page: what a browser gets when the site behind the proxy was refused.
 *
 * Pure. The host owns the page's origin, so nothing of ours stands there that it might not read: no
 * token, no device, no address of the UI. No script, no link, no form, no outside resource;
 * everything from the wire is made harmless. Uses flow/, base/. Used by stage_page.c. */
#ifndef WHYTLS_RELAY_PAGE_H
#define WHYTLS_RELAY_PAGE_H

#include <stddef.h>

#include "base/text.h"
#include "flow/flow.h"

/* It fits the first flight of a connection (RFC 6928: ten segments), unless a hostile name is all
 * escapes. */
enum { PAGE_BYTES_USUAL = 14 * 1024 };

/* Appends the document, whatever is known of the flow. */
void page_write(const struct flow *f, struct text *html);
enum { PAGE_FIELDS = 8 };

struct page_head {
    struct flow_header at[PAGE_FIELDS]; /* borrowed from the flow, or static */
    size_t n;
    char length[24];
};

/* The fields of the response that carries it: 502 (RFC 9110 §15.6.3). */
void page_fields(const struct flow *f, size_t body_len, struct page_head *out);
/* Appends the head of the HTTP/1.1 response that carries it, with the empty line: 502 (RFC 9110
 * §15.6.3). */
void page_head(const struct flow *f, size_t body_len, struct text *head);

#endif
