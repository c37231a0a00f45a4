/* garbage - the right number, and then pointers into nowhere. */
#include <whytls/plugin.h>

const struct whytls_plugin whytls_plugin = {
    WHYTLS_HEAD,
    .name = (const char *)16,
    .version = (const char *)32,
    .about = (const char *)48,
};
