#include "decode.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"
#include "base/text.h"

enum { STEP = 8192 };

enum coding { CODING_ZLIB = 0, CODING_GZIP, CODING_BR, CODING_ZSTD };

/* One coding; its output is the next one's input. */
struct stage {
    enum coding coding;
    bool begun, over;
    size_t made;
    z_stream z;
    BrotliDecoderState *br;
    ZSTD_DStream *zstd;
};

struct decode {
    struct stage stage[DECODE_CODINGS_MOST]; /* as they are undone: the last one named first */
    size_t n;
    struct text text;
    size_t most;
    bool cut;
    const char *why;
};

static bool is(const char *s, size_t n, const char *name)
{
    return strlen(name) == n && strncasecmp(s, name, n) == 0;
}

static bool coding_named(const char *s, size_t n, enum coding *out)
{
    if (is(s, n, "gzip") || is(s, n, "x-gzip"))
        *out = CODING_GZIP;
    else if (is(s, n, "deflate"))
        *out = CODING_ZLIB;
    else if (is(s, n, "br"))
        *out = CODING_BR;
    else if (is(s, n, "zstd"))
        *out = CODING_ZSTD;
    else
        return false;
    return true;
}

static void stop(struct decode *d, const char *why)
{
    if (!d->why)
        d->why = why;
}

static void name_codings(struct decode *d, const char *codings)
{
    while (codings && *codings) {
        codings += strspn(codings, ", \t");
        size_t n = strcspn(codings, ", \t");
        enum coding coding;

        if (n == 0 || is(codings, n, "identity")) {
            codings += n;
            continue;
        }
        if (d->n == DECODE_CODINGS_MOST) {
            stop(d, "more codings than are undone here");
            return;
        }
        if (!coding_named(codings, n, &coding)) {
            stop(d, "a coding that is not known here");
            return;
        }
        memmove(d->stage + 1, d->stage, d->n++ * sizeof d->stage[0]);
        d->stage[0] = (struct stage){.coding = coding};
        codings += n;
    }
}

struct decode *decode_new(const char *codings, size_t most)
{
    struct decode *d = mem_new(sizeof *d);

    d->most = most;
    name_codings(d, codings);
    return d;
}

static void stage_end(struct stage *s)
{
    if (!s->begun)
        return;
    if (s->coding == CODING_ZLIB || s->coding == CODING_GZIP)
        inflateEnd(&s->z);
    if (s->br)
        BrotliDecoderDestroyInstance(s->br);
    ZSTD_freeDStream(s->zstd);
}

void decode_free(struct decode *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->n; i++)
        stage_end(&d->stage[i]);
    text_fini(&d->text);
    mem_free(d);
}

static void keep(struct decode *d, const uint8_t *bytes, size_t n)
{
    size_t room = d->most - d->text.len;

    if (n > room) {
        d->cut = true;
        n = room;
    }
    if (n > 0)
        text_add_n(&d->text, (const char *)bytes, n);
}

/* RFC 9110 §8.4.1.2: deflate is a zlib stream, and some servers send it without its wrapping. A
 * zlib header is a multiple of 31 whose low half says 8 (RFC 1950 §2.2). */
static int zlib_bits(const struct stage *s, uint8_t first)
{
    if (s->coding == CODING_GZIP)
        return 15 + 16;
    return (first & 0x0f) == 8 && (first >> 4) <= 7 ? 15 : -15;
}

static bool begin(struct stage *s, uint8_t first)
{
    s->begun = true;
    switch (s->coding) {
    case CODING_ZLIB:
    case CODING_GZIP:
        return inflateInit2(&s->z, zlib_bits(s, first)) == Z_OK;
    case CODING_BR:
        s->br = BrotliDecoderCreateInstance(NULL, NULL, NULL);
        return s->br != NULL;
    case CODING_ZSTD:
        s->zstd = ZSTD_createDStream();
        return s->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(
                              s->zstd, ZSTD_d_windowLogMax, DECODE_WINDOW_MOST));
    }
    return false;
}

