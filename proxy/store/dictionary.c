#include "dictionary.h"

#include <string.h>

#include <zdict.h>

#include "base/mem.h"
#include "squeeze.h"

/* SAMPLES: records made up of the common text, from which the frequencies are taken. SPARE: what
 * their tables take, at most. */
enum { SAMPLES = 64, SPARE = 4096, DIGEST = 64 };

/* What was said in an exchange, the record of a failing flow and of a fine one, with the values
 * left out; what is commonest stands at the end, where matches are cheapest. */
static const char common[] =
    "HTTP/1.1 301 Moved Permanently\r\nLocation: https://HTTP/1.1 404 Not Found\r\nHTTP/1.1 304 N"
    "ot Modified\r\nHTTP/1.1 204 No Content\r\nSet-Cookie: ; Path=/; Expires=; Secure; HttpOnly; "
    "SameSite=Lax\r\nStrict-Transport-Security: max-age=31536000; includeSubDomains\r\nX-Content-"
    "Type-Options: nosniff\r\nAccess-Control-Allow-Origin: *\r\nVary: Accept-Encoding\r\nTransfer"
    "-Encoding: chunked\r\nETag: \"\"\r\nLast-Modified: Mon, Tue, Wed, Thu, Fri, Sat, Sun, Jan Fe"
    "b Mar Apr May Jun Jul Aug Sep Oct Nov Dec 2026 Cache-Control: no-cache, no-store, private, m"
    "ax-age=0\r\nAuthorization: Bearer \r\nCookie: POST / HTTP/1.1\r\nContent-Type: application/j"
    "son\r\nOrigin: https://Referer: https://Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors"
    "\r\nSec-Fetch-Dest: empty\r\nPriority: u=3, i\r\nAccept-Language: en-GB,en;q=0.9\r\nAccept-E"
    "ncoding: gzip, deflate, br\r\nConnection: keep-alive\r\nUser-Agent: Mozilla/5.0 (iPhone; CPU"
    " iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/"
    "15E148 Safari/604.1 CFNetwork/ Darwin/\r\nGET / HTTP/1.1\r\nHost: \r\nUser-Agent: \r\nAccept"
    ": */*\r\n\r\nHTTP/1.1 200 OK\r\nServer: \r\nDate: Sat, 21 Nov 2026 14:00:39 GMT\r\nContent-T"
    "ype: text/html; charset=utf-8\r\nContent-Length: 107\r\n\r\n\"diagnosis\":[{\"cause\":\"cert"
    "-expired-leaf\",\"leg\":\"server\",\"confidence\":\"likely\",\"score\":6,\"title\":\",\"why"
    "\":\",\"evidence\":[{\"fact\":\"checks.TemporalValidity@0\",\"value\":\"fails at certificate"
    " 0\",\"weight\":3,\"says\":\"},{\"fact\":\"server_leg.chain.leaf.not_after\",\"value\":\"202"
    "6-11-11T14:00:39Z\",\"weight\":3,\"says\":\"}],\"against\":[],\"ios\":{\"safari\":\"a page t"
    "itled This Connection Is Not Private, with a way on (unverified)\",\"app\":\"error -1202 (ob"
    "served); by its name it would be -1201\",\"text\":\" certificate is expired\",\"grade\":\"Ap"
    "ple source\"},\"device_fix\":[\"Nothing. No setting helps.\"],\"server_fix\":[\"Renew the ce"
    "rtificate.\",\"Install it, and reload every service that uses the file.\",\"Make renewal aut"
    "omatic, with a warning when a third of the lifetime is left.\"],\"next_test\":\",\"by\":[\"r"
    "ule:dates/expired\"]}],\"notes\":[],\"certificates\":[{\"sha256\":\"\",\"subject\":\"CN=\","
    "\"issuer\":\"CN=Lab Issuing CA,O=Lab\",\"not_before\":\"2026-08-13T14:00:39Z\",\"not_after\""
    ":\"2026-11-11T14:00:39Z\",\"key\":\"P-256\",\"signature\":\"ecdsa-sha256\",\"names\":[\"\"],"
    "\"source\":\"sent\"},{\"sha256\":\"\",\"subject\":\"CN=Lab Issuing CA,O=Lab\",\"issuer\":\"C"
    "N=Lab Public Root,O=Lab\",\"not_before\":\"2026-10-22T14:00:39Z\",\"not_after\":\"2028-10-21"
    "T14:00:39Z\",\"key\":\"P-256\",\"signature\":\"ecdsa-sha256\",\"names\":[],\"source\":\"sent"
    "\"}]},{\"v\":1,\"id\":\"01\",\"at\":\"2026-\",\"ms\":23,\"proxy\":{\"name\":\"\",\"version\""
    ":\"0.1.0\",\"clock\":\"unchecked\"},\"entry\":\"connect\",\"client\":{\"ip\":\"192.168.\",\""
    "port\":5,\"device\":\"d-ca7b93ac\",\"agent\":\"Mozilla/5.0 (iPhone; CPU iPhone OS \",\"app\""
    ":\"Safari\",\"ja4\":\"t13d\",\"balancer\":null,\"secure\":false,\"login\":null,\"device_name"
    "\":null,\"device_family\":\"iphone\",\"os_version\":null,\"browser\":true,\"stack\":\"openss"
    "l\"},\"target\":{\"host\":\"\",\"port\":443,\"learnt\":\"connect\",\"site\":\"\"},\"decision"
    "\":{\"action\":\"intercept\",\"by\":\"default\",\"answer\":\"relay\"},\"client_leg\":{\"sni"
    "\":\"\",\"version\":\"TLSv1.3\",\"cipher\":\"TLS_AES_256_GCM_SHA384\",\"group\":\"X25519\","
    "\"alpn\":\"http/1.1\",\"resumed\":false,\"leaf\":\"\",\"alert\":null,\"ended\":\"clean\",\"b"
    "ytes_in\":73,\"bytes_out\":224,\"finished\":true,\"symptom\":null},\"dial\":{\"error\":null,"
    "\"dns\":null,\"dead_family\":null,\"dead_family_error\":null,\"addresses\":[\"192.168.\"],\""
    "via\":null,\"via_asks\":null,\"via_says\":null,\"ms\":1},\"server_leg\":{\"address\":\"192.1"
    "68.\",\"version\":\"TLSv1.3\",\"cipher\":\"TLS_AES_256_GCM_SHA384\",\"group\":\"X25519\",\"a"
    "lpn\":null,\"sigalg\":\"ecdsa_secp256r1_sha256\",\"chain\":[\"\",\"\"],\"oddities\":[\"no-oc"
    "sp-pointer\"],\"staple\":\"none\",\"ct_doubt\":null,\"revocation_fault\":null,\"revocation_u"
    "rl\":null,\"issuer_fetch\":null,\"issuer_url\":null,\"verdict\":{\"v\":1,\"verdict\":\"accep"
    "t\",\"anchors_are\":\"system\",\"class\":null,\"text\":null,\"osstatus\":null,\"osstatus_nam"
    "e\":null,\"nsurlerror\":null,\"overridable\":false,\"checks\":[],\"path\":[\"\",\"\",\"\"],"
    "\"causes\":[],\"ct\":\"qualified\",\"revocation\":\"not-checked\",\"revocation_source\":null"
    ",\"openssl\":{\"accept\":true,\"code\":0,\"depth\":0}},\"trusted_by\":\"both\",\"alert\":nul"
    "l,\"symptom\":null,\"ended\":\"clean\",\"bytes_in\":224,\"bytes_out\":73,\"wants_client_cert"
    "ificate\":false},\"protocol\":null,\"failed_leg\":null,\"diagnosis\":[],\"notes\":[],\"facts"
    "\":{},\"exchanges\":[{\"method\":\"GET\",\"url\":\"https://\",\"status\":200,\"ms\":7,\"requ"
    "est_bytes\":0,\"response_bytes\":107}],\"timeline\":[{\"at_ms\":0,\"moment\":\"sniff\"},{\"a"
    "t_ms\":2,\"moment\":\"entry\"},{\"at_ms\":2,\"moment\":\"hello\"},{\"at_ms\":2,\"moment\":\""
    "decide\"},{\"at_ms\":2,\"moment\":\"dial\"},{\"at_ms\":3,\"moment\":\"server_tls\"},{\"at_ms"
    "\":6,\"moment\":\"judge\"},{\"at_ms\":6,\"moment\":\"mint\"},{\"at_ms\":6,\"moment\":\"clien"
    "t_tls\"},{\"at_ms\":13,\"moment\":\"talk\"},{\"at_ms\":23,\"moment\":\"drain\"},{\"at_ms\":2"
    "3,\"moment\":\"done\"}]}";

