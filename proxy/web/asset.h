/* web/asset.h - the files of the UI, packed; made by embed.cmake out of ui/dist. Private to web/.
 */
#ifndef WHYTLS_WEB_ASSET_H
#define WHYTLS_WEB_ASSET_H

#include <stddef.h>
#include <stdint.h>

struct asset {
    const char *name; /* "app.3f9a1c02b7.js"; the page itself is "index.html" */
    const char *type; /* media type */
    const uint8_t *plain, *packed;
    size_t plain_len, packed_len;
};

extern const struct asset assets[];
extern const size_t n_assets;

#endif