/* One step of a coding: takes from *in, makes *made bytes into `out`. False: it is none of that
 * coding. */
static bool step_zlib(
    struct stage *s, const uint8_t **in, size_t *n, uint8_t out[static STEP], size_t *made)
{
    s->z.next_in = (z_const Bytef *)(uintptr_t)*in;
    s->z.avail_in = (uInt)*n;
    s->z.next_out = out;
    s->z.avail_out = STEP;
    int result = inflate(&s->z, Z_NO_FLUSH);

    *in += *n - s->z.avail_in;
    *n = s->z.avail_in;
    *made = STEP - s->z.avail_out;
    if (result == Z_STREAM_END && s->coding == CODING_GZIP)
        return inflateReset(&s->z) == Z_OK; /* RFC 1952 §2.2: members one after the other */
    s->over = result == Z_STREAM_END;
    return result == Z_OK || result == Z_BUF_ERROR || result == Z_STREAM_END;
}

static bool step_br(
    struct stage *s, const uint8_t **in, size_t *n, uint8_t out[static STEP], size_t *made)
{
    size_t room = STEP;
    BrotliDecoderResult result = BrotliDecoderDecompressStream(s->br, n, in, &room, &out, NULL);

    *made = STEP - room;
    s->over = result == BROTLI_DECODER_RESULT_SUCCESS;
    return result != BROTLI_DECODER_RESULT_ERROR;
}

static bool step_zstd(
    struct stage *s, const uint8_t **in, size_t *n, uint8_t out[static STEP], size_t *made)
{
    ZSTD_inBuffer from = {.src = *in, .size = *n};
    ZSTD_outBuffer to = {.dst = out, .size = STEP};
    size_t result = ZSTD_decompressStream(s->zstd, &to, &from);

    *in += from.pos;
    *n -= from.pos;
    *made = to.pos;
    return !ZSTD_isError(result);
}

static bool step(
    struct stage *s, const uint8_t **in, size_t *n, uint8_t out[static STEP], size_t *made)
{
    switch (s->coding) {
    case CODING_ZLIB:
    case CODING_GZIP:
        return step_zlib(s, in, n, out, made);
    case CODING_BR:
        return step_br(s, in, n, out, made);
    case CODING_ZSTD:
        return step_zstd(s, in, n, out, made);
    }
    return false;
}

static void pass(struct decode *d, size_t i, const uint8_t *bytes, size_t n);

/* What one coding makes goes to the next, by pieces of STEP; so at most DECODE_CODINGS_MOST of them
 * are on the stack. */
static void undo(struct decode *d, size_t i, const uint8_t *bytes, size_t n)
{
    struct stage *s = &d->stage[i];
    uint8_t out[STEP];
    size_t made = STEP;

    if (!s->begun && !begin(s, bytes[0])) {
        stop(d, "no memory for this coding");
        return;
    }
    while (!decode_is_full(d) && !s->over && (n > 0 || made == STEP)) {
        size_t before = n;

        if (!step(s, &bytes, &n, out, &made)) {
            stop(d, "a body that is not what its coding says");
            made = 0;
        }
        s->made += made;
        if (made > 0)
            pass(d, i + 1, out, made);
        if (s->made > DECODE_MOST)
            stop(d, "a body that grows beyond all measure");
        if (made == 0 && n == before)
            return;
    }
}

static void pass(struct decode *d, size_t i, const uint8_t *bytes, size_t n)
{
    if (i == d->n)
        keep(d, bytes, n);
    else
        undo(d, i, bytes, n);
}

void decode_feed(struct decode *d, const void *bytes, size_t n)
{
    if (n > 0 && decode_is_full(d))
        d->cut = true;
    else if (n > 0)
        pass(d, 0, bytes, n);
}

bool decode_is_full(const struct decode *d)
{
    return d->why || d->cut;
}

const char *decode_view(const struct decode *d, size_t *len)
{
    *len = d->text.len;
    return text_str(&d->text);
}

bool decode_is_whole(const struct decode *d)
{
    return !d->why && !d->cut;
}

const char *decode_why(const struct decode *d)
{
    return d->why;
}
