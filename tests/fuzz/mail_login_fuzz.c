/* tests/fuzz/mail_login_fuzz.c - a hostile mail program and a hostile server inside TLS. First
 * byte: the protocol. Then turns: a byte that says whose and how long, and its bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/mail_login.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hand_in(struct mail_login *m, int which, const uint8_t *bytes, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1); /* so that a read past the end is seen */
    enum mail_login_state before = m->state;

    memcpy(exact, bytes, n);
    (which ? mail_login_client : mail_login_server)(m, exact, n);
    free(exact);
    if (before == LOGIN_TAKEN && m->state != LOGIN_TAKEN)
        abort();
    if (before == LOGIN_NONE && !which && m->state != LOGIN_NONE)
        abort(); /* a server cannot refuse what nobody asked for */
    if (!memchr(m->words, 0, sizeof m->words) || !memchr(m->tag, 0, sizeof m->tag))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mail_login m;

    if (size == 0)
        return 0;
    mail_login_init(&m, (enum mail_protocol)(data[0] % 4));
    for (size_t at = 1; at < size;) {
        size_t n = data[at] & 0x7f, left = size - at - 1;

        n = n < left ? n : left;
        hand_in(&m, data[at] >> 7, data + at + 1, n);
        at += 1 + n;
    }
    return 0;
}
