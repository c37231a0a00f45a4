/* crash - follows a wild pointer in load. */
#include <whytls/plugin.h>

static enum whytls_ready load(const struct whytls_host *host, void **shared)
{
    volatile int *volatile nowhere = (volatile int *)8;

    (void)host, (void)shared;
    return *nowhere ? WHYTLS_READY : WHYTLS_IDLE;
}

const struct whytls_plugin whytls_plugin = {
    WHYTLS_HEAD,
    .name = "crash",
    .version = "1.0",
    .about = "Crashes in load.",
    .load = load,
};
