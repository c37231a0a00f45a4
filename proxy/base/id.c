#include "id.h"

#include <stdlib.h>
#include <sys/random.h>

/* Crockford's base 32: no I, L, O, U */
static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const char *id_make(char out[static ID_CAP], int64_t wall_ms)
{
    unsigned char random[16];
    uint64_t time = (uint64_t)wall_ms;

    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        abort(); /* without randomness nothing else here is safe either */
    for (int i = 9; i >= 0; i--, time >>= 5)
        out[i] = digits[time & 31];
    for (int i = 0; i < 16; i++)
        out[10 + i] = digits[random[i] & 31];
    out[26] = '\0';
    return out;
}
