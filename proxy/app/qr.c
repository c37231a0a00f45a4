#include "qr.h"

#include <qrencode.h>

#include "base/text.h"

enum {
    QUIET = 2,
    QUIET_WIDE = 4
}; /* modules of border; ISO/IEC 18004 asks for 4, cameras are content with 2 on a light square */

static bool is_dark(const QRcode *code, int x, int y)
{
    x -= QUIET;
    y -= QUIET;
    if (x < 0 || y < 0 || x >= code->width || y >= code->width)
        return false;
    return code->data[y * code->width + x] & 1;
}

bool qr_write(const char *what, bool colour, struct text *out, size_t *columns)
{
    /* Index: upper module dark, lower module dark. Without colour light is drawn, for a terminal is
     * mostly dark. */
    static const char *const on_light[2][2] = {{" ", "▄"}, {"▀", "█"}};
    static const char *const on_dark[2][2] = {{"█", "▀"}, {"▄", " "}};
    QRcode *code = QRcode_encodeString(what, 0, QR_ECLEVEL_L, QR_MODE_8, 1);

    if (!code)
        return false;
    int size = code->width + 2 * QUIET;
    for (int y = 0; y < size; y += 2) {
        if (colour)
            text_add(out, "\033[30;47m");
        for (int x = 0; x < size; x++) {
            bool upper = is_dark(code, x, y), lower = is_dark(code, x, y + 1);

            text_add(out, colour ? on_light[upper][lower] : on_dark[upper][lower]);
        }
        if (colour)
            text_add(out, "\033[0m");
        text_add_char(out, '\n');
    }
    *columns = (size_t)size;
    QRcode_free(code);
    return true;
}

bool qr_path(const char *what, struct text *out, size_t *size)
{
    QRcode *code = QRcode_encodeString(what, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

    if (!code)
        return false;
    for (int y = 0; y < code->width; y++)
        for (int x = 0, run; x < code->width; x += run) {
            bool dark = code->data[y * code->width + x] & 1;

            for (run = 1; x + run < code->width; run++)
                if ((code->data[y * code->width + x + run] & 1) != dark)
                    break;
            if (dark)
                text_printf(out, "M%d %dh%dv1h-%dz", x + QUIET_WIDE, y + QUIET_WIDE, run, run);
        }
    *size = (size_t)(code->width + 2 * QUIET_WIDE);
    QRcode_free(code);
    return true;
}
