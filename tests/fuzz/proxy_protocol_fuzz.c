#include <stdint.h>
#include <stdlib.h>

#include "wire/limits.h"
#include "wire/proxy_protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* However the bytes are cut, the answer is "more" until it is final, and it does not depend on what
 * follows. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum proxy_read final = PROXY_NEED_MORE;
    size_t length = 0, step = size > 256 ? 37 : 1;

    for (size_t n = 0; n <= size; n += step) {
        struct proxy_header header;
        const char *why = NULL;
        size_t used = 0;
        enum proxy_read now = proxy_protocol_read(data, n, &header, &used, &why);

        if ((now == PROXY_READY && (used == 0 || used > n)) ||
            (now == PROXY_BAD) != (why != NULL) ||
            (now == PROXY_NEED_MORE && n >= PROXY_HEADER_MOST) ||
            (header.named && now == PROXY_READY && (!header.from[0] || !header.to[0])))
            abort();
        if (final != PROXY_NEED_MORE && (now != final || (now == PROXY_READY && used != length)))
            abort();
        final = now;
        length = used;
    }
    return 0;
}
