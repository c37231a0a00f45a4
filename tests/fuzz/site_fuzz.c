#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "cert/ca.h"
#include "device/history.h"
#include "device/memory.h"
#include "onboard/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { PARTS = 5, PART_CAP = 512, NOW = 1700000000 };

/* A request to our own pages: method, path, Host, agent and origin, a line each, as the HTTP parser
 * lets them through: no line ends, no NUL. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct ca *ca;
    static struct site *site;
    static struct device_history *history;
    static const struct history_key key = {.ip = "192.168.1.31", .family = "iPhone"};
    char part[PARTS][PART_CAP] = {{0}};
    struct text out = {0};
    size_t i = 0, n = 0;

    if (!site) {
        ca = ca_new_in_memory(NOW, NULL);
        site = site_new(&(struct site_config){.ca = ca}, NULL);
        history = device_history_new();
    }
    for (size_t at = 0; at < len && i < PARTS; at++) {
        if (bytes[at] == '\n') {
            i++;
            n = 0;
        } else if (bytes[at] && bytes[at] != '\r' && n + 1 < PART_CAP) {
            part[i][n++] = (char)bytes[at];
        }
    }
    const struct site_ask ask = {.method = part[0],
        .path = part[1],
        .authority = part[2],
        .host = "192.168.1.20",
        .port = 8080,
        .agent = part[3],
        .origin = part[4],
        .through = len & 1,
        .now_ms = NOW * 1000LL,
        .history = history,
        .key = &key};
    site_answer(site, &ask, &out);
    assert(text_starts(text_str(&out), "HTTP/1.1 "));
    assert(strstr(text_str(&out), "\r\n\r\n"));
    assert(!strstr(text_str(&out), "<script>"));
    text_fini(&out);
    return 0;
}
