/* tests/fuzz/mail_fuzz.c - a hostile mail server, up to TLS. First byte: the protocol, and into how
 * many pieces the rest falls. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mail_talk m;
    struct text out = {0};
    size_t piece, taken = 1;
    enum mail_state before = MAIL_TALKING;

    if (size < 2)
        return 0;
    mail_talk_init(&m, (enum mail_protocol)(1 + data[0] % 5));
    piece = 1 + data[0] / 5;
    while (taken < size) {
        size_t n = size - taken < piece ? size - taken : piece;
        enum mail_state now = mail_talk_take(&m, data + taken, n, &out);

        if (before != MAIL_TALKING && now != before)
            abort(); /* an end is an end */
        before = now;
        taken += n;
    }
    if (m.line.len > MAIL_LINE_MOST + 1 || out.len > 64 || strlen(m.words) >= sizeof m.words)
        abort();
    mail_talk_fini(&m);
    text_fini(&out);
    return 0;
}
