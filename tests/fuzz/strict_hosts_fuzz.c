#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "device/strict_hosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A header as a site sends it: whatever it says, the time it holds is in the future and bounded,
 * and what holds for a name under the host holds for the host. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { NOW = 1795165200, YEARS_10 = 10 * 365 * 86400 };
    struct strict_hosts *s = strict_hosts_new();
    char *header = malloc(size + 1);

    memcpy(header, data, size);
    header[size] = '\0';
    strict_hosts_note(s, "shop.example", header, NOW);
    int64_t own = strict_hosts_until(s, "shop.example", NOW);
    int64_t below = strict_hosts_until(s, "www.shop.example", NOW);
    if ((own && (own <= NOW || own > (int64_t)NOW + YEARS_10)) || (below && below != own))
        abort();
    free(header);
    strict_hosts_free(s);
    return 0;
}
