/* tests/fuzz/inside_fuzz.c - the first bytes of somebody, after TLS and before it: what a client
 * speaks inside, and what a server greets with. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "wire/inside.h"
#include "wire/mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is told of a beginning stays told when more comes. */
static void greet(const uint8_t *data, size_t size)
{
    enum mail_protocol whole, part;

    if (mail_greeting_read(data, size, &whole) && size > 0 &&
        mail_greeting_read(data, size - 1, &part) && part != whole)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!inside_name(data, size))
        abort();
    greet(data, size);
    return 0;
}
