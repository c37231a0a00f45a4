#include <stdint.h>
#include <stdlib.h>

#include "wire/limits.h"
#include "wire/sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* While bytes come in, the answer is "more" until it is final; and SNIFF_MOST bytes are enough. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum sniff before = SNIFF_NEED_MORE;

    for (size_t n = 0; n <= size && n <= 2 * SNIFF_MOST; n++) {
        enum sniff now = sniff_bytes(data, n);

        if ((before != SNIFF_NEED_MORE && now != before) ||
            (n >= SNIFF_MOST && now == SNIFF_NEED_MORE) || !*sniff_name(now))
            abort();
        before = now;
    }
    return 0;
}
