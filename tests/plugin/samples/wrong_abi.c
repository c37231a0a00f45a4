/* wrong_abi - from another world: nothing of it may be read but its number. Its load would end the
 * process. */
#include <stdlib.h>
#include <whytls/plugin.h>

static enum whytls_ready load(const struct whytls_host *host, void **shared)
{
    (void)host, (void)shared;
    abort();
}

const struct whytls_plugin whytls_plugin = {
    .abi = WHYTLS_ABI + 1,
    .size = 8,
    .name = (const char *)16,
    .load = load,
};
