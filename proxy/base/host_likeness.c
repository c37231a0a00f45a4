#include "host_likeness.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <idn2.h>

/* Letters that common typefaces draw as they draw a Latin one (Unicode TR 39, confusables): those
 * of Cyrillic, Greek and Armenian that stand in names. */
static const struct {
    uint16_t letter;
    char latin;
} alike[] = {{0x0430, 'a'}, {0x0435, 'e'}, {0x043e, 'o'}, {0x0440, 'p'}, {0x0441, 'c'},
    {0x0443, 'y'}, {0x0445, 'x'}, {0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'}, {0x04bb, 'h'},
    {0x04cf, 'l'}, {0x0501, 'd'}, {0x051b, 'q'}, {0x051d, 'w'}, {0x0475, 'v'}, {0x043a, 'k'},
    {0x0442, 't'}, {0x043c, 'm'}, {0x043d, 'h'}, {0x0432, 'b'}, {0x03b1, 'a'}, {0x03bf, 'o'},
    {0x03bd, 'v'}, {0x03c1, 'p'}, {0x03b9, 'i'}, {0x03ba, 'k'}, {0x03c5, 'u'}, {0x03c7, 'x'},
    {0x0585, 'o'}, {0x0578, 'n'}, {0x057d, 'u'}, {0x0570, 'h'}, {0x0563, 'q'}, {0x0566, 'q'}};

/* The Latin letter that this one looks like; 0: none. */
static char latin_of(uint32_t letter)
{
    if (letter < 0x80)
        return (char)letter;
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        if (alike[i].letter == letter)
            return alike[i].latin;
    return 0;
}

bool host_likeness(const char *host, char out[static HOST_CAP])
{
    const char *top = strrchr(host, '.');
    uint32_t *letters = NULL;
    bool foreign = false, alone = true;
    size_t n = 0;

    if (strncmp(top ? top + 1 : host, "xn--", 4) == 0 || !strstr(host, "xn--") ||
        idn2_to_unicode_8z4z(host, &letters, 0) != IDN2_OK)
        return false;
    for (; letters[n] && alone && n < HOST_CAP - 1; n++) {
        out[n] = latin_of(letters[n]);
        foreign = foreign || letters[n] >= 0x80;
        alone = out[n] != 0;
    }
    alone = alone && !letters[n];
    out[n] = '\0';
    idn2_free(letters);
    return foreign && alone;
}
