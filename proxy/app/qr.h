/* app/qr.h - a QR code for a terminal, as half-block characters, dark on light by explicit colours,
 * so that cameras read it on dark terminals too; and for a page. Home of libqrencode. */
#ifndef WHYTLS_APP_QR_H
#define WHYTLS_APP_QR_H

#include <stdbool.h>
#include <stddef.h>

struct text;

/* Appends the lines of the square for `what`, each ended by a line feed; *columns is its width.
 * False: too long to encode. */
bool qr_write(const char *what, bool colour, struct text *out, size_t *columns);

/* The same as the path of an SVG, dark modules alone, with a quiet zone of four around them; *size
 * is the side of the whole in modules. */
bool qr_path(const char *what, struct text *out, size_t *size);

#endif
