#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/connect_reply.h"
#include "wire/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct connect_reply reply, again;
    const char *why = NULL;
    size_t used = 0, used_again = 0;
    enum connect_read is = connect_reply_read(data, size, &reply, &used, &why);

    if (is == CONNECT_NEED_MORE && size >= CONNECT_REPLY_MOST)
        abort();
    if (is == CONNECT_BAD && !why)
        abort();
    if (is != CONNECT_READY)
        return 0;
    if (used == 0 || used > size || reply.status < 200 || reply.status > 599 ||
        strlen(reply.schemes) >= sizeof reply.schemes)
        abort();
    /* What stands behind the head has no say in it. */
    if (connect_reply_read(data, used, &again, &used_again, &why) != CONNECT_READY ||
        used_again != used || again.status != reply.status ||
        connect_reply_read(data, used - 1, &again, &used_again, &why) != CONNECT_NEED_MORE)
        abort();
    return 0;
}
