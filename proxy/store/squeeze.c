#include "squeeze.h"

#include <stdlib.h>

#include <zstd.h>

#include "base/mem.h"

struct squeeze {
    ZSTD_CCtx *packing;
    ZSTD_DCtx *unpacking;
};

struct squeeze *squeeze_new(const void *dictionary, size_t len)
{
    struct squeeze *s = mem_new(sizeof *s);

    s->packing = ZSTD_createCCtx();
    s->unpacking = ZSTD_createDCtx();
    if (!s->packing || !s->unpacking)
        abort(); /* no memory: as in base/mem.h */
    ZSTD_CCtx_setParameter(s->packing, ZSTD_c_compressionLevel, SQUEEZE_LEVEL);
    /* The file has one dictionary, which its name in each record would only lengthen. */
    ZSTD_CCtx_setParameter(s->packing, ZSTD_c_dictIDFlag, 0);
    ZSTD_CCtx_loadDictionary(s->packing, dictionary, len);
    ZSTD_DCtx_loadDictionary(s->unpacking, dictionary, len);
    return s;
}

void squeeze_free(struct squeeze *s)
{
    if (!s)
        return;
    ZSTD_freeCCtx(s->packing);
    ZSTD_freeDCtx(s->unpacking);
    mem_free(s);
}

bool squeeze_pack(struct squeeze *s, const char *bytes, size_t len, struct text *out, struct err *e)
{
    size_t bound = ZSTD_compressBound(len), before = out->len;
    char *small = text_more(out, bound);
    size_t n = ZSTD_compress2(s->packing, small, bound, bytes, len);

    text_cut(out, before + (ZSTD_isError(n) ? 0 : n));
    return !ZSTD_isError(n) ||
           err_set(e, ERR_SYSTEM, "cannot pack a record: %s", ZSTD_getErrorName(n));
}

bool squeeze_unpack(
    struct squeeze *s, const void *bytes, size_t len, struct text *out, struct err *e)
{
    unsigned long long whole = ZSTD_getFrameContentSize(bytes, len);

    /* The two errors of that function are larger than any size. */
    if (whole > SQUEEZE_MOST)
        return err_set(e, ERR_INPUT, "a record in the store is broken");
    size_t before = out->len;
    char *large = text_more(out, (size_t)whole);
    bool fine = ZSTD_decompressDCtx(s->unpacking, large, (size_t)whole, bytes, len) == whole;
    if (!fine)
        text_cut(out, before);
    return fine || err_set(e, ERR_INPUT, "a record in the store is broken");
}
