/* http/decode.h - the beginning of a body as a reader would see it: content codings undone
 * (RFC 9110 §8.4.1: gzip, deflate; RFC 7932: br; RFC 8878: zstd), several in their order.
 *
 * Only ever a view: what goes on is what came. A view keeps at most `most` bytes, and no coding is
 * undone beyond DECODE_MOST bytes whatever a few bytes could be made to say. Pure. Used by
 * relay/. */
#ifndef WHYTLS_HTTP_DECODE_H
#define WHYTLS_HTTP_DECODE_H

#include <stdbool.h>
#include <stddef.h>

struct decode;

enum {
    DECODE_MOST = 4 * 1024 * 1024, /* undone of one body, by each coding */
    DECODE_CODINGS_MOST = 4,       /* more on one body are not undone */
    DECODE_WINDOW_MOST = 23,       /* bits: 8 MiB, what RFC 8878 §3.1.1.1.2 asks of a decoder */
};

/* `codings`: Content-Encoding, fields joined by commas; NULL or "identity": none. */
struct decode *decode_new(const char *codings, size_t most);
void decode_free(struct decode *d);
/* A piece of the body, framing left out. */
void decode_feed(struct decode *d, const void *bytes, size_t n);
/* There is no more to see than is seen already. */
bool decode_is_full(const struct decode *d);
/* What there is so far, NUL-terminated; borrowed until the next feed. */
const char *decode_view(const struct decode *d, size_t *len);
/* The view is all of what came so far. */
bool decode_is_whole(const struct decode *d);
/* Why it ends where it ends, or says nothing: "a coding that is not known here", "a body that is
 * not what its coding says"; NULL: no reason. */
const char *decode_why(const struct decode *d);

#endif
