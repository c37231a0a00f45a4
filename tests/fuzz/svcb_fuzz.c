#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/dns_message.h"
#include "wire/svcb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read stays within its bounds, and is text. */
static void check(const struct svcb *one)
{
    if (strlen(one->target) >= SVCB_NAME_CAP - 1 || one->n_alpns > SVCB_ALPNS_MOST ||
        one->n_v4 > SVCB_HINTS_MOST || one->n_v6 > SVCB_HINTS_MOST)
        abort();
    for (size_t i = 0; i < one->n_alpns; i++)
        if (one->alpns[i][0] == '\0' || strlen(one->alpns[i]) >= SVCB_ALPN_CAP)
            abort();
    if (one->priority == 0 && (one->n_alpns || one->ech || one->port))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_message message;
    struct dns_record record;
    struct svcb one;
    size_t n = 0;

    if (svcb_read(cursor_of(data, size), &one))
        check(&one);
    if (!dns_message_open(&message, data, size))
        return 0;
    while (dns_message_next(&message, &record)) {
        if (record.data.left > size || ++n > size)
            abort();
        if (record.type == DNS_TYPE_HTTPS && svcb_read(record.data, &one))
            check(&one);
    }
    return 0;
}