/* A small generator (Marsaglia, "Xorshift RNGs", 2003): the same samples in each run. */
static unsigned next(unsigned *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* The common text with digests where texts were left out, and other digits. */
static void sample_add(unsigned *seed, struct text *out)
{
    for (const char *c = common; *c; c++) {
        text_add_char(out, *c >= '0' && *c <= '9' ? (char)('0' + next(seed) % 10) : *c);
        if (c[0] == '"' && c[1] == '"')
            for (int i = 0; i < DIGEST; i++)
                text_add_char(out, "0123456789abcdef"[next(seed) % 16]);
    }
}

void dictionary_make(struct text *out)
{
    struct text samples = {0};
    size_t lens[SAMPLES], cap = sizeof common + SPARE;
    unsigned seed = 20261121;

    for (size_t i = 0, before = 0; i < SAMPLES; i++, before = samples.len) {
        sample_add(&seed, &samples);
        lens[i] = samples.len - before;
    }
    char *made = mem_new(cap);
    size_t n = ZDICT_finalizeDictionary(made, cap, common, strlen(common), samples.at, lens,
        SAMPLES, (ZDICT_params_t){.compressionLevel = SQUEEZE_LEVEL});
    if (ZDICT_isError(n))
        text_add(out, common); /* a dictionary as well, without frequencies */
    else
        text_add_n(out, made, n);
    mem_free(made);
    text_fini(&samples);
}
