#include "lab.h"

#define ENTRY(host, cause, way, slow, about)                                                       \
    {host, 443, "https://" host "/", cause, "server", about, way, slow, "https", host,             \
        LAB_DNS_MAPPED, NULL, false},
#define MAIL(host, port, scheme, protocol, cause, way, slow, about)                                \
    {host, port, scheme "://" host ":" #port, cause, "server", about, way, slow, protocol, host,   \
        LAB_DNS_MAPPED, NULL, false},
#define NAMED(host, cause, dns, way, slow, about)                                                  \
    {host, 443, "https://" host "/", cause, "server", about, way, slow, "https", host, dns, NULL,  \
        false},
#define AFTER(host, port, scheme, protocol, cause, certificate, before, way, about)                \
    {host, port, port == 443 ? "https://" host "/" : scheme "://" host ":" #port, cause, "server", \
        about, way, false, protocol, certificate, LAB_DNS_MAPPED, before, false},
#define BESIDE(host, port, scheme, protocol, certificate, way)                                     \
    {host, port, scheme "://" host ":" #port, NULL, "server", "stands beside another", way, false, \
        protocol, certificate, LAB_DNS_MAPPED, NULL, true},
static const struct lab_entry entries[] = {
#include "entry.def"
};
#undef ENTRY
#undef NAMED
#undef AFTER
#undef BESIDE
#undef MAIL

const struct lab_entry *lab_entries(size_t *n)
{
    *n = sizeof entries / sizeof entries[0];
    return entries;
}
