#include <stdint.h>
#include <stdlib.h>

#include "quic_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is told has two ends of one family, the far one at port 443. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    union addr from, to;
    char text[ADDR_TEXT_CAP];

    if (quic_packet_read(data, size, &from, &to) &&
        (addr_len(&from.any) == 0 || from.any.sa_family != to.any.sa_family ||
            addr_port(&to.any) != 443 || addr_port_text(text, &from.any)[0] == '?'))
        abort();
    return 0;
}
