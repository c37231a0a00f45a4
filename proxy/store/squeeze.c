#include "squeeze.h"

#include <stdlib.h>

#include <zstd.h>

#include "base/mem.h"

/* LEVEL: lower ones save no time with records of some 3 KiB, only room is lost. */
enum { LEVEL = 3 };

/* The record of a failing flow and of a fine one, with the values left out; what is commonest
 * stands at the end, where matches are cheapest. A file keeps the dictionary that it was begun
 * with, so this may change. */
const char squeeze_common[] =
    "\"diagnosis\":[{\"cause\":\"cert-expired-leaf\",\"leg\":\"server\",\"confidence\":\"like"
    "ly\",\"score\":6,\"title\":\",\"why\":\",\"evidence\":[{\"fact\":\"checks.TemporalValidi"
    "ty@0\",\"value\":\"fails at certificate 0\",\"weight\":3,\"says\":\"},{\"fact\":\"server"
    "_leg.chain.leaf.not_after\",\"value\":\"2026-11-11T14:00:39Z\",\"weight\":3,\"says\":\"}"
    "],\"against\":[],\"ios\":{\"safari\":\"a page titled This Connection Is Not Private, wit"
    "h a way on (unverified)\",\"app\":\"error -1202 (observed); by its name it would be -120"
    "1\",\"text\":\" certificate is expired\",\"grade\":\"Apple source\"},\"device_fix\":[\"N"
    "othing. No setting helps.\"],\"server_fix\":[\"Renew the certificate.\",\"Install it, an"
    "d reload every service that uses the file.\",\"Make renewal automatic, with a warning wh"
    "en a third of the lifetime is left.\"],\"next_test\":\",\"by\":[\"rule:dates/expired\"]}"
    "],\"notes\":[],\"certificates\":[{\"sha256\":\"\",\"subject\":\"CN=\",\"issuer\":\"CN=La"
    "b Issuing CA,O=Lab\",\"not_before\":\"2026-08-13T14:00:39Z\",\"not_after\":\"2026-11-11T"
    "14:00:39Z\",\"key\":\"P-256\",\"signature\":\"ecdsa-sha256\",\"names\":[\"\"],\"source\""
    ":\"sent\"},{\"sha256\":\"\",\"subject\":\"CN=Lab Issuing CA,O=Lab\",\"issuer\":\"CN=Lab "
    "Public Root,O=Lab\",\"not_before\":\"2026-10-22T14:00:39Z\",\"not_after\":\"2028-10-21T1"
    "4:00:39Z\",\"key\":\"P-256\",\"signature\":\"ecdsa-sha256\",\"names\":[],\"source\":\"se"
    "nt\"}]},{\"v\":1,\"id\":\"01\",\"at\":\"2026-\",\"ms\":11,\"proxy\":{\"name\":\"\",\"ver"
    "sion\":\"0.1.0\"},\"entry\":\"connect\",\"client\":{\"ip\":\"192.168.\",\"port\":5,\"dev"
    "ice\":\"d-ca7b93ac\",\"agent\":\"Mozilla/5.0 (iPhone; CPU iPhone OS \",\"app\":\"Safari"
    "\",\"ja4\":\"t13d\",\"balancer\":null,\"secure\":false,\"login\":null,\"device_name\":nu"
    "ll,\"device_family\":\"unknown\",\"os_version\":null,\"browser\":false,\"stack\":\"opens"
    "sl\"},\"target\":{\"host\":\"\",\"port\":443,\"learnt\":\"connect\",\"site\":\"\"},\"dec"
    "ision\":{\"action\":\"intercept\",\"by\":\"default\",\"answer\":\"relay\"},\"client_leg"
    "\":{\"sni\":\"\",\"version\":\"TLSv1.3\",\"cipher\":\"TLS_AES_256_GCM_SHA384\",\"group\""
    ":\"X25519\",\"alpn\":\"http/1.1\",\"resumed\":false,\"leaf\":\"\",\"alert\":null,\"ended"
    "\":\"clean\",\"bytes_in\":77,\"bytes_out\":224,\"finished\":true,\"symptom\":null},\"dia"
    "l\":{\"error\":null,\"addresses\":[\"192.168.\"],\"via\":null,\"via_asks\":null,\"via_sa"
    "ys\":null,\"ms\":0},\"server_leg\":{\"address\":\"192.168.\",\"version\":\"TLSv1.3\",\"c"
    "ipher\":\"TLS_AES_256_GCM_SHA384\",\"group\":\"X25519\",\"alpn\":\"http/1.1\",\"chain\":"
    "[\"\",\"\"],\"staple\":\"none\",\"ct_doubt\":null,\"revocation_fault\":null,\"revocation"
    "_url\":null,\"issuer_fetch\":null,\"issuer_url\":null,\"verdict\":{\"v\":1,\"verdict\":"
    "\"accept\",\"anchors_are\":\"system\",\"class\":null,\"text\":null,\"osstatus\":null,\"o"
    "sstatus_name\":null,\"nsurlerror\":null,\"overridable\":false,\"checks\":[],\"path\":[\""
    "\",\"\",\"\"],\"causes\":[],\"ct\":\"qualified\",\"revocation\":\"not-checked\",\"revoca"
    "tion_source\":null,\"openssl\":{\"accept\":true,\"code\":0,\"depth\":0}},\"trusted_by\":"
    "\"both\",\"alert\":null,\"symptom\":null,\"ended\":\"clean\",\"bytes_in\":224,\"bytes_ou"
    "t\":77,\"wants_client_certificate\":false},\"protocol\":null,\"failed_leg\":null,\"diagn"
    "osis\":[],\"notes\":[],\"facts\":{},\"exchanges\":[{\"method\":\"GET\",\"url\":\"https:/"
    "//\",\"status\":200,\"ms\":0,\"request_bytes\":0,\"response_bytes\":107}],\"timeline\":["
    "{\"at_ms\":0,\"moment\":\"sniff\"},{\"at_ms\":0,\"moment\":\"entry\"},{\"at_ms\":1,\"mom"
    "ent\":\"hello\"},{\"at_ms\":2,\"moment\":\"decide\"},{\"at_ms\":2,\"moment\":\"dial\"},{"
    "\"at_ms\":2,\"moment\":\"server_tls\"},{\"at_ms\":5,\"moment\":\"judge\"},{\"at_ms\":8,"
    "\"moment\":\"mint\"},{\"at_ms\":8,\"moment\":\"client_tls\"},{\"at_ms\":10,\"moment\":\""
    "talk\"},{\"at_ms\":11,\"moment\":\"drain\"},{\"at_ms\":11,\"moment\":\"done\"}]}";

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
    ZSTD_CCtx_setParameter(s->packing, ZSTD_c_compressionLevel, LEVEL);
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
    size_t bound = ZSTD_compressBound(len);
    char *small = mem_new(bound);
    size_t n = ZSTD_compress2(s->packing, small, bound, bytes, len);

    if (!ZSTD_isError(n))
        text_add_n(out, small, n);
    mem_free(small);
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
    char *large = mem_new((size_t)whole + 1);
    bool fine = ZSTD_decompressDCtx(s->unpacking, large, (size_t)whole, bytes, len) == whole;
    if (fine)
        text_add_n(out, large, (size_t)whole);
    mem_free(large);
    return fine || err_set(e, ERR_INPUT, "a record in the store is broken");
}
